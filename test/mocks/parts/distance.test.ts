import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

const config = { lines: { trigger: 17, echo: 18 }, temperature: 20 }

async function open(simulate: Record<string, unknown>, seed = 1) {
  const clock = new VirtualClock()
  const parts = [{ name: 'sonar', type: 'distance', config, simulate, signals: [] }]
  return { board: await new MockDriver().open({ clock, seed, parts }), clock }
}

/** The echo's changes after triggers of `us` at the given times (ms). */
async function echoes(simulate: Record<string, unknown>, triggers: readonly number[], us = 10, seed?: number) {
  const { board, clock } = await open(simulate, seed)
  for (const ms of triggers) {
    clock.after(ms * 1e6, () => board.drive(17, 'high'))
    clock.after(ms * 1e6 + us * 1e3, () => board.drive(17, 'low'))
  }
  await clock.idle()
  return [...board.trace].filter(({ line }) => line === 18).map(({ time }) => time)
}

describe('the part of a distance sensor', () => {
  it('answers a trigger of 10 us after its burst, with 58 us for each cm and 0.3 cm of resolution', async () => {
    const [rise = 0, fall = 0, ...more] = await echoes({ distance: 100, temperature: 22.7 }, [1])
    expect(rise - 1.01e6).toBeGreaterThanOrEqual(430e3)
    expect(rise - 1.01e6).toBeLessThanOrEqual(480e3)
    expect(Math.abs((fall - rise) / 58e3 - 100)).toBeLessThan(0.35)
    expect(more).toEqual([])
  })

  it('does not hear a trigger that is too short, nor one while it measures', async () => {
    expect(await echoes({}, [1], 9)).toEqual([])
    expect((await echoes({ distance: 100 }, [1, 3])).length).toBe(2)
  })

  it.each([1.9, 401])('has no echo of a target at %f cm: its line is high for 38 ms', async distance => {
    const [rise = 0, fall = 0] = await echoes({ distance }, [1])
    expect(fall - rise).toBe(38e6)
  })

  it('spreads its readings over its resolution, the same for the same seed', async () => {
    const triggers = Array.from({ length: 50 }, (_, index) => index * 60 + 1)
    const times = await echoes({ distance: 50 }, triggers)
    const widths = times.flatMap((time, index) => (index % 2 === 1 ? [(time - (times[index - 1] ?? 0)) / 58.27e3] : []))
    expect(Math.min(...widths)).toBeGreaterThan(49.65)
    expect(Math.max(...widths)).toBeLessThan(50.35)
    expect(Math.max(...widths) - Math.min(...widths)).toBeGreaterThan(0.4)
    expect(await echoes({ distance: 50 }, triggers)).toEqual(times)
    expect(await echoes({ distance: 50 }, triggers, 10, 2)).not.toEqual(times)
  })

  it('refuses a target that is no value over time', async () => {
    const refused = expect.objectContaining({ code: 'ERR_BAD_CONFIG', place: 'simulate.sonar.distance' })
    await expect(open({ distance: 'far' })).rejects.toThrow(refused)
  })
})
