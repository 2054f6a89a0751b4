/** Timing diagrams of text: nothing that happened is left out, and every row fits. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Diagram, type DiagramOptions } from '../../src/records/diagram.js'
import { frequencyText, timeText } from '../../src/records/time-text.js'

type Told = readonly [line: number, level: 'low' | 'high' | undefined, time: number]
const PAINT = { name: same, ruler: same, wave: same, dense: same }
function same(text: string): string {
  return text
}

function draw(changes: readonly Told[], options: Partial<DiagramOptions> = {}): string[] {
  const diagram = new Diagram({ names: ['a'], from: 0, to: 20_000, width: 22, ...options })
  for (const change of changes) diagram.change(...change)
  return diagram.toString().split('\n').slice(0, -1)
}

describe('a timing diagram', () => {
  it('shows levels, edges and a ruler, two rows a line', () => {
    const changes: Told[] = [
      [0, 'low', 0],
      [0, 'high', 5_000],
      [1, 'high', 0],
      [0, 'low', 11_000],
      [1, 'low', 18_000],
    ]
    expect(draw(changes, { names: ['a', 'bee'], width: 24 })).toEqual([
      '    0 us           20 us'.slice(0, 8),
      '    ├───────────────────',
      '         ┌─────┐',
      '  a ─────┘     └────────',
      '    ──────────────────┐',
      'bee                   └─',
    ])
  })

  it('does without more than ASCII', () => {
    const changes: Told[] = [
      [0, 'low', 0],
      [0, 'high', 5_000],
      [0, 'low', 11_000],
    ]
    expect(draw(changes, { ascii: true })).toEqual([
      '  0 us',
      '  +-------------------',
      '        _____',
      'a _____|     |________',
    ])
  })

  it('shows a pulse that is narrower than a column as a spike, up or down', () => {
    const up: Told[] = [
      [0, 'low', 0],
      [0, 'high', 5_100],
      [0, 'low', 5_200],
    ]
    expect(draw(up).slice(2)).toEqual(['       ╷', 'a ─────┴──────────────'])
    const down: Told[] = [
      [0, 'high', 0],
      [0, 'low', 5_100],
      [0, 'high', 5_100],
    ]
    expect(draw(down).slice(2)).toEqual(['  ─────┬──────────────', 'a      ╵'])
  })

  it('marks columns with more edges than it can draw', () => {
    const many = Array.from({ length: 30 }, (_, at): Told => [0, at % 2 === 0 ? 'low' : 'high', at * 100])
    expect(draw(many).slice(2)).toEqual(['  ███─────────────────', 'a ███'])
  })

  it('shows where a level is not known', () => {
    const changes: Told[] = [
      [0, undefined, 0],
      [0, 'high', 4_000],
      [0, undefined, 8_000],
    ]
    expect(draw(changes).slice(2)).toEqual(['      ────', 'a ┄┄┄┄    ┄┄┄┄┄┄┄┄┄┄┄┄'])
  })

  it('begins with the level that was there before, and has what comes at the very end', () => {
    const changes: Told[] = [
      [0, 'low', 0],
      [0, 'high', 90],
      [0, 'low', 20_000],
      [0, 'high', 30_000],
    ]
    expect(draw(changes, { from: 100 }).slice(2)).toEqual(['  ───────────────────┐', 'a                    └'])
  })

  it('paints names, ruler, waves and dense stretches apart', () => {
    const paint = { ...PAINT, wave: (text: string) => `<${text}>`, dense: (text: string) => `[${text}]` }
    const many = Array.from({ length: 10 }, (_, at): Told => [0, at % 2 === 0 ? 'low' : 'high', at * 100])
    expect(draw(many, { paint }).slice(2)).toEqual(['  [█]<───────────────────>', 'a [█]                   '.trimEnd()])
  })

  it('fits its width and leaves out no column in which something happened, whatever happens', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 500_000 }))
    const windows = fc.tuple(fc.nat(1e6), fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 40, max: 200 }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), windows, fc.boolean(), (steps, [from, span, width], ascii) => {
        const options = { names: ['a', 'b', 'c'], from, to: from + span, width, ascii }
        const diagram = new Diagram(options)
        const levels: ('low' | 'high')[] = ['low', 'low', 'low']
        for (const line of [0, 1, 2]) diagram.change(line, 'low', 0)
        const columns = width - 2
        const busy = [0, 1, 2].map(() => new Set<number>())
        let time = 0
        for (const [line, after] of steps) {
          time += after
          levels[line] = levels[line] === 'low' ? 'high' : 'low'
          diagram.change(line, levels[line], time)
          if (time >= from && time <= from + span) {
            busy[line]?.add(Math.min(columns - 1, Math.floor(((time - from) / span) * columns)))
          }
        }
        const rows = diagram.toString().split('\n').slice(0, -1)
        expect(rows).toHaveLength(8)
        for (const row of rows) expect(row.length).toBeLessThanOrEqual(width)
        for (const line of [0, 1, 2]) {
          const lower = rows[3 + 2 * line]?.padEnd(width) ?? ''
          const calm = new Set(ascii ? [' ', '_'] : [' ', '─'])
          const seen = [...lower.slice(2)].flatMap((character, at) => {
            const upper = (rows[2 + 2 * line]?.padEnd(width) ?? '')[at + 2] ?? ''
            return calm.has(character) && calm.has(upper) ? [] : [at]
          })
          expect(seen).toEqual([...(busy[line] ?? [])].sort((a, b) => a - b))
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('the ruler', () => {
  const labels = (from: number, to: number, width = 62) => draw([], { from, to, width })[0]?.trim().split(/ {2,}/)
  it.each([
    [0, 2e9, ['0 s', '0.5 s', '1 s', '1.5 s']],
    [0, 1e6, ['0 ms', '0.5 ms']],
    [44e6, 48e6, ['44 ms', '45 ms', '46 ms', '47 ms']],
    [0, 300, ['0 ns', '100 ns', '200 ns']],
    [0, 3600e9, ['0 s', '1000 s', '2000 s', '3000 s']],
  ])('has round times: %d to %d ns', (from, to, wanted) => {
    expect(labels(from, to)).toEqual(wanted)
  })

  it('counts from the first label where the times are long', () => {
    expect(labels(86_400e9, 86_400e9 + 4e6)).toEqual(['86400 s', '+1 ms', '+2 ms', '+3 ms'])
  })
})

it.each([
  [0, '0 s'],
  [21e3, '21 us'],
  [970_500, '970.5 us'],
  [20_010_345, '20.01 ms'],
  [86_400e9, '86400 s'],
])('%d ns are %s', (ns, text) => {
  expect(timeText(ns)).toBe(text)
})

it.each([
  [50, '50 Hz'],
  [38_000, '38 kHz'],
  [0.2, '0.2 Hz'],
  [2.5e6, '2.5 MHz'],
])('%d Hz is %s', (hertz, text) => {
  expect(frequencyText(hertz)).toBe(text)
})
