/**
 * A runner that is killed outright, a hundred times: gpio-sim's own value file says what is on its lines. Each new runner
 * takes the lines over that the guardians of the one before still hold.
 */

import { expect, onTestFinished, test } from 'vitest'
import { headerChip } from './gpio-sim.js'
import { endGuardians, keeps, Runner, timeUntil } from './runner.js'

const KILLS = 100
const WITHIN_MS = 250
const chip = headerChip()

test(`brings lines of gpiochip and of onoff to their safe levels within ${WITHIN_MS} ms and keeps them there, ${KILLS} times of ${KILLS}`, async () => {
  onTestFinished(endGuardians)
  // Without a guardian, gpio-sim drops a line of gpiochip low, and one of onoff stays where it was.
  const lines = [17, 27] as const
  const times: number[] = []
  const unkept: number[] = []
  for (let kill = 1; kill <= KILLS; kill++) {
    const runner = await Runner.startLight({ driver: 'gpiochip', line: lines[0] }, { driver: 'onoff', line: lines[1] })
    expect(lines.map(line => chip.level(line))).toEqual(['low', 'low'])
    runner.kill('SIGKILL')
    times.push(...(await Promise.all(lines.map(line => timeUntil(chip, line, 'high', 10_000)))))
    const kept = await Promise.all(lines.map(line => keeps(chip, line, 'high', 100)))
    if (kept.includes(false)) unkept.push(kill)
  }
  const late = times.filter(time => time > WITHIN_MS)
  process.stdout.write(
    `safe after ${(times.reduce((a, b) => a + b) / times.length).toFixed(0)} ms, at most ${Math.max(...times).toFixed(0)} ms\n`,
  )
  expect({ late, unkept }).toEqual({ late: [], unkept: [] })
}, 900_000)
