/** A switch at the end of an axis, which no move may go past. */

import { Type } from 'typebox'
import type { LineHandle } from '../../drivers/driver.js'
import type { BenchBoard } from '../bench/lease.js'
import { Default, Line, OneOf, type Parsed } from '../bench/schema.js'
import type { Turn } from './step-drive.js'

export const Limit = Type.Object(
  {
    line: Line(),
    activeLow: Default(Type.Boolean({ description: 'Pressed is low: a switch to ground.' }), false),
    bias: Default(
      OneOf(['as-is', 'disabled', 'pull-up', 'pull-down'], { description: "The chip's own resistor on the line." }),
      'as-is',
    ),
    backOff: Default(
      Type.Integer({
        minimum: 1,
        description: 'After so many steps away from the switch it is free again.',
        unit: 'steps',
      }),
      50,
    ),
  },
  { description: 'A limit switch, pressed at one end of the way; two in a row are one for each end.' },
)
export type Limit = Parsed<typeof Limit>

export class LimitSwitch {
  /** See the configuration. */
  readonly backOff: number
  readonly #handle: LineHandle
  /** It was free when it was last looked at. */
  #wasFree: boolean
  #pressedBy: Turn | undefined

  constructor(handle: LineHandle, backOff: number) {
    this.#handle = handle
    this.backOff = backOff
    this.#wasFree = !this.pressed
  }

  get pressed(): boolean {
    return this.#handle.get() === 1
  }

  /** The direction in which the motor turned when it pressed the switch; undefined when that is not known. */
  get pressedBy(): Turn | undefined {
    return this.#pressedBy
  }

  /** Before a move: if it has been pressed since the last one, it was not by the motor. */
  beginMove(): void {
    const { pressed } = this
    if (pressed && this.#wasFree) this.#pressedBy = undefined
    this.#wasFree = !pressed
  }

  /** After a step in that direction: whether it is pressed. Only if it was free before, this direction pressed it. */
  afterStep(turn: Turn): boolean {
    const { pressed } = this
    if (pressed && this.#wasFree) this.#pressedBy = turn
    this.#wasFree = !pressed
    return pressed
  }
}

/** @throws what requesting the line throws */
export async function openLimit(board: BenchBoard, { line, activeLow, bias, backOff }: Limit): Promise<LimitSwitch> {
  const settings = { direction: 'input', activeLow, bias } as const
  return new LimitSwitch(await board.request({ lines: [line], settings }), backOff)
}
