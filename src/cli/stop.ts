/**
 * Ends a run from outside: SIGINT, SIGTERM, SIGHUP, keys, and errors that nobody caught. All of them only ask the run to
 * stop; it then makes everything safe and exits by itself, so a second signal cannot skip the safe states. A second
 * SIGINT is an emergency stop: it does not wait for what still runs.
 */

import type { EventEmitter } from 'node:events'
import { PiWorkerError } from '../errors.js'
import type { StopSignal } from '../stop-signals.js'

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export type StopReason =
  | {
      readonly kind: 'signal'
      readonly signal: StopSignal
      /** The key that stands for the signal: `key s`. */
      readonly by?: string | undefined
    }
  /** It was to go on for so long, and no longer. */
  | { readonly kind: 'time'; readonly limit: string }
  | { readonly kind: 'crash'; readonly error: unknown }

/** What an emergency stop is for: an open bench. */
export interface Stoppable {
  stop(reason: string, options: { readonly by: string }): Promise<void>
}

export class StopRequest {
  /** Aborts when the run is to stop. */
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #source: EventEmitter
  readonly #handlers: readonly (readonly [string, (...args: unknown[]) => void])[]
  readonly #onStop: (reason: StopReason) => void
  readonly #onAgain: (reason: StopReason) => void
  #reason: StopReason | undefined
  #bench: Stoppable | undefined
  /** Who wants an emergency stop, if somebody does. */
  #emergency: string | undefined

  /**
   * Listens from now on. `onStop` is called for the first reason, `onAgain` for every later one but the SIGINT that
   * makes an emergency of it: the bench itself tells of that.
   */
  constructor(source: EventEmitter, onStop: (reason: StopReason) => void, onAgain: (reason: StopReason) => void) {
    this.signal = this.#controller.signal
    this.#source = source
    this.#onStop = onStop
    this.#onAgain = onAgain
    const crash = (error: unknown): void => this.#ask({ kind: 'crash', error })
    this.#handlers = [
      ...SIGNALS.map(signal => [signal, () => this.#ask({ kind: 'signal', signal })] as const),
      ['uncaughtException', crash],
      ['unhandledRejection', crash],
    ]
    for (const [event, handler] of this.#handlers) source.on(event, handler)
  }

  /** Why the run is to stop, if it is. */
  get reason(): StopReason | undefined {
    return this.#reason
  }

  /**
   * From now on an emergency stop stops this bench, until the function that it returns is called. One that was asked
   * for before comes at once.
   */
  attach(bench: Stoppable): () => void {
    this.#bench = bench
    if (this.#emergency !== undefined) this.#stopNow(this.#emergency)
    return () => {
      this.#bench = undefined
    }
  }

  /** Does what SIGINT does, the second one too. @param by Who does it: `key s`. */
  interrupt(by: string): void {
    this.#ask({ kind: 'signal', signal: 'SIGINT', by })
  }

  /** The time that it was given is over. */
  timeIsOver(limit: string): void {
    if (this.#reason === undefined) this.#ask({ kind: 'time', limit })
  }

  /** Emergency stop of the bench, without a stop of the plan before it. */
  emergency(by: string): void {
    if (this.#emergency !== undefined) return
    // Where there is no bench yet, the plan must not even begin.
    if (this.#bench === undefined) this.interrupt(by)
    else if (this.#reason?.kind === 'time') this.#reason = { kind: 'signal', signal: 'SIGINT', by }
    this.#stopNow(by)
  }

  /** Listens no more. */
  dispose(): void {
    for (const [event, handler] of this.#handlers) this.#source.off(event, handler)
  }

  #ask(reason: StopReason): void {
    // That its time was over was asked for; what comes then is the first that is not.
    if (this.#reason === undefined || (this.#reason.kind === 'time' && reason.kind !== 'time')) {
      this.#reason = reason
      this.#onStop(reason)
      this.#controller.abort(new PiWorkerError('ERR_CANCELLED', `stopped by ${describe(reason)}`))
      return
    }
    const emergency = reason.kind === 'signal' && reason.signal === 'SIGINT' && this.#emergency === undefined
    if (emergency) this.#stopNow(describe(reason))
    if (!emergency || this.#bench === undefined) this.#onAgain(reason)
  }

  #stopNow(by: string): void {
    this.#emergency = by
    // What is not safe then, the closing of the bench tells.
    this.#bench?.stop('emergency stop', { by }).catch(() => undefined)
  }
}

/** As people name it: `SIGTERM`, `key s`. */
export function describe(reason: StopReason): string {
  if (reason.kind === 'signal') return reason.by ?? reason.signal
  return reason.kind === 'time' ? `--for ${reason.limit}` : 'an error that nobody caught'
}
