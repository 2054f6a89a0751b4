/**
 * A runner to be killed: opens benches as its argument says, drives every output away from its safe state, and then does
 * what it is told on stdin. What it says is JSON, a line each.
 */

import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openBench, output, sequence } from 'pi-worker'

const say = message => process.stdout.write(`${JSON.stringify(message)}\n`)

const benches = []
for (const { driver, line, safe, hold, guardian, plays, stays, stopLine } of JSON.parse(process.argv[2])) {
  const valve = plays ? sequence({ lines: { out: line }, safe: { out: safe }, hold }) : output({ line, safe, hold })
  const button = stopLine === undefined ? undefined : { line: stopLine, bias: 'as-is' }
  const bench = await openBench({ valve }, { driver, guardian, journal: false, stopLine: button })
  bench.worker.listen(event => {
    if (event.type === 'guardian' || event.type === 'stop') say(event)
  })
  benches.push(bench)
  const pulses = {
    steps: [
      { set: ['out'], after: '1ms' },
      { clear: ['out'], after: '1ms' },
    ],
    repeat: 1e6,
  }
  if (plays)
    void bench.valve
      .play(pulses)
      .result()
      .catch(() => undefined)
  else if (!stays) await (safe === 'high' ? bench.valve.off() : bench.valve.on()).result()
}
say({ type: 'ready', guardians: benches.map(bench => bench.guardianPid) })

const commands = {
  /** For good. */
  block: () => {
    writeSync(1, '{"type":"blocked"}\n')
    for (;;);
  },
  throw: () => {
    throw new Error('nobody catches this')
  },
  exit: () => process.exit(7),
  close: async () => {
    for (const bench of benches) await bench.close({ abort: true })
    say({ type: 'closed' })
    process.stdin.destroy()
  },
}
createInterface({ input: process.stdin }).on('line', command => commands[command]())
