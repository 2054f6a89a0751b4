/** What the command line talks to: streams, signals, the environment. Tests give their own. */

import type { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../worker/clock.js'

export interface TerminalStream extends Writable {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Standard input, where somebody may type. */
export interface TerminalInput extends Readable {
  readonly isTTY?: boolean | undefined
  setRawMode?(raw: boolean): unknown
  ref?(): unknown
  unref?(): unknown
}

export interface CliIo {
  readonly stdout: TerminalStream
  readonly stderr: TerminalStream
  /** Nobody types anything, when left out. */
  readonly stdin?: TerminalInput | undefined
  /** Emits SIGINT, SIGTERM, SIGHUP, uncaughtException and unhandledRejection, as `process` does. */
  readonly signals: EventEmitter
  readonly env: Readonly<Record<string, string | undefined>>
  /** The clock of a run in real time. Default: the system clock. */
  readonly clock?: Clock | undefined
}

/** The streams, signals and environment of this process. */
export function processIo(): CliIo {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    // Whoever only looks at it opens it.
    get stdin() {
      return process.stdin
    },
    signals: process,
    env: process.env,
  }
}

/** One stream, written to without ever failing the run: a reader that went away (EPIPE) only ends the output. */
export class Output {
  readonly isTerminal: boolean
  readonly colored: boolean
  readonly #stream: TerminalStream
  #failure: Error | undefined

  constructor(stream: TerminalStream, env: CliIo['env']) {
    this.#stream = stream
    this.isTerminal = stream.isTTY === true
    this.colored = wantsColor(this.isTerminal, env)
    stream.on('error', error => {
      this.#failure ??= error
    })
  }

  /** Why what was written did not arrive; a reader that went away is no failure. */
  get failure(): Error | undefined {
    const gone = this.#failure !== undefined && 'code' in this.#failure && this.#failure.code === 'EPIPE'
    return gone ? undefined : this.#failure
  }

  write(text: string): void {
    if (this.#failure === undefined && !this.#stream.destroyed) this.#stream.write(text)
  }

  /** Resolves when the stream takes more, or never will. */
  async drained(): Promise<void> {
    if (!this.#stream.writableNeedDrain || this.#failure !== undefined) return
    await new Promise<void>(resolve => {
      const done = (): void => {
        for (const event of ['drain', 'error', 'close']) this.#stream.off(event, done)
        resolve()
      }
      for (const event of ['drain', 'error', 'close']) this.#stream.on(event, done)
    })
  }

  /** Resolves when everything has been handed to the system, or never will be. */
  async flush(): Promise<void> {
    if (this.#failure !== undefined || this.#stream.destroyed) return
    await new Promise<void>(resolve => {
      this.#stream.write('', () => resolve())
    })
  }
}

/** https://no-color.org: set and not empty means no colour. */
function wantsColor(isTerminal: boolean, env: CliIo['env']): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return isTerminal && env.TERM !== 'dumb'
}
