/**
 * Pulse sequences as data, over lines with names: what there is to say of them, and how sequences make others. Pure.
 */

import { PiWorkerError } from '../errors.js'
import { type Duration, parseDuration, toMs, toNs } from '../worker/duration.js'

/** One change of the lines, and how long it is until the next one. */
export interface SequenceStep {
  /** Names of lines that become active. */
  readonly set?: readonly string[] | undefined
  /** Names of lines that become inactive. */
  readonly clear?: readonly string[] | undefined
  /** Time until the next step, or until the end of the sequence: above 0, rounded to whole ns. */
  readonly after: Duration
}

/**
 * A pulse sequence. A step without names is a pause. Times are exact to the ns: step n is due when all steps before it
 * are over, however late they were.
 */
export interface Sequence {
  /** At least one. */
  readonly steps: readonly SequenceStep[]
  /** How many times the steps are played: a whole number of 1 or more. Default 1. */
  readonly repeat?: number | undefined
}

/** What `concat` and `merge` may write out, and what `compile` takes: steps, not counting repetitions. */
export const MAX_STEPS = 2_000_000

/**
 * The sequence `count` times.
 * @throws ERR_BAD_PULSES when `count` is no whole number of 1 or more
 */
export function repeat(sequence: Sequence, count: number): Sequence {
  return { steps: sequence.steps, repeat: checkCount(sequence.repeat ?? 1, 'repeat') * checkCount(count, 'count') }
}

/**
 * One sequence after the other.
 * @throws ERR_BAD_PULSES when it is too long to be written out
 */
export function concat(...sequences: readonly Sequence[]): Sequence {
  const [only] = sequences
  if (sequences.length === 1 && only !== undefined) return only
  checkWrittenOut(sequences, 'concat')
  const steps: SequenceStep[] = []
  for (const sequence of sequences) eachStep(sequence, step => void steps.push(step))
  return { steps }
}

/**
 * Several sequences at the same time, begun together: it lasts as long as the longest of them. What is due at the same
 * ns becomes one step.
 * @throws ERR_BAD_PULSES when two of them have the same line, or it is too long to be written out
 */
export function merge(...sequences: readonly Sequence[]): Sequence {
  checkWrittenOut(sequences, 'merge')
  checkLinesApart(sequences)
  const lanes = sequences.map(toLane)
  const end = Math.max(0, ...lanes.map(({ times }) => times.at(-1) ?? 0))
  const steps: SequenceStep[] = []
  let now = 0
  while (now < end) {
    const due: SequenceStep[] = []
    let next = end
    for (const lane of lanes) {
      if (lane.next < lane.steps.length && lane.times[lane.next] === now) due.push(lane.steps[lane.next++]!)
      if (lane.next < lane.steps.length) next = Math.min(next, lane.times[lane.next]!)
    }
    steps.push({ ...together(due), after: toMs(next - now) })
    now = next
  }
  return { steps }
}

/** How long a sequence is, in whole ns. @throws ERR_BAD_PULSES */
export function durationNs({ steps, repeat = 1 }: Sequence): number {
  let sum = 0
  for (let index = 0; index < steps.length; index++) sum += stepNs(steps[index]!, index)
  return sum * repeat
}

/** The names of the lines that a sequence changes, in the order in which it names them. */
export function linesOfSequence({ steps }: Sequence): string[] {
  const names = new Set<string>()
  for (const { set, clear } of steps) {
    for (const name of set ?? []) names.add(name)
    for (const name of clear ?? []) names.add(name)
  }
  return [...names]
}

/**
 * The whole ns of a step.
 * @throws ERR_BAD_PULSES with the place `steps[3].after` when it is no duration or not above 0
 */
export function stepNs({ after }: SequenceStep, index: number): number {
  // The usual case, without a look at what else it may be.
  const ns = typeof after === 'number' ? Math.round(after * 1e6) : readNs(after, index)
  if (ns > 0 && ns <= Number.MAX_SAFE_INTEGER) return ns
  const why = ns > 0 ? 'is longer than 104 days' : 'is not longer than 0'
  throw badPulses(`the time ${show(after)} ${why}`, `steps[${index}].after`, {
    remedy: 'Give every step the time until the next one: 10us, 2ms, or a number of ms.',
  })
}

/** An error that says what of a sequence cannot be. */
export function badPulses(
  message: string,
  place: string,
  { remedy, cause }: { readonly remedy?: string; readonly cause?: unknown } = {},
): PiWorkerError {
  return new PiWorkerError('ERR_BAD_PULSES', `${place}: ${message}`, { place, remedy, cause })
}

/** A whole number of 1 or more. @throws ERR_BAD_PULSES */
export function checkCount(count: number, place: string): number {
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw badPulses(`it must be a whole number of 1 or more, not ${count}`, place)
}

function readNs(after: unknown, index: number): number {
  try {
    return toNs(parseDuration(after))
  } catch (cause) {
    throw badPulses(`${show(after)} is not a duration`, `steps[${index}].after`, { cause })
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value)
}

function eachStep({ steps, repeat = 1 }: Sequence, visit: (step: SequenceStep, index: number) => void): void {
  for (let round = 0; round < repeat; round++) {
    for (let index = 0; index < steps.length; index++) visit(steps[index]!, index)
  }
}

function checkWrittenOut(sequences: readonly Sequence[], place: string): void {
  const total = sequences.reduce((sum, { steps, repeat = 1 }) => sum + steps.length * checkCount(repeat, 'repeat'), 0)
  if (total <= MAX_STEPS) return
  throw badPulses(`${total} steps are more than ${MAX_STEPS}`, place, {
    remedy: 'Play the parts one after the other, or repeat a whole sequence instead.',
  })
}

/** A sequence written out, with the time of each step and of the end, in ns from the beginning. */
interface Lane {
  readonly steps: readonly SequenceStep[]
  readonly times: Float64Array
  next: number
}

function toLane(sequence: Sequence): Lane {
  const steps: SequenceStep[] = []
  const times = new Float64Array(sequence.steps.length * (sequence.repeat ?? 1) + 1)
  let now = 0
  eachStep(sequence, (step, index) => {
    steps.push(step)
    now += stepNs(step, index)
    times[steps.length] = now
  })
  return { steps, times, next: 0 }
}

function checkLinesApart(sequences: readonly Sequence[]): void {
  const owners = new Map<string, number>()
  for (const [index, sequence] of sequences.entries()) {
    for (const line of linesOfSequence(sequence)) {
      const owner = owners.get(line)
      if (owner !== undefined) {
        throw badPulses(`line "${line}" is in sequence ${owner + 1} and in sequence ${index + 1}`, 'merge', {
          remedy: 'Let each line be in one of the merged sequences only, or put them one after the other with concat.',
        })
      }
      owners.set(line, index)
    }
  }
}

function together(due: readonly SequenceStep[]): Pick<SequenceStep, 'set' | 'clear'> {
  const set = due.flatMap(step => step.set ?? [])
  const clear = due.flatMap(step => step.clear ?? [])
  return { ...(set.length > 0 && { set }), ...(clear.length > 0 && { clear }) }
}
