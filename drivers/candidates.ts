/** The drivers of real lines, each loaded only when it is wanted. */

import type { Driver, DriverName } from './driver.js'

export interface Candidate {
  readonly name: DriverName
  load(): Promise<Driver>
}

/** In the order in which `auto` tries them: the most able first. */
export const candidates: readonly Candidate[] = [
  { name: 'gpiochip', load: async () => (await import('./gpiochip/index.js')).gpiochip },
  {
    name: 'onoff',
    load: async () => {
      const { onoffDriver } = await import('./onoff/index.js')
      // sysfs knows neither the names of lines nor who holds them; the character device does, where it can be asked.
      return onoffDriver({ inspect: async path => (await import('./gpiochip/inspect.js')).inspectChip(path) })
    },
  },
]
