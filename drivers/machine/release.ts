/** What an output does when the request that holds it ends, on this kernel. */

import type { DriverName } from '../driver.js'
import type { Soc } from './board.js'
import type { MachineFiles } from './files.js'

export interface ReleaseFacts {
  /**
   * `kept`: it goes on driving its level. `input`: it drives no more, so that pulls and wiring decide. `pull`: the
   * simulator's pull decides.
   */
  readonly outcome: 'kept' | 'input' | 'pull' | 'unknown'
  /** Where that is known from, to be read after "because". */
  readonly because: string
}

const PARAMETERS = {
  bcm: '/sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs',
  rp1: '/sys/module/pinctrl_rp1/parameters/persist_gpio_outputs',
} as const

export interface ReleaseQuestion {
  readonly driver: DriverName
  readonly soc: Soc | undefined
  /** Whether the chip that has the line is the header's; undefined where no chip is known to be. */
  readonly header: boolean | undefined
  /** The chip is the kernel's simulator. */
  readonly simulated: boolean
}

export function readRelease(files: MachineFiles, { driver, soc, header, simulated }: ReleaseQuestion): ReleaseFacts {
  if (driver === 'mock') return { outcome: 'pull', because: 'the line is simulated' }
  if (driver === 'pigpio') return { outcome: 'kept', because: 'pigpio leaves the registers as they are' }
  if (simulated) return { outcome: 'pull', because: 'the chip is simulated by gpio-sim' }
  if (soc === undefined) return { outcome: 'unknown', because: 'the chip is not one of a Raspberry Pi' }
  if (header === false) return { outcome: 'unknown', because: "the chip is not the header's" }
  return ofParameter(files, soc)
}

/**
 * `dtparam=strict_gpiod` sets the parameter to N. Without it: RP1's driver has always kept outputs; the BCM driver had no
 * choice before kernel 6.6.32 of Raspberry Pi and 6.11 of kernel.org, and made every line an input.
 */
function ofParameter(files: MachineFiles, soc: Soc): ReleaseFacts {
  const value = files.text(soc === 'bcm2712' ? PARAMETERS.rp1 : PARAMETERS.bcm)
  if (value === 'Y' || value === '1') return { outcome: 'kept', because: 'persist_gpio_outputs is on' }
  if (value === 'N' || value === '0') return { outcome: 'input', because: 'persist_gpio_outputs is off' }
  if (soc === 'bcm2712') return { outcome: 'kept', because: "the kernel's RP1 driver keeps outputs" }
  return { outcome: 'input', because: 'the kernel has no persist_gpio_outputs' }
}
