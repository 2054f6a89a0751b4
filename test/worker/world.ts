/** Plays one random schedule on a worker in virtual time, and notes every broken rule. */

import { isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import type { TaskContext } from '../../src/worker/attempt-context.js'
import type { PeripheralQueue } from '../../src/worker/peripheral-queue.js'
import type { TaskOptions } from '../../src/worker/task-options.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { Worker } from '../../src/worker/worker.js'
import { type Actor, Device } from './device.js'
import { type Entry, Rules } from './rules.js'
import { type Job, type Meddling, QUEUES, type QueueName, SAFE_TIMEOUT_MS, type Schedule } from './schedules.js'

const RETAIN_MS = 1000
const RETAIN_COUNT = 5
const TRIPPED = new PiWorkerError('ERR_IO', 'a guard would not have it go on')
const STOPPED = new PiWorkerError('ERR_CANCELLED', 'the caller wants no more of it')

export class World {
  readonly #clock = new VirtualClock()
  readonly #plan: Schedule
  readonly #worker: Worker
  readonly #devices: Readonly<Record<QueueName, Device>>
  readonly #rules: Rules
  readonly #closing: Promise<void>[] = []
  #aborted = false
  /** How many stops hold the worker. */
  #stops = 0
  #safeCalls: Record<QueueName, number> = { a: 0, b: 0, c: 0 }

  constructor(plan: Schedule) {
    this.#plan = plan
    const { concurrency, hardware } = plan
    this.#worker = new Worker({ clock: this.#clock, concurrency, retain: { ms: RETAIN_MS, count: RETAIN_COUNT } })
    const device = (name: QueueName): Device => {
      const { revocable, keeps } = hardware[name]
      this.#worker.queue(name, {
        safe: () => this.#safe(name),
        revoke: revocable ? () => this.#devices[name].revoke() : undefined,
        safeTimeout: SAFE_TIMEOUT_MS,
        whenQuarantined: keeps ? 'keep' : 'refuse',
      })
      return new Device(name, hardware[name], what => this.#rules.break(what))
    }
    this.#devices = { a: device('a'), b: device('b'), c: device('c') }
    this.#rules = new Rules(plan, this.#worker, this.#devices)
    if (plan.hasty) {
      this.#worker.listen(event => {
        if (event.type === 'quarantined') void this.#reset(event.queue as QueueName)
      })
    }
  }

  /** Lives through the schedule, and gives every rule that was broken. */
  async live(): Promise<readonly string[]> {
    await this.#play()
    this.#rules.checkWaiting()
    await this.#finish()
    this.#rules.checkFinished(RETAIN_COUNT)
    await this.#wait(RETAIN_MS + 1)
    await this.#clock.idle()
    this.#rules.checkForgotten()
    return this.#rules.broken
  }

  async #play(): Promise<void> {
    const { jobs, resets, stops, closes } = this.#plan
    for (const job of jobs) this.#at(job.at, () => this.#submit(job))
    for (const { at, queue, how } of resets) {
      this.#at(at, () => void this.#disturb(queue, how))
    }
    for (const { at, for: ms, waiting } of stops) {
      this.#at(at, () => {
        const goOn = this.#stop(waiting)
        this.#at(ms, goOn)
      })
    }
    for (const { at, how } of closes) this.#at(at, () => this.#close(how))
    await this.#clock.idle()
    await Promise.all(this.#closing)
  }

  /** Resets every queue until all tasks are over: whatever waits for a quarantined queue gets its turn. */
  async #finish(): Promise<void> {
    for (let round = 0; round < 100 && this.#rules.entries.some(({ task }) => !task.finished); round++) {
      for (const name of QUEUES) await this.#reset(name)
      await this.#clock.idle()
    }
  }

  async #disturb(name: QueueName, how: Meddling): Promise<void> {
    const queue = this.#queue(name)
    if (how === 'reset') await this.#reset(name)
    else if (how === 'again') await this.#safeAgain(name)
    else if (how === 'interrupt') queue.interrupt(TRIPPED)
    // Whoever runs can do nothing any more; and must be told so.
    else if (queue.revoke() === undefined) queue.interrupt(TRIPPED)
  }

  #stop(waiting: 'fail' | 'keep'): () => void {
    this.#stops++
    const goOn = this.#worker.stop({ error: () => new PiWorkerError('ERR_STOPPED', 'smoke'), waiting })
    for (const { task, job, actors } of this.#rules.entries) {
      if (task.state === 'queued' && waiting === 'fail') this.#rules.break('a stop left a task waiting')
      const acts = job.on.some(name => actors.some(actor => this.#devices[name].has(actor)))
      if (task.state === 'running' && acts) this.#rules.break('a stop left a task running')
    }
    return () => {
      this.#stops--
      goOn()
    }
  }

  #queue(name: QueueName): PeripheralQueue {
    return this.#worker.queue(name)
  }

  #at(ms: number, action: () => void): void {
    this.#clock.after(ms * 1e6, action)
  }

  #wait(ms: number): Promise<void> {
    return new Promise(resolve => this.#at(ms, resolve))
  }

  #submit(job: Job): void {
    if (this.#closing.length > 0) {
      this.#mustBeClosed()
      return
    }
    const options: TaskOptions = {
      on: job.on,
      priority: job.priority,
      timeout: job.timeout,
      grace: job.grace,
      retries: job.retries,
      effect: 'idempotent',
      contained: job.contained,
      notAfter: job.notAfter === undefined ? undefined : new Date(this.#clock.wall() + job.notAfter),
      signal: job.abortAt === undefined ? undefined : this.#signal(job.abortAt - job.at),
    }
    const entry = {
      job,
      sequence: this.#rules.entries.length,
      attempts: 0,
      returned: false,
      actors: [] as Actor[],
      madeSafe: {},
    } as unknown as Entry
    this.#rules.entries.push(entry)
    entry.task = this.#worker.submit(context => this.#act(entry, context), options)
    if (job.cancelAt !== undefined) this.#at(job.cancelAt, () => entry.task.cancel())
  }

  /** A caller's signal that aborts in `ms`, or has aborted already. */
  #signal(ms: number): AbortSignal {
    const controller = new AbortController()
    const abort = (): void => controller.abort(STOPPED)
    if (ms <= 0) abort()
    else this.#at(ms, abort)
    return controller.signal
  }

  #act(entry: Entry, context: TaskContext): string | Promise<string> {
    const { job } = entry
    if (this.#stops > 0) this.#rules.break(`${entry.sequence} is called while the worker is stopped`)
    if (this.#aborted) this.#rules.break(`${entry.sequence} is called after the worker was told to abort`)
    // A retry keeps its slot, so it is ahead of everybody.
    if (entry.attempts++ === 0) this.#rules.checkStart(entry)
    const actor: Actor = {
      label: `task ${entry.sequence}`,
      kind: 'function',
      began: this.#clock.now(),
      contained: job.contained,
    }
    entry.actors.push(actor)
    for (const name of job.on) {
      this.#devices[name].enter(actor)
      entry.madeSafe[name] = this.#devices[name].madeSafe
    }
    this.#meddle(entry)
    return job.runs === undefined ? this.#actAtOnce(entry, actor) : this.#actLong(entry, actor, job.runs, context)
  }

  #actAtOnce(entry: Entry, actor: Actor): string {
    try {
      return this.#end(entry, actor)
    } finally {
      this.#leave(entry, actor)
    }
  }

  async #actLong(entry: Entry, actor: Actor, ms: number, context: TaskContext): Promise<string> {
    try {
      this.#move(entry, actor)
      for (let half = 0; half < 2; half++) {
        if (entry.job.onStop === 'heeds') await context.sleep(ms / 2)
        else await this.#wait(ms / 2)
        this.#move(entry, actor)
      }
      return this.#end(entry, actor)
    } finally {
      this.#leave(entry, actor)
    }
  }

  #move({ job }: Entry, actor: Actor): void {
    for (const name of job.on) this.#devices[name].move(actor)
  }

  #end(entry: Entry, actor: Actor): string {
    this.#move(entry, actor)
    if (entry.job.ends === 'throws') throw new PiWorkerError('ERR_IO', 'the device failed')
    entry.returned = true
    return 'done'
  }

  #leave({ job }: Entry, actor: Actor): void {
    for (const name of job.on) this.#devices[name].leave(actor)
  }

  #meddle({ job, task }: Entry): void {
    if (job.meddles === 'submits') this.#submit({ ...job, at: 0, meddles: 'not', cancelAt: undefined })
    else if (job.meddles === 'cancels itself') task.cancel()
    else if (job.meddles === 'cancels all') for (const entry of this.#rules.entries) entry.task?.cancel()
    else if (job.meddles === 'resets') for (const name of job.on) void this.#reset(name)
  }

  #safe(name: QueueName): void | Promise<void> {
    const device = this.#devices[name]
    const number = this.#safeCalls[name]++
    const { takes, fails } = this.#plan.hardware[name].safes[number] ?? { takes: undefined, fails: false }
    const actor: Actor = {
      label: `safe ${number}`,
      kind: 'safe',
      began: this.#clock.now(),
      contained: this.#plan.hardware[name].revocable,
    }
    const overdueNs = this.#clock.now() - SAFE_TIMEOUT_MS * 1e6
    // It follows a function that was given up and may go on past its handles, or a safe() that took too long.
    device.enter(actor, ({ kind, began }) => (kind === 'safe' ? began <= overdueNs : this.#queue(name).unsettled))
    const end = (): void => {
      try {
        device.move(actor)
        if (fails) throw new PiWorkerError('ERR_IO', 'stuck')
        device.madeSafe++
      } finally {
        device.leave(actor)
      }
    }
    return takes === undefined ? end() : this.#wait(takes).then(end)
  }

  async #reset(name: QueueName): Promise<void> {
    const device = this.#devices[name]
    const queue = this.#queue(name)
    const { madeSafe } = device
    if (!queue.quarantined) return
    try {
      await queue.reset()
      if (device.madeSafe === madeSafe) this.#rules.break(`${name} was reset and not made safe`)
    } catch (error) {
      if (!isPiWorkerError(error)) throw error
    }
  }

  async #safeAgain(name: QueueName): Promise<void> {
    const queue = this.#queue(name)
    if (queue.quarantined) await queue.makeSafe()
  }

  #close(how: 'drain' | 'abort'): void {
    this.#closing.push(this.#worker.close(how === 'drain' ? { drain: true } : { abort: true }))
    this.#rules.closed = true
    if (how === 'abort') this.#aborted = true
  }

  #mustBeClosed(): void {
    try {
      this.#worker.run(() => this.#rules.break('a closed worker ran a task'))
      this.#rules.break('a closed worker took a task')
    } catch (error) {
      if (!isPiWorkerError(error, 'ERR_CLOSED')) throw error
    }
  }
}
