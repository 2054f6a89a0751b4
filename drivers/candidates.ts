/** The drivers of real lines, each loaded only when it is wanted. */

import type { Driver, DriverName, LineInspector } from './driver.js'

export interface Candidate {
  readonly name: DriverName
  load(): Promise<Driver>
}

/** sysfs and pigpio know neither the names of lines nor who holds them; the character device does, where it can be asked. */
async function inspectLines(path: string): Promise<LineInspector | undefined> {
  return (await import('./gpiochip/inspect.js')).inspectChip(path)
}

/** In the order in which `auto` tries them: the most able first. */
export const candidates: readonly Candidate[] = [
  { name: 'gpiochip', load: async () => (await import('./gpiochip/index.js')).gpiochip },
  {
    name: 'pigpio',
    load: async () => (await import('./pigpio/index.js')).pigpioDriver({ inspect: inspectLines }),
  },
  {
    name: 'onoff',
    load: async () => {
      const { onoffDriver } = await import('./onoff/index.js')
      return onoffDriver({ inspect: inspectLines })
    },
  },
]
