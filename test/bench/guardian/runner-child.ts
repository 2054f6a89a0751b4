/**
 * A program with a bench and a guardian for each name that it is given. What a guardian makes safe is a file of that name;
 * it is to be held. Told `block`, its event loop does nothing any more. Where the folder has a GPIO5, that is their stop
 * line, open when it is high.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Guardian } from '../../../src/bench/guardian/guardian.js'
import { BenchSocket, type ServedBench } from '../../../src/bench/stop/bench-socket.js'

const [folder = '', ...names] = process.argv.slice(2)
const nothing = (): undefined => undefined
const guardians: (number | undefined)[] = []
for (const [index, name] of names.entries()) {
  const guardian = new Guardian({
    bench: name,
    leaseMs: 600_000,
    whenGuardianDies: 'safe',
    died: nothing,
    restarted: nothing,
    lost: nothing,
    stopped: nothing,
  })
  guardian.add({
    what: name,
    hold: 'forever',
    handover: { kind: 'file', writes: [{ path: join(folder, name), text: 'safe' }], release: [] },
    request: { kind: 'file', driver: 'onoff', board: 'a board', lines: [index] },
  })
  if (existsSync(join(folder, 'gpio5'))) {
    const handover = { kind: 'file', writes: [], release: [{ path: join(folder, 'unexport'), text: '5' }] } as const
    guardian.add({ what: 'the stop line', hold: 'exit', handover, watch: { open: 'high', debounceNs: 0 } })
  }
  await guardian.begin()
  guardians.push(guardian.pid)
  await BenchSocket.open({} as ServedBench, name)
}
process.stdout.write(`${guardians.join(' ')}\n`)
createInterface({ input: process.stdin }).on('line', () => {
  process.stdout.write('blocked\n')
  for (;;);
})
