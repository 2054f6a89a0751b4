import { describe, expect, it } from 'vitest'
import { button } from '../../src/peripherals/index.js'
import { failureOf, openMockBench } from '../bench/setup.js'
import { losing } from './lossy.js'

type Presses = readonly { readonly at: number | string; readonly for: number | string }[]

/** Without debounce, so that times are those of the finger. */
const open = (presses: Presses, config: Partial<Parameters<typeof button>[0]> = {}, options: object = {}) =>
  openMockBench({ key: button({ line: 17, debounce: 0, ...config }) }, { simulate: { key: { presses } }, ...options })

describe('read', () => {
  it('tells of a button that is up, and since when', async () => {
    const { bench } = await open([])
    await bench.worker.submit(({ sleep }) => sleep('2s'), { on: bench.key }).result()
    expect(await bench.key.read().result()).toEqual({ pressed: false, for: 2000, held: false })
  })

  it.each([
    [1500, { pressed: true, for: 500, held: false }],
    [2000, { pressed: true, for: 1000, held: true }],
    [4500, { pressed: false, for: 500, held: false }],
  ])('after %i ms gives %j', async (ms, state) => {
    const { bench } = await open([{ at: '1s', for: '3s' }])
    await bench.worker.submit(({ sleep }) => sleep(ms), { on: bench.key }).result()
    expect(await bench.key.read().result()).toEqual(state)
  })

  it('does not say since when after edges were lost', async () => {
    const { bench } = await open([{ at: '1s', for: '3s' }], {}, { driver: losing([1], 17) })
    await bench.worker.submit(({ sleep }) => sleep('2s'), { on: bench.key }).result()
    expect(await bench.key.read().result()).toEqual({ pressed: true, held: false })
  })

  it('knows a button to the supply', async () => {
    const { bench } = await open([{ at: 0, for: '1s' }], { activeLow: false, bias: 'pull-down' })
    await bench.worker.submit(({ sleep }) => sleep(10), { on: bench.key }).result()
    expect(await bench.key.read().result()).toMatchObject({ pressed: true })
  })

  it('works with a resistor of its own where the chip has none', async () => {
    const { bench } = await open([{ at: 10, for: 10 }], { bias: 'disabled' })
    expect(await bench.key.read().result()).toMatchObject({ pressed: false })
    expect(await bench.key.waitForPress({}).result()).toMatchObject({ time: 10e6 })
  })
})

describe('waitForPress', () => {
  it('ends with the next press', async () => {
    const { bench } = await open([{ at: '1s', for: '100ms' }])
    expect(await bench.key.waitForPress({ timeout: '5s' }).result()).toEqual({ time: 1e9, waited: 1000 })
  })

  it('does not take a press that was under way', async () => {
    const { bench } = await open([
      { at: '1s', for: '2s' },
      { at: '4s', for: '1s' },
    ])
    await bench.worker.submit(({ sleep }) => sleep('2s'), { on: bench.key }).result()
    expect(await bench.key.waitForPress({}).result()).toEqual({ time: 4e9, waited: 2000 })
  })

  it('fails with ERR_NO_EDGE when none comes in time', async () => {
    const { bench } = await open([])
    const error = await failureOf(bench.key.waitForPress({ timeout: '5s' }).result())
    expect(error).toMatchObject({ code: 'ERR_NO_EDGE', place: 'key', message: 'key: no press came within 5000 ms' })
  })

  it('takes no bounce that is shorter than the debounce for a press', async () => {
    const presses = [
      { at: 1000, for: 2 },
      { at: 1004, for: 1 },
      { at: 2000, for: 50 },
    ]
    const { bench } = await open(presses, { debounce: 5 })
    expect(await bench.key.waitForPress({}).result()).toMatchObject({ time: 2005e6 })
  })

  it('can be cancelled, and the next action works', async () => {
    const { bench, clock } = await open([{ at: '3s', for: '1s' }])
    const task = bench.key.waitForPress({})
    clock.after(1e9, () => task.cancel())
    expect((await failureOf(task.result())).code).toBe('ERR_CANCELLED')
    expect(await bench.key.waitForPress({}).result()).toEqual({ time: 3e9, waited: 2000 })
  })

  it('fails when the chip vanishes, and so does every later action', async () => {
    const { bench, board, clock } = await open([])
    const task = bench.key.waitForPress({})
    clock.after(1e9, () => board.unplug())
    expect((await failureOf(task.result())).code).toBe('ERR_CHIP_GONE')
    expect((await failureOf(bench.key.read().result())).code).toBe('ERR_CHIP_GONE')
  })
})

describe('waitForRelease', () => {
  it('ends at once when the button is up', async () => {
    const { bench } = await open([])
    expect(await bench.key.waitForRelease({}).result()).toEqual({ time: 0, waited: 0 })
  })

  it('gives how long the press was', async () => {
    const { bench } = await open([{ at: '1s', for: '300ms' }])
    await bench.key.waitForPress({}).result()
    expect(await bench.key.waitForRelease({}).result()).toEqual({ time: 1.3e9, pressedFor: 300, waited: 300 })
  })

  it('fails with ERR_NO_EDGE when it stays down', async () => {
    const { bench } = await open([{ at: 0, for: '1m' }])
    await bench.worker.submit(({ sleep }) => sleep(10), { on: bench.key }).result()
    expect((await failureOf(bench.key.waitForRelease({ timeout: '5s' }).result())).code).toBe('ERR_NO_EDGE')
  })
})

describe('waitForHold', () => {
  it('passes presses over that are too short', async () => {
    const { bench } = await open([
      { at: '1s', for: '999ms' },
      { at: '3s', for: '1s' },
      { at: '9s', for: '5s' },
    ])
    const first = bench.key.waitForHold({})
    expect(await first.result()).toEqual({ pressed: 3e9, time: 4e9, waited: 4000 })
    const next = bench.key.waitForHold({ for: '2s' })
    expect(await next.result()).toMatchObject({ pressed: 9e9, time: 11e9 })
  })

  it('counts a press that is under way from its beginning', async () => {
    const { bench } = await open([{ at: '1s', for: '9s' }])
    await bench.worker.submit(({ sleep }) => sleep('1.5s'), { on: bench.key }).result()
    expect(await bench.key.waitForHold({}).result()).toEqual({ pressed: 1e9, time: 2e9, waited: 500 })
  })

  it('ends at once when it has been held long enough', async () => {
    const { bench } = await open([{ at: '1s', for: '9s' }])
    await bench.worker.submit(({ sleep }) => sleep('4s'), { on: bench.key }).result()
    expect(await bench.key.waitForHold({}).result()).toEqual({ pressed: 1e9, time: 4e9, waited: 0 })
  })

  it('fails with ERR_NO_EDGE when the hold would end too late', async () => {
    const { bench } = await open([{ at: '1s', for: '9s' }])
    const task = bench.key.waitForHold({ for: '5s', timeout: '3s' })
    expect((await failureOf(task.result())).message).toBe('key: it was not held within 3000 ms')
    expect(task.ran).toBe(3000)
  })
})

describe('count', () => {
  it('lists the presses that begin in its time, with their lengths', async () => {
    const { bench } = await open([
      { at: '1s', for: '2s' },
      { at: '4s', for: '200ms' },
      { at: '5s', for: '100ms' },
      { at: '6.9s', for: '1s' },
      { at: '8s', for: '1s' },
    ])
    await bench.worker.submit(({ sleep }) => sleep('2s'), { on: bench.key }).result()
    expect(await bench.key.count({ for: '5s' }).result()).toEqual({
      presses: 3,
      list: [{ time: 4e9, for: 200 }, { time: 5e9, for: 100 }, { time: 6.9e9 }],
      lost: 0,
      timestamps: 'kernel-ns',
    })
  })

  it('lists no more than the first thousand', async () => {
    const presses = Array.from({ length: 1200 }, (_, index) => ({ at: 10 * index + 5, for: 2 }))
    const { bench } = await open(presses)
    const { presses: count, list } = await bench.key.count({ for: '20s' }).result()
    expect([count, list.length]).toEqual([1200, 1000])
  })

  it('says how many edges are missing, and gives no length that would be wrong', async () => {
    const presses = [
      { at: 100, for: 50 },
      { at: 300, for: 50 },
      { at: 500, for: 50 },
    ]
    // The release of the first press and the next press.
    const { bench } = await open(presses, {}, { driver: losing([2, 3], 17) })
    const { list, lost } = await bench.key.count({ for: '1s' }).result()
    expect(list).toEqual([{ time: 100e6 }, { time: 500e6, for: 50 }])
    expect(lost).toBe(2)
  })
})
