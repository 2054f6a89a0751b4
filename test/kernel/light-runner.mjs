/**
 * The smallest runner that has a guardian: a board of each driver with a line away from its safe level, and nothing of
 * benches, whose loading would take most of the time of being killed a hundred times. It takes its lines over from the
 * guardian of the one before, as a bench does.
 */

import { openBoard } from '../../dist/drivers/detect.js'
import { Guardian } from '../../dist/src/bench/guardian/guardian.js'
import { Heir } from '../../dist/src/bench/guardian/heir.js'
import { SystemClock } from '../../dist/src/worker/clock.js'

const guardian = new Guardian({
  leaseMs: 2000,
  whenGuardianDies: 'restart',
  died() {},
  restarted() {},
  lost() {},
  stopped() {},
})
const handles = []
const heirs = []
for (const { driver, line } of JSON.parse(process.argv[2])) {
  const { board } = await openBoard({ driver, clock: new SystemClock() })
  const heir = await Heir.find(board)
  const inherited = await heir.claim([line])
  const handle = await board.request({ lines: [line], settings: { direction: 'output', initial: 1 }, inherited })
  const request = { kind: driver === 'onoff' ? 'file' : 'line', driver, board: board.description, lines: [line] }
  guardian.add({ what: `GPIO${line} high`, hold: 'forever', handover: handle.handover(['high']), request })
  handles.push(handle)
  heirs.push(heir)
}
await guardian.begin()
for (const heir of heirs) await heir.taken()
for (const handle of handles) handle.set(0)
process.stdout.write(`${JSON.stringify({ type: 'ready', inherited: heirs.length, guardians: [guardian.pid] })}\n`)
// Its lines are all that it is for.
setInterval(() => undefined, 1000)
