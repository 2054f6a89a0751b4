/** Which other driver the remedy of a refusal may name: one that can run on this processor. */

import { machine } from 'node:os'

/**
 * `gpiochip`, which can do most; on ARMv6 (Pi 0, 0 W, 1), where koffi has no binary for it, `onoff`.
 * @param processor `uname -m`
 */
export function otherDriver(processor: string = machine()): 'gpiochip' | 'onoff' {
  return processor.startsWith('armv6') ? 'onoff' : 'gpiochip'
}

export interface Remedy {
  /** With the other driver. */
  readonly remedy: string
  /** Without it, for `details`: all that is left when no other driver will do. */
  readonly mend: string
}

/**
 * `Run it as root (sudo), or use --driver gpiochip.`
 * @param mend Without a full stop. After a colon it ends in a command, to be copied as it is.
 * @param gain What the other driver is better at.
 */
export function orOtherDriver(mend: string, gain = ''): Remedy {
  const command = mend.includes(': ')
  return {
    remedy: `${mend}${command ? ';' : ','} or use --driver ${otherDriver()}${gain}.`,
    mend: command ? mend : `${mend}.`,
  }
}
