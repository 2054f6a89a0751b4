/** The timing diagram in the message of an expectation that failed. */

import { Diagram } from '../../src/records/diagram.js'
import type { LineLevels } from './lines.js'

const WIDTH = 80
/** What happened fills at least this part of the width: else the picture is of that alone. */
const FILLED = 0.2
const MARGIN = 0.1

/** Below one another on one ruler, from the first change to the last when they are close together. */
export function picture(lines: readonly LineLevels[]): string {
  const times = lines.flatMap(({ changes }) => changes.map(({ time }) => time))
  const end = Math.max(1, ...lines.map(line => line.end))
  let [from, to] = [0, end]
  const first = times.reduce((least, time) => Math.min(least, time), end)
  const last = times.reduce((most, time) => Math.max(most, time), 0)
  if (last > first && last - first < FILLED * end) {
    const margin = Math.ceil((last - first) * MARGIN)
    from = Math.max(0, first - margin)
    to = Math.min(end, last + margin)
  }
  const diagram = new Diagram({ names: lines.map(({ name }) => name), from, to, width: WIDTH })
  for (const [index, { initial, changes }] of lines.entries()) {
    diagram.change(index, initial, 0)
    for (const { time, level } of changes) diagram.change(index, level, time)
  }
  return diagram.toString()
}
