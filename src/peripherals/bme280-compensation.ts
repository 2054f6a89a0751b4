/**
 * From the numbers that a BME280 or BMP280 measures to temperature, pressure and humidity: the compensation of Bosch's
 * data sheets, in double precision (BST-BME280-DS002, section 4.2.2 for the coefficients and 8.1 for the formulas;
 * BST-BMP280-DS001, section 3.11.3 and 8.1, for the same of a BMP280). Pure.
 */

/** What each chip was trimmed to in the factory, by the data sheet's own names. */
export interface Coefficients {
  readonly T1: number
  readonly T2: number
  readonly T3: number
  readonly P1: number
  readonly P2: number
  readonly P3: number
  readonly P4: number
  readonly P5: number
  readonly P6: number
  readonly P7: number
  readonly P8: number
  readonly P9: number
  /** Missing on a BMP280. */
  readonly humidity?: HumidityCoefficients | undefined
}

export interface HumidityCoefficients {
  readonly H1: number
  readonly H2: number
  readonly H3: number
  readonly H4: number
  readonly H5: number
  readonly H6: number
}

/** Where the coefficients are: 0x88 to 0xA1, and on a BME280 0xE1 to 0xE7 too. */
export const FIRST_COEFFICIENTS = { register: 0x88, length: 26 } as const
export const HUMIDITY_COEFFICIENTS = { register: 0xe1, length: 7 } as const

/** What one measurement gave, as the converter's numbers. */
export interface RawMeasurement {
  /** 20 bits. */
  readonly temperature: number
  /** 20 bits; undefined when it was not measured. */
  readonly pressure: number | undefined
  /** 16 bits; undefined when it was not measured. */
  readonly humidity: number | undefined
}

export interface Measurement {
  /** In °C. */
  readonly temperature: number
  /** In Pa. */
  readonly pressure: number | undefined
  /** Relative, in %; the formula keeps it within 0 to 100. */
  readonly humidity: number | undefined
}

/** @param first The 26 bytes from 0x88. @param second The 7 bytes from 0xE1, of a BME280. */
export function parseCoefficients(first: Uint8Array, second?: Uint8Array): Coefficients {
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength)
  const unsigned = (offset: number): number => view.getUint16(offset, true)
  const signed = (offset: number): number => view.getInt16(offset, true)
  return {
    T1: unsigned(0),
    T2: signed(2),
    T3: signed(4),
    P1: unsigned(6),
    P2: signed(8),
    P3: signed(10),
    P4: signed(12),
    P5: signed(14),
    P6: signed(16),
    P7: signed(18),
    P8: signed(20),
    P9: signed(22),
    humidity: second && parseHumidity(view.getUint8(25), second),
  }
}

/** H4 and H5 are signed numbers of 12 bits that share the byte at 0xE5. */
function parseHumidity(H1: number, bytes: Uint8Array): HumidityCoefficients {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shared = view.getUint8(4)
  return {
    H1,
    H2: view.getInt16(0, true),
    H3: view.getUint8(2),
    H4: view.getInt8(3) * 16 + (shared & 0x0f),
    H5: view.getInt8(5) * 16 + (shared >> 4),
    H6: view.getInt8(6),
  }
}

/** What was measured, in units. Values out of the sensor's range come out as they are. */
export function compensate(coefficients: Coefficients, raw: RawMeasurement): Measurement {
  const fine = fineTemperature(coefficients, raw.temperature)
  const { humidity } = coefficients
  return {
    temperature: fine / 5120,
    pressure: raw.pressure === undefined ? undefined : pressureOf(coefficients, fine, raw.pressure),
    humidity:
      raw.humidity === undefined || humidity === undefined ? undefined : humidityOf(humidity, fine, raw.humidity),
  }
}

/** In 1/5120 °C: the others are corrected by it. */
function fineTemperature({ T1, T2, T3 }: Coefficients, raw: number): number {
  const linear = (raw / 16_384 - T1 / 1024) * T2
  const square = (raw / 131_072 - T1 / 8192) ** 2 * T3
  return linear + square
}

/** In Pa. */
function pressureOf(c: Coefficients, fine: number, raw: number): number {
  const at = fine / 2 - 64_000
  const offset = ((at * at * c.P6) / 32_768 + at * c.P5 * 2) / 4 + c.P4 * 65_536
  const slope = (1 + ((c.P3 * at * at) / 524_288 + c.P2 * at) / 524_288 / 32_768) * c.P1
  if (slope === 0) return Number.NaN // coefficients of no real chip
  const p = ((1_048_576 - raw - offset / 4096) * 6250) / slope
  return p + ((c.P9 * p * p) / 2_147_483_648 + (p * c.P8) / 32_768 + c.P7) / 16
}

/** In %. */
function humidityOf(c: HumidityCoefficients, fine: number, raw: number): number {
  const at = fine - 76_800
  const offset = c.H4 * 64 + (c.H5 / 16_384) * at
  const slope = (c.H2 / 65_536) * (1 + (c.H6 / 67_108_864) * at * (1 + (c.H3 / 67_108_864) * at))
  const h = (raw - offset) * slope
  return Math.min(Math.max(h * (1 - (c.H1 * h) / 524_288), 0), 100)
}

/**
 * The pressure that there would be at sea level, in the unit of `pressure`: the international barometric formula, as
 * in the data sheet of Bosch's BMP180 (BST-BMP180-DS000, section 3.7).
 * @param altitude In m above sea level.
 */
export function seaLevelPressure(pressure: number, altitude: number): number {
  return pressure / (1 - altitude / 44_330) ** 5.255
}
