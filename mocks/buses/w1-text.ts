/** The text of the kernel's `w1_slave` file for a simulated DS18B20. */

import { crc8 } from '../../drivers/buses/w1-slave.js'
import { PiWorkerError } from '../../src/errors.js'

/**
 * `crc`: a bit was turned over on the way; `power-on`: it lost its supply while it measured; `shorted`: the data line
 * is at ground; `silent`: it did not answer to the reset.
 */
export type W1Fault = 'crc' | 'power-on' | 'shorted' | 'silent'

const POWER_ON = 85
/** The thresholds of the alarm, 12 bits of resolution, and the reserved bytes, as after power-on. */
const REST = [0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10]

/** @param celsius Rounded to the sensor's 1/16 °C. @throws ERR_BAD_OPTION when it does not fit two bytes */
export function w1Text(celsius: number, fault?: W1Fault): string {
  if (fault === 'silent') return ''
  if (fault === 'shorted') return lines(new Array<number>(9).fill(0), 0, true)
  const sixteenths = Math.round((fault === 'power-on' ? POWER_ON : celsius) * 16)
  if (!(Math.abs(sixteenths) < 0x8000)) {
    throw new PiWorkerError('ERR_BAD_OPTION', `a thermometer cannot say ${celsius} °C`)
  }
  const data = [sixteenths & 0xff, (sixteenths >> 8) & 0xff, ...REST]
  const crc = crc8(data)
  if (fault === 'crc') data[0] = (data[0] as number) ^ 1
  return lines([...data, crc], Math.trunc((sixteenths * 1000) / 16), fault !== 'crc')
}

function lines(bytes: readonly number[], thousandths: number, right: boolean): string {
  const hex = bytes.map(byte => byte.toString(16).padStart(2, '0'))
  const all = hex.join(' ')
  return `${all} : crc=${hex.at(-1)} ${right ? 'YES' : 'NO'}\n${all} t=${thousandths}\n`
}
