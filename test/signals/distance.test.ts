/** The ultrasonic distance sensor: its trigger and its echo, as somebody with a stopwatch sees them. */

import { describe, expect, it } from 'vitest'
import { distance } from '../../src/peripherals/index.js'
import { recordBench } from './record.js'
import { edgeTimes } from './times.js'

/** The data sheet of the HC-SR04 has 58 us for each cm, which is the speed of sound at 22.7 °C. */
const WARM = 22.7
const NS_PER_CM = 58_000

describe('distance', () => {
  it.each([5, 100, 350])('gets an echo of 58 us for each of %i cm, and says so', async centimetres => {
    const { file, result } = await recordBench(
      { range: distance({ lines: { trigger: 23, echo: 24 }, temperature: WARM }) },
      async ({ bench, wait }) => {
        await wait(1)
        return await bench.range.read({ samples: 3 }).result()
      },
      { simulate: { range: { distance: centimetres, temperature: WARM } } },
    )
    const triggers = edgeTimes(file, 'range_lines_trigger')
    const widths = triggers.filter((_, index) => index % 2 === 0)
    expect(widths).toHaveLength(3)
    expect(Math.min(...widths)).toBeGreaterThanOrEqual(10_000)
    for (const [index, ns] of triggers.entries()) {
      // A cycle of 60 ms, as the data sheet asks for.
      if (index % 2 === 1) expect(ns + (triggers[index - 1] ?? 0)).toBeGreaterThanOrEqual(60e6)
    }
    const echoes = edgeTimes(file, 'range_lines_echo').filter((_, index) => index % 2 === 0)
    expect(echoes).toHaveLength(3)
    for (const ns of echoes) expect(Math.abs(ns / NS_PER_CM - centimetres)).toBeLessThan(0.3 + centimetres * 0.003)
    expect(Math.abs((result.distance ?? 0) - centimetres)).toBeLessThan(0.3 + centimetres * 0.003)
  })
})
