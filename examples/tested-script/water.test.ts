/** Tests of water.ts: no Pi, and no waiting. Ten minutes of watering pass in some milliseconds. */

import { benchTest, expectNothingPending, forbidRealHardware } from 'pi-worker/vitest'
import { afterAll, beforeAll, expect } from 'vitest'
import { garden, main, water } from './water.js'

let allow = (): void => {}
beforeAll(() => {
  allow = forbidRealHardware()
})
afterAll(() => allow())

const test = benchTest(garden, { userTime: true })

test('gives a dose a minute until the tray is full', async ({ bench, board, clock }) => {
  clock.after(150e9, () => board.drive(4, 'low'))
  const doses = await water(bench, 10)
  expect(doses.map(({ at }) => at)).toEqual([
    '2000-01-01T00:00:00.000Z',
    '2000-01-01T00:01:00.200Z',
    '2000-01-01T00:02:00.400Z',
  ])
  expect(bench).toHavePulsed('pump', { count: 3, width: '200ms' })
  expect(bench).toMatchTrace('traces/until-full.vcd')
  expectNothingPending(bench)
})

test('gives no dose when the tray is full already', async ({ bench, board }) => {
  board.drive(4, 'low')
  expect(await water(bench, 10)).toEqual([])
  expect(bench).toHaveStayedLow('pump')
})

test('gives no more doses than it may', async ({ bench }) => {
  expect(await water(bench, 2)).toHaveLength(2)
  expect(bench).toHaveLevels('pump', ['low', 'high', 'low', 'high', 'low'])
})

test('reaches no real pump by mistake', async () => {
  await expect(main()).rejects.toMatchObject({ code: 'ERR_REAL_HARDWARE' })
})
