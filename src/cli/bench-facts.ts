/** What a person is told of an open bench before anything runs: the driver and why; more with --verbose. */

import { formatLine } from '../../drivers/lines.js'
import type { Bench } from '../bench/bench.js'
import { formatMs, oneLine } from './format.js'

/** One line; with `verbose` a few more. Ends in a line feed. */
export function describeBench({ choice, board, signals }: Bench, verbose: boolean): string {
  const lines = [`driver: ${choice}`]
  if (verbose) {
    const { edgeTimestamps, bias, drive, debounce, shortestPulseNs } = board.capabilities
    lines.push(
      `chip: ${board.description}`,
      `lines: ${signals.map(({ line, name }) => `${formatLine(line)} is ${name}`).join(', ')}`,
      `edges: times ${edgeTimestamps}, debounce ${debounce}, shortest pulse ${formatMs(shortestPulseNs / 1e6)}`,
      `bias: ${bias.join(', ')}; drive: ${drive.join(', ')}`,
      `node ${process.version} on ${process.platform} ${process.arch}`,
    )
  }
  return lines.map(line => `${oneLine(line)}\n`).join('')
}
