/**
 * Moves of a stepper that never lose count. Steps are played a few at a time, always to their end, and counted then:
 * whatever ends a move (a cancelled task, a limit switch), what has been counted has been made, and no more. A play that
 * is cut off could not say how many of its steps were made.
 */

import type { Played } from '../../drivers/driver.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs } from '../worker/duration.js'
import type { LimitSwitch } from './limit-switch.js'
import type { StepDrive, Turn } from './step-drive.js'
import { brakingNs, type RampSpeeds, StepRamp } from './step-ramp.js'

/** Steps are played together for about so long; a task that is stopped is noticed after that. */
const TOGETHER_NS = 20e6

/** A motor and where it is. */
export interface Axis {
  readonly name: string
  readonly drive: StepDrive
  readonly limit: LimitSwitch | undefined
  readonly speeds: RampSpeeds
  /** In steps, forward is up. */
  position: number
  /** Whether `position` counts from a known place, and no step has been lost since. */
  known: boolean
}

/** What a pressed switch does to a move. */
export type OnLimit =
  /** It must not happen: the move ends with ERR_LIMIT_REACHED. */
  | 'fails'
  /** It is what the move is for. */
  | 'ends'
  /** The move leads away from it, and ends when it is free. */
  | 'ends-when-free'
  /** Nothing: the move leads away from a switch that bounces still. */
  | 'ignored'

export interface Travel {
  /** Above 0. */
  readonly steps: number
  readonly turn: Turn
  readonly speeds: RampSpeeds
  readonly onLimit: OnLimit
}

/** What a move came to. */
export interface Travelled {
  /** Steps that were made. */
  readonly steps: number
  /** Whether the switch ended it. */
  readonly ended: boolean
  /** As asked for, and as measured, in ms. */
  readonly requested: number
  readonly took: number
  /** The most that a step came after its time, in ms; null when only hardware knows. */
  readonly latest: number | null
}

/** Refuses a move towards a switch that is pressed already. @throws ERR_LIMIT_REACHED */
export function checkFree({ name, limit, position }: Axis, turn: Turn): void {
  limit?.beginMove()
  if (limit?.pressed !== true || limit.pressedBy === -turn) return
  const where = limit.pressedBy === undefined ? 'is pressed, and which way is free is not known' : 'is pressed already'
  throw new PiWorkerError('ERR_LIMIT_REACHED', `${name} does not move: its limit switch ${where}`, {
    place: name,
    remedy: 'Move the other way, home it, or move it off the switch by hand.',
    details: { position },
  })
}

/**
 * Makes the steps of a move. When the task is stopped, the motor is braked with the acceleration of its ramp, so that
 * it does not run on by its own weight, and the task's reason is thrown; the switch stops it at once.
 * @throws ERR_LIMIT_REACHED, the reason of the task's signal, and what `play` throws
 */
export async function travel(
  axis: Axis,
  { steps, turn, speeds, onLimit }: Travel,
  task: TaskContext,
): Promise<Travelled> {
  const ramp = new StepRamp(steps, speeds)
  // Moves away from a pressed switch do not look at it before they are clear of it: it bounces.
  const armed = axis.limit?.pressed === true && onLimit === 'fails' ? axis.limit.backOff : 0
  axis.limit?.beginMove()
  await axis.drive.prepare(turn, task)
  const began = task.clock.now()
  let latestNs: number | undefined = 0
  let made = 0
  let ended = false
  while (made < steps && !ended) {
    if (task.signal.aborted) return await brake(axis, turn, made === 0 ? 0 : ramp.speedAt(made - 1), steps - made, task)
    const count = together(axis, onLimit, steps - made, ahead => ramp.lastsNs(made + ahead))
    const lasts = Array.from({ length: count }, (_, ahead) => ramp.lastsNs(made + ahead))
    const { latestNs: late } = await play(axis, turn, lasts)
    latestNs = latestNs === undefined || late === undefined ? undefined : Math.max(latestNs, late)
    made += count
    task.progress(made, steps)
    ended = made >= armed && looksEnded(axis, turn, onLimit)
  }
  if (ended && onLimit === 'fails') throw stopped(axis)
  return {
    steps: made,
    ended,
    requested: toMs(ramp.ns),
    took: toMs(task.clock.now() - began),
    latest: latestNs === undefined ? null : toMs(latestNs),
  }
}

/** How many of the next steps are played in one go: one when the switch must be looked at after each. */
function together({ limit }: Axis, onLimit: OnLimit, left: number, lastsNs: (ahead: number) => number): number {
  if (limit !== undefined && onLimit !== 'ignored') return 1
  let count = 0
  for (let ns = 0; count < left && ns < TOGETHER_NS; count++) ns += lastsNs(count)
  return count
}

/** Plays steps to their end; when that fails, nobody knows how many of them were made. */
async function play(axis: Axis, turn: Turn, ns: readonly number[]): Promise<Played> {
  const { drive } = axis
  try {
    const played = await drive.handle.play({
      steps: drive.pulses(
        turn,
        ns.map(lasts => Math.max(lasts, drive.shortestNs)),
      ),
    })
    drive.stepped(turn, ns.length)
    axis.position += turn * ns.length
    return played
  } catch (error) {
    axis.known = false
    throw error
  }
}

async function brake(axis: Axis, turn: Turn, speed: number, left: number, task: TaskContext): Promise<never> {
  const lasts = brakingNs(speed, axis.speeds).slice(0, left)
  for (let made = 0; made < lasts.length; ) {
    const count = together(axis, 'fails', lasts.length - made, ahead => lasts[made + ahead] as number)
    await play(axis, turn, lasts.slice(made, made + count))
    made += count
    // One that is pressed still because the move led away from it is no reason to stop dead.
    if (axis.limit?.afterStep(turn) === true && axis.limit.pressedBy === turn) break
  }
  throw task.signal.reason
}

function looksEnded({ limit }: Axis, turn: Turn, onLimit: OnLimit): boolean {
  if (limit === undefined || onLimit === 'ignored') return false
  const pressed = limit.afterStep(turn)
  return onLimit === 'ends-when-free' ? !pressed : pressed
}

function stopped({ name, position }: Axis): PiWorkerError {
  return new PiWorkerError(
    'ERR_LIMIT_REACHED',
    `${name} pressed its limit switch and was stopped at step ${position}`,
    {
      place: name,
      remedy: 'Move the other way; set "min" and "max", and home it, so that moves end before the switch.',
      details: { position },
    },
  )
}
