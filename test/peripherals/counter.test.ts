import { describe, expect, it } from 'vitest'
import type { PulseTrain } from '../../mocks/parts/counter.js'
import { counter } from '../../src/peripherals/index.js'
import { failureOf, openMockBench } from '../bench/setup.js'
import { losing } from './lossy.js'

const open = (
  config: Partial<Parameters<typeof counter>[0]> = {},
  simulate: Record<string, unknown> = {},
  options: object = {},
) => openMockBench({ flow: counter({ line: 17, ...config }) }, { simulate: { flow: simulate }, ...options })

describe('count', () => {
  it('counts the pulses of its time, and each only once', async () => {
    const { bench } = await open({}, { frequency: 50 })
    expect(await bench.flow.count({ for: 2005 }).result()).toEqual({ pulses: 100, lost: 0, from: 0, to: 2005e6 })
    expect(await bench.flow.count({ for: 100 }).result()).toMatchObject({ pulses: 5 })
  })

  it.each([
    ['falling', 100],
    ['both', 201],
  ] as const)('takes %s edges for pulses when told to', async (edge, pulses) => {
    const { bench } = await open({ edge }, { frequency: 100, duty: 0.2 })
    expect(await bench.flow.count({ for: 1011 }).result()).toMatchObject({ pulses })
  })

  it('gives amount and rate in the unit of the configuration, each calibrated by itself', async () => {
    const points: [number, number][] = [
      [0, 0],
      [10, 11],
    ]
    const config = {
      perPulse: 2.5,
      unit: 'ml',
      ratePer: 'min',
      calibration: { rate: { points }, amount: { offset: 1 } },
    }
    const { bench } = await open(config as never, { frequency: 10 })
    await bench.worker.submit(({ sleep }) => sleep(50), { on: bench.flow }).result()
    const result = await bench.flow.count({ for: 4000 }).result()
    expect(result).toMatchObject({ pulses: 40, amount: 101, unit: 'ml' })
    expect(result.rate).toBeCloseTo(1650, 9)
  })

  it('says how many edges are missing', async () => {
    const { bench } = await open({}, { frequency: 100 }, { driver: losing([10, 11, 12, 40], 17) })
    expect(await bench.flow.count({ for: 1005 }).result()).toMatchObject({ pulses: 96, lost: 4 })
  })

  it('counts nothing on a line that stands still', async () => {
    const { bench } = await open({ perPulse: 3 })
    expect(await bench.flow.count({ for: 1005 }).result()).toMatchObject({ pulses: 0, lost: 0, amount: 0, rate: 0 })
  })

  it('can be cancelled, and the next action works', async () => {
    const { bench, clock } = await open({}, { frequency: 10 })
    const task = bench.flow.count({ for: '1m' })
    clock.after(1.05e9, () => task.cancel())
    expect((await failureOf(task.result())).code).toBe('ERR_CANCELLED')
    expect(await bench.flow.count({ for: 1000 }).result()).toMatchObject({ pulses: 10 })
  })

  it('fails when the chip vanishes', async () => {
    const { bench, board, clock } = await open({}, { frequency: 10 })
    const task = bench.flow.count({ for: '5s' })
    clock.after(1e9, () => board.unplug())
    expect((await failureOf(task.result())).code).toBe('ERR_CHIP_GONE')
    expect((await failureOf(bench.flow.total().result())).code).toBe('ERR_CHIP_GONE')
  })
})

describe('frequency', () => {
  it('comes from the times of the edges, not from how many fit into the time', async () => {
    const { bench } = await open({}, { frequency: 7 })
    const { frequency, periods, lost, timestamps } = await bench.flow.frequency({ for: 1005 }).result()
    expect(frequency).toBeCloseTo(7, 6)
    expect({ periods, lost, timestamps }).toEqual({ periods: 6, lost: 0, timestamps: 'kernel-ns' })
  })

  it('is taken over a number of periods', async () => {
    const { bench, clock } = await open({}, { frequency: 0.5 })
    const { frequency, periods } = await bench.flow.frequency({ periods: 3 }).result()
    expect([frequency, periods, clock.now()]).toEqual([0.5, 3, 8e9])
  })

  it('has the shortest and the longest period of a source that jitters', async () => {
    const { bench } = await open({}, { frequency: 100, jitter: 0.1 })
    const { frequency, shortest = 0, longest = 0 } = await bench.flow.frequency({ for: '10s' }).result()
    expect(frequency).toBeCloseTo(100, 1)
    expect(shortest).toBeGreaterThanOrEqual(8)
    expect(shortest).toBeLessThan(9)
    expect(longest).toBeGreaterThan(11)
    expect(longest).toBeLessThanOrEqual(12)
  })

  it('is right although edges were lost', async () => {
    const { bench } = await open({}, { frequency: 100 }, { driver: losing([40, 41, 60], 17) })
    const result = await bench.flow.frequency({ for: 1005 }).result()
    expect(result).toMatchObject({ periods: 39, lost: 3, shortest: 10, longest: 10 })
    expect(result.frequency).toBeCloseTo(100, 9)
  })

  it('begins anew after a loss when it is taken over periods', async () => {
    const { bench } = await open({}, { frequency: 100 }, { driver: losing([5], 17) })
    const result = await bench.flow.frequency({ periods: 8 }).result()
    expect(result).toMatchObject({ periods: 8, lost: 1, longest: 10 })
  })

  it('fails as incomplete when no two pulses in a row are left', async () => {
    const odd = Array.from({ length: 60 }, (_, index) => 2 * index + 1)
    const { bench } = await open({}, { frequency: 100 }, { driver: losing(odd, 17) })
    expect(await failureOf(bench.flow.frequency({ for: 1005 }).result())).toMatchObject({
      code: 'ERR_BAD_READING',
      place: 'flow',
      details: { reason: 'incomplete' },
    })
  })

  it('is 0 when nothing moves', async () => {
    const { bench } = await open({ perPulse: 2 })
    const result = await bench.flow.frequency({ for: 1005 }).result()
    expect(result).toEqual({ frequency: 0, periods: 0, lost: 0, rate: 0, timestamps: 'kernel-ns' })
  })

  it('fails with ERR_NO_EDGE when the periods do not come in time', async () => {
    const { bench } = await open({}, { frequency: 1 })
    const error = await failureOf(bench.flow.frequency({ periods: 10, timeout: '3.5s' }).result())
    expect(error).toMatchObject({ code: 'ERR_NO_EDGE', message: 'flow: 2 of 10 periods came within 3500 ms' })
  })
})

describe('waitFor', () => {
  it('ends with the last of the pulses', async () => {
    const { bench } = await open({ perPulse: 2.25, unit: 'ml' }, { frequency: 10 })
    const result = await bench.flow.waitFor({ pulses: 20, timeout: '10s' }).result()
    expect(result).toEqual({ pulses: 20, lost: 0, time: 2e9, waited: 2000, amount: 45, unit: 'ml' })
  })

  it('fails with ERR_NO_EDGE when they do not come in time', async () => {
    const { bench } = await open({}, { frequency: 10 })
    const error = await failureOf(bench.flow.waitFor({ pulses: 20, timeout: '1s' }).result())
    expect(error).toMatchObject({ code: 'ERR_NO_EDGE', message: expect.stringContaining('of 20 pulses') })
  })
})

describe('total', () => {
  it('has all pulses since the opening, and agrees with what the source made', async () => {
    const { bench, board } = await open({}, { frequency: { ramp: { from: 0, to: 200, over: '10s' } } })
    await bench.flow.count({ for: 1005 }).result()
    await bench.worker.submit(({ sleep }) => sleep('9s'), { on: bench.flow }).result()
    const total = await bench.flow.total().result()
    expect(total).toEqual({ pulses: (board.part('flow') as PulseTrain).pulses, lost: 0, since: 0 })
    // The integral of the ramp.
    expect(Math.abs(total.pulses - 1000)).toBeLessThanOrEqual(1)
  })

  it('begins anew with zero, which gives what was counted until then', async () => {
    const { bench } = await open({ perPulse: 2, unit: 'ml' }, { frequency: 10 })
    await bench.worker.submit(({ sleep }) => sleep(5050), { on: bench.flow }).result()
    expect(await bench.flow.zero().result()).toEqual({ pulses: 50, lost: 0, since: 0, amount: 100, unit: 'ml' })
    await bench.worker.submit(({ sleep }) => sleep(1005), { on: bench.flow }).result()
    expect(await bench.flow.total().result()).toMatchObject({ pulses: 10, since: 5050e6, amount: 20 })
  })

  it('says how many edges are missing', async () => {
    const { bench } = await open({}, { frequency: 100 }, { driver: losing([3, 9], 17) })
    await bench.worker.submit(({ sleep }) => sleep(1005), { on: bench.flow }).result()
    expect(await bench.flow.total().result()).toMatchObject({ pulses: 98, lost: 2 })
  })
})
