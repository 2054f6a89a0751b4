/** Fields that the inputs and outputs of actions on edges have in common. */

import { Type } from 'typebox'
import { DurationSchema } from '../bench/schema.js'

/** A time of the board, which edges have. */
export const EdgeTime = (description: string) =>
  Type.Integer({ description: `${description} Since the bench was opened.`, unit: 'ns' })

export const Timeout = Type.Optional(
  DurationSchema({
    description: 'Longest wait; without it, the wait ends only when the task does.',
    exclusiveMinimum: 0,
  }),
)
