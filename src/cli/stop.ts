/**
 * Ends a run from outside: SIGINT, SIGTERM, SIGHUP and errors that nobody caught. All of them only ask the run to stop;
 * it then makes everything safe and exits by itself, so a second signal cannot skip the safe states.
 */

import type { EventEmitter } from 'node:events'
import { PiWorkerError } from '../errors.js'
import type { StopSignal } from '../stop-signals.js'

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export type StopReason =
  | { readonly kind: 'signal'; readonly signal: StopSignal }
  | { readonly kind: 'crash'; readonly error: unknown }

export class StopRequest {
  /** Aborts when the run is to stop. */
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #source: EventEmitter
  readonly #handlers: readonly (readonly [string, (...args: unknown[]) => void])[]
  #reason: StopReason | undefined

  /** Listens from now on. `onStop` is called for the first reason, `onAgain` for every later one. */
  constructor(source: EventEmitter, onStop: (reason: StopReason) => void, onAgain: (reason: StopReason) => void) {
    this.signal = this.#controller.signal
    this.#source = source
    const stop = (reason: StopReason): void => {
      if (this.#reason !== undefined) {
        onAgain(reason)
        return
      }
      this.#reason = reason
      onStop(reason)
      this.#controller.abort(new PiWorkerError('ERR_CANCELLED', `stopped by ${describe(reason)}`))
    }
    const crash = (error: unknown): void => stop({ kind: 'crash', error })
    this.#handlers = [
      ...SIGNALS.map(signal => [signal, () => stop({ kind: 'signal', signal })] as const),
      ['uncaughtException', crash],
      ['unhandledRejection', crash],
    ]
    for (const [event, handler] of this.#handlers) source.on(event, handler)
  }

  /** Why the run is to stop, if it is. */
  get reason(): StopReason | undefined {
    return this.#reason
  }

  /** Listens no more. */
  dispose(): void {
    for (const [event, handler] of this.#handlers) this.#source.off(event, handler)
  }
}

function describe(reason: StopReason): string {
  return reason.kind === 'signal' ? reason.signal : 'an error that nobody caught'
}
