/**
 * How a thread of its own plays pulses: it sleeps through most of a wait, spins to the deadline, and writes. Pure: the
 * time, the sleep, the lines and the wish to stop are given.
 */

import type { PulseSequence } from './line-handle.js'
import { LatenessLog } from './play-lateness.js'

/** A pulse sequence as it is sent to a thread. */
export interface PackedSteps {
  readonly values: Uint32Array
  readonly masks: Uint32Array
  readonly ns: Float64Array
  readonly repeat: number
}

/** What a thread has learned of its sleeps, from one play to the next. */
export interface Sleeps {
  /** How late one may end, with what is to be done after it, in ns. */
  lateNs: number
}

/** What the loop lives in. */
export interface LoopWorld {
  readonly sleeps: Sleeps
  /** ns that never go back. */
  now(): number
  /** Sleeps for so many ns, or a little longer, or until the play is cancelled. */
  sleep(ns: number): void
  /** Changes the lines. What it throws ends the play. */
  write(values: number, mask: number): void
  /** Goes through the motions of a write without one, so that the next one finds its code in the caches. */
  rehearse(): void
  cancelled(): boolean
}

/** How a play may use its processor. */
export interface Pace {
  /** Waits are slept through until so many ns are left of them. */
  readonly spinNs: number
  /** So many when sleeps turn out to end late, but never more than half of a wait. */
  readonly mostSpinNs: number
  /** It never runs longer than so many ns without a sleep, whatever is due. */
  readonly busyNs: number
}

/** How a play ended. */
export interface LoopEnd {
  readonly complete: boolean
  /** When the first step was due, and when the play was over, in ns of the world. */
  readonly began: number
  readonly ended: number
}

/** With a processor to itself. A thread that sleeps is woken up to this much late when many others are busy. */
const NORMAL: Pace = { spinNs: 1_000_000, mostSpinNs: 1_000_000, busyNs: Number.POSITIVE_INFINITY }
/**
 * SCHED_FIFO is mostly woken within 0.2 ms (measured: p99 of 0.14 ms after 2 ms of sleep), but not on a processor whose
 * clock is lowered when idle, nor on one that is itself a guest's.
 */
const FIFO: Pace = { spinNs: 200_000, mostSpinNs: 1_000_000, busyNs: Number.POSITIVE_INFINITY }
/** When other plays have the processors: no more spinning than what the timer may be late. */
const CROWDED: Pace = { spinNs: 80_000, mostSpinNs: 80_000, busyNs: Number.POSITIVE_INFINITY }
/** One processor for everything: 100 us at a time, then somebody else's turn. */
const ALONE: Pace = { spinNs: 80_000, mostSpinNs: 80_000, busyNs: 100_000 }
/** How long somebody else's turn is. */
const TURN_NS = 100_000
/** With less time to the next write there is no rehearsal: after a sleep it takes 20 to 40 us (measured). */
const REHEARSAL_NS = 60_000
/** After each sleep that ended in time, the lateness that is reckoned with shrinks by so much: to half in 1400 of them. */
const FORGET = 0.9995
/**
 * The kernel stops a real-time thread for 50 ms when it has run for 950 ms of a second (sched_rt_runtime_us, Documentation/
 * scheduler/sched-rt-group.rst); measured here too. Half of that is left to others.
 */
const MOST_FIFO_NS = 500_000_000

/**
 * @param processors How many there are for this process.
 * @param free Whether a processor is left for this play to spin on.
 */
export function paceOf(scheduling: 'fifo' | 'normal', processors: number, free: boolean): Pace {
  if (processors <= 1) return ALONE
  if (scheduling === 'fifo') return FIFO
  return free ? NORMAL : CROWDED
}

/** @param invert Bits of the values that the lines have the other way round. */
export function packSteps({ steps, repeat = 1 }: PulseSequence, lineCount: number, invert: number): PackedSteps {
  const all = lineCount >= 32 ? 0xffff_ffff : 2 ** lineCount - 1
  const values = new Uint32Array(steps.length)
  const masks = new Uint32Array(steps.length)
  const ns = new Float64Array(steps.length)
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!
    values[index] = step.values ^ invert
    masks[index] = (step.mask ?? all) & all
    ns[index] = step.ns
  }
  return { values, masks, ns, repeat }
}

/**
 * Whether a play sleeps often enough to be a real-time thread: no half second of it is without a wait that is twice as
 * long as what is spun away.
 */
export function leavesRoom({ ns, repeat }: PackedSteps): boolean {
  let run = 0
  let sleeps = false
  // Twice, because the end of a round and the beginning of the next are one run.
  for (let round = 0; round < Math.min(2, repeat); round++) {
    for (let index = 0; index < ns.length; index++) {
      if (ns[index]! >= 2 * FIFO.spinNs) {
        sleeps = true
        run = 0
      } else {
        run += ns[index]!
        if (run > MOST_FIFO_NS) return false
      }
    }
  }
  return sleeps || run * Math.ceil(repeat / 2) <= MOST_FIFO_NS
}

/** Whether a play sleeps for most of its time, even in real time, so that it leaves its processor to others. */
export function mostlySleeps({ ns }: PackedSteps): boolean {
  let total = 0
  let busy = 0
  for (let index = 0; index < ns.length; index++) {
    total += ns[index]!
    busy += Math.min(ns[index]!, FIFO.spinNs)
  }
  return busy <= total / 5
}

/**
 * Plays the steps. Every step is due at a whole sum of the steps before it, so lateness does not add up. A cancelled
 * play ends before the next step.
 * @param lateness Is told of every step, when its write has returned.
 * @param began When the first step is due.
 * @throws what the world's `write` throws
 */
export function playLoop(
  steps: PackedSteps,
  pace: Pace,
  world: LoopWorld,
  lateness: LatenessLog,
  began = world.now(),
): LoopEnd {
  const { values, masks, ns, repeat } = steps
  const turn: Turn = { awake: world.now() }
  let due = began
  for (let round = 0; round < repeat; round++) {
    for (let index = 0; index < ns.length; index++) {
      if (!reach(due, pace, world, turn)) return { complete: false, began, ended: world.now() }
      world.write(values[index]!, masks[index]!)
      lateness.add(world.now() - due)
      due += ns[index]!
    }
  }
  const complete = reach(due, pace, world, turn)
  return { complete, began, ended: world.now() }
}

/** A log that is large enough for all steps. */
export function logFor({ ns, repeat }: PackedSteps): LatenessLog {
  return new LatenessLog(ns.length * repeat)
}

/** Since when the thread has not slept. */
interface Turn {
  awake: number
}

/** Waits until `due`; false when the play is cancelled. */
function reach(due: number, pace: Pace, world: LoopWorld, turn: Turn): boolean {
  const spinNs = Math.max(pace.spinNs, Math.min(world.sleeps.lateNs, pace.mostSpinNs, (due - world.now()) / 2))
  for (;;) {
    if (world.cancelled()) return false
    const now = world.now()
    const left = due - now
    let sleep = 0
    if (left > spinNs) sleep = left - spinNs
    else if (now - turn.awake >= pace.busyNs) sleep = TURN_NS
    else if (left <= 0) return true
    else continue
    world.sleep(sleep)
    turn.awake = world.now()
    learn(world.sleeps, turn.awake - now - sleep, pace)
    if (due - turn.awake > REHEARSAL_NS) world.rehearse()
  }
}

/** What cannot be made good by spinning is no lesson. */
function learn(sleeps: Sleeps, lateNs: number, pace: Pace): void {
  const need = lateNs + REHEARSAL_NS
  sleeps.lateNs = Math.max(sleeps.lateNs * FORGET, need <= pace.mostSpinNs ? need : 0)
}
