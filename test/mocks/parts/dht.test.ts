import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open(simulate: Record<string, unknown>, model = 'dht22', seed = 1) {
  const clock = new VirtualClock()
  const parts = [{ name: 'air', type: 'dht', config: { line: 4, model }, simulate, signals: [] }]
  return { board: await new MockDriver().open({ clock, seed, parts }), clock }
}

/** The lengths (us) of all levels after the end of a start pulse, for each start pulse in turn (ms). */
async function answers(
  starts: readonly { readonly at: number; readonly ms: number }[],
  simulate: Record<string, unknown> = {},
  model?: string,
  seed?: number,
) {
  const { board, clock } = await open(simulate, model, seed)
  const ends = starts.map(({ at, ms }) => (at + ms) * 1e6)
  for (const [index, { at }] of starts.entries()) {
    clock.after(at * 1e6, () => board.drive(4, 'low'))
    clock.after(ends[index] ?? 0, () => board.drive(4, 'floating'))
  }
  await clock.idle()
  const times = [...board.trace].map(({ time }) => time)
  return ends.map(end => {
    const own = times.filter(time => time >= end && time < end + 10e6)
    return own.slice(1).map((time, index) => (time - (own[index] ?? 0)) / 1000)
  })
}

/** The five bytes, read straight from the high times. */
function bytesOf(lengths: readonly number[]): number[] {
  const bits = Array.from({ length: 40 }, (_, bit) => ((lengths[4 + 2 * bit] ?? 0) > 50 ? 1 : 0))
  return [0, 8, 16, 24, 32].map(at => Number.parseInt(bits.slice(at, at + 8).join(''), 2))
}

describe('the part of a DHT', () => {
  it('answers a start pulse with its 84 edges, each within the tolerance of the datasheet', async () => {
    const [lengths = []] = await answers([{ at: 1, ms: 1 }], { temperature: 24.8, humidity: 47.6 })
    expect(lengths.length).toBe(84)
    const within = (value: number | undefined, min: number, max: number) =>
      expect(value !== undefined && value >= min && value <= max, `${value} in ${min}..${max}`).toBe(true)
    within(lengths[0], 20, 200)
    within(lengths[1], 75, 85)
    within(lengths[2], 75, 85)
    for (let bit = 0; bit < 40; bit++) {
      within(lengths[3 + 2 * bit], 48, 55)
      const high = lengths[4 + 2 * bit] ?? 0
      if (high > 50) within(high, 68, 75)
      else within(high, 22, 30)
    }
    within(lengths[83], 45, 55)
    expect(bytesOf(lengths)).toEqual([0x01, 0xdc, 0x00, 0xf8, 0xd5])
  })

  it.each([
    ['dht22', -10.1, 65.8, [0x02, 0x92, 0x80, 0x65, 0x79]],
    ['am2302', -99, 120, [0x03, 0xe8, 0x81, 0x90, 0xfc]],
    ['dht11', 24.4, 53.2, [0x35, 0x00, 0x18, 0x04, 0x51]],
    ['dht11', -10.1, 0, [0x05, 0x00, 0x0a, 0x81, 0x90]],
  ])('of a %s at %f °C and %f %% sends the bytes of the datasheet', async (model, temperature, humidity, bytes) => {
    const [lengths = []] = await answers([{ at: 1, ms: 20 }], { temperature, humidity }, model)
    expect(bytesOf(lengths)).toEqual(bytes)
  })

  it.each([
    ['dht22', 0.7],
    ['dht11', 17],
  ])('of a %s does not hear a start pulse of %f ms', async (model, ms) => {
    expect(await answers([{ at: 1, ms }], {}, model)).toEqual([[]])
  })

  it('gives what it measured last when it is asked again too early', async () => {
    const simulate = { temperature: { ramp: { from: 0, to: 40, over: 4000 } }, humidity: 50 }
    const starts = [1000, 2000, 3001].map(at => ({ at, ms: 1 }))
    const temperatures = (await answers(starts, simulate)).map(lengths => (bytesOf(lengths)[3] ?? 0) / 10)
    expect(temperatures).toEqual([10, 10, 4.4]) // 30.0 is 0x012c
  })

  it('varies its times, the same for the same seed', async () => {
    const start = [{ at: 1, ms: 1 }]
    const first = await answers(start)
    expect(await answers(start)).toEqual(first)
    expect(await answers(start, {}, 'dht22', 2)).not.toEqual(first)
    expect(new Set(first[0]).size).toBeGreaterThan(40)
  })

  it('only ever pulls the line low, so that it needs a pull-up', async () => {
    const { board, clock } = await open({}, 'dht22')
    const hand = board.outside(4, 'host')
    clock.after(1e6, () => hand.drive('low'))
    clock.after(2e6, () => hand.drive('pull-down'))
    await clock.idle()
    expect([...board.trace].map(({ level }) => level)).toEqual(['low'])
    const strong = await open({}, 'dht22')
    strong.board.drive(4, 'high')
    expect(strong.board.contentions).toEqual([])
  })

  it('refuses air that is no value over time', async () => {
    const refused = expect.objectContaining({ code: 'ERR_BAD_CONFIG', place: 'simulate.air.humidity' })
    await expect(open({ humidity: 'wet' })).rejects.toThrow(refused)
  })

  it('leaves no timer when the board is closed', async () => {
    const { board, clock } = await open({})
    board.drive(4, 'low')
    await clock.reach(1e6)
    board.drive(4, 'floating')
    await board.close()
    const before = clock.now()
    await clock.idle()
    expect(clock.now()).toBe(before)
  })
})
