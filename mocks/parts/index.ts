/** Which part simulates which type of peripheral. One line here for each part. */

import { inputPart } from './input.js'
import { outputPart } from './output.js'
import type { PartFactory } from './part.js'

/** By the type of the peripheral; a type that is not here gets no part, and its lines are left to their pulls. */
export const parts: ReadonlyMap<string, PartFactory> = new Map([
  ['input', inputPart],
  ['output', outputPart],
])
