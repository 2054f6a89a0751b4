import { expect, it } from 'vitest'
import { output } from '../../../src/peripherals/index.js'
import { failureOf, openMockBench } from '../setup.js'

it('an action that keeps its outputs leaves them as they are when it is cancelled, and the end makes them safe', async () => {
  const { bench, board, clock } = await openMockBench({ pump: output({ line: 17 }) })
  const task = bench.pump.pulse({ width: '10s' }, { onFailure: 'keep' })
  clock.after(1e9, () => task.cancel())
  await failureOf(task.result())
  await clock.reach(5e9)
  expect(board.level(17)).toBe('high')
  await bench.close()
  expect([...board.trace.of(17)].map(({ level, time }) => [level, time])).toEqual([
    ['high', 0],
    ['low', 5e9],
  ])
})
