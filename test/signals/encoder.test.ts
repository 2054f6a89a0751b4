/** The quadrature encoder: what sigrok's decoder counts on its lines, and what we do. */

import { describe, expect, it } from 'vitest'
import { encoder } from '../../src/peripherals/index.js'
import { recordBench } from './record.js'
import { decode, texts } from './sigrok.js'

interface Turn {
  readonly at: number
  readonly steps: number
  readonly speed: number
}

async function turned(turns: readonly Turn[], ms: number) {
  return await recordBench(
    { knob: encoder({ lines: { a: 17, b: 27 } }) },
    async ({ bench, wait }) => {
      await wait(ms)
      return await bench.knob.read().result()
    },
    { simulate: { knob: { turns } } },
  )
}

const requestOf = (file: string) => ({
  file,
  decoder: 'graycode',
  channels: { d0: 'knob_lines_a', d1: 'knob_lines_b' },
})

/** Every count that it had until the next one; the last one is not told. */
function counts(file: string): number[] {
  return texts({ ...requestOf(file), row: 'Count' }).map(Number)
}

describe('encoder', () => {
  it('counts what it is turned, there and back', async () => {
    const turns = [
      { at: 10, steps: 30, speed: 1000 },
      { at: 60, steps: -45, speed: 2000 },
      { at: 100, steps: 1, speed: 100 },
    ]
    const { file, result } = await turned(turns, 200)
    const up = Array.from({ length: 31 }, (_, index) => index)
    const down = Array.from({ length: 45 }, (_, index) => 29 - index)
    expect(counts(file)).toEqual([...up, ...down])
    // One line changes at a time: both together would be ±π.
    expect(texts({ ...requestOf(file), row: 'Increment' })).toEqual(['+1', '-1'])
    expect(result).toMatchObject({ position: 30 - 45 + 1, errors: 0, lost: 0 })
  })

  it('has the speed that it is turned with', async () => {
    const { file, result } = await turned([{ at: 1, steps: 400, speed: 4000 }], 101)
    const intervals = decode({ ...requestOf(file), row: 'Interval' }).slice(1)
    expect(new Set(intervals.map(({ from, to }) => to - from))).toEqual(new Set([250_000]))
    expect(result).toMatchObject({ position: 400, speed: 4000 })
  })
})
