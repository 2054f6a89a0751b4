/**
 * The emergency stop of a bench: in one turn all outputs are at their safe levels and nobody who runs can act any more;
 * then every safe state is confirmed. It is latched until somebody takes the blame for going on, by the next start too.
 */

import { isPiWorkerError, PiWorkerError, textOf } from '../../errors.js'
import { Listeners } from '../../listeners.js'
import { badOption } from '../../worker/task-options.js'
import type { GoOn, Worker } from '../../worker/worker.js'
import type { BenchBuses } from '../bench-buses.js'
import type { OpenPeripheral } from '../open-peripheral.js'
import { notSafeError } from './not-safe.js'
import type { StopLine } from './stop-line.js'
import { resetCommandOf, type StopMark } from './stop-mark.js'

/** What happens to tasks that wait when a bench is stopped. */
export type WhenStopped = 'fail' | 'keep'

/** Why a bench is stopped. */
export interface StopRecord {
  readonly reason: string
  /** Who or what asked for it. */
  readonly by: string
  /** Wall time, ms since the Unix epoch. */
  readonly time: number
}

export interface StopResetOptions {
  /** Who goes on, or why it can go on: it is kept with the event. */
  readonly acknowledge: string
  /** What happens to tasks that were kept waiting: they get their turn (the default), or fail. */
  readonly waiting?: 'keep' | 'fail' | undefined
  readonly by?: string | undefined
}

export interface EmergencyStopParts {
  readonly worker: Worker
  readonly buses: BenchBuses
  readonly opened: readonly OpenPeripheral[]
  readonly line: StopLine | undefined
  readonly whenStopped: WhenStopped
  /** Remembers the stop for the next start; undefined for a rehearsal. */
  readonly mark?: StopMark | undefined
}

/** Long enough for a sentence; an event is no place for a book. */
const MOST_TEXT = 500

export class EmergencyStop {
  readonly #parts: EmergencyStopParts
  readonly #listeners = new Listeners<PiWorkerError>()
  #latched: StopRecord | undefined
  /** Of the stops of the worker: whoever has no part in this one cannot end it. */
  readonly #goOns: GoOn[] = []
  /** How often it was stopped: a reset that a stop overtakes is none. */
  #stops = 0
  /** The confirmation of the last stop. Never rejects. */
  #confirming: Promise<PiWorkerError | undefined> = Promise.resolve(undefined)
  #resetting: Promise<void> | undefined

  constructor(parts: EmergencyStopParts) {
    this.#parts = parts
    parts.line?.onOpen(reason => {
      // A button that bounces stops once; a reset that is under way is overtaken all the same.
      if (this.#latched === undefined) void this.stop(reason, 'the stop line')
      else this.#stops++
    })
  }

  /** The first stop that has not been reset. */
  get latched(): StopRecord | undefined {
    return this.#latched
  }

  /** Calls `listener` when the bench is stopped and was not, with the error that its tasks get. */
  onStop(listener: (error: PiWorkerError) => void): () => void {
    return this.#listeners.add(listener)
  }

  /**
   * Stops: what has to be done at once is done when this returns, whatever it was given. The promise is for the rest,
   * and need not be awaited.
   */
  stop(reason: unknown, by: string): Promise<void> {
    const { worker, buses, opened, whenStopped, mark } = this.#parts
    const record = { reason: sentence(reason) || 'no reason was given', by: sentence(by), time: worker.clock.wall() }
    const first = this.#latched === undefined
    const latched = this.#latched ?? record
    this.#latched = latched
    this.#stops++
    const why = stoppedError(latched, mark)
    // First what acts and what is on; only then those who hear of it: they could do anything.
    buses.halt(why)
    const errors = opened.map(peripheral => peripheral.halt(why))
    this.#goOns.push(worker.stop({ error: () => stoppedError(latched, mark), waiting: whenStopped }))
    const forgotten = first ? this.#remember(latched) : undefined
    const { reason: told, by: who } = record
    worker.tell({ type: 'stop', reason: told, by: who })
    if (first) this.#listeners.tell(why)
    const confirming = this.#confirm(errors)
    this.#confirming = confirming
    const confirmed = confirming.then(error => {
      const failure = error ?? forgotten
      if (failure !== undefined) throw failure
    })
    confirmed.catch(() => undefined) // whoever pressed the button may not wait; events and the exit code tell of it
    return confirmed
  }

  /**
   * Lets the bench go on, when all is confirmed to be safe again. Does nothing when it is not stopped.
   * @throws ERR_RESET_REFUSED without an acknowledgement, while the stop line is open, while something that was given up
   *   could still act, or when it was stopped again meanwhile; ERR_NOT_SAFE
   */
  async reset(options: StopResetOptions): Promise<void> {
    const { acknowledge, waiting = 'keep', by = 'the program' } = (options ?? {}) as Partial<StopResetOptions>
    if (waiting !== 'keep' && waiting !== 'fail') throw badOption('waiting', waiting, "'keep' or 'fail'")
    const said = typeof acknowledge === 'string' ? sentence(acknowledge) : ''
    if (said === '') {
      throw refused(
        'nobody acknowledges it',
        'Say who goes on, or why it can go on: acknowledge: "Ann, the hose is mended".',
      )
    }
    if (this.#latched === undefined) {
      this.#parts.mark?.remove() // of a stop by its guardian, while it was stuck
      return
    }
    this.#resetting ??= this.#reset(said, waiting, sentence(by)).finally(() => {
      this.#resetting = undefined
    })
    await this.#resetting
  }

  async #reset(acknowledge: string, waiting: 'keep' | 'fail', by: string): Promise<void> {
    const { worker, buses, opened } = this.#parts
    const stops = this.#stops
    this.#refuseOpenLine()
    await this.#confirming
    // Those that were ended have their grace; whoever is given up then is in quarantine.
    await Promise.allSettled(worker.unfinished.filter(({ state }) => state !== 'queued').map(task => task.result()))
    for (const { queue } of opened) if (queue.resetRefusal !== undefined) throw queue.resetRefusal
    const acting = opened.filter(({ queue }) => queue.hasSafe || queue.quarantined)
    const outcomes = await Promise.all(acting.map(peripheral => safeAgain(peripheral)))
    const unsafe = notSafeError(acting, outcomes)
    if (unsafe !== undefined) throw unsafe
    this.#refuseOpenLine()
    if (this.#stops !== stops) throw refused('it was stopped again meanwhile', 'See why, then reset it again.')
    this.#parts.mark?.remove()
    this.#latched = undefined
    buses.goOn()
    for (const peripheral of opened) peripheral.goOn()
    worker.tell({ type: 'stopReset', acknowledge, by })
    for (const goOn of this.#goOns.splice(0)) goOn(waiting)
  }

  /** Gives why it could not. */
  #remember(stop: StopRecord): unknown {
    try {
      this.#parts.mark?.write(stop)
      return undefined
    } catch (error) {
      return error
    }
  }

  /** Every safe state, whatever the tasks that were ended still do: they can do nothing. */
  async #confirm(halted: readonly (readonly unknown[])[]): Promise<PiWorkerError | undefined> {
    const { opened } = this.#parts
    const outcomes = await Promise.all(
      opened.map(async ({ queue, name }, index) => {
        const errors = halted[index] as readonly unknown[]
        // What could not be set at once, safe() has met again or made good; but an armed function stays armed.
        const error = (await queue.makeSafe()) ?? (queue.hasSafe ? errors.find(isNotSafe) : errors[0])
        if (error === undefined) return undefined
        const unsafe = isPiWorkerError(error)
          ? error
          : new PiWorkerError('ERR_NOT_SAFE', textOf(error), { place: name })
        if (!queue.quarantined) queue.quarantine(unsafe)
        return unsafe
      }),
    )
    return notSafeError(opened, outcomes)
  }

  #refuseOpenLine(): void {
    const open = this.#parts.line?.openNow
    if (open === undefined) return
    throw refused(open, 'Release the stop button, and check its wires; then reset the bench.')
  }
}

/** The error of a task that a stop ended or refused. A stop that nothing remembers ends with its program. */
function stoppedError({ reason, by, time }: StopRecord, mark: StopMark | undefined): PiWorkerError {
  const remedy =
    mark === undefined
      ? 'See why it was stopped; when all is well again, start it anew, or reset the bench while its program runs: bench.reset({ acknowledge: "who or why" }).'
      : `See why it was stopped; when all is well again: ${resetCommandOf(mark.name)}. Then start it anew, if its program has ended.`
  return new PiWorkerError('ERR_STOPPED', `the bench was stopped by ${by}: ${reason}`, {
    remedy,
    details: { reason, by, time },
  })
}

/** @returns the error of one that is not safe */
async function safeAgain({ queue }: OpenPeripheral): Promise<PiWorkerError | undefined> {
  if (!queue.quarantined) return await queue.makeSafe()
  try {
    await queue.reset()
    return undefined
  } catch (error) {
    if (isNotSafe(error)) return error
    throw error
  }
}

function isNotSafe(error: unknown): error is PiWorkerError {
  return isPiWorkerError(error, 'ERR_NOT_SAFE')
}

function refused(why: string, remedy: string): PiWorkerError {
  return new PiWorkerError('ERR_RESET_REFUSED', `the bench cannot be reset: ${why}`, { place: 'the bench', remedy })
}

/** A text on one line, whatever it was. */
function sentence(value: unknown): string {
  return (value === undefined || value === null ? '' : textOf(value)).replace(/\s+/g, ' ').trim().slice(0, MOST_TEXT)
}
