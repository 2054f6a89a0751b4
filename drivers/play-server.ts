/** One play from the order to the report, on whatever thread and lines: what the play thread does, without the thread. */

import { codeOf, isPiWorkerError, messageOf } from '../src/errors.js'
import type { Realtime } from './line-handle.js'
import {
  type LoopEnd,
  leavesRoom,
  logFor,
  mostlySleeps,
  type PackedSteps,
  paceOf,
  playLoop,
  type Sleeps,
} from './play-loop.js'
import { PlayControl, type PlayOrder, type PlayReport } from './play-order.js'
import type { PlayMemory } from './play-realtime.js'

/** What a play is carried out with. */
export interface PlayMachine {
  /** ns that never go back. */
  now(): number
  /** A time of `now` on CLOCK_MONOTONIC. */
  toKernel(time: number): bigint
  /** Changes the lines. @throws an error with the errno as its code or in its details */
  write(values: number, mask: number): void
  /** As `write`, but nothing that could matter is written. */
  rehearse(): void
  /** Asks the system for what the play may have. */
  prepare(memory: readonly PlayMemory[], notFifo: string | undefined): Realtime
  /** Tells the main thread when the play begins. */
  announce(id: number, beganKernelNs: bigint): void
  /** The play is over. */
  rest(): void
  /** How many processors this process has. */
  readonly processors: number
  /** One counter: how many plays of this process spin. */
  readonly spinners: Int32Array
  readonly sleeps: Sleeps
}

/** Telling that a play begins takes some time, by which the first step would be late. */
const ANNOUNCE_NS = 500e3

/** Plays an order to its end; undefined when it was cancelled before it began. */
export function serve({ id, control, steps, announced }: PlayOrder, machine: PlayMachine): PlayReport | undefined {
  const words = new PlayControl(control)
  if (!words.begin()) return undefined
  let values = 0
  let touched = 0
  const lateness = logFor(steps)
  const memory = [steps.values, steps.masks, steps.ns, lateness.memory]
  let realtime: Realtime = { scheduling: 'normal', locked: false, whyNot: [] }
  let end: LoopEnd = { complete: false, began: machine.now(), ended: machine.now() }
  let errno: string | undefined
  const spins = Atomics.add(machine.spinners, 0, 1) < machine.processors - 1
  try {
    realtime = machine.prepare(memory, whyNotFifo(steps, machine.processors, spins))
    const pace = paceOf(realtime.scheduling, machine.processors, spins)
    const world = {
      sleeps: machine.sleeps,
      now: () => machine.now(),
      sleep: (ns: number) => words.sleep(ns),
      cancelled: () => words.cancelled,
      rehearse: () => machine.rehearse(),
      write: (to: number, mask: number) => {
        machine.write(to, mask)
        values = (values & ~mask) | (to & mask)
        touched |= mask
      },
    }
    const began = machine.now() + (announced ? ANNOUNCE_NS : 0)
    if (announced) machine.announce(id, machine.toKernel(began))
    end = playLoop(steps, pace, world, lateness, began)
  } catch (error) {
    errno = errnoOf(error)
  } finally {
    words.end(values, touched)
    Atomics.sub(machine.spinners, 0, 1)
    machine.rest()
  }
  return {
    kind: 'over',
    id,
    complete: end.complete,
    errno,
    beganKernelNs: machine.toKernel(end.began),
    tookNs: end.ended - end.began,
    lateness: lateness.summary(),
    realtime,
  }
}

function whyNotFifo(steps: PackedSteps, processors: number, spins: boolean): string | undefined {
  // One processor for everything: the pace sees to it that the others get their turns.
  if (processors <= 1) return undefined
  if (!spins && !mostlySleeps(steps)) return 'other plays have the processors'
  if (leavesRoom(steps)) return undefined
  return 'for half a second or longer the steps leave no time to sleep, and the kernel stops a real-time thread then'
}

function errnoOf(error: unknown): string {
  const known = isPiWorkerError(error) ? error.details.errno : codeOf(error)
  return typeof known === 'string' ? known : messageOf(error)
}
