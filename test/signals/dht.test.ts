/** The climate sensor: its frames as sigrok's decoder reads them, and as our peripheral does. */

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DhtEdge, dhtReadings } from '../../src/peripherals/dht-frame.js'
import { dht } from '../../src/peripherals/index.js'
import { readRecording } from '../../src/records/recording.js'
import { recordBench } from './record.js'
import { texts } from './sigrok.js'

/** What the sensor is told of the air, and so what everybody must read. */
interface Air {
  readonly temperature: number
  readonly humidity: number
}

async function read(model: 'dht11' | 'dht22', air: Air, { seed = 1, times = 1 } = {}) {
  const specs = { air: dht({ line: 4, model }) }
  return await recordBench(
    specs,
    async ({ bench, wait }) => {
      // A decoder needs to have seen the line at rest.
      await wait(1)
      const values: Air[] = []
      for (let time = 0; time < times; time++) values.push(await bench.air.read({ attempts: 1 }).result())
      return values
    },
    { simulate: { air }, seed },
  )
}

function results(file: string, device: 'am230x/rht' | 'dht11'): string[] {
  return texts({ file, decoder: 'am230x', channels: { sda: 'air' }, options: { device }, row: 'Results' })
}

const textsOf = ({ temperature, humidity }: Air): string[] => [
  `Humidity: ${humidity.toFixed(1)} %`,
  `Temperature: ${temperature.toFixed(1)} °C`,
  'Checksum: OK',
]

describe('dht22', () => {
  it.each([
    { temperature: 23.4, humidity: 45.6 },
    { temperature: 0, humidity: 12.3 },
    { temperature: -0.1, humidity: 99.9 },
    { temperature: -10.1, humidity: 80.5 },
    { temperature: -40, humidity: 100 },
    { temperature: 80, humidity: 25.6 },
  ])('sends $temperature °C and $humidity %, and we read them', async air => {
    const { file, result } = await read('dht22', air)
    expect(results(file, 'am230x/rht')).toEqual(textsOf(air))
    expect(result).toEqual([air])
  })

  it('does so with whatever times of its edges', async () => {
    const air = { temperature: -7.3, humidity: 51.2 }
    for (let seed = 2; seed < 12; seed++) {
      const { file, result } = await read('dht22', air, { seed })
      expect(results(file, 'am230x/rht'), `seed ${seed}`).toEqual(textsOf(air))
      expect(result, `seed ${seed}`).toEqual([air])
    }
  })

  it('does so time after time', async () => {
    const air = { temperature: 20.5, humidity: 33.3 }
    const { file, result } = await read('dht22', air, { times: 3 })
    expect(results(file, 'am230x/rht')).toEqual([...textsOf(air), ...textsOf(air), ...textsOf(air)])
    expect(result).toEqual([air, air, air])
  })
})

describe('dht11', () => {
  // The decoder reads whole degrees only, and no sign.
  it.each([
    { temperature: 0, humidity: 20 },
    { temperature: 24, humidity: 63 },
    { temperature: 50, humidity: 90 },
  ])('sends $temperature °C and $humidity %, and we read them', async air => {
    const { file, result } = await read('dht11', air)
    expect(results(file, 'dht11')).toEqual(textsOf(air))
    expect(result).toEqual([air])
  })
})

/** Captures of real sensors; they stand beside the project. */
const CAPTURES = resolve(import.meta.dirname, '../../../shared/captures')

describe.skipIf(!existsSync(CAPTURES))('a capture of a real sensor', () => {
  it.each(['am2302_1mhz_3samples.vcd', 'am2303_1mhz.vcd'])('gives us what it gives sigrok: %s', name => {
    const file = resolve(CAPTURES, name)
    const request = { file, decoder: 'am230x', channels: { sda: 'SDA' }, options: { device: 'am230x/rht' } }
    const readings = dhtReadings(edgesOf(file), 'am2302', name)
    expect(readings.length).toBeGreaterThan(0)
    const ours = readings.flatMap(reading => ('error' in reading ? [reading.error.message] : textsOf(reading)))
    expect(ours).toEqual(texts({ ...request, row: 'Results' }))
  })
})

function edgesOf(file: string): DhtEdge[] {
  const [first, ...changes] = readRecording(file).signal('SDA')
  let before = first?.level
  return changes.flatMap(({ time, level }) => {
    const changed = before !== undefined && level !== undefined && level !== before
    before = level
    return changed ? [{ direction: level === 'high' ? 'rising' : 'falling', time }] : []
  })
}
