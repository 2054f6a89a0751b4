import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open(simulate: Record<string, unknown>, seed = 1) {
  const clock = new VirtualClock()
  const parts = [{ name: 'flow', type: 'counter', config: { line: 17 }, simulate, signals: [] }]
  const board = await new MockDriver().open({ clock, seed, parts })
  return { board, clock }
}

async function changes(simulate: Record<string, unknown>, ns: number, seed?: number) {
  const { board, clock } = await open(simulate, seed)
  await clock.reach(ns)
  await board.close()
  return [...board.trace].map(({ level, time }) => `${level} @${time / 1e6}`)
}

describe('the part of a counter', () => {
  it('makes pulses of its frequency and duty', async () => {
    expect(await changes({ frequency: 100, duty: 0.25 }, 25e6)).toEqual([
      'high @10',
      'low @12.5',
      'high @20',
      'low @22.5',
    ])
  })

  it('does not drift when its period is no whole number of ns', async () => {
    const { board, clock } = await open({ frequency: 3000 })
    await clock.reach(10e9 + 1e5)
    await board.close()
    const rises = [...board.trace].filter(({ level }) => level === 'high')
    expect(rises.length).toBe(30_000)
    expect(Math.abs((rises.at(-1)?.time ?? 0) - 10e9)).toBeLessThanOrEqual(1)
  })

  it('stands still where the frequency is 0, and goes on when it is not', async () => {
    const rises = await changes({ frequency: { ramp: { from: -10, to: 10, over: 20_000 } } }, 12e9)
    expect(rises.length).toBeGreaterThan(0)
    expect(Number(rises[0]?.split('@')[1])).toBeGreaterThan(10_000)
  })

  it('shifts its pulses at random, the same for the same seed', async () => {
    const jittering = { frequency: 100, jitter: 0.3 }
    const first = await changes(jittering, 200e6)
    expect(await changes(jittering, 200e6)).toEqual(first)
    expect(await changes(jittering, 200e6, 2)).not.toEqual(first)
    expect(first.map(change => change.split(' ')[0]).slice(0, 4)).toEqual(['high', 'low', 'high', 'low'])
  })

  it.each([
    ['frequency', -1],
    ['frequency', 1e9],
    ['frequency', 'fast'],
    ['duty', 1],
    ['jitter', 0.5],
    ['jitter', 'some'],
  ])('refuses a %s of %s', async (key, value) => {
    const refused = expect.objectContaining({ code: 'ERR_BAD_CONFIG', place: `simulate.flow.${key}` })
    await expect(open({ frequency: 1, [key]: value })).rejects.toThrow(refused)
  })

  it.each([{ frequency: 100 }, {}])('leaves no timer when the board is closed (%j)', async simulate => {
    const { board, clock } = await open(simulate)
    await board.close()
    await clock.idle()
    expect(clock.now()).toBe(0)
  })
})
