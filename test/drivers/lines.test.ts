/** Spellings of lines: what is accepted, what is refused, and what is suggested instead. */

import { describe, expect, it } from 'vitest'
import { formatLine, parseLine, resolveLine } from '../../drivers/lines.js'
import { PiWorkerError } from '../../src/errors.js'

function refusal(run: () => unknown): PiWorkerError {
  try {
    run()
  } catch (error) {
    if (error instanceof PiWorkerError) return error
    throw error
  }
  return expect.fail('nothing was thrown')
}

describe('parseLine', () => {
  it.each([17, '17', 'GPIO17', 'gpio17', 'BCM17', 'bcm17', 'Gpio17', 'J8:11', 'j8:11', ' GPIO17 ', 'GPIO017'])(
    'reads %j as BCM 17',
    spelling => {
      expect(parseLine(spelling)).toEqual({ kind: 'bcm', line: 17 })
    },
  )

  it('accepts BCM 0 and 57, the ends of the range', () => {
    expect(parseLine(0)).toEqual({ kind: 'bcm', line: 0 })
    expect(parseLine('GPIO57')).toEqual({ kind: 'bcm', line: 57 })
  })

  it.each(['gpiochip1:3', 'GPIOCHIP1:3', ' gpiochip1:3 '])('takes %j for a line of another chip', spelling => {
    expect(parseLine(spelling)).toEqual({ kind: 'name', name: 'gpiochip1:3' })
  })

  it('gives minus zero as zero', () => {
    expect(parseLine(-0)).toEqual({ kind: 'bcm', line: 0 })
  })

  it.each(['pump', 'SDA1', 'ID_SDA', 'GPIO_GCLK', 'SPI0', 'BIN1', 'LED1', 'IO3'])('takes %j for a name', name => {
    expect(parseLine(name)).toEqual({ kind: 'name', name })
  })

  it.each([
    58,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '58',
    'GPIO99',
    '-1',
    '1.5',
    '1000',
    '',
    '   ',
    'undefined',
    'NULL',
    'NaN',
    'none',
  ])('refuses %j', spelling => {
    expect(refusal(() => parseLine(spelling)).code).toBe('ERR_UNKNOWN_LINE')
  })

  it.each([
    ['GPOI17', 'GPIO17'],
    ['GIPO4', 'GPIO4'],
    ['GPI17', 'GPIO17'],
    ['GP17', 'GPIO17'],
    ['GPIO-17', 'GPIO17'],
    ['BOARD11', 'J8:11'],
    ['GPIO 17', 'GPIO17'],
    ['GPIO17x', 'GPIO17'],
    ['BMC17', 'BCM17'],
    ['J8-11', 'J8:11'],
    ['J8 11', 'J8:11'],
    ['J9:11', 'J8:11'],
    ['P1:11', 'J8:11'],
    ['PIN11', 'J8:11'],
  ])('refuses %j and suggests %s', (spelling, suggestion) => {
    const error = refusal(() => parseLine(spelling))
    expect(error.code).toBe('ERR_UNKNOWN_LINE')
    expect(error.message).toContain(suggestion)
    expect(error.remedy).toContain(suggestion)
    expect(error.details).toMatchObject({ suggestion })
  })

  it.each([
    ['J8:1', '3.3 V'],
    ['J8:2', '5 V'],
    ['j8:39', 'ground'],
  ])('refuses the supply pin %s and says that it is %s', (spelling, supply) => {
    const error = refusal(() => parseLine(spelling))
    expect(error.code).toBe('ERR_UNKNOWN_LINE')
    expect(error.message).toContain(supply)
    expect(error.remedy).toMatch(/J8:\d+/)
  })

  it('suggests the neighbouring pin that is a line for a ground pin', () => {
    expect(refusal(() => parseLine('J8:9')).remedy).toContain('J8:8')
  })

  it('refuses a pin that the header does not have', () => {
    expect(refusal(() => parseLine('J8:41')).code).toBe('ERR_UNKNOWN_LINE')
    expect(refusal(() => parseLine('J8:0')).code).toBe('ERR_UNKNOWN_LINE')
  })

  it('refuses a name longer than the kernel can hold', () => {
    expect(parseLine('x'.repeat(31)).kind).toBe('name')
    expect(refusal(() => parseLine('x'.repeat(32))).code).toBe('ERR_UNKNOWN_LINE')
  })
})

describe('formatLine', () => {
  it('writes what parseLine reads back', () => {
    for (let line = 0; line <= 57; line++) expect(parseLine(formatLine(line))).toEqual({ kind: 'bcm', line })
  })
})

describe('resolveLine', () => {
  const names = new Map([
    ['pump', 17],
    ['level', 4],
  ])
  const board = {
    description: 'a board of 28 lines',
    lineCount: 28,
    findLine: (name: string) => names.get(name),
    lineInfo: (line: number) => ({
      line,
      name: [...names].find(([, at]) => at === line)?.[0],
      used: false,
      consumer: undefined,
      direction: undefined,
    }),
  }

  it('gives the number of a spelling and of a name', () => {
    expect(resolveLine(board, 'J8:7')).toBe(4)
    expect(resolveLine(board, 'pump')).toBe(17)
  })

  it('refuses a number that the board does not have, and says which it has', () => {
    const error = refusal(() => resolveLine(board, 'GPIO28'))
    expect(error.code).toBe('ERR_UNKNOWN_LINE')
    expect(error.message).toContain('0 to 27')
  })

  it('refuses an unknown name and suggests the nearest', () => {
    const error = refusal(() => resolveLine(board, 'pumpp'))
    expect(error.code).toBe('ERR_UNKNOWN_LINE')
    expect(error.message).toContain('"pumpp"')
    expect(error.details).toMatchObject({ suggestion: 'pump' })
  })

  it('suggests nothing when nothing is near', () => {
    expect(refusal(() => resolveLine(board, 'thermostat')).details).not.toHaveProperty('suggestion')
  })
})
