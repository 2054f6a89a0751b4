import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameOf, type PeripheralPicture, type RunPicture } from '../../../src/cli/live/frame.js'
import { widthOf } from '../../../src/cli/live/text.js'

const pump: PeripheralPicture = {
  name: 'pump',
  type: 'output',
  state: 'running',
  task: { name: 'pulse', ms: 1234 },
  waiting: 3,
  last: { value: 200.08, unit: 'ms', words: undefined },
  history: [1, 2, 3],
}
const level: PeripheralPicture = {
  name: 'level',
  type: 'input',
  state: 'idle',
  task: undefined,
  waiting: 0,
  last: { value: 1, unit: '', words: ['low', 'high'] },
  history: [0, 1],
}
const picture: RunPicture = {
  name: 'Dose',
  state: 'running',
  elapsed: 65_000,
  virtual: false,
  peripherals: [pump, level],
  advance: { loops: [], elapsed: 65_000, estimate: 130_000, realElapsed: 65_000, tasks: 7, failed: 0, cancelled: 0 },
  messages: ['first', 'second'],
  keys: 'short',
}
const plain = { columns: 100, rows: 30, colored: false, unicode: true }
const many = (count: number): PeripheralPicture[] =>
  Array.from({ length: count }, (_, n) => ({ ...level, name: `l${n}` }))

describe('the frame of a run', () => {
  it('has a line for the run, for each peripheral, the progress, the messages and the keys', () => {
    expect(frameOf(picture, plain)).toEqual([
      'Dose  running  1:05',
      expect.stringMatching(/^pump +output +running +pulse 1\.2 s +\+3 +200\.1 ms +▁▅█ *$/),
      expect.stringMatching(/^level +input +idle +high +▁█ *$/),
      `${'━'.repeat(15)}${'─'.repeat(15)}  50 %  1:05 left  7 tasks`,
      '',
      'first',
      'second',
      '',
      'p pause  r resume  s stop  e emergency stop  ? help',
    ])
  })

  it('draws with ASCII alone where the terminal has no more', () => {
    const lines = frameOf({ ...picture, name: 'x'.repeat(200) }, { ...plain, unicode: false })
    expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/)
    expect(lines.join('')).toContain('.+@')
  })

  it.each([
    [80, ['pump', 'running', 'pulse', '200.1 ms', '▁▅█']],
    [36, ['pump', 'running', '200.1 ms']],
  ])('keeps what matters most in %d columns', (columns, words) => {
    const [, line] = frameOf(picture, { ...plain, columns })
    for (const word of words) expect(line).toContain(word)
  })

  it('never shows half a value', () => {
    for (let columns = 1; columns < 120; columns++) {
      const [, line = ''] = frameOf(picture, { ...plain, columns })
      expect(line.includes('200') ? line : '200.1 ms').toContain('200.1 ms')
    }
  })

  it('leaves out messages first, then the keys, then peripherals, when there are few rows', () => {
    const heads = (rows: number): string[] => frameOf(picture, { ...plain, rows }).map(line => line.slice(0, 4).trim())
    const bar = '━━━━'
    expect(heads(8)).toEqual(['Dose', 'pump', 'leve', bar, 'firs', 'seco', 'p pa'])
    expect(heads(7)).toEqual(['Dose', 'pump', 'leve', bar, 'seco', 'p pa'])
    expect(heads(6)).toEqual(['Dose', 'pump', 'leve', bar, 'p pa'])
    expect(heads(5)).toEqual(['Dose', 'pump', 'leve', bar])
    expect(heads(4)).toEqual(['Dose', 'and', bar])
    expect(heads(1)).toEqual(['Dose'])
  })

  it('counts the peripherals that are left out, and never leaves out one in quarantine', () => {
    const peripherals = [...many(30), { ...pump, state: 'quarantined' as const }]
    const lines = frameOf({ ...picture, peripherals, messages: [], keys: undefined }, { ...plain, rows: 10 })
    expect(lines.some(line => /^pump .*quarantined/.test(line))).toBe(true)
    expect(lines.at(-2)).toBe('and 25 more')
  })

  it('says nothing of keys where nobody can type any', () => {
    expect(frameOf({ ...picture, keys: undefined }, plain).join()).not.toContain('pause')
  })

  it('fits into every terminal, whatever is written in it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.constantFrom('水位計', '👩‍🔬 lab', 'a\u001b[2Jb'),
    )
    const one = fc.record({
      name: text,
      type: text,
      state: fc.constantFrom('idle', 'running', 'quarantined', 'held', 'stopping'),
      task: fc.option(fc.record({ name: text, ms: fc.double({ min: 0, max: 1e9, noNaN: true }) }), { nil: undefined }),
      waiting: fc.nat(),
      last: fc.option(
        fc.record({ value: fc.double(), unit: fc.string({ maxLength: 4 }), words: fc.constant(undefined) }),
        {
          nil: undefined,
        },
      ),
      history: fc.array(fc.double(), { maxLength: 64 }),
    })
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 12 }),
        fc.array(text, { maxLength: 6 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (peripherals, messages, columns, rows, colored) => {
          const shown = messages.map(message => message.replaceAll(/\p{Cc}/gu, ' '))
          const lines = frameOf({ ...picture, peripherals, messages: shown }, { columns, rows, colored, unicode: true })
          expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1))
          for (const line of lines) {
            expect(widthOf(line)).toBeLessThanOrEqual(Math.max(1, columns - 1))
            // biome-ignore lint/suspicious/noControlCharactersInRegex: nothing but colours may be told to a terminal
            expect(line.replaceAll(/\u001b\[\d+m/g, '')).not.toMatch(/\p{Cc}/u)
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})
