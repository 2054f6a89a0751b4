import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type DhtEdge,
  type DhtModel,
  dhtAnswer,
  dhtFrames,
  dhtReadings,
  dhtValues,
} from '../../src/peripherals/dht-frame.js'
import { frameEdges, summed } from './dht-frames.js'

/** 65.2 % and 35.1 °C: the example of the AM2302's datasheet. */
const EXAMPLE = [0x02, 0x8c, 0x01, 0x5f, 0xee]

describe('a frame', () => {
  it('is read as the example of the datasheet', () => {
    const edges = frameEdges(EXAMPLE)
    expect(edges.length).toBe(86)
    expect(dhtReadings(edges, 'dht22', 'air')).toEqual([{ time: 1e6, temperature: 35.1, humidity: 65.2 }])
  })

  it('has the bytes that were sent, whatever the times within their tolerances', () => {
    const time = (min: number, max: number) => fc.integer({ min, max })
    const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 5, maxLength: 5 })
    const perBit = (min: number, max: number) => fc.array(time(min, max), { minLength: 40, maxLength: 40 })
    const times = fc.record({
      start: time(800, 25_000),
      go: time(20, 200),
      answerLow: time(60, 90),
      answerHigh: time(70, 88),
      low: perBit(45, 80),
      zero: perBit(20, 32),
      one: perBit(65, 80),
      end: time(40, 60),
    })
    fc.assert(
      fc.property(bytes, times, (sent, { low, zero, one, ...rest }) => {
        const at = (list: readonly number[]) => (bit: number) => list[bit] as number
        const edges = frameEdges(sent, 500, { ...rest, low: at(low), zero: at(zero), one: at(one) })
        expect(dhtFrames(edges).map(frame => frame.bytes)).toEqual([sent])
      }),
    )
  })

  it('may lack its beginning: the answer is not needed for the bits', () => {
    const edges = frameEdges(EXAMPLE).slice(2)
    for (let missing = 0; missing <= 3; missing++) {
      expect(dhtFrames(edges.slice(missing)).map(({ bytes }) => bytes)).toEqual([EXAMPLE])
    }
    expect(dhtFrames(edges.slice(4))).toEqual([])
  })

  it('is incomplete without its end', () => {
    const edges = frameEdges(EXAMPLE)
    for (const missing of [1, 2, 3, 40, 82]) {
      const frames = dhtFrames(edges.slice(0, -missing))
      expect(frames.map(({ bytes, fault }) => [bytes, typeof fault])).toEqual([[undefined, 'string']])
    }
  })

  it('with any two neighbouring edges missing is never read as another one', () => {
    const good = EXAMPLE.join()
    for (const bytes of [EXAMPLE, summed(0, 0, 0, 1), summed(0xff, 0xff, 0xff, 0xff)]) {
      const edges = frameEdges(bytes, 0, { zero: () => 22, low: () => 48 })
      for (let at = 2; at < edges.length - 1; at++) {
        const left = [...edges.slice(0, at), ...edges.slice(at + 2)]
        const wrong = dhtFrames(left).filter(frame => frame.bytes !== undefined && frame.bytes.join() !== bytes.join())
        expect(wrong, `edges ${at} and ${at + 1} of ${bytes.join()} (${good})`).toEqual([])
      }
    }
  })

  it('with any one edge missing is never read as another one', () => {
    const edges = frameEdges(EXAMPLE)
    for (let at = 0; at < edges.length; at++) {
      const frames = dhtFrames(edges.filter((_, index) => index !== at))
      const wrong = frames.filter(({ bytes }) => bytes !== undefined && bytes.join() !== EXAMPLE.join())
      expect(wrong, `edge ${at}`).toEqual([])
    }
  })

  it('with a glitch anywhere is incomplete, wrong in its sum, or read as it was', () => {
    const edges = frameEdges(EXAMPLE)
    const first = edges[2]?.time ?? 0
    const last = edges.at(-1)?.time ?? 0
    fc.assert(
      fc.property(fc.integer({ min: first, max: last }), fc.integer({ min: 200, max: 40_000 }), (time, width) => {
        for (const reading of dhtReadings(withGlitch(edges, time, width), 'dht22', 'air')) {
          if ('error' in reading) expect(['incomplete', 'checksum']).toContain(reading.error.details.reason)
          else expect(reading).toMatchObject({ temperature: 35.1, humidity: 65.2 })
        }
      }),
      { numRuns: 2000 },
    )
  })
})

/** The line turned around for `width` ns, and edges that are none for that left out. */
function withGlitch(edges: readonly DhtEdge[], time: number, width: number): DhtEdge[] {
  const levelAt = (at: number): boolean => {
    const before = edges.filter(edge => edge.time <= at).at(-1)
    const level = before === undefined || before.direction === 'rising'
    return at >= time && at < time + width ? !level : level
  }
  const times = [...edges.map(edge => edge.time), time, time + width].sort((a, b) => a - b)
  const changed: DhtEdge[] = []
  let level = true
  for (const at of times) {
    const now = levelAt(at)
    if (now !== level) changed.push({ direction: now ? 'rising' : 'falling', time: at })
    level = now
  }
  return changed
}

describe('a line over a long time', () => {
  it('gives all its readings, and passes over the end of one that began before it', () => {
    const whole = frameEdges(EXAMPLE, 0)
    const edges = [...whole.slice(31), ...frameEdges(summed(1, 0xdc, 0x80, 0x65), 2e6), ...frameEdges(EXAMPLE, 4e6)]
    expect(dhtReadings(edges, 'am2302', 'air')).toEqual([
      { time: 2.001e9, temperature: -10.1, humidity: 47.6 },
      { time: 4.001e9, temperature: 35.1, humidity: 65.2 },
    ])
  })

  it('has a typed error in the place of an answer that breaks off, and goes on', () => {
    const edges = [...frameEdges(EXAMPLE, 0).slice(0, 40), ...frameEdges(EXAMPLE, 2e6)]
    const [first, second] = dhtReadings(edges, 'dht22', 'air')
    expect(first).toMatchObject({ error: { code: 'ERR_BAD_READING', place: 'air', details: { reason: 'incomplete' } } })
    expect(second).toMatchObject({ temperature: 35.1 })
  })

  it('has a typed error in the place of a frame whose checksum is wrong', () => {
    const [reading] = dhtReadings(frameEdges([0x02, 0x8c, 0x01, 0x5f, 0xef]), 'dht22', 'air')
    expect(reading).toMatchObject({
      time: 1e6,
      error: {
        code: 'ERR_BAD_READING',
        details: { reason: 'checksum' },
        message: 'air: the checksum of 02 8c 01 5f ef should be ee',
      },
    })
  })

  it('without a frame gives nothing, whatever is on it', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 1e7 }), { maxLength: 60 })
    fc.assert(
      fc.property(times, list => {
        const sorted = [...list].sort((a, b) => a - b)
        const edges = sorted.map((time, index) => ({ direction: index % 2 ? 'rising' : 'falling', time }) as const)
        expect(dhtFrames(edges).filter(({ bytes }) => bytes !== undefined)).toEqual([])
      }),
    )
    expect(dhtFrames([])).toEqual([])
  })
})

describe('values', () => {
  const read = (model: DhtModel, ...bytes: number[]) => dhtValues({ time: 0, bytes: summed(...bytes) }, model, 'air')

  it.each([
    ['dht22', [0x01, 0xdc, 0x00, 0xf8], 24.8, 47.6],
    ['dht22', [0x02, 0x92, 0x80, 0x65], -10.1, 65.8],
    ['dht22', [0x03, 0xe8, 0x81, 0x90], -40, 100],
    ['dht22', [0x00, 0x01, 0x80, 0x00], 0, 0.1],
    ['am2303', [0x02, 0x2b, 0x00, 0xe8], 23.2, 55.5],
    ['dht11', [0x35, 0x00, 0x18, 0x04], 24.4, 53],
    ['dht11', [0x5f, 0x00, 0x0a, 0x81], -10.1, 95],
  ] as const)('of a %s in %j are %f °C and %f %%', (model, bytes, temperature, humidity) => {
    const values = read(model, ...bytes)
    expect(values).toEqual({ temperature, humidity })
  })

  it.each([
    ['dht22', 'too hot', [0x01, 0xdc, 0x03, 0x21]],
    ['dht22', 'too cold', [0x01, 0xdc, 0x81, 0x91]],
    ['dht22', 'too wet', [0x03, 0xe9, 0x00, 0xf8]],
    ['dht22', 'with no bit set', [0, 0, 0, 0]],
    ['dht11', 'too hot', [0x35, 0x00, 0x3d, 0x00]],
    ['dht11', 'with more than nine tenths', [0x35, 0x00, 0x18, 0x0a]],
    ['dht11', 'those of a DHT22', [0x01, 0xdc, 0x00, 0xf8]],
  ] as const)('of a %s that are %s are refused', (model, _what, bytes) => {
    const refused = { code: 'ERR_BAD_READING', place: 'air', details: { reason: 'range' } }
    expect(() => read(model, ...bytes)).toThrow(expect.objectContaining(refused))
  })
})

describe('the answer to a start pulse', () => {
  const released = 5e9
  const answer = frameEdges(EXAMPLE, 5e6 - 1000).slice(1)

  it.each([
    ['with the edge of the release', 0],
    ['without it', 1],
    ['without its first fall', 2],
    ['without its first low', 3],
  ])('is read %s', (_what, missing) => {
    expect(dhtAnswer(answer.slice(missing), released)?.bytes).toEqual(EXAMPLE)
  })

  it('is none when nothing pulled the line low', () => {
    expect(dhtAnswer([], released)).toBeUndefined()
    expect(dhtAnswer([{ direction: 'rising', time: released + 300 }], released)).toBeUndefined()
  })

  it('is incomplete when edges are no frame', () => {
    expect(dhtAnswer(answer.slice(0, 30), released)?.fault).toMatch(/breaks off/)
    expect(dhtAnswer([{ direction: 'falling', time: released + 5e6 }], released)?.fault).toMatch(/no frame/)
  })
})
