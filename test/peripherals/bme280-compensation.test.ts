import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fineTemperature, pascal, percent, trimBytes, trimOf } from '../../mocks/parts/bme280-trim.js'
import { Random } from '../../mocks/random.js'
import { compensate, parseCoefficients, seaLevelPressure } from '../../src/peripherals/bme280-compensation.js'

/** The worked example of the BMP280's data sheet, BST-BMP280-DS001, section 3.12. */
const EXAMPLE = {
  coefficients: {
    T1: 27_504,
    T2: 26_435,
    T3: -1000,
    P1: 36_477,
    P2: -10_685,
    P3: 3024,
    P4: 2855,
    P5: 140,
    P6: -7,
    P7: 15_500,
    P8: -14_600,
    P9: 6000,
  },
  raw: { temperature: 519_888, pressure: 415_148, humidity: undefined },
}

describe('the compensation', () => {
  it("gives the values of the data sheet's worked example", () => {
    const { temperature, pressure } = compensate(EXAMPLE.coefficients, EXAMPLE.raw)
    expect(temperature.toFixed(2)).toBe('25.08')
    expect(pressure!.toFixed(2)).toBe('100653.27')
    // The same example in 64-bit integers ends at 25767236 / 256 Pa.
    expect(Math.abs(pressure! - 25_767_236 / 256)).toBeLessThan(0.01)
  })

  it('agrees with the whole-number formulas of the data sheet for any chip and any reading', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 330_000, max: 700_000 }),
        fc.integer({ min: 200_000, max: 800_000 }),
        fc.integer({ min: 0, max: 0xffff }),
        (seed, temperature, pressure, humidity) => {
          const trim = trimOf(new Random(seed))
          const { first, second } = trimBytes(trim)
          const fine = fineTemperature(trim, temperature)
          const measured = compensate(parseCoefficients(first, second), { temperature, pressure, humidity })
          expect(Math.abs(measured.temperature - fine / 5120)).toBeLessThan(0.005)
          expect(Math.abs(measured.pressure! - pascal(trim, fine, pressure))).toBeLessThan(4)
          expect(Math.abs(measured.humidity! - percent(trim, fine, humidity))).toBeLessThan(0.03)
        },
      ),
    )
  })

  it('reads the coefficients of humidity that share a byte, and their signs', () => {
    const second = Uint8Array.of(0x6a, 0x01, 0x02, 0x13, 0xa5, 0xfe, 0x9c)
    expect(parseCoefficients(new Uint8Array(26).fill(0x4b), second).humidity).toEqual({
      H1: 0x4b,
      H2: 362,
      H3: 2,
      H4: 0x135,
      H5: -22, // 0xfea, of 12 bits
      H6: -100,
    })
  })

  it('has no humidity without its coefficients', () => {
    const { humidity } = compensate(EXAMPLE.coefficients, { ...EXAMPLE.raw, humidity: 30_000 })
    expect(humidity).toBeUndefined()
  })

  it('gives nothing that could be taken for a pressure when the coefficients are none', () => {
    const { pressure } = compensate({ ...EXAMPLE.coefficients, P1: 0 }, EXAMPLE.raw)
    expect(pressure).toBeNaN()
  })
})

describe('the pressure at sea level', () => {
  it.each([
    // Of the international standard atmosphere.
    [1000, 898.75],
    [500, 954.61],
    [0, 1013.25],
  ])('is that of the standard atmosphere for its pressure at %d m', (altitude, pressure) => {
    expect(Math.abs(seaLevelPressure(pressure, altitude) - 1013.25)).toBeLessThan(0.2)
  })
})
