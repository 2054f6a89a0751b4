/** Servos: the width of their pulses, and the time between them. */

import { describe, expect, it } from 'vitest'
import { servo } from '../../src/peripherals/index.js'
import { recordBench } from './record.js'
import { edgeTimes } from './times.js'

const FRAME = 20_000_000

/** The widths of the pulses, and of the gaps after them, in ns; the first edge is a rising one. */
function pulsesOf(file: string, signal = 'arm'): { widths: number[]; gaps: number[] } {
  const times = edgeTimes(file, signal)
  return { widths: times.filter((_, index) => index % 2 === 0), gaps: times.filter((_, index) => index % 2 === 1) }
}

describe('servo', () => {
  it.each([
    { angle: 0, ns: 1_000_000 },
    { angle: 45, ns: 1_250_000 },
    { angle: 90, ns: 1_500_000 },
    { angle: 162, ns: 1_900_000 },
    { angle: 180, ns: 2_000_000 },
  ])('says $angle° with pulses of $ns ns, fifty times a second', async ({ angle, ns }) => {
    const { file } = await recordBench({ arm: servo({ line: 18 }) }, async ({ bench, wait }) => {
      await wait(5)
      await bench.arm.move({ angle }).result()
      await wait(205)
    })
    const { widths, gaps } = pulsesOf(file)
    expect(widths).toEqual(Array(11).fill(ns))
    expect(gaps).toEqual(Array(10).fill(FRAME - ns))
  })

  it('has the range of its configuration', async () => {
    const config = { line: 18, minPulse: '0.5ms', maxPulse: '2.5ms', minAngle: -90, maxAngle: 90 } as const
    const { file } = await recordBench({ arm: servo(config) }, async ({ bench, wait }) => {
      await wait(5)
      await bench.arm.move({ angle: -36 }).result()
      await wait(100)
    })
    expect(new Set(pulsesOf(file).widths)).toEqual(new Set([1_100_000]))
  })

  it('never cuts or joins pulses, whenever it is moved', async () => {
    const angles = [0, 180, 18, 162, 90, 0, 144, 36, 180, 72]
    const { file } = await recordBench({ arm: servo({ line: 18 }) }, async ({ bench, wait }) => {
      await wait(5)
      for (const [index, angle] of angles.entries()) {
        await bench.arm.move({ angle }).result()
        // Into the middle of a pulse, to its very end, and into the gap.
        await wait(40 + [0.3, 1, 1.9, 2, 7, 19.999][index % 6]!)
      }
    })
    const { widths, gaps } = pulsesOf(file)
    const wanted = new Set(angles.map(angle => 1_000_000 + (angle / 180) * 1_000_000))
    expect(widths.filter(ns => !wanted.has(ns))).toEqual([])
    expect(new Set(widths)).toEqual(wanted)
    expect(new Set(gaps.map((ns, index) => ns + (widths[index] ?? 0)))).toEqual(new Set([FRAME]))
  })

  it('sweeps from one angle to the other, with a new one in every frame', async () => {
    const { file } = await recordBench({ arm: servo({ line: 18 }) }, async ({ bench, wait }) => {
      await wait(5)
      await bench.arm.sweep({ from: 0, to: 180, over: '1s' }).result()
      await wait(50)
    })
    const { widths } = pulsesOf(file)
    expect(widths).toEqual([...widths].sort((a, b) => a - b))
    expect([widths[0], widths.at(-1)]).toEqual([1_000_000, 2_000_000])
    const steps = widths.slice(1).map((ns, index) => ns - (widths[index] ?? 0))
    expect(Math.max(...steps)).toBeLessThanOrEqual(21_000)
  })
})
