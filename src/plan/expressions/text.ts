/** Text with values in it: `full after {elapsed} s`. */

import { PiWorkerError } from '../../errors.js'
import type { Expression, Values } from './value.js'

/** A text, as pieces; those that are expressions are worked out when it is said. */
export type Text = readonly (string | Expression)[]

/** The pieces of a text: what stands in braces, with `=` before it, is an expression. Two braces are one. */
export function splitText(text: string): { readonly text: string; readonly computed: boolean }[] {
  const pieces: { text: string; computed: boolean }[] = []
  for (const [piece] of text.matchAll(/\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]/g)) {
    const computed = piece.length > 2 && piece.startsWith('{')
    pieces.push(
      computed ? { text: `=${piece.slice(1, -1)}`, computed } : { text: piece.replace(/^([{}])\1$/, '$1'), computed },
    )
  }
  return pieces
}

/** What it says now; `?` in the place of what has no value, for a note must not end a plan. */
export function sayText(text: Text, values: Values): string {
  return text.map(piece => (typeof piece === 'string' ? piece : sayValue(piece, values))).join('')
}

function sayValue(expression: Expression, values: Values): string {
  try {
    const value = expression.evaluate(values)
    // Measured values have more digits than anybody reads.
    return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value)
  } catch (error) {
    if (error instanceof PiWorkerError) return '?'
    throw error
  }
}
