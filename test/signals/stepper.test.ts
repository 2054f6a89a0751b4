/** Steppers: speed and position of their steps, as the inputs of a driver chip get them. */

import { describe, expect, it } from 'vitest'
import { sequence, stepper } from '../../src/peripherals/index.js'
import { recordBench } from './record.js'
import { decode } from './sigrok.js'

interface Speeds {
  readonly startSpeed: number
  readonly maxSpeed: number
  readonly acceleration: number
}

const SPEEDS: Speeds = { startSpeed: 100, maxSpeed: 1000, acceleration: 10_000 }
const WIRING = { step: 17, direction: 27 }

/** A number for each pair of steps: how fast the second came, and where the first led to. */
function decoded(file: string, step: string, dir: string): { speeds: number[]; positions: number[] } {
  const request = { file, decoder: 'stepper_motor', channels: { step, dir } }
  const numbers = (row: string): number[] => decode({ ...request, row }).map(({ text }) => Number.parseInt(text, 10))
  return { speeds: numbers('Speed'), positions: numbers('Position') }
}

const upTo = (from: number, to: number): number[] =>
  Array.from({ length: Math.abs(to - from) }, (_, index) => from + (index + 1) * Math.sign(to - from))

/**
 * When constant acceleration from the start speed has come `steps` far, in s: from s = v0 t + a t² / 2. Valid up to the
 * highest speed.
 */
function dueAt(steps: number, { startSpeed, acceleration }: Speeds): number {
  return (Math.sqrt(startSpeed ** 2 + 2 * acceleration * steps) - startSpeed) / acceleration
}

/** Steps until the highest speed is reached. */
function rise({ startSpeed, maxSpeed, acceleration }: Speeds): number {
  return Math.floor((maxSpeed ** 2 - startSpeed ** 2) / (2 * acceleration))
}

/** As a part of what it may be: the trace has whole microseconds, of 1000 and more, and the decoder whole steps/s. */
function deviation(speed: number | undefined, wanted: number): number {
  return Math.abs((speed ?? Number.NaN) - wanted) / (wanted * 0.001 + 0.5)
}

describe('stepper on a driver chip', () => {
  it('is where its moves lead to, step by step', async () => {
    const { file, result } = await recordBench({ axis: stepper({ wiring: WIRING }) }, async ({ bench, wait }) => {
      await wait(1)
      await bench.axis.move({ steps: 200 }).result()
      await bench.axis.move({ to: 120 }).result()
      await bench.axis.move({ turns: -1 }).result()
      // The decoder shows where a step led to when it sees the next one.
      await bench.axis.move({ steps: 1 }).result()
      return (await bench.axis.position().result()).position
    })
    const { positions } = decoded(file, 'axis_wiring_step', 'axis_wiring_direction')
    expect(positions).toEqual([...upTo(0, 200), ...upTo(200, 120), ...upTo(120, -80)])
    expect(result).toBe(-79)
  })

  it('counts down for steps forward where it is wired the other way round', async () => {
    const { file } = await recordBench({ axis: stepper({ wiring: WIRING, invert: true }) }, async ({ bench, wait }) => {
      await wait(1)
      await bench.axis.move({ steps: 4 }).result()
    })
    const { positions } = decoded(file, 'axis_wiring_step', 'axis_wiring_direction')
    expect(positions).toEqual([-1, -2, -3])
  })

  it('speeds up with constant acceleration, runs, and slows down as it came', async () => {
    const { file } = await recordBench({ axis: stepper({ wiring: WIRING, ...SPEEDS }) }, async ({ bench, wait }) => {
      await wait(1)
      await bench.axis.move({ steps: 300 }).result()
    })
    const { speeds } = decoded(file, 'axis_wiring_step', 'axis_wiring_direction')
    expect(speeds).toHaveLength(299)
    const rising = rise(SPEEDS)
    for (let index = 0; index < rising; index++) {
      const wanted = 1 / (dueAt(index + 1, SPEEDS) - dueAt(index, SPEEDS))
      expect(deviation(speeds[index], wanted), `step ${index}`).toBeLessThan(1)
      expect(deviation(speeds.at(-1 - index), wanted), `step ${-1 - index}`).toBeLessThan(1)
    }
    const running = speeds.slice(rising + 1, -rising - 1)
    expect(Math.min(...running)).toBeGreaterThanOrEqual(998)
    expect(Math.max(...running)).toBeLessThanOrEqual(1002)
  })

  it('never counts more or fewer than it says when moves are cancelled', async () => {
    const config = { wiring: WIRING, ...SPEEDS }
    const { file, result } = await recordBench({ axis: stepper(config) }, async ({ bench, wait }) => {
      await wait(1)
      const ends: number[] = []
      for (const [steps, ms] of [
        [500, 120],
        [-700, 33],
        [300, 7],
        [-50, 61],
      ] as const) {
        const move = bench.axis.move({ steps })
        await wait(ms)
        move.cancel()
        await move.result().catch(() => undefined)
        ends.push((await bench.axis.position().result()).position)
      }
      await bench.axis.move({ steps: 1 }).result()
      return ends
    })
    const { positions } = decoded(file, 'axis_wiring_step', 'axis_wiring_direction')
    expect(positions.at(-1)).toBe(result.at(-1))
    // Where it turned round, and where it ended.
    const turns = positions.filter((at, index) => {
      const [before, after] = [positions[index - 1] ?? 0, positions[index + 1]]
      return after === undefined || Math.sign(at - before) !== Math.sign(after - at)
    })
    expect(turns).toEqual(result)
  })
})

describe('the builder stepRamp', () => {
  it('makes the steps, their direction and their speeds', async () => {
    const specs = { motor: sequence({ lines: { step: 17, dir: 27 } }) }
    const { file } = await recordBench(specs, async ({ bench, wait }) => {
      await wait(1)
      for (const steps of [300, -100, 1]) {
        await bench.motor.play({ stepRamp: { step: 'step', dir: 'dir', steps, ...SPEEDS } }).result()
      }
    })
    const { positions, speeds } = decoded(file, 'motor_lines_step', 'motor_lines_dir')
    expect(positions).toEqual([...upTo(0, 300), ...upTo(300, 200)])
    const rising = rise(SPEEDS)
    for (let index = 0; index < rising - 1; index++) {
      const wanted = 1 / (dueAt(index + 1, SPEEDS) - dueAt(index, SPEEDS))
      expect(deviation(speeds[index], wanted), `step ${index}`).toBeLessThan(1)
    }
    expect(speeds[150]).toBe(1000)
  })
})
