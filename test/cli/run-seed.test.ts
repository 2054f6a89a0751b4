/** `run --seed`: what is left to chance is the same for one seed, and another for another. */

import { expect, test } from 'vitest'
import { runMain, tempFile } from './setup.js'

const PLAN = `bench: { air: { type: dht, line: 4 } }
plan: [ air.read: {} ]
simulate: { air: { faults: [{ kind: glitch, width: 20us, every: 2ms }] } }`

/** How the reading went. */
async function outcome(...flags: string[]): Promise<string> {
  const { stdout } = await runMain(['run', tempFile(PLAN), '--driver', 'mock', '--virtual', '--json', ...flags])
  const [{ elapsed, result, error }] = JSON.parse(stdout).tasks
  return JSON.stringify({ elapsed, result, error })
}

test('the same seed gives the same run, and other seeds give others', async () => {
  expect(await outcome('--seed', '7')).toBe(await outcome('--seed', '7'))
  const runs = await Promise.all(['1', '2', '3', '4', '5'].map(seed => outcome('--seed', seed)))
  expect(new Set(runs).size).toBeGreaterThan(1)
})

test.each([
  ['a seed that is none', ['--driver', 'mock', '--seed', 'x'], '--seed is a whole number'],
  ['a seed on real lines', ['--driver', 'gpiochip', '--seed', '7'], 'real lines have no seed'],
])('%s is refused before anything is opened', async (_what, flags, message) => {
  const { code, stderr } = await runMain(['run', tempFile(PLAN), ...flags])
  expect([code, stderr.includes(message)]).toEqual([2, true])
})
