import { expect, test } from 'vitest'
import { ownSequence } from '../../../src/bench/guards/own-sequence.js'
import { output } from '../../../src/peripherals/output.js'
import { sleep } from '../../../src/worker/sleep.js'
import { openMockBench } from '../setup.js'
import { changesOf, handleOf, VALVE, valve } from './setup.js'

test('a sequence of our own is the same, and cannot be changed', () => {
  const sequence = {
    steps: [
      { values: 1, mask: 3, ns: 5 },
      { values: 0, ns: 7 },
    ],
    repeat: 2,
  }
  const own = ownSequence(sequence)
  expect(own).toEqual(sequence)
  expect([own, own.steps, ...own.steps].every(part => Object.isFrozen(part))).toBe(true)
})

test('a line that others require is not played on by a step that was changed to do so', async () => {
  const specs = { heater: output({ line: 22, requires: { 'valve.lines.in': 'off' } }), valve: valve({ lines: VALVE }) }
  const { bench, board, clock } = await openMockBench(specs)
  await bench.heater.on().result()
  const steps = [0b00, 0b10].map(values => ({ values, mask: 0b10, ns: 5e6 }))
  const played = handleOf('valve').play({ steps })
  await sleep(clock, 1)
  Object.assign(steps[1] as object, { values: 0b11, mask: 0b11 })
  await played
  expect([changesOf(board, 17), changesOf(board, 18)]).toEqual([[], ['high at 5']])
})
