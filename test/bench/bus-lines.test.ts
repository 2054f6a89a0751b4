/** Lines of the header that a bus needs are not for others, and devices on one bus share them. */

import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { openMockBench } from '../../mocks/open-bench.js'
import { check } from '../../src/bench/check.js'
import { type Claimant, describeConflict, findConflicts } from '../../src/bench/claims.js'
import { definePeripheral } from '../../src/bench/definition.js'
import { ads1115, bme280, ds18b20, mcp3008, output, servo } from '../../src/peripherals/index.js'

/** A peripheral with this configuration, checked. */
function claimant(name: string, definition: Claimant['definition'], written: unknown): Claimant {
  const { value, problems } = check(definition.config, written)
  expect(problems).toBeUndefined()
  return { name, definition, config: value }
}

const air = claimant('air', bme280, {})
const adc = claimant('adc', mcp3008, {})
const lamp = (line: number | string) => claimant('lamp', output, { line })
const said = (...claimants: readonly Claimant[]) => findConflicts(claimants).map(describeConflict)

describe('a line of a bus that is used', () => {
  it.each<[string, Claimant, number | string, string]>([
    ['the data of I²C', air, 2, 'air.address (SDA1 of i2c-1) and lamp.line both want GPIO2'],
    ['the clock of I²C', air, 'J8:5', 'air.address (SCL1 of i2c-1) and lamp.line both want GPIO3'],
    ['the data of SPI, out', adc, 10, 'adc.cs (MOSI of spi0) and lamp.line both want GPIO10'],
    ['the data of SPI, in', adc, 9, 'adc.cs (MISO of spi0) and lamp.line both want GPIO9'],
    ['the clock of SPI', adc, 11, 'adc.cs (SCLK of spi0) and lamp.line both want GPIO11'],
    ['its chip select', adc, 8, 'adc.cs (CE0 of spi0) and lamp.line both want GPIO8'],
    ['the other one', claimant('adc', mcp3008, { cs: 1 }), 7, 'adc.cs (CE1 of spi0) and lamp.line both want GPIO7'],
  ])('is for nobody else: %s', (_what, device, line, sentence) => {
    expect(said(device, lamp(line))).toEqual([sentence])
  })

  it('is told once, whoever comes first, and however many devices are on the bus', () => {
    expect(said(lamp(2), air, claimant('volts', ads1115, {}))).toEqual([
      'lamp.line and air.address (SDA1 of i2c-1) both want GPIO2',
    ])
  })

  it('is shared by the devices on the bus', () => {
    expect(said(air, claimant('volts', ads1115, {}), adc, claimant('adc2', mcp3008, { cs: 1 }))).toEqual([])
  })
})

describe('a line is free', () => {
  it.each<[string, Claimant, number]>([
    ['when the bus that has it is not used', adc, 2],
    ['when the chip select on it is not used', adc, 7],
    ['when the bus has another number', claimant('air', bme280, { bus: 3 }), 2],
    ['when the bus has another number that begins alike', claimant('air', bme280, { bus: 10 }), 2],
    ['when the overlay of the 1-Wire bus says which it is', claimant('tank', ds18b20, {}), 4],
    ['when the overlay of the PWM says which it is', claimant('arm', servo, { channel: 0 }), 18],
  ])('%s', (_what, device, line) => {
    expect(said(device, lamp(line))).toEqual([])
  })

  it('when what is occupied only looks like a bus', () => {
    const odd = definePeripheral({
      type: 'odd',
      title: 'Odd',
      config: Type.Object({}),
      occupies: () => [
        { what: 'i2c-1-like', path: [] },
        { what: '', path: [] },
      ],
      open: () => ({}),
      actions: { read: { title: 'Read', effect: 'read', run: () => {} } },
    })
    expect(said(claimant('odd', odd, {}), lamp(2))).toEqual([])
  })
})

describe('a bench with an output on a line of a bus that it uses', () => {
  it('is not opened', async () => {
    await expect(openMockBench({ air: bme280({}), lamp: output({ line: 'GPIO2' }) })).rejects.toMatchObject({
      code: 'ERR_LINE_CLAIMED',
      place: 'lamp',
      message: 'air.address (SDA1 of i2c-1) and lamp.line both want GPIO2',
      remedy: 'Use another line for lamp.line: i2c-1 needs GPIO2 and GPIO3.',
    })
  })

  it('is not opened when only the board knows the number of the line', async () => {
    const attempt = openMockBench(
      { air: bme280({}), lamp: output({ line: 'DATA' }) },
      { mock: { names: { 2: 'DATA' } } },
    )
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_LINE_CLAIMED' })
  })
})
