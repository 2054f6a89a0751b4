import { describe, expect, it } from 'vitest'
import { History } from '../../../src/cli/live/history.js'
import { measureOf } from '../../../src/cli/live/measure.js'
import { sparkline } from '../../../src/cli/live/sparkline.js'
import { peripherals } from '../../../src/peripherals/index.js'

const measured = (type: string, action: string, result: unknown) =>
  measureOf(peripherals[type]?.actions[action]?.output)?.(result)
const number = (value: number, unit = '') => ({ value, unit, words: undefined })

describe('the value of a result', () => {
  it.each([
    ['bme280', 'read', { temperature: 21.5, humidity: 40 }, number(21.5, '°C')],
    ['output', 'pulse', { requested: 200, achieved: 200.1 }, number(200.1, 'ms')],
    ['output', 'on', { on: true }, { value: 1, unit: '', words: ['off', 'on'] }],
    ['input', 'waitFor', { level: 'low', time: 7e9, waited: 3 }, { value: 0, unit: '', words: ['low', 'high'] }],
    ['pwm', 'set', { on: true, duty: 0.3, frequency: 1000 }, number(0.3)],
    ['servo', 'move', { angle: 40, pulseWidth: 1.2, took: 3 }, number(40, '°')],
    ['distance', 'read', { distance: 12, samples: 1 }, number(12, 'cm')],
    ['motor', 'stop', { state: 'stopped', speed: 0 }, number(0)],
    ['counter', 'frequency', { frequency: 50, periods: 9, lost: 0 }, number(50, 'Hz')],
    ['mcp3008', 'read', { ratio: 0.5, volts: 1.65 }, number(1.65, 'V')],
    ['mcp3008', 'read', { ratio: 0.5, volts: 1.65, value: 37, unit: '%' }, number(37, '%')],
    ['iio', 'read', { temp: { value: 21, unit: '°C' } }, number(21, '°C')],
  ])('of %s.%s %j', (type, action, result, reading) => {
    expect(measured(type, action, result)).toEqual(reading)
  })

  it.each([
    ['distance', 'read', { distance: null }],
    ['pca9685', 'allOff', null],
    ['output', 'blink', { achieved: { count: 3 } }],
  ])('is none for %s.%s %j', (type, action, result) => {
    expect(measured(type, action, result)).toBeUndefined()
  })
})

describe('the history of a value', () => {
  it('keeps the newest of very many, in their order', () => {
    const history = new History()
    for (let index = 0; index < 1000; index++) history.add(number(index))
    expect(history.values).toEqual(Array.from({ length: 64 }, (_, index) => 936 + index))
  })

  it('begins anew with a value of another kind', () => {
    const history = new History()
    history.add(number(5, 'ms'))
    history.add(number(21, '°C'))
    expect(history.values).toEqual([21])
  })
})

describe('a sparkline', () => {
  it('reaches from the lowest to the highest value that it shows', () => {
    expect(sparkline([9, 0, 1, 2, 3, 4, 5, 6, 7], 8, true)).toBe('▁▂▃▄▅▆▇█')
    expect(sparkline([-1, 1], 8, false)).toBe('.@')
  })

  it.each([
    ['none', [], ''],
    ['one', [3], '▅'],
    ['all the same', [2, 2], '▅▅'],
    ['as far apart as numbers can be', [-Number.MAX_VALUE, Number.MAX_VALUE], '▁█'],
    ['not all numbers', [1, Number.NaN, 2], '▁█'],
  ])('of values that are %s', (_what, values, line) => {
    expect(sparkline(values, 8, true)).toBe(line)
  })
})
