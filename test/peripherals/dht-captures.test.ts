import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DhtEdge, dhtReadings } from '../../src/peripherals/dht-frame.js'
import { type Recording, readRecording } from '../../src/records/recording.js'

/**
 * Captures of real sensors, from sigrok's collection; they stand beside the project and are not part of it, so where
 * they are missing these tests are skipped.
 */
const CAPTURES = resolve(import.meta.dirname, '../../../shared/captures')

function edgesOf(recording: Recording, signal: string): DhtEdge[] {
  const changes = [...recording.signal(signal)]
  return changes.flatMap(({ time, level }, index) => {
    const before = changes[index - 1]?.level
    if (before === undefined || level === before) return []
    return [{ direction: level === 'high' ? 'rising' : 'falling', time }] as const
  })
}

// The values are those of sigrok's own decoder (sigrok-cli 0.7.2, libsigrokdecode 0.5.3):
// sigrok-cli -I vcd -i FILE -P am230x:sda=SDA -A am230x=humidity:temperature:checksum
describe.skipIf(!existsSync(CAPTURES))('captures of real sensors are read as sigrok reads them', () => {
  it.each([
    [
      'am2302_1mhz_3samples.vcd',
      'am2302',
      [
        { temperature: 24.8, humidity: 47.6 },
        { temperature: 24.8, humidity: 47.2 },
        { temperature: 24.8, humidity: 46.8 },
      ],
    ],
    ['am2303_1mhz.vcd', 'am2303', [{ temperature: 23.2, humidity: 55.5 }]],
  ] as const)('%s', (file, model, expected) => {
    const edges = edgesOf(readRecording(`${CAPTURES}/${file}`), 'SDA')
    expect(dhtReadings(edges, model, file)).toEqual(expected.map(values => expect.objectContaining(values)))
  })

  it('from any edge on: what is left of the first frame is never read as something else', () => {
    const file = 'am2302_1mhz_3samples.vcd'
    const edges = edgesOf(readRecording(`${CAPTURES}/${file}`), 'SDA')
    for (let from = 1; from <= 84; from++) {
      const readings = dhtReadings(edges.slice(from), 'am2302', file)
      const humidities = readings.map(reading => ('error' in reading ? reading.error.code : reading.humidity))
      expect(humidities.slice(-2), `from edge ${from}`).toEqual([47.2, 46.8])
      expect([[], [47.6]]).toContainEqual(humidities.slice(0, -2))
    }
  })

  it('with one bit changed have the typed checksum error', () => {
    const edges = edgesOf(readRecording(`${CAPTURES}/am2303_1mhz.vcd`), 'SDA')
    const ones = edges.flatMap((edge, index) => (edge.direction === 'rising' ? [index] : [])).slice(2, -1)
    for (const rise of ones) {
      const [from, to] = [edges[rise]?.time ?? 0, edges[rise + 1]?.time ?? 0]
      const shift = to - from > 50e3 ? -46e3 : 46e3
      const changed = edges.map((edge, index) => (index > rise ? { ...edge, time: edge.time + shift } : edge))
      const [reading] = dhtReadings(changed, 'am2303', 'air')
      expect(reading, `the bit at ${from}`).toMatchObject({
        error: { code: 'ERR_BAD_READING', details: { reason: 'checksum' } },
      })
    }
    expect(ones.length).toBe(40)
  })
})
