/**
 * The text of a `w1_slave` file, as the kernel's w1_therm writes it: the nine bytes of the sensor's scratchpad and
 * whether their checksum is right, then the bytes again and the temperature in thousandths of a °C.
 */

import { PiWorkerError } from '../../src/errors.js'
import { noSensor } from './sensor-failures.js'

/** What is known of a kind of thermometer, in °C. */
interface Thermometer {
  readonly name: string
  readonly min: number
  readonly max: number
  /** What it says after power-on, before it has measured. */
  readonly powerOn?: number
}

/** By family code, which the id begins with; the ranges are those of the data sheets. */
export const THERMOMETERS: Readonly<Record<string, Thermometer>> = {
  '10': { name: 'DS18S20', min: -55, max: 125, powerOn: 85 },
  '22': { name: 'DS1822', min: -55, max: 125, powerOn: 85 },
  '28': { name: 'DS18B20', min: -55, max: 125, powerOn: 85 },
  '3b': { name: 'MAX31850', min: -270, max: 1800 },
  '42': { name: 'DS28EA00', min: -40, max: 85, powerOn: 85 },
}

const CHECK_LINE = /^((?:[0-9a-f]{2} ){9}): crc=([0-9a-f]{2}) (YES|NO)$/
const VALUE_LINE = /^(?:[0-9a-f]{2} ){9}t=(-?\d+)$/

/** @throws ERR_UNSUPPORTED unless the id's family is of thermometers */
export function checkFamily(bus: string, id: string): Thermometer {
  const family = id.slice(0, 2)
  const known = THERMOMETERS[family]
  if (known !== undefined) return known
  const names = Object.entries(THERMOMETERS).map(([code, { name }]) => `${code} (${name})`)
  throw new PiWorkerError('ERR_UNSUPPORTED', `${id} is no thermometer: its family is ${family}`, {
    place: `${bus} ${id}`,
    remedy: `Name a device of one of these families: ${names.join(', ')}.`,
    details: { bus, id, family },
  })
}

/**
 * The temperature, in °C. 85 °C is taken for the value after power-on, of which nothing tells it apart.
 * @throws ERR_BAD_READING (`details.reason`: checksum, range, incomplete), ERR_NO_DEVICE when the file is empty, ERR_UNSUPPORTED
 */
export function parseW1Slave(bus: string, id: string, text: string): number {
  const { min, max, powerOn } = checkFamily(bus, id)
  const bad = (reason: 'checksum' | 'range' | 'incomplete', what: string, remedy?: string): PiWorkerError =>
    new PiWorkerError('ERR_BAD_READING', `${bus} ${id}: ${what}`, {
      place: `${bus} ${id}`,
      ...(remedy !== undefined && { remedy }),
      details: { bus, id, text, reason },
    })
  // What the kernel gives for a sensor that did not answer to the reset.
  if (text.trim() === '') throw noSensor(bus, id)
  const [first = '', second = ''] = text.split('\n').map(line => line.trim())
  const check = CHECK_LINE.exec(first)
  if (check === null) throw bad('incomplete', 'the file is not one of a thermometer')
  const bytes = (check[1] as string)
    .trim()
    .split(' ')
    .map(byte => Number.parseInt(byte, 16))
  if (bytes.every(byte => byte === 0xff))
    throw bad('checksum', 'only ones came (crc=NO): nobody drives the line', UNPLUGGED)
  // Nine zeros have a right checksum, and no sensor has them: some bits of the scratchpad are always 1.
  if (bytes.every(byte => byte === 0)) throw bad('range', 'only zeros came: the line is shorted to ground', SHORTED)
  if (check[3] === 'NO' || crc8(bytes.slice(0, 8)) !== bytes[8]) throw bad('checksum', 'the checksum is wrong')
  const value = VALUE_LINE.exec(second)
  if (value === null) throw bad('incomplete', 'the file has no temperature')
  const celsius = Number(value[1]) / 1000
  if (celsius === powerOn) {
    throw bad('range', `${powerOn} °C is what the sensor says after power-on, before it has measured`, UNPOWERED)
  }
  if (celsius < min || celsius > max) throw bad('range', `${celsius} °C is outside of its range, ${min} to ${max} °C`)
  return celsius
}

const UNPLUGGED = 'Check that the sensor is plugged in, and read again.'
const SHORTED = 'Check the data line for a short to ground, and its pull-up of 4.7 kΩ to 3.3 V.'
const UNPOWERED =
  'Read again; if it comes back, the sensor loses its supply while it measures: give it 3.3 V of its own.'

/** The checksum of Dallas 1-Wire: x^8 + x^5 + x^4 + 1, low bit first (Maxim application note 27). */
export function crc8(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8c : crc >> 1
  }
  return crc
}
