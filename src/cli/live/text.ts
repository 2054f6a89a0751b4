/** Text that fits into columns of a terminal: by its width there, not by its number of characters. */

import truncatedWidth from 'fast-string-truncated-width'

/** How many columns it takes; colours take none. */
export function widthOf(text: string): number {
  return truncatedWidth(text).width
}

/** At most `width` columns of it, with an ellipsis where something is left out. Colours end where it is cut. */
export function cut(text: string, width: number, ellipsis: string): string {
  if (width <= 0) return ''
  const { index, ellipsed, truncated } = truncatedWidth(text, {
    limit: width,
    ellipsis,
    ellipsisWidth: ellipsis.length,
  })
  if (!truncated && !ellipsed) return text
  const end = ellipsed ? ellipsis : ''
  let short = text.slice(0, index)
  // At some rare characters the library stops one too late.
  while (short !== '' && widthOf(short + end) > width) short = withoutLast(short)
  const rest = text.includes('\u001b') ? '\u001b[0m' : ''
  return short + rest + end
}

/** Without its last character, which may be two code units. */
function withoutLast(text: string): string {
  return text.slice(0, /[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text) ? -2 : -1)
}

/** Cut, and filled up to the width. */
export function padded(text: string, width: number, ellipsis: string, align: 'left' | 'right' = 'left'): string {
  const short = cut(text, width, ellipsis)
  const space = ' '.repeat(Math.max(0, width - widthOf(short)))
  return align === 'left' ? short + space : space + short
}

/** `0:07`, `12:34`, `1:02:03`, `3 d 04:05`: a time that goes on, without a jump in its width every moment. */
export function formatClock(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000)
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)]
  const two = (number: number): string => String(number).padStart(2, '0')
  if (days > 0) return `${days} d ${two(hours % 24)}:${two(minutes % 60)}`
  if (hours > 0) return `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`
  return `${minutes}:${two(seconds % 60)}`
}

/** How long something has been going on: `0.1 s`, `59.9 s`, then as a clock has it. */
export function formatSoFar(ms: number): string {
  return ms < 60_000 ? `${(Math.floor(ms / 100) / 10).toFixed(1)} s` : formatClock(ms)
}

/** A measured value in four digits, so that its column keeps still. */
export function formatValue(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value) || (Number.isInteger(value) && size < 1e7)) return String(value)
  return size >= 1e-3 && size < 1e7 ? Number(value.toPrecision(4)).toString() : value.toExponential(2)
}
