/** The position of a quadrature encoder, from the edges of its two lines. */

import type { Edge, EdgeEvent, LineHandle } from '../../drivers/driver.js'

/** Steps whose times are kept for the speed. */
const KEPT = 64

/**
 * Counts all the time, for as long as the handle is its own. One edge of either line is one step of the gray code: with
 * A before B it goes up, with B before A down.
 */
export class EncoderPosition {
  readonly #lineA: number
  /** 1, or -1 when the lines are the other way round. */
  readonly #sign: 1 | -1
  #a: boolean
  #b: boolean
  #position = 0
  #errors = 0
  #lost = 0
  #failure: Error | undefined
  /** The last step that counted, while it can still turn out to be none. */
  #last: { readonly line: number; readonly time: number; readonly step: number } | undefined
  /** Times and positions of the last steps, the newest last. */
  readonly #steps: { readonly time: number; readonly position: number }[] = []

  /** @param handle Lines A and B, in this order, as inputs with edges of both directions. */
  constructor(handle: LineHandle, reverse: boolean) {
    this.#lineA = handle.lines[0] ?? 0
    this.#sign = reverse ? -1 : 1
    const levels = handle.get()
    this.#a = (levels & 1) !== 0
    this.#b = (levels & 2) !== 0
    handle.edges(event => this.#heard(event))
  }

  /** In steps from where it was set last. */
  get position(): number {
    return this.#position
  }

  /**
   * Transitions that the gray code does not have: a line that changed twice into the same level, or both lines at one
   * moment. After each the position may be off by steps that nobody saw.
   */
  get errors(): number {
    return this.#errors
  }

  /** Edges that are known to be missing, at least. */
  get lost(): number {
    return this.#lost
  }

  /** @throws what the driver failed with: from then on nothing was counted */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Calls it `position` where the encoder is now, and begins the counts of errors and losses anew. */
  set(position: number): void {
    this.check()
    this.#position = position
    this.#errors = 0
    this.#lost = 0
    this.#last = undefined
    this.#steps.length = 0
  }

  /**
   * Steps a second, signed, over the steps of the last `windowNs`; 0 when there were fewer than two. An encoder that
   * slows down shows it before its next step: the time since the last one counts as soon as it is longer than a step.
   */
  speed(now: number, windowNs: number): number {
    const recent = this.#steps.filter(({ time }) => time >= now - windowNs)
    const [first, last] = [recent[0], recent.at(-1)]
    if (first === undefined || last === undefined || last.time === first.time) return 0
    const between = (last.time - first.time) / (recent.length - 1)
    const idle = now - last.time
    const span = last.time - first.time + (idle > between ? idle - between : 0)
    return ((last.position - first.position) * 1e9) / span
  }

  #heard(event: EdgeEvent): void {
    if (event.kind === 'failed') this.#failure = event.error
    else if (event.kind === 'lost') {
      this.#lost += event.count
      this.#last = undefined
    } else this.#edge(event)
  }

  #edge({ line, direction, time }: Edge): void {
    const isA = line === this.#lineA
    const level = direction === 'rising'
    if (level === (isA ? this.#a : this.#b)) {
      this.#errors++
      this.#last = undefined
      return
    }
    if (isA) this.#a = level
    else this.#b = level
    const last = this.#last
    if (last !== undefined && last.time === time && last.line !== line) {
      // Both at one moment: nobody can say which came first, so it went two steps up or two down.
      this.#position -= last.step
      this.#steps.pop()
      this.#errors++
      this.#last = undefined
      return
    }
    // A leads B on the way up: after an edge of A the lines differ, after one of B they are equal.
    const step = (isA === (this.#a !== this.#b) ? 1 : -1) * this.#sign
    this.#position += step
    this.#last = { line, time, step }
    this.#steps.push({ time, position: this.#position })
    if (this.#steps.length > KEPT) this.#steps.shift()
  }
}
