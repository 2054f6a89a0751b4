/** A row of small bars: how a value went, in as many characters as there are values. */

const BARS = '▁▂▃▄▅▆▇█'
/** For terminals that have no blocks: darker is more. */
const ASCII_BARS = '.:-=+*#@'

/**
 * The last `width` values, the lowest as the lowest bar and the highest as the highest; all the same is a line in the
 * middle.
 */
export function sparkline(values: readonly number[], width: number, unicode: boolean): string {
  const bars = unicode ? BARS : ASCII_BARS
  const shown = values.slice(Math.max(0, values.length - width)).filter(Number.isFinite)
  const [low, high] = [Math.min(...shown), Math.max(...shown)]
  const top = bars.length - 1
  const barOf = (value: number): string => {
    // By halves: the difference of two numbers may be more than a number can be.
    const share = high === low ? 0.5 : (value / 2 - low / 2) / (high / 2 - low / 2)
    return bars[Math.min(top, Math.floor(share * bars.length))] as string
  }
  return shown.map(barOf).join('')
}

/** A bar that is filled to a share of its width. */
export function progressBar(share: number, width: number, unicode: boolean): { done: string; left: string } {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width)
  const [done, left] = unicode ? ['━', '─'] : ['#', '-']
  return { done: done.repeat(full), left: left.repeat(width - full) }
}
