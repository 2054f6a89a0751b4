/**
 * Plays a schedule on a bench on the mock whose disk may fail, and knows better than any journal what really ran: it
 * can be asked what a crash after any call of the disk leaves, and whether what is recovered from that is true.
 */

import { Type } from 'typebox'
import type { LineHandle } from '../../../drivers/driver.js'
import { MockBoard } from '../../../mocks/board.js'
import { definePeripheral } from '../../../src/bench/definition.js'
import { readJournal } from '../../../src/bench/journal/beginning.js'
import { parseJournal } from '../../../src/bench/journal/format.js'
import { type Recovered, recover } from '../../../src/bench/journal/recover.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { Line } from '../../../src/bench/schema.js'
import { isPiWorkerError, PiWorkerError } from '../../../src/errors.js'
import type { TaskContext } from '../../../src/worker/attempt-context.js'
import type { Task } from '../../../src/worker/task.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { FakeFolder, type Fault, type Remains, remainsOf, someCuts } from './fake-folder.js'
import { machine } from './setup.js'

export const LINES = { a: 17, b: 18, c: 22 } as const
export type Name = keyof typeof LINES

export interface Job {
  readonly at: number
  readonly on: Name
  readonly action: 'idempotent' | 'pulse' | 'read'
  readonly runs: number
  readonly ends: 'well' | 'throws' | 'ignores its stop'
  readonly cancelAt?: number | undefined
  readonly timeout?: number | undefined
  readonly retries: number
}

export interface CrashPlan {
  readonly jobs: readonly Job[]
  readonly maxBytes: number
  /** What becomes of some calls of the disk, by their numbers. */
  readonly faults: ReadonlyMap<number, Fault>
  /** When the bench is closed. */
  readonly closeAt?: number | undefined
}

/** When something happened: after how many moments of the disk. */
interface Deed {
  readonly began: number
  ended: number | undefined
}

export class CrashWorld {
  readonly folder = new FakeFolder()
  /** What really ran, by the ids of the tasks: attempts that have begun, and when the last one had ended. */
  readonly #deeds = new Map<string, Deed>()
  readonly tasks: Task[] = []
  readonly #clock = new VirtualClock()
  readonly #plan: CrashPlan

  constructor(plan: CrashPlan) {
    this.#plan = plan
  }

  /** Lives through the schedule. Gives the rules that were broken on the way. */
  async live(): Promise<string[]> {
    const { jobs, maxBytes, faults, closeAt } = this.#plan
    const clock = this.#clock
    const bench = await open(this.folder, { clock, pid: 1, maxBytes, world: this })
    this.folder.onCall = ({ number }) => faults.get(number)
    bench.worker.listen(event => {
      // Its function may go on, but it has been disarmed, and its peripheral made safe.
      if (event.type === 'finished' && event.state === 'indeterminate') this.end(this.#deeds.get(event.task))
    })
    const at = (ms: number, act: () => void): void => void clock.after(ms * 1e6, act)
    for (const job of jobs) at(job.at, () => this.#submit(bench, job))
    let closing: Promise<void> | undefined
    if (closeAt !== undefined) at(closeAt, () => (closing = bench.close({ abort: true }).catch(unlessTold)))
    await clock.idle()
    await closing
    await (closing ?? bench.close({ abort: true }).catch(unlessTold))
    await clock.idle()
    const unfit = this.tasks.filter(task => isPiWorkerError(task.error, 'ERR_JOURNAL') && this.#deeds.has(task.id))
    return unfit.map(task => `${task.name} was refused and ran`)
  }

  /** Called by an action: it acts from now on. */
  begin(task: Task): Deed {
    const deed = { began: this.#deeds.get(task.id)?.began ?? this.folder.moments.length, ended: undefined }
    this.#deeds.set(task.id, deed)
    return deed
  }

  end(deed: Deed | undefined): void {
    if (deed !== undefined) deed.ended ??= this.folder.moments.length
  }

  /** What is not true in what is recovered after a crash in or after the moment of that number. */
  async liesAfter(moment: number, remains: Remains): Promise<string[]> {
    const folder = new FakeFolder(remains, false)
    const found = await readJournal(folder, 'dose')
    const recovered = found === undefined ? undefined : recover(found.parsed, 'dose', 'b0')
    return this.#lies(moment, recovered, found?.parsed ?? { records: [] })
  }

  /** As `liesAfter`, by a start on what is left, which must also reach a safe state and a journal that is clean. */
  async liesAfterStart(moment: number, remains: Remains): Promise<string[]> {
    const folder = new FakeFolder(remains, false)
    const before = await readJournal(new FakeFolder(remains, false), 'dose')
    const { maxBytes } = this.#plan
    const bench = await open(folder, { clock: new VirtualClock(), pid: 2, maxBytes, world: this })
    const lies = this.#lies(moment, bench.recovered, before?.parsed ?? { records: [] })
    for (const [name, line] of Object.entries(LINES)) {
      if ((bench.board as MockBoard).level(line) !== 'low') lies.push(`${name} is not safe`)
    }
    const begun = parseJournal(Buffer.from(folder.text('dose.journal')), 'dose')
    if (bench.recovered !== undefined && begun.records.at(-1)?.type !== 'recovered') lies.push('nothing was begun anew')
    lies.push(...(await this.#liesAfterAnother(folder, bench.recovered)))
    await bench.close()
    const again = await open(folder, { clock: new VirtualClock(), pid: 3, maxBytes, world: this })
    if (again.recovered !== undefined) lies.push('a run that was closed did not come to its end')
    await again.close()
    return lies
  }

  /** A crash while the start makes all safe and begins anew, or just after: the same is reported once more. */
  async #liesAfterAnother({ moments }: FakeFolder, recovered: Recovered | undefined): Promise<string[]> {
    const told = recovered?.inFlight.map(({ task }) => task)
    for (const moment of moments) {
      for (const remains of remainsOf(moment, someCuts)) {
        const found = await readJournal(new FakeFolder(remains, false), 'dose')
        const again = found === undefined ? undefined : recover(found.parsed, 'dose', 'b0')
        if (`${again?.inFlight.map(({ task }) => task) ?? []}` !== `${told ?? []}`) return ['a report is lost']
      }
    }
    return []
  }

  #lies(moment: number, recovered: Recovered | undefined, { records }: { records: readonly object[] }): string[] {
    const lies: string[] = []
    const reported = new Set(recovered?.inFlight.map(({ task }) => task))
    const outcomes = new Set(records.flatMap(each => ('type' in each && each.type === 'outcome' ? taskOf(each) : [])))
    for (const [task, { began, ended }] of this.#deeds) {
      if (began > moment) continue
      const over = ended !== undefined && ended <= moment
      if (!reported.has(task) && !over) lies.push(`${task} may have run (from ${began}), and is not reported`)
    }
    for (const task of outcomes) {
      const deed = this.#deeds.get(task)
      if (deed !== undefined && (deed.ended ?? Number.POSITIVE_INFINITY) > moment) {
        lies.push(`${task} is said to be over, and is not`)
      }
    }
    return lies
  }

  #submit(bench: Bench, job: Job): void {
    const { on, action, runs, ends, cancelAt, at } = job
    const options = {
      ...(action !== 'pulse' && { retries: job.retries }),
      ...(job.timeout !== undefined && { timeout: job.timeout }),
      grace: 3,
    }
    let task: Task
    try {
      task = bench[on].call(action, { runs, ends }, options)
    } catch (error) {
      if (isPiWorkerError(error, 'ERR_CLOSED')) return
      throw error
    }
    this.tasks.push(task)
    task.result().catch(() => undefined)
    if (cancelAt !== undefined) this.#clock.after(Math.max(0, cancelAt - at) * 1e6, () => task.cancel())
  }
}

type Bench = Awaited<ReturnType<typeof open>>

interface OpenOptions {
  readonly clock: VirtualClock
  readonly pid: number
  readonly maxBytes: number
  readonly world: CrashWorld
}

/** The pins of the board that was left do not matter: what a crash leaves on lines, the kernel and the guardian know. */
function open(folder: FakeFolder, { clock, pid, maxBytes, world }: OpenOptions) {
  const probe = probeOf(world)
  return openBench(
    { a: probe({ line: LINES.a }), b: probe({ line: LINES.b }), c: probe({ line: LINES.c }) },
    {
      driver: { name: 'mock', open: async options => new MockBoard(options) },
      clock,
      name: 'dose',
      journal: { folder, maxBytes, processes: machine(pid) },
    },
  )
}

/** A line that is high while an action runs. */
function probeOf(world: CrashWorld) {
  const act = async (device: unknown, job: Acting, task: TaskContext): Promise<void> => {
    const handle = device as LineHandle
    const deed = world.begin(task.task)
    try {
      handle.set(1)
      if (job.ends === 'ignores its stop')
        await new Promise<void>(resolve => void task.clock.after(job.runs * 1e6, resolve))
      else if (job.runs > 0) await task.sleep(job.runs)
      if (job.ends === 'throws') throw new PiWorkerError('ERR_IO', 'it failed')
      handle.set(0)
    } finally {
      world.end(deed)
    }
  }
  const acting = Type.Object({
    runs: Type.Number(),
    ends: Type.Union([Type.Literal('well'), Type.Literal('throws'), Type.Literal('ignores its stop')]),
  })
  return definePeripheral({
    type: 'probe',
    title: 'Probe',
    config: Type.Object({ line: Line() }),
    open: ({ config, board }): Promise<unknown> =>
      board.request({ lines: [config.line], settings: { direction: 'output' } }),
    actions: {
      idempotent: { title: 'Act', effect: 'idempotent', input: acting, run: act },
      pulse: { title: 'Act once', effect: 'pulse', input: acting, run: act },
      read: { title: 'Look', effect: 'read', input: acting, run: () => undefined },
    },
    safe: device => (device as LineHandle).set(0),
  })
}

type Acting = Pick<Job, 'runs' | 'ends'>

function taskOf(record: object): string[] {
  return 'task' in record && typeof record.task === 'string' ? [record.task] : []
}

/** A disk that fails fails the closing too. */
function unlessTold(error: unknown): void {
  if (!isPiWorkerError(error, 'ERR_JOURNAL')) throw error
}
