/** Warns of safe states that end with the program: on this kernel, letting go of their lines changes their levels. */

import { formatLine } from '../../drivers/lines.js'
import type { ReleaseFacts } from '../../drivers/machine/release.js'
import { checkConfig } from '../bench/check.js'
import type { PeripheralSpec } from '../bench/definition.js'
import type { OutputLine, Outputs } from '../bench/outputs.js'

/** The chip's own resistors pull these up when nothing else has been said, and all others down. */
const LAST_PULLED_UP = 8

/**
 * One sentence for each peripheral that it concerns.
 * @param release What an output does when the request that holds it ends.
 */
export function holdWarnings(
  bench: Readonly<Record<string, PeripheralSpec>>,
  { outcome, because }: ReleaseFacts,
): readonly string[] {
  if (outcome === 'kept' || outcome === 'unknown') return []
  return Object.entries(bench).flatMap(([name, { definition, config: written }]) => {
    const outputs = definition.outputs as ((config: unknown) => Outputs) | undefined
    const checked = checkConfig(definition, written)
    if (outputs === undefined || checked.problems !== undefined) return []
    const config = checked.value as { readonly hold?: unknown }
    if (config.hold !== undefined && config.hold !== 'exit') return []
    const lost = outputs(config).lines.filter(({ line, safe }) => isLost(line, safe))
    if (lost.length === 0) return []
    const lines = lost.map(({ line, safe }) => `${nameOf(line)} ${safe}`).join(', ')
    return [
      `${name}: its safe state (${lines}) lasts only as long as the program, since the line is let go then (${because}); ` +
        'hold: forever keeps it',
    ]
  })
}

function isLost(line: number | string, safe: OutputLine['safe']): boolean {
  if (safe !== 'low' && safe !== 'high') return false
  const pulled = typeof line === 'number' && line <= LAST_PULLED_UP ? 'high' : 'low'
  return safe !== pulled
}

/** A line's own name is known to a board only. */
function nameOf(line: number | string): string {
  return typeof line === 'number' ? formatLine(line) : line
}
