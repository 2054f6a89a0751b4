import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TurnedEncoder } from '../../mocks/parts/encoder.js'
import { encoder } from '../../src/peripherals/index.js'
import { failureOf, openMockBench } from '../bench/setup.js'
import { losing } from './lossy.js'

type Turns = readonly { readonly at: number; readonly steps: number; readonly speed: number }[]

const open = (turns: Turns, config: Partial<Parameters<typeof encoder>[0]> = {}, options: object = {}) =>
  openMockBench(
    { knob: encoder({ lines: { a: 17, b: 27 }, ...config }) },
    { simulate: { knob: { turns } }, ...options },
  )

async function readAfter(ms: number, { bench }: Awaited<ReturnType<typeof open>>) {
  await bench.worker.submit(({ sleep }) => sleep(ms), { on: bench.knob }).result()
  return await bench.knob.read().result()
}

describe('read', () => {
  it('gives the position in steps and in detents', async () => {
    const turns = [
      { at: 10, steps: 10, speed: 1000 },
      { at: 100, steps: -13, speed: 1000 },
    ]
    const world = await open(turns)
    expect(await readAfter(50, world)).toMatchObject({ position: 10, detents: 2.5, errors: 0, lost: 0 })
    expect(await readAfter(150, world)).toMatchObject({ position: -3, detents: -0.75, errors: 0, lost: 0 })
  })

  it('counts the other way round when told to', async () => {
    const world = await open([{ at: 10, steps: 7, speed: 1000 }], { reverse: true })
    expect(await readAfter(50, world)).toMatchObject({ position: -7 })
  })

  it('gives the amount in the unit of the configuration, calibrated', async () => {
    const config = { perStep: 0.5, unit: 'mm', calibration: { scale: 2, offset: 1 } }
    const world = await open([{ at: 10, steps: 8, speed: 1000 }], config)
    expect(await readAfter(50, world)).toMatchObject({ amount: 9, unit: 'mm' })
  })

  it('gives the speed while it turns, less when it slows down, and 0 when it stands', async () => {
    const world = await open([{ at: 10, steps: -100, speed: 500 }])
    expect((await readAfter(150, world)).speed).toBeCloseTo(-500, 6)
    // The last step comes at 208 ms.
    const slowing = (await readAfter(100, world)).speed
    expect(slowing).toBeLessThan(-250)
    expect(slowing).toBeGreaterThan(-490)
    expect((await readAfter(200, world)).speed).toBe(0)
  })

  it('follows any turns to the step', async () => {
    const turn = fc.record({
      pause: fc.integer({ min: 1, max: 50 }),
      steps: fc.integer({ min: -40, max: 40 }),
      speed: fc.integer({ min: 10, max: 5000 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { maxLength: 8 }), async list => {
        let at = 0
        const turns = list.map(({ pause, steps, speed }) => {
          const begin = at + pause
          at = begin + (Math.abs(steps) / speed) * 1000
          return { at: begin, steps, speed }
        })
        const world = await open(turns)
        const expected = list.reduce((sum, { steps }) => sum + steps, 0)
        const reading = await readAfter(at + 10, world)
        await world.bench.close()
        expect(reading).toMatchObject({ position: expected, errors: 0, lost: 0 })
        expect((world.board.part('knob') as TurnedEncoder).position).toBe(expected)
      }),
      { numRuns: 30 },
    )
  })

  it('counts a line that changes twice into the same level as an error', async () => {
    const world = await open([{ at: 10, steps: 20, speed: 1000 }], {}, { driver: losing([6, 7, 8], 17) })
    const { errors, lost, position } = await readAfter(50, world)
    expect(lost).toBe(3)
    expect(errors).toBeGreaterThan(0)
    expect(Math.abs(position - 20)).toBeLessThanOrEqual(2 * (errors + lost))
  })

  it('counts both lines changing at one moment as an error, and stays where it is', async () => {
    const world = await open([])
    world.clock.after(1e6, () => {
      world.board.drive(17, 'low')
      world.board.drive(27, 'low')
    })
    expect(await readAfter(10, world)).toMatchObject({ position: 0, errors: 1, lost: 0 })
    world.clock.after(1e6, () => world.board.drive(17, 'floating'))
    expect(await readAfter(10, world)).toMatchObject({ position: 1, errors: 1, lost: 0 })
  })
})

describe('waitForMove', () => {
  it('ends with the step that is far enough', async () => {
    const { bench } = await open([{ at: 1000, steps: -10, speed: 100 }])
    expect(await bench.knob.waitForMove({ steps: 5 }).result()).toEqual({
      position: -5,
      detents: -1.25,
      errors: 0,
      lost: 0,
      moved: -5,
      time: 1.04e9,
      waited: 1040,
    })
  })

  it('does not take steps of there and back for a move', async () => {
    const turns = [
      { at: 100, steps: 3, speed: 1000 },
      { at: 200, steps: -3, speed: 1000 },
      { at: 300, steps: -5, speed: 1000 },
    ]
    const { bench } = await open(turns)
    expect(await bench.knob.waitForMove({ steps: 4 }).result()).toMatchObject({ position: -4, time: 303e6 })
  })

  it('fails with ERR_NO_EDGE when it does not move far enough', async () => {
    const { bench } = await open([{ at: 100, steps: 3, speed: 1000 }])
    const error = await failureOf(bench.knob.waitForMove({ steps: 4, timeout: '1s' }).result())
    expect(error).toMatchObject({ code: 'ERR_NO_EDGE', message: 'knob: it moved 3 of 4 steps within 1000 ms' })
  })

  it('can be cancelled without losing a step', async () => {
    const { bench, clock } = await open([{ at: 100, steps: 300, speed: 1000 }])
    const task = bench.knob.waitForMove({ steps: 1000 })
    clock.after(200.5e6, () => task.cancel())
    expect((await failureOf(task.result())).code).toBe('ERR_CANCELLED')
    expect(await bench.knob.waitForMove({ steps: 50 }).result()).toMatchObject({ moved: 50, position: 151 })
  })

  it('fails when the chip vanishes, and so does every later action', async () => {
    const { bench, board, clock } = await open([])
    const task = bench.knob.waitForMove({})
    clock.after(1e6, () => board.unplug())
    expect((await failureOf(task.result())).code).toBe('ERR_CHIP_GONE')
    expect((await failureOf(bench.knob.read().result())).code).toBe('ERR_CHIP_GONE')
  })
})

describe('set', () => {
  it('calls it so where it is now, and forgets errors', async () => {
    const turns = [
      { at: 10, steps: 20, speed: 1000 },
      { at: 100, steps: 6, speed: 1000 },
    ]
    const world = await open(turns, {}, { driver: losing([6, 7, 8], 17) })
    await readAfter(50, world)
    expect(await world.bench.knob.set({}).result()).toEqual({ position: 0, detents: 0, errors: 0, lost: 0 })
    expect(await world.bench.knob.set({ position: 100 }).result()).toMatchObject({ position: 100 })
    expect(await readAfter(100, world)).toMatchObject({ position: 106, errors: 0, lost: 0 })
  })
})
