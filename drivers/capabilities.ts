/** What a peripheral needs of a driver, and what of it a driver lacks. Pure: compares, opens nothing. */

import type { Bias, Capabilities, Drive, PwmSource } from './driver.js'

/** What is needed; what is left out, false, or undefined is not needed. */
export interface Needs {
  /** Bias settings, one or several (several peripherals may each need their own). */
  readonly bias?: Bias | readonly Bias[] | undefined
  readonly drive?: Drive | readonly Drive[] | undefined
  /** Debounce of any kind (`true`), or by the kernel or hardware only (`kernel`). */
  readonly debounce?: boolean | 'kernel' | undefined
  /** Edge times at least that good: `kernel-ns` is better than `tick-us`. */
  readonly edgeTimestamps?: 'kernel-ns' | 'tick-us' | undefined
  /** Several lines change at once. */
  readonly atomic?: boolean | undefined
  /** Pulse sequences that hardware times (`dma`). */
  readonly pulses?: 'dma' | undefined
  /** PWM of any kind (`true`), or that software has no part in (`hardware`: dma does too). */
  readonly pwm?: boolean | 'hardware' | undefined
  /** The shortest pulse to make or see, in ns. */
  readonly shortestPulseNs?: number | undefined
  /** What the configuration could have instead, as a sentence: told with a refusal. */
  readonly instead?: string | undefined
}

const TIMESTAMP_RANK: Readonly<Record<Capabilities['edgeTimestamps'], number>> = {
  none: 0,
  'tick-us': 1,
  'kernel-ns': 2,
}

/**
 * The needs that a driver does not meet, as phrases for a message (`bias pull-up`, `edge times of kernel-ns`).
 * Empty when it meets all.
 */
export function unmetNeeds(needs: Needs, capabilities: Capabilities): string[] {
  const unmet: string[] = []
  for (const bias of each(needs.bias)) if (!capabilities.bias.includes(bias)) unmet.push(`bias ${bias}`)
  for (const drive of each(needs.drive)) if (!capabilities.drive.includes(drive)) unmet.push(`drive ${drive}`)
  if (needs.debounce === 'kernel' && capabilities.debounce !== 'kernel') unmet.push('debounce by the kernel')
  if (needs.debounce === true && capabilities.debounce === 'none') unmet.push('debounce')
  const times = needs.edgeTimestamps
  if (times !== undefined && TIMESTAMP_RANK[capabilities.edgeTimestamps] < TIMESTAMP_RANK[times]) {
    unmet.push(`edge times of ${times}`)
  }
  if (needs.atomic === true && !capabilities.atomic) unmet.push('several lines changed at once')
  if (needs.pulses === 'dma' && capabilities.pulses !== 'dma') unmet.push('pulses timed by hardware')
  if (needs.pwm === true && capabilities.pwm.length === 0) unmet.push('PWM')
  if (needs.pwm === 'hardware' && !capabilities.pwm.some(isHardware)) unmet.push('PWM by hardware')
  const pulse = needs.shortestPulseNs
  if (pulse !== undefined && pulse < capabilities.shortestPulseNs) {
    unmet.push(`pulses of ${pulse / 1000} us (the shortest here is ${capabilities.shortestPulseNs / 1000} us)`)
  }
  return unmet
}

/** What is needed when all of `list` is: what one driver must have to serve them together. */
export function mergeNeeds(list: readonly Needs[]): Needs {
  const debounce = list.map(needs => needs.debounce)
  const times = list.map(needs => needs.edgeTimestamps)
  const pwm = list.map(needs => needs.pwm)
  const pulses = list.flatMap(needs => needs.shortestPulseNs ?? [])
  return {
    bias: [...new Set(list.flatMap(needs => each(needs.bias)))],
    drive: [...new Set(list.flatMap(needs => each(needs.drive)))],
    debounce: debounce.includes('kernel') ? 'kernel' : debounce.includes(true),
    edgeTimestamps: times.includes('kernel-ns') ? 'kernel-ns' : times.find(time => time !== undefined),
    atomic: list.some(needs => needs.atomic === true),
    pulses: list.find(needs => needs.pulses === 'dma')?.pulses,
    pwm: pwm.includes('hardware') ? 'hardware' : pwm.includes(true),
    shortestPulseNs: pulses.length === 0 ? undefined : Math.min(...pulses),
  }
}

function isHardware(source: PwmSource): boolean {
  return source !== 'software'
}

function each<T extends string>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
