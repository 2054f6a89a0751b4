/**
 * What a driver can do beyond what every driver must: one table, which the suite follows, prints, and the README shows.
 * A driver that has an ability must show all behaviours of it; one that has not must refuse where it can be asked.
 */

import type { DriverName } from '../../drivers/driver.js'

export const DRIVERS = ['gpiochip', 'pigpio', 'onoff', 'mock'] as const satisfies readonly DriverName[]

interface Row {
  /** As the README says it. */
  readonly title: string
  /** How each driver does it, in a word or two, or `no` with the reason. */
  readonly by: Readonly<Record<DriverName, string | { readonly no: string }>>
}

const no = (reason: string) => ({ no: reason })

export const abilities = {
  edgeTimes: {
    title: 'time of an edge',
    by: {
      gpiochip: "the kernel's, in ns",
      pigpio: 'ticks of 1 µs',
      onoff: no('when the program saw it'),
      mock: 'exact',
    },
  },
  bias: {
    title: 'bias',
    by: { gpiochip: 'yes', pigpio: 'yes', onoff: no('sysfs has none'), mock: 'yes' },
  },
  drive: {
    title: 'open drain, open source',
    by: { gpiochip: 'yes', pigpio: no('push-pull only'), onoff: no('push-pull only'), mock: 'yes' },
  },
  debounce: {
    title: 'debounce',
    by: { gpiochip: 'by the kernel', pigpio: 'glitch filter', onoff: 'in software', mock: "as the kernel's" },
  },
  atomic: {
    title: 'several lines at once',
    by: { gpiochip: 'yes', pigpio: 'yes', onoff: no('one after another'), mock: 'yes' },
  },
  names: {
    title: 'names of lines',
    by: { gpiochip: 'yes', pigpio: "through the chip's device", onoff: "through the chip's device", mock: 'yes' },
  },
  holders: {
    title: 'names who holds a line',
    by: { gpiochip: 'yes', pigpio: "through the chip's device", onoff: "through the chip's device", mock: 'yes' },
  },
  vanishing: {
    title: 'says that its chip is gone',
    by: { gpiochip: 'yes', pigpio: no('the chip is part of the processor'), onoff: 'within 1 s', mock: 'yes' },
  },
  dma: {
    title: 'pulses timed by hardware',
    by: { gpiochip: no('by software'), pigpio: 'DMA', onoff: no('by software'), mock: no('exact in virtual time') },
  },
  pwm: {
    title: 'PWM on any line',
    by: { gpiochip: no('use the PWM bus'), pigpio: 'hardware, DMA', onoff: no('use the PWM bus'), mock: 'yes' },
  },
} as const satisfies Record<string, Row>

export type Ability = keyof typeof abilities

/** Whether a driver claims an ability. */
export function has(driver: DriverName, ability: Ability): boolean {
  return typeof abilities[ability].by[driver] === 'string'
}

/** What a driver cannot do, a line each. */
export function shortcomings(driver: DriverName): string[] {
  return Object.values<Row>(abilities).flatMap(({ title, by }) => {
    const how = by[driver]
    return typeof how === 'string' ? [] : [`${title}: no, ${how.no}`]
  })
}

/** The table of the README. */
export function markdown(): string {
  const rows = Object.values<Row>(abilities).map(({ title, by }) => {
    const cells = DRIVERS.map(driver => {
      const how = by[driver]
      return typeof how === 'string' ? how : `no: ${how.no}`
    })
    return [title, ...cells]
  })
  const head = ['', ...DRIVERS.map(driver => `\`${driver}\``)]
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
