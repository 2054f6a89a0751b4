/** Times and numbers of a report as text. */

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
]

/** `2 min 3 s`, `1.25 s`, `350 ms`: a length of time in two units at most. */
export function lengthText(seconds: number): string {
  if (!(seconds > 0)) return '0 s'
  if (seconds < 1e-6) return `${digits(seconds * 1e9)} ns`
  if (seconds < 1e-3) return `${digits(seconds * 1e6)} µs`
  if (seconds < 1) return `${digits(seconds * 1e3)} ms`
  if (seconds < 60) return `${digits(seconds)} s`
  const place = UNITS.findIndex(([, size]) => Math.round(seconds) >= size)
  const [name, size] = UNITS[place] ?? ['min', 60]
  const [smaller, part] = UNITS[place + 1] ?? ['s', 1]
  const parts = Math.round(seconds / part)
  const rest = parts % (size / part)
  return `${Math.floor(parts / (size / part))} ${name}${rest > 0 ? ` ${rest} ${smaller}` : ''}`
}

/** Six digits, and no more than are there. */
export function numberText(value: number | undefined): string {
  return value === undefined ? '–' : minus(String(Number(value.toPrecision(6))))
}

/** `1,000,000` */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `3 rows`, `1 row` */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : several}`
}

/** `2026-03-20 12:00:05 UTC`; as it is when it is no time. */
export function momentText(iso: string): string {
  const time = Date.parse(iso)
  return Number.isNaN(time) ? iso : `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** s since the run began, with ms. */
export function elapsedText(seconds: number | undefined): string {
  return seconds === undefined ? '' : `${minus(seconds.toFixed(3))} s`
}

function digits(value: number): number {
  return Number(value.toPrecision(4))
}

function minus(text: string): string {
  return text.replaceAll('-', '−')
}
