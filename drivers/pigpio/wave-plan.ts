/**
 * From a pulse sequence to waves and the chain that plays them, inside pigpio's limits. Pure: nothing is played here.
 *
 * The package names lines in a wave by number and one of each kind in a pulse, so that a step that changes several lines
 * is several pulses without time between them (some 100 ns on a Pi).
 */

import { PiWorkerError } from '../../src/errors.js'
import type { PulseSequence } from '../driver.js'
import { formatLine } from '../lines.js'
import { otherDriver } from '../other-driver.js'
import { checkSequence } from '../play.js'
import type { WavePulse } from './package.js'

/** pigpio takes fewer than 12,000 pulses in a wave (rawWaveAddGeneric). */
export const MAX_PULSES = 11_999
/** Ten of its memory pages, of 118 control blocks and 79 words each, are kept for the chain itself. */
export const MAX_CONTROL_BLOCKS = 25_016 - 1_180
/** A word for the lines that a pulse sets, and one for those that it clears. */
export const MAX_WORDS = 16_748 - 790
/** pigpio does not check this one, and would write past its table. */
export const MAX_WAVES = 250
/** 600 control blocks for the chain, of which it takes one at each end. */
export const MAX_ENTRIES = 598
export const MAX_LOOPS = 20
/** The longest delay of a chain, in µs, and the most rounds of a loop. */
const MAX_WORD = 65_535
/** A delay in a wave is one DMA transfer of 4 bytes for each µs, and 2^30 bytes at most; longer ones go into the chain. */
const MAX_DELAY_US = 60e6
const SHORTEST_NS = 1000

export type ChainEntry =
  /** Index of a wave of the plan. */
  | { readonly kind: 'wave'; readonly wave: number }
  | { readonly kind: 'delay'; readonly us: number }
  | { readonly kind: 'loop'; readonly rounds: number; readonly body: readonly ChainEntry[] }

export interface WavePlan {
  readonly waves: readonly (readonly WavePulse[])[]
  readonly chain: readonly ChainEntry[]
  /** How long it takes, in whole µs: the times of the sequence, rounded. */
  readonly us: number
}

/**
 * @param lines Bit n of the sequence is lines[n].
 * @param invert Bits of lines that are active low.
 * @throws ERR_BAD_PULSES
 */
export function planWaves(sequence: PulseSequence, lines: readonly number[], invert: number): WavePlan {
  checkSequence(sequence)
  const place = lines.map(formatLine).join(', ')
  const builder = new RoundBuilder()
  const levels = new Map<number, number>()
  let ns = 0
  let us = 0
  for (const [index, step] of sequence.steps.entries()) {
    checkStep(index, step.ns, place)
    const changes = changesOf(step.values ^ invert, step.mask ?? -1, lines, levels)
    if (changes.some(({ line }) => line === 0)) throw noLineZero(index)
    ns += step.ns
    // Every step ends at the whole µs next to its own time, so that roundings do not add up.
    const end = Math.round(ns / 1000)
    builder.step(changes, end - us)
    us = end
  }
  const { repeat = 1 } = sequence
  const round = builder.end()
  const plan: WavePlan = {
    waves: builder.waves,
    chain: round.length === 0 ? [] : repeated(round, repeat),
    us: us * repeat,
  }
  checkLimits(plan, place)
  return plan
}

/** The chain as the package takes it. @param ids What pigpio calls the waves of the plan. */
export function encodeChain(chain: readonly ChainEntry[], ids: readonly number[]): number[] {
  return chain.flatMap(entry => {
    if (entry.kind === 'wave') return [ids[entry.wave]!]
    if (entry.kind === 'delay') return [255, 2, entry.us & 0xff, entry.us >> 8]
    return [255, 0, ...encodeChain(entry.body, ids), 255, 1, entry.rounds & 0xff, entry.rounds >> 8]
  })
}

interface Change {
  readonly line: number
  readonly level: number
}

/** Collects the waves and the chain of one round. */
class RoundBuilder {
  readonly waves: WavePulse[][] = []
  readonly #chain: ChainEntry[] = []
  #pulses: WavePulse[] = []

  step(changes: readonly Change[], us: number): void {
    // The last part of a long delay stays in the wave, so that no wave is without time.
    const inWave = us > MAX_DELAY_US ? ((us - 1) % MAX_WORD) + 1 : us
    this.#add(pulsesOf(changes, inWave))
    if (inWave === us) return
    this.#endWave()
    this.#chain.push(...repeated([{ kind: 'delay', us: MAX_WORD }], (us - inWave) / MAX_WORD))
  }

  end(): readonly ChainEntry[] {
    this.#endWave()
    return this.#chain
  }

  #add(pulses: readonly WavePulse[]): void {
    if (this.#pulses.length + pulses.length > MAX_PULSES) this.#endWave()
    for (const pulse of pulses) this.#pulses.push(pulse)
  }

  #endWave(): void {
    if (this.#pulses.length === 0) return
    this.#chain.push({ kind: 'wave', wave: this.waves.length })
    this.waves.push(this.#pulses)
    this.#pulses = []
  }
}

/** What a step changes; a line that has the level already, from a step before it in the same round, is left out. */
function changesOf(values: number, mask: number, lines: readonly number[], levels: Map<number, number>): Change[] {
  const changes: Change[] = []
  for (const [index, line] of lines.entries()) {
    if (((mask >>> index) & 1) === 0) continue
    const level = (values >>> index) & 1
    if (levels.get(line) === level) continue
    levels.set(line, level)
    changes.push({ line, level })
  }
  return changes
}

/** Pulses that begin together, and last `us` together. Falling lines come first where it takes more than one. */
function pulsesOf(changes: readonly Change[], us: number): WavePulse[] {
  const off = changes.filter(({ level }) => level === 0).map(({ line }) => line)
  const on = changes.filter(({ level }) => level === 1).map(({ line }) => line)
  const count = Math.max(on.length, off.length, us > 0 ? 1 : 0)
  return Array.from({ length: count }, (_, index) => ({
    gpioOn: on[index - (count - on.length)] ?? 0,
    gpioOff: off[index] ?? 0,
    usDelay: index === count - 1 ? us : 0,
  }))
}

/** A loop has 65,535 rounds at most; more are a loop of loops and what is left. */
function repeated(body: readonly ChainEntry[], rounds: number): ChainEntry[] {
  if (rounds === 0) return []
  if (rounds === 1) return [...body]
  if (rounds <= MAX_WORD) return [{ kind: 'loop', rounds, body }]
  const full = Math.floor(rounds / MAX_WORD)
  return [...repeated([{ kind: 'loop', rounds: MAX_WORD, body }], full), ...repeated(body, rounds % MAX_WORD)]
}

/** @throws ERR_BAD_PULSES: pigpio would refuse it in the middle of the work, or not notice. */
function checkLimits({ waves, chain }: WavePlan, place: string): void {
  const pulses = waves.flat()
  const count = (test: (pulse: WavePulse) => boolean): number => pulses.filter(test).length
  const words = count(pulse => pulse.gpioOn > 0) + count(pulse => pulse.gpioOff > 0)
  const blocks = waves.length + count(changes) + count(pulse => pulse.usDelay > 0)
  const loops = countEntries(chain, entry => entry.kind === 'loop')
  const limits = [
    [blocks, MAX_CONTROL_BLOCKS, 'control blocks'],
    [words, MAX_WORDS, 'words for levels'],
    [waves.length, MAX_WAVES, 'waves'],
    [countEntries(chain, () => true), MAX_ENTRIES, 'entries in the chain of waves'],
    [loops, MAX_LOOPS, 'loops in the chain of waves'],
  ] as const
  for (const [needed, limit, what] of limits) {
    if (needed > limit) throw overLimit(needed, limit, what, place)
  }
}

function changes({ gpioOn, gpioOff }: WavePulse): boolean {
  return gpioOn > 0 || gpioOff > 0
}

function countEntries(chain: readonly ChainEntry[], counts: (entry: ChainEntry) => boolean): number {
  return chain.reduce(
    (sum, entry) => sum + (counts(entry) ? 1 : 0) + (entry.kind === 'loop' ? countEntries(entry.body, counts) : 0),
    0,
  )
}

function overLimit(needed: number, limit: number, what: string, place: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_PULSES', `the sequence needs ${needed} ${what}, and pigpio has ${limit}`, {
    place,
    remedy: 'Split the sequence, or use repeat for what comes again.',
    details: { driver: 'pigpio', needed, limit },
  })
}

function checkStep(index: number, ns: number, place: string): void {
  if (ns === 0 || ns >= SHORTEST_NS) return
  throw new PiWorkerError(
    'ERR_BAD_PULSES',
    `step ${index + 1} lasts ${ns} ns, and the shortest step of pigpio is ${SHORTEST_NS} ns (1 us)`,
    { place, remedy: 'Make the step 1 us or longer, or 0.', details: { driver: 'pigpio', step: index } },
  )
}

function noLineZero(index: number): PiWorkerError {
  return new PiWorkerError(
    'ERR_BAD_PULSES',
    `step ${index + 1} changes ${formatLine(0)}, which the package pigpio cannot name in a wave`,
    {
      place: formatLine(0),
      remedy: `Use another line for pulses, or --driver ${otherDriver()}.`,
      details: { driver: 'pigpio', step: index, line: 0 },
    },
  )
}
