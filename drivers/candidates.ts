/** The drivers of real lines, each loaded only when it is wanted. */

import type { Driver, DriverName, LineInspector } from './driver.js'
import { otherDriver } from './other-driver.js'

export interface Candidate {
  readonly name: DriverName
  /** False on a processor that can never run it; it is not recommended there. Left out: it may run. */
  readonly runsHere?: (() => boolean) | undefined
  load(): Promise<Driver>
}

/**
 * sysfs and pigpio know neither the names of lines nor who holds them; the character device does, where it can be asked.
 * Without a path, that of the header's chip, which is found by its label.
 */
async function inspectLines(path?: string): Promise<(LineInspector & { readonly path: string }) | undefined> {
  return (await import('./gpiochip/inspect.js')).inspectChip(path)
}

/** In the order in which `auto` tries them: the most able first. */
export const candidates: readonly Candidate[] = [
  {
    name: 'gpiochip',
    runsHere: () => otherDriver() === 'gpiochip',
    load: async () => (await import('./gpiochip/index.js')).gpiochip,
  },
  {
    name: 'pigpio',
    load: async () => (await import('./pigpio/index.js')).pigpioDriver({ inspect: () => inspectLines() }),
  },
  {
    name: 'onoff',
    load: async () => {
      const { onoffDriver } = await import('./onoff/index.js')
      return onoffDriver({ inspect: inspectLines })
    },
  },
]
