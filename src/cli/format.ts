/** Times, numbers and results as short text for people. */

/** Control characters of a name or result must not reach the terminal. */
const CONTROL = /\p{Cc}+/gu

/** One line without control characters, at most `width` wide. */
export function oneLine(text: string, width = Number.POSITIVE_INFINITY): string {
  const line = text.replace(CONTROL, ' ')
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`
}

/** The same lines without other control characters. */
export function printable(text: string): string {
  return text
    .split('\n')
    .map(line => oneLine(line))
    .join('\n')
}

/** `80 us`, `12.3 ms`, `2.35 s`, `3 m 20 s`, `25 h 0 m`. */
export function formatMs(ms: number): string {
  if (ms < 1 && ms > 0) return `${round(ms * 1000)} us`
  if (ms < 1000) return `${round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`
  const seconds = Math.floor(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} m`
}

/** Time since the start of the plan, for a column: `12.345 s`. */
export function formatSince(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`.padStart(11)
}

/** `requested=200 achieved=200.08`; nothing for no result. */
export function formatResult(result: unknown, width: number): string {
  return oneLine(short(result, true), width)
}

function short(value: unknown, top = false): string {
  if (value === null || value === undefined) return top ? '' : '-'
  if (typeof value === 'number') return String(round(value))
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return listed(value)
  if (typeof value === 'object') {
    const text = Object.entries(value)
      .slice(0, SHOWN)
      .map(([key, item]) => `${key}=${short(item)}`)
      .join(' ')
    return top ? text : `{${text}}`
  }
  return String(value)
}

/** Items and keys of a result that are shown at most. */
const SHOWN = 8

function listed(items: readonly unknown[]): string {
  const shown = items.slice(0, SHOWN).map(item => short(item))
  if (items.length > SHOWN) shown.push(`… ${items.length} in all`)
  return `[${shown.join(', ')}]`
}

function round(value: number): number {
  return Number(value.toFixed(3))
}
