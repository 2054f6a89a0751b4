/** The ruler of a timing diagram: round times at their columns. */

import { timeText, unitOf } from './time-text.js'

export interface RulerOptions {
  /** What the columns show, in ns. */
  readonly from: number
  readonly to: number
  readonly columns: number
  readonly ascii: boolean
}

/** Space for a label such as `123.45 ms`, and a little air. */
const COLUMNS_PER_LABEL = 14
const STEPS = [1, 2, 5]
/** From here on labels would be all digits that do not change: they count from the first one. */
const LONG = 1e4

/** The labels, and the ruler below them. */
export function ruler({ from, to, columns, ascii }: RulerOptions): [labels: string, line: string] {
  const span = Math.max(1, to - from)
  const step = roundStep((span / columns) * COLUMNS_PER_LABEL)
  const first = Math.ceil(from / step) * step
  const relative = first / step >= LONG
  const [dash, tick, left] = ascii ? ['-', '+', '+'] : ['─', '┼', '├']
  const [unit, size] = labelUnit(relative ? to - first : to, step)
  const inUnit = (time: number): string => `${Number((time / size).toFixed(3))} ${unit}`
  const line = Array.from({ length: columns }, (_, column) => (column === 0 ? left : dash))
  let labels = ''
  for (let time = first; time <= to; time += step) {
    const column = Math.floor(((time - from) / span) * columns)
    if (column >= columns) break
    if (column > 0) line[column] = tick
    const label = !relative ? inUnit(time) : time > first ? `+${inUnit(time - first)}` : timeText(time, 15)
    // A label that has no room is left out; its tick is there.
    if ((labels !== '' && labels.length + 2 > column) || column + label.length > columns) continue
    labels = labels.padEnd(column) + label
  }
  return [labels, line.join('')]
}

/** The next round step: 1, 2 or 5 of a power of ten of ns; whole ns at least. */
function roundStep(ns: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ns)))
  return Math.max(1, (STEPS.find(step => step * power >= ns) ?? 10) * power)
}

/** The largest unit in which labels a step apart differ, so that those of a ruler are alike. */
function labelUnit(to: number, step: number): readonly [name: string, ns: number] {
  const [largest, size] = unitOf(to)
  return step >= size / 1000 ? [largest, size] : unitOf(step * 1000)
}
