/**
 * Homing as CNC machines do it: off the switch if it is pressed, towards it fast, off again, towards it slowly, which
 * gives the place exactly, and off once more, so that the switch is free afterwards.
 */

import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import type { LimitSwitch } from './limit-switch.js'
import type { Turn } from './step-drive.js'
import { type Axis, type OnLimit, travel } from './step-motion.js'
import type { RampSpeeds } from './step-ramp.js'

export interface Homing {
  readonly limit: LimitSwitch
  /** Towards the switch. */
  readonly turn: Turn
  /** Of the first approach and of the way off, in steps/s. */
  readonly speed: number
  /** Of the second approach. */
  readonly slow: number
  /** The switch must come within so many steps. */
  readonly most: number
}

/**
 * Position 0 is afterwards where the switch is pressed in the slow approach. Gives how many steps the fast one took.
 * @throws ERR_HOME_FAILED
 */
export async function home(axis: Axis, { limit, turn, speed, slow, most }: Homing, task: TaskContext): Promise<number> {
  const away: Turn = turn === 1 ? -1 : 1
  const go = async (direction: Turn, steps: number, at: number, onLimit: OnLimit) =>
    await travel(axis, { steps, turn: direction, speeds: upTo(axis, at), onLimit }, task)
  const backOff = async (): Promise<void> => {
    const { ended } = await go(away, most, speed, 'ends-when-free')
    if (!ended) throw failed(axis, `its limit switch was still pressed ${most} steps away from it`)
    await clear(axis, limit, away, speed, task)
  }
  axis.known = false
  if (limit.pressed) await backOff()
  const fast = await go(turn, most, speed, 'ends')
  if (!fast.ended) throw failed(axis, `its limit switch did not come within ${most} steps`)
  await backOff()
  // Twice as far as it should be: the way off, and what the fast approach went past the edge of the switch.
  const exact = await go(turn, 2 * limit.backOff + slack(axis, speed), slow, 'ends')
  if (!exact.ended) throw failed(axis, 'its limit switch did not come back in the slow approach')
  axis.position = 0
  await backOff()
  axis.known = true
  return fast.steps
}

/** From the edge of the switch on, the whole way off. */
async function clear(axis: Axis, limit: LimitSwitch, away: Turn, speed: number, task: TaskContext): Promise<void> {
  await travel(axis, { steps: limit.backOff, turn: away, speeds: upTo(axis, speed), onLimit: 'ignored' }, task)
  if (limit.pressed) throw failed(axis, `its limit switch was pressed ${limit.backOff} steps away from it`)
}

function upTo({ speeds }: Axis, speed: number): RampSpeeds {
  return { ...speeds, speed }
}

/** The switch is looked at after each step; a mechanism may give back what it was pressed in. */
function slack({ speeds }: Axis, speed: number): number {
  return Math.ceil(speed ** 2 / (2 * speeds.acceleration)) + 1
}

function failed(axis: Axis, what: string): PiWorkerError {
  return new PiWorkerError('ERR_HOME_FAILED', `${axis.name} did not find its home: ${what}`, {
    place: axis.name,
    remedy: 'Check the switch, its activeLow and its bias, and the direction; or raise "most".',
    details: { position: axis.position },
  })
}
