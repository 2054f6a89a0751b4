/**
 * A program with a valve on the pigpio driver, which makes it safe when it is told to end; signals.test.ts runs it, and
 * it reports on stdout. Its listeners are there before the library starts, and so is a child process of its own.
 * Arguments: `listen` to listen at all, `taken` to let the library take the signals, `never` to not even give them back,
 * `pwm` to have PWM on a line that is never let go.
 */

import { spawn } from 'node:child_process'
import { openBoard } from '../../drivers/detect.js'
import { giveBackSignals } from '../../drivers/pigpio/signals.js'
import { openBench, output, SystemClock } from '../../src/index.js'
import { standin, tierDriver } from './rig.js'

const say = (line: string) => process.stdout.write(`${line}\n`)
const valve = () => `valve ${standin.level(17) === 1 ? 'high' : 'low'}`
const taken = process.argv.includes('taken')

let end: () => Promise<void> = async () => undefined
if (process.argv.includes('listen')) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      say(`heard ${signal}`)
      void end()
    })
  }
}
const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
const childEnded = new Promise<void>(resolve => child.once('exit', () => resolve()))

standin.realTime(true)
const giveBack = process.argv.includes('never') ? () => undefined : giveBackSignals
const driver = tierDriver(taken ? { signals: { keep: async () => false, giveBack } } : {})
const bench = await openBench({ valve: output({ line: 17 }) }, { driver, guardian: false, journal: false })
end = async () => {
  await bench.close({ abort: true })
  say(valve())
  child.stdin.end()
  // Of one that ran before the library took the signals, Node does not hear.
  if (!taken) await childEnded
  process.exit(0)
}
process.on('exit', () => say(standin.running ? 'still running' : 'terminated'))
if (process.argv.includes('pwm')) {
  const { board } = await openBoard({ driver, clock: new SystemClock() })
  const fan = await board.request({ lines: [27], settings: { direction: 'output' } })
  fan.pwm?.(27, { frequency: 1000, duty: 0.5 })
}
await bench.valve.on().result()
say(valve())
