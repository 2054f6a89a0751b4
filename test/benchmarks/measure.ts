/** Measuring side by side: pairs of rounds in one process, medians, and rows to print. */

/** One line of the report. */
export interface Row {
  readonly what: string
  readonly value: string
  /** What the project promises, when it promises something. */
  readonly limit?: string
}

export interface Size {
  /** Rounds of each side; odd, at least 5 unless it is a smoke run. */
  readonly rounds: number
  /** Divides the number of operations: 1, or more in a smoke run. */
  readonly divide: number
}

/** One side of a comparison: does `count` operations. */
export type Side = (count: number) => Promise<void> | void

/** Medians of pairs that were measured in turns. */
export interface Comparison {
  /** ns per operation of both sides. */
  readonly a: number
  readonly b: number
  /** a / b of the pairs. */
  readonly ratio: number
  /** a - b of the pairs. */
  readonly difference: number
}

/** Measures two sides against each other. */
export async function compare(count: number, size: Size, a: Side, b: Side): Promise<Comparison> {
  // Two rounds that are not counted: the compiler and the heap find their shape.
  for (let round = 0; round < 2; round++) {
    await time(count, a)
    await time(count, b)
  }
  const times: { a: number; b: number }[] = []
  for (let round = 0; round < size.rounds; round++) {
    // In turns, so that a machine that slows down slows both.
    const first = round % 2 === 0
    const one = await time(count, first ? a : b)
    const two = await time(count, first ? b : a)
    times.push(first ? { a: one, b: two } : { a: two, b: one })
  }
  return {
    a: median(times.map(pair => pair.a)),
    b: median(times.map(pair => pair.b)),
    ratio: median(times.map(pair => pair.a / pair.b)),
    difference: median(times.map(pair => pair.a - pair.b)),
  }
}

/** ns per operation of one round. */
export async function time(count: number, side: Side): Promise<number> {
  globalThis.gc?.()
  const start = process.hrtime.bigint()
  await side(count)
  return Number(process.hrtime.bigint() - start) / count
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y)
  return sorted[Math.floor(sorted.length / 2)] as number
}

/** Bytes of live heap. */
export function heap(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

export const ns = (value: number): string => `${value < 100 ? value.toFixed(1) : Math.round(value)} ns`
export const times = (value: number): string => `${value.toFixed(2)} ×`
