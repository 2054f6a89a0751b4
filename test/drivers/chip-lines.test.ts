import { describe, expect, it } from 'vitest'
import { chipLineOf, numberOfChipLine, parseChipLine } from '../../drivers/chip-lines.js'
import { formatLine } from '../../drivers/lines.js'

describe('a line of another chip', () => {
  it('has one number, which says chip and offset, and is written as it was', () => {
    const lines = [
      { chip: 0, offset: 0 },
      { chip: 1, offset: 3 },
      { chip: 12, offset: 4095 },
    ]
    expect(lines.map(line => chipLineOf(numberOfChipLine(line)))).toEqual(lines)
    expect(lines.map(line => formatLine(numberOfChipLine(line)))).toEqual([
      'gpiochip0:0',
      'gpiochip1:3',
      'gpiochip12:4095',
    ])
  })

  it.each(['17', 'GPIO17', 'gpiochip1', 'gpiochip1:', 'gpiochip:3', 'gpiochip1:4096', 'gpiochip1:-3', 'xgpiochip1:3'])(
    'is not %j',
    text => {
      expect(parseChipLine(text)).toBeUndefined()
    },
  )

  it('has a number above every BCM number', () => {
    expect(chipLineOf(57)).toBeUndefined()
    expect(numberOfChipLine({ chip: 0, offset: 0 })).toBeGreaterThan(57)
  })
})
