import { describe, expect, it } from 'vitest'
import { readThrottled } from '../../drivers/play-throttled.js'

const none = { underVoltage: false, frequencyCapped: false, throttled: false, softTemperatureLimit: false }

describe('what the firmware says of the supply', () => {
  it('is read from where Raspberry Pi has it', () => {
    let asked = ''
    readThrottled(path => {
      asked = path
      return '0'
    })
    expect(asked).toBe('/sys/devices/platform/soc/soc:firmware/get_throttled')
  })

  it.each([
    ['0\n', { ...none, since: none }],
    [
      '50005\n',
      { ...none, underVoltage: true, throttled: true, since: { ...none, underVoltage: true, throttled: true } },
    ],
    ['0x80002', { ...none, frequencyCapped: true, since: { ...none, softTemperatureLimit: true } }],
  ])('%j is understood', (text, flags) => {
    expect(readThrottled(() => text)).toEqual(flags)
  })

  it('is unknown where there is no such file, or something else in it', () => {
    expect(readThrottled(() => JSON.parse('no'))).toBeUndefined()
    expect(readThrottled(() => 'throttled?')).toBeUndefined()
  })
})
