/** Every built-in type of peripheral. One line here for each. */

import type { Definitions } from '../bench/definition.js'
import { input } from './input.js'
import { output } from './output.js'

export { input } from './input.js'
export { output } from './output.js'

/** By the type that bench files name. */
export const peripherals: Definitions = { output, input }
