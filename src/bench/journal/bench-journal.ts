/**
 * The journal as a bench uses it: intents before actions, outcomes after them, what the worker tells, and the two ends:
 * what the run before has left at the beginning, and whether all is well at the end.
 */

import { PiWorkerError } from '../../errors.js'
import type { TaskContext } from '../../worker/attempt-context.js'
import type { WorkerEvent } from '../../worker/events.js'
import type { PeripheralQueue } from '../../worker/peripheral-queue.js'
import { toPlain } from '../../worker/plain.js'
import type { Effect } from '../../worker/task-options.js'
import type { Worker } from '../../worker/worker.js'
import type { LineSource } from '../lease.js'
import { CommandedLines } from './commanded.js'
import type { Commands, IntentRecord } from './format.js'
import type { Journal } from './journal.js'
import { refused } from './journal-errors.js'
import type { Recovered } from './recover.js'

/** An action that is to be run. */
export interface Intended {
  readonly peripheral: string
  readonly action: string
  readonly input: unknown
  readonly effect: Effect
}

export interface BenchJournalParts {
  readonly worker: Worker
  /** The path of the file, for messages. */
  readonly file: string
  /** Of the run before, when it did not come to its end. */
  readonly recovered: Recovered | undefined
  /** It need not begin with the bench: it is tried again with each action that has to be in it. */
  readonly canWait: boolean
  /** Begins the journal of this run; after a recovery, only when all is safe. May be tried again. @throws ERR_JOURNAL */
  readonly begin: (commands: () => Commands) => Promise<Journal>
  /** Names of lines by their numbers. */
  readonly names: ReadonlyMap<number, string>
  readonly unlock: () => Promise<void>
}

/** Longer inputs and messages are cut: a line of the journal has a bound. */
const MOST_INPUT = 2000
const MOST_TEXT = 500
/** The life of a task is in its intent and its outcome, and a recovery in a record of its own. */
const NOT_NOTED: ReadonlySet<string> = new Set(['queued', 'running', 'progress', 'stopping', 'finished', 'recovered'])

export class BenchJournal {
  readonly recovered: Recovered | undefined
  readonly #parts: BenchJournalParts
  readonly #clock: Worker['clock']
  #journal: Journal | undefined
  #beginning: Promise<Journal> | undefined
  #lines: CommandedLines | undefined
  /** The intents of tasks that are not over, by the tasks. */
  readonly #inFlight = new Map<string, IntentRecord>()
  /** Peripherals that have acted and have not been made safe since. */
  readonly #acted = new Set<string>()
  /** The bench is open, and has told what was recovered. */
  #reported = false
  readonly #silence: () => void
  #ending: Promise<void> | undefined

  constructor(parts: BenchJournalParts) {
    this.#parts = parts
    this.#clock = parts.worker.clock
    this.recovered = parts.recovered
    this.#silence = parts.worker.listen(event => this.#heard(event))
  }

  /** The same lines; what they are told will be in the journal. */
  watch(source: LineSource): LineSource {
    const nameOf = (line: number): string => this.#parts.names.get(line) ?? String(line)
    this.#lines = new CommandedLines(source, nameOf, () => this.#journal?.commanded())
    return this.#lines
  }

  /** Begins at once, unless the run before has to be made safe first. @throws ERR_JOURNAL */
  async beginIfClean(): Promise<void> {
    if (this.recovered === undefined) await this.#beginNow()
  }

  /**
   * After a run that did not come to its end: puts everything into its safe state, and only then begins anew. When it
   * fails, the next start finds the same journal.
   * @throws ERR_NOT_SAFE, ERR_JOURNAL
   */
  async recover(queues: readonly PeripheralQueue[]): Promise<void> {
    if (this.recovered === undefined) return
    await makeAllSafe(queues, 'after a run that did not come to its end')
    await this.#beginNow()
  }

  /** The bench is open. Tells what was recovered as soon as whoever opened it can listen. */
  report(): void {
    const { recovered } = this
    this.#reported = true
    if (recovered === undefined) return
    const { pid, inFlight } = recovered
    const tell = (): void => {
      const names = inFlight.map(({ task, name }) => ({ task, name }))
      if (this.#ending === undefined) this.#parts.worker.tell({ type: 'recovered', pid, inFlight: names })
    }
    this.#clock.after(0, tell, { background: true })
  }

  /**
   * A function that does the same as `perform` when its intent is on the disk. There is one intent for a task, whatever
   * the number of its attempts: until the last of them is over, its outcome is as unknown as during the first.
   * @throws ERR_JOURNAL when the journal cannot be written: then `perform` has not been called
   */
  recorded(what: Intended, perform: (context: TaskContext) => unknown): (context: TaskContext) => Promise<unknown> {
    let written = false
    return async context => {
      if (!written) {
        await unlessStopped(this.#intend(what, context), context.signal)
        written = true
      }
      return await perform(context)
    }
  }

  /** A peripheral is in its safe state. */
  madeSafe(peripheral: string): void {
    this.#acted.delete(peripheral)
    this.#journal?.note({ type: 'safe', peripheral, ...this.#now() })
  }

  /** Ends the journal, cleanly when nothing is in flight and all is safe. @throws ERR_JOURNAL */
  end(): Promise<void> {
    this.#ending ??= this.#clock.hold(this.#end())
    return this.#ending
  }

  async #beginNow(): Promise<void> {
    try {
      await this.#begin()
    } catch (error) {
      if (!this.#parts.canWait) throw error
    }
  }

  async #begin(): Promise<Journal> {
    const commands = (): Commands => this.#lines?.commands() ?? {}
    this.#beginning ??= this.#parts.begin(commands).finally(() => {
      this.#beginning = undefined
    })
    this.#journal = await this.#clock.hold(this.#beginning)
    return this.#journal
  }

  async #intend({ peripheral, action, input, effect }: Intended, { task }: TaskContext): Promise<void> {
    const { id } = task
    const { file } = this.#parts
    const intent: IntentRecord = {
      type: 'intent',
      task: id,
      peripheral,
      action,
      input: bounded(input),
      effect,
      ...this.#now(),
    }
    this.#inFlight.set(id, intent)
    try {
      const journal = this.#journal ?? (await this.#begin())
      await this.#clock.hold(journal.intend(intent))
      this.#acted.add(peripheral)
    } catch (cause) {
      // Of the attempt before, which was stopped while it waited for the disk, unless a later one has its own by now.
      if (this.#inFlight.get(id) === intent) this.#inFlight.delete(id)
      throw refused(`${peripheral}.${action}`, file, cause)
    }
  }

  #heard(event: WorkerEvent): void {
    if (event.type === 'finished' && this.#inFlight.delete(event.task)) {
      const { task, state, error } = event
      this.#journal?.note({ type: 'outcome', task, state, error: error && cut(error), ...this.#now() })
    } else if (!NOT_NOTED.has(event.type)) {
      this.#journal?.note({ type: 'event', event: bounded(event), ...this.#now() }, true)
    }
  }

  async #end(): Promise<void> {
    this.#silence()
    const told = this.recovered === undefined || this.#reported
    const clean = told && this.#inFlight.size === 0 && this.#acted.size === 0
    try {
      await this.#journal?.close(clean ? { type: 'end', ...this.#now() } : undefined)
    } finally {
      await this.#parts.unlock()
    }
  }

  #now(): { time: number; at: number } {
    return { time: this.#clock.wall(), at: this.#clock.now() }
  }
}

/** Puts everything into its safe state. @param when For the message. @throws ERR_NOT_SAFE, for all that failed */
export async function makeAllSafe(queues: readonly PeripheralQueue[], when: string): Promise<void> {
  const errors = (await Promise.all(queues.map(queue => queue.makeSafe()))).filter(error => error !== undefined)
  if (errors.length === 0) return
  throw new PiWorkerError('ERR_NOT_SAFE', `${when}, ${errors.map(({ message }) => message).join('; ')}`, {
    place: errors.map(({ place }) => place).join(', '),
    cause: errors[0],
  })
}

/** Waits for `work`, or rejects with the reason as soon as the task is stopped: a disk that hangs must hold no task. */
async function unlessStopped(work: Promise<void>, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
  if (signal.aborted) throw signal.reason
}

function bounded(value: unknown): unknown {
  const plain = toPlain(value)
  const text = JSON.stringify(plain)
  return text.length <= MOST_INPUT ? plain : `[${text.length} characters: ${cut(text)}]`
}

function cut(text: string): string {
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT - 1)}…`
}
