/**
 * Benches that are made safe and closed when a signal or an error that nobody caught ends the process: for programs that
 * do not do it themselves.
 */

import { inspect } from 'node:util'
import { catalogue, codeOf, isPiWorkerError } from '../../errors.js'
import { signalExit } from '../../stop-signals.js'

/** What is needed of a bench. */
export interface Endable {
  stop(reason: string, options: { readonly by: string }): Promise<void>
  close(options: { readonly abort: true }): Promise<void>
}

/** What is needed of the process; tests give their own. */
export interface EndingProcess {
  on(event: string, listener: (value: unknown) => void): unknown
  off(event: string, listener: (value: unknown) => void): unknown
  exit(code: number): unknown
  readonly stderr: { write(text: string): unknown }
}

const CRASHES = ['uncaughtException', 'unhandledRejection'] as const
const CRASHED = 1

export class ProcessEnd {
  readonly #process: EndingProcess
  readonly #benches = new Set<Endable>()
  readonly #listeners: readonly (readonly [string, (value: unknown) => void])[]
  #ending = false

  constructor(process: EndingProcess) {
    this.#process = process
    this.#listeners = [
      ...Object.entries(signalExit).map(([signal, code]) => [signal, () => void this.#end(signal, code)] as const),
      ...CRASHES.map(crash => [crash, (error: unknown) => void this.#crash(crash, error)] as const),
    ]
  }

  /** Listens as long as there is a bench; the function that this returns takes it out. */
  add(bench: Endable): () => void {
    if (this.#benches.size === 0) for (const [event, listener] of this.#listeners) this.#process.on(event, listener)
    this.#benches.add(bench)
    return () => {
      if (!this.#benches.delete(bench) || this.#benches.size > 0 || this.#ending) return
      for (const [event, listener] of this.#listeners) this.#process.off(event, listener)
    }
  }

  async #crash(what: string, error: unknown): Promise<void> {
    this.#say(`${what}: ${inspect(error)}`)
    await this.#end(what, CRASHED)
  }

  /** A second signal hurries nothing: safe states come first. */
  async #end(by: string, code: number): Promise<void> {
    if (this.#ending) return
    this.#ending = true
    const benches = [...this.#benches]
    // In this turn: who knows what the program still can.
    for (const bench of benches) void bench.stop(`the program ends: ${by}`, { by }).catch(() => undefined)
    const outcomes = await Promise.allSettled(benches.map(bench => bench.close({ abort: true })))
    const errors = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    for (const error of errors) this.#say(`${codeOf(error) ?? 'ERR_UNEXPECTED'}: ${inspect(error)}`)
    const unsafe = errors.some(error => isPiWorkerError(error, 'ERR_NOT_SAFE'))
    this.#process.exit(unsafe ? catalogue.ERR_NOT_SAFE.exit : code)
  }

  #say(text: string): void {
    this.#process.stderr.write(`pi-worker: ${text}\n`)
  }
}

let ofThisProcess: ProcessEnd | undefined

/** One for all benches of a process: it ends once, and only when all of them are safe. */
export function processEnd(): ProcessEnd {
  ofThisProcess ??= new ProcessEnd(process)
  return ofThisProcess
}
