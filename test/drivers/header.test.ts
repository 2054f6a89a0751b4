/** The 40-pin header table, against the numbers that are printed on every pinout. */

import { describe, expect, it } from 'vitest'
import { headerPin, headerPins, pinOfLine } from '../../drivers/header.js'

describe('the header', () => {
  it('has 40 pins in order', () => {
    expect(headerPins.map(pin => pin.pin)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
  })

  it('has the lines 0 to 27, each once', () => {
    const lines = headerPins.flatMap(pin => (pin.kind === 'line' ? [pin.line] : []))
    expect(lines.sort((a, b) => a - b)).toEqual(Array.from({ length: 28 }, (_, index) => index))
  })

  it('has its supplies where they are', () => {
    const pins = (kind: string) => headerPins.filter(pin => pin.kind === kind).map(pin => pin.pin)
    expect(pins('3V3')).toEqual([1, 17])
    expect(pins('5V')).toEqual([2, 4])
    expect(pins('GND')).toEqual([6, 9, 14, 20, 25, 30, 34, 39])
  })

  it.each([
    [3, 2],
    [7, 4],
    [8, 14],
    [11, 17],
    [12, 18],
    [13, 27],
    [19, 10],
    [26, 7],
    [27, 0],
    [32, 12],
    [33, 13],
    [35, 19],
    [36, 16],
    [37, 26],
    [40, 21],
  ])('has BCM line of pin %i: %i', (pin, line) => {
    expect(headerPin(pin)).toMatchObject({ kind: 'line', line, name: `GPIO${line}` })
    expect(pinOfLine(line)?.pin).toBe(pin)
  })

  it('knows the pull-ups that are soldered on', () => {
    const fixed = headerPins.filter(pin => pin.kind === 'line' && pin.fixedPullUp).map(pin => pin.pin)
    expect(fixed).toEqual([3, 5])
  })

  it('has no pin 0, no pin 41 and no line 28', () => {
    expect(headerPin(0)).toBeUndefined()
    expect(headerPin(41)).toBeUndefined()
    expect(pinOfLine(28)).toBeUndefined()
  })
})
