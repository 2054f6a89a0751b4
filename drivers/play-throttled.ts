/** Whether a Raspberry Pi was slowed down or short of voltage: then pulses played by software cannot be trusted. */

import { readFileSync } from 'node:fs'

/** What Raspberry Pi's firmware says, now and since the machine was started. */
export interface Throttled {
  /** Below 4.63 V or so at the board. */
  readonly underVoltage: boolean
  readonly frequencyCapped: boolean
  readonly throttled: boolean
  /** The soft temperature limit (60 °C by default) is reached: only some boards have one. */
  readonly softTemperatureLimit: boolean
  /** The same four, at any time since the machine was started. */
  readonly since: {
    readonly underVoltage: boolean
    readonly frequencyCapped: boolean
    readonly throttled: boolean
    readonly softTemperatureLimit: boolean
  }
}

/** Raspberry Pi's own kernels have it; its text is the number that `vcgencmd get_throttled` prints, in hex. */
const FILE = '/sys/devices/platform/soc/soc:firmware/get_throttled'
/** The bits of the four, raspberrypi.com/documentation/computers/os.html#get_throttled; since the start: 16 higher. */
const BIT = { underVoltage: 0, frequencyCapped: 1, throttled: 2, softTemperatureLimit: 3 } as const
const SINCE_START = 16

/**
 * What the firmware says; undefined where it cannot be asked.
 * @param read Reads the file as text, and throws when it is not there.
 */
export function readThrottled(
  read: (path: string) => string = path => readFileSync(path, 'utf8'),
): Throttled | undefined {
  let text: string
  try {
    text = read(FILE).trim()
  } catch {
    return undefined // not a Raspberry Pi, or a kernel without it
  }
  if (!/^(0x)?[0-9a-f]+$/i.test(text)) return undefined
  const bits = Number.parseInt(text, 16)
  return { ...flags(bits), since: flags(bits >>> SINCE_START) }
}

function flags(bits: number): Throttled['since'] {
  const has = (bit: number): boolean => ((bits >>> bit) & 1) === 1
  return {
    underVoltage: has(BIT.underVoltage),
    frequencyCapped: has(BIT.frequencyCapped),
    throttled: has(BIT.throttled),
    softTemperatureLimit: has(BIT.softTemperatureLimit),
  }
}
