/** From a sequence over names to what a driver plays, checked before any line moves. */

import type { PulseSequence, PulseStep } from '../../drivers/driver.js'
import { nearest } from '../nearest.js'
import { MAX_DURATION_MS, toNs } from '../worker/duration.js'
import { badPulses, checkCount, MAX_STEPS, type Sequence, type SequenceStep, stepNs } from './sequence.js'

export interface CompileOptions {
  /** `capabilities.shortestPulseNs` of the driver: no step may be shorter. Default 1. */
  readonly shortestPulseNs?: number | undefined
}

/**
 * @param lines The name of every line of the handle, in its order: bit n of the result is `lines[n]`.
 * @throws ERR_BAD_PULSES, whose `place` says where: no step, a step that is not longer than 0 or shorter than the
 *   driver's shortest pulse, a name that is none of `lines` (with the nearest one), a line that is both set and cleared,
 *   a `repeat` that is no whole number of 1 or more, more than 2,000,000 steps or 104 days
 */
export function compile(
  { steps, repeat = 1 }: Sequence,
  lines: readonly string[],
  { shortestPulseNs = 1 }: CompileOptions = {},
): PulseSequence {
  if (steps.length === 0) throw badPulses('there is no step', 'steps', { remedy: 'Give at least one step.' })
  if (steps.length > MAX_STEPS) throw badPulses(`${steps.length} are more than ${MAX_STEPS}`, 'steps')
  checkCount(repeat, 'repeat')
  const bits = new Map(lines.map((name, index) => [name, 1 << index]))
  const compiled: PulseStep[] = []
  let total = 0
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!
    const ns = stepNs(step, index)
    if (ns < shortestPulseNs) throw tooShort(ns, shortestPulseNs, index)
    total += ns
    const values = bitsOf(step.set, bits, index, 'set')
    const cleared = bitsOf(step.clear, bits, index, 'clear')
    if ((values & cleared) !== 0) throw both(step, index)
    compiled.push({ values: values >>> 0, mask: (values | cleared) >>> 0, ns })
  }
  if (total * repeat > toNs(MAX_DURATION_MS)) {
    throw badPulses('the whole sequence is longer than 104 days', 'repeat', { remedy: 'Play it in parts.' })
  }
  return { steps: compiled, repeat }
}

function bitsOf(
  names: readonly string[] | undefined,
  bits: ReadonlyMap<string, number>,
  index: number,
  key: 'set' | 'clear',
): number {
  if (names === undefined) return 0
  let found = 0
  for (const name of names) {
    const bit = bits.get(name)
    if (bit === undefined) throw unknownLine(name, [...bits.keys()], `steps[${index}].${key}`)
    found |= bit
  }
  return found
}

function unknownLine(name: string, names: readonly string[], place: string) {
  const suggestion = nearest(name, names)
  return badPulses(`there is no line "${name}" here; there are ${names.join(', ')}`, place, {
    remedy: suggestion === undefined ? `Name one of ${names.join(', ')}.` : `Write ${suggestion} if that was meant.`,
  })
}

function both({ set = [], clear = [] }: SequenceStep, index: number) {
  const name = set.find(one => clear.includes(one)) ?? ''
  return badPulses(`line "${name}" is both set and cleared`, `steps[${index}]`, {
    remedy: 'Let a step do one of the two; for a pulse, take two steps.',
  })
}

function tooShort(ns: number, shortest: number, index: number) {
  return badPulses(
    `${ns / 1000} us is shorter than the shortest pulse of this driver, ${shortest / 1000} us`,
    `steps[${index}].after`,
    { remedy: 'Make the step longer, or use a driver with shorter pulses (pigpio: 1 us, gpiochip: 10 us).' },
  )
}
