/** The rules that every schedule must keep, and what of them was broken. */

import { isPiWorkerError } from '../../src/errors.js'
import type { WorkerEvent } from '../../src/worker/events.js'
import type { Task } from '../../src/worker/task.js'
import type { Worker } from '../../src/worker/worker.js'
import type { Actor, Device } from './device.js'
import { type Job, QUEUES, type QueueName, type Schedule } from './schedules.js'

/** One task of a schedule, and what its function has done so far. */
export interface Entry {
  task: Task
  readonly job: Job
  readonly sequence: number
  attempts: number
  returned: boolean
  readonly actors: Actor[]
  /** How often each of its devices had been made safe when its last attempt began. */
  readonly madeSafe: Partial<Record<QueueName, number>>
}

export class Rules {
  readonly broken: string[] = []
  readonly entries: Entry[] = []
  closed = false
  readonly #plan: Schedule
  readonly #worker: Worker
  readonly #devices: Readonly<Record<QueueName, Device>>
  readonly #ends = new Map<string, number>()
  #events = 0

  constructor(plan: Schedule, worker: Worker, devices: Readonly<Record<QueueName, Device>>) {
    this.#plan = plan
    this.#worker = worker
    this.#devices = devices
    worker.listen(event => this.#hear(event))
  }

  break(what: string): void {
    this.broken.push(what)
  }

  /** Whoever starts must be first by (priority, submission), but for those that need a quarantined neighbour. */
  checkStart(entry: Entry): void {
    const { job, task } = entry
    const plain = job.on.length === 0
    if (job.notAfter !== undefined && task.waited > job.notAfter) this.break(`${entry.sequence} started too late`)
    let running = 0
    for (const other of this.entries) {
      const alike = plain && other.job.on.length === 0
      if (alike && ['running', 'stopping'].includes(other.task.state)) running++
      if (other === entry || other.task.state !== 'queued') continue
      const { priority, on } = other.job
      const before = priority > job.priority || (priority === job.priority && other.sequence < entry.sequence)
      const shared = alike || on.some(name => job.on.includes(name))
      if (!before || !shared || task.runningAt === undefined) continue
      const passedOver = on.some(name => !job.on.includes(name) && this.#worker.queue(name).quarantined)
      if (!passedOver) this.break(`${entry.sequence} started before ${other.sequence}`)
    }
    if (running > this.#plan.concurrency) this.break(`${running} plain tasks run at once`)
  }

  /** Nobody who could run is left waiting: not behind a quarantined neighbour, not in a deadlock, not in a closed worker. */
  checkWaiting(): void {
    for (const { task, job, sequence } of this.entries) {
      if (task.finished) continue
      const held = job.on.some(name => this.#worker.queue(name).quarantined)
      if (task.state !== 'queued' || !held || this.closed) this.break(`${sequence} is left ${task.state}`)
    }
  }

  /** Every task has ended exactly once. */
  checkFinished(retained: number): void {
    for (const { task, sequence } of this.entries) {
      const ends = this.#ends.get(task.id)
      if (!task.finished || ends !== 1) this.break(`${sequence} is ${task.state} and has ended ${ends} times`)
    }
    for (const name of QUEUES) if (this.#worker.queue(name).waiting > 0) this.break(`somebody waits on ${name}`)
    if (this.#worker.size > retained) this.break(`${this.#worker.size} tasks are retained`)
  }

  /** Nothing is left in memory after retention. */
  checkForgotten(): void {
    if (this.#worker.size > 0) this.break(`${this.#worker.size} tasks are still retained`)
    for (const { task, sequence } of this.entries) {
      if (this.#worker.get(task.id) !== undefined) this.break(`${sequence} can still be found`)
    }
  }

  #hear(event: WorkerEvent): void {
    if (event.sequence !== ++this.#events) this.break(`event ${event.sequence} came as number ${this.#events}`)
    if (event.type !== 'finished') return
    this.#ends.set(event.task, (this.#ends.get(event.task) ?? 0) + 1)
    const entry = this.entries.find(({ task }) => task?.id === event.task)
    if (entry !== undefined) this.#checkEnd(entry)
  }

  /** A task is over only when its function has settled, unless it was given up, and its peripherals are safe. */
  #checkEnd({ job, task, sequence, attempts, returned, actors, madeSafe }: Entry): void {
    const say = (what: string): void => this.break(`${sequence} is ${task.state} ${what}`)
    if (attempts > job.retries + 1) say(`after ${attempts} attempts`)
    if (task.state === 'succeeded' && !returned) say('and never returned')
    if (attempts === 0) {
      if (task.runningAt !== undefined) say('and was never called')
      return
    }
    for (const name of job.on) {
      const device = this.#devices[name]
      if (task.state !== 'indeterminate' && actors.some(actor => device.has(actor))) say('while its function runs')
      const reached = device.madeSafe > (madeSafe[name] as number)
      if (task.state !== 'succeeded' && !reached && !isPiWorkerError(task.error, 'ERR_NOT_SAFE')) say('and not safe')
      if (device.beingMadeSafe && !this.#worker.queue(name).quarantined) say(`while ${name} is being made safe`)
    }
  }
}
