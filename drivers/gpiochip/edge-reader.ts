/**
 * The main thread's side of the poll thread: starts it for the first descriptor that is to be read, tells it what to
 * read, hands what it read to the owners, and ends it. One per board.
 */

import { closeSync, constants as fileConstants, writeSync } from 'node:fs'
import { codeOf, messageOf, PiWorkerError } from '../../src/errors.js'
import { errnoName } from './failures.js'
import { SIZE } from './layout.js'
import type { Libc } from './libc.js'
import { type PollMessage, type PollReport, PollTable, type PollThreadData } from './poll-table.js'

/** O_CLOEXEC of Linux on ARM, x86 and RISC-V; Node does not name it. */
const O_CLOEXEC = 0o2000000
/** The thread answers within a millisecond or so; that long only when the machine stands still. */
const SETTLE_MS = 5000
const WAKE = Buffer.alloc(1)

/** What the reader needs of a thread; a `Worker` of node:worker_threads is one. */
export interface PollThread {
  on(event: 'message', listener: (message: PollMessage) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: () => void): unknown
  ref(): void
  unref(): void
}

export type StartPollThread = (data: PollThreadData) => PollThread

/** Who owns a descriptor. */
export interface EdgeSink {
  readonly fd: number
  receive(bytes: Uint8Array): void
  /** Nothing more can be read from this descriptor. */
  failed(errno: string, cause?: Error): void
}

/** One descriptor that is read while it is started. */
export interface EdgeSource {
  start(): void
  stop(): void
  /** Stops, and returns when the thread uses the descriptor no more, so that it may be closed. */
  close(): void
}

interface Source {
  readonly sink: EdgeSink
  readonly slot: number
  started: boolean
}

interface Running {
  readonly thread: PollThread
  readonly wakeRead: number
  readonly wakeWrite: number
  /** It looks, or has ended. */
  readonly ready: Promise<void>
  readonly ended: Promise<void>
}

/** Why the thread ended although nobody asked it to. */
interface Death {
  readonly errno: string
  readonly cause: Error | undefined
}

export class EdgeReader {
  readonly #libc: Libc
  readonly #table: PollTable
  readonly #startThread: StartPollThread
  readonly #sources = new Map<number, Source>()
  readonly #freeSlots: number[]
  #lastId = 0
  #active = 0
  #running: Running | undefined
  #death: Death | undefined

  /** @param slots How many requests there can be at once: as many as the chip has lines. */
  constructor(libc: Libc, slots: number, startThread: StartPollThread) {
    this.#libc = libc
    this.#table = PollTable.create(slots)
    this.#freeSlots = Array.from({ length: slots }, (_, index) => index)
    this.#startThread = startThread
  }

  /** @throws ERR_IO when the process is out of descriptors or threads. */
  open(sink: EdgeSink): EdgeSource {
    const slot = this.#freeSlots.pop()
    if (slot === undefined) throw new PiWorkerError('ERR_IO', 'there are more requests than the chip has lines')
    const id = ++this.#lastId
    const source: Source = { sink, slot, started: false }
    this.#sources.set(id, source)
    this.#table.assign(slot, id)
    return {
      start: () => this.#start(source),
      stop: () => this.#stop(source),
      close: () => {
        if (!this.#sources.delete(id)) return
        this.#stop(source)
        this.#settle()
        this.#freeSlots.push(slot)
      },
    }
  }

  /**
   * Starts the thread and resolves when it looks, or has ended. Loading it can take longer than an edge may be late, so
   * whoever gives out a line with edges waits for it.
   */
  async ready(): Promise<void> {
    this.#running ??= this.#run()
    const { thread, ready } = this.#running
    // Somebody waits: the process must not end for want of anything else to do.
    thread.ref()
    await ready
    if (this.#active === 0) thread.unref()
  }

  /** Ends the thread and resolves when it has ended. */
  async close(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#table.stop()
    this.#wake()
    running.thread.ref()
    await running.ended
    this.#running = undefined
    closeSync(running.wakeRead)
    closeSync(running.wakeWrite)
  }

  #start(source: Source): void {
    if (source.started) return
    this.#running ??= this.#run()
    source.started = true
    this.#table.setFd(source.slot, source.sink.fd)
    this.#table.changed()
    this.#wake()
    if (++this.#active === 1) this.#running.thread.ref()
    if (this.#death !== undefined) queueMicrotask(() => this.#failAll())
  }

  #stop(source: Source): void {
    if (!source.started) return
    source.started = false
    this.#table.setFd(source.slot, -1)
    this.#table.changed()
    this.#wake()
    // The thread alone keeps no process alive; somebody who waits for edges does.
    if (--this.#active === 0) this.#running?.thread.unref()
  }

  #settle(): void {
    if (this.#running === undefined || this.#table.settled(SETTLE_MS)) return
    this.#death = { errno: 'the edge thread does not answer', cause: undefined }
    this.#failAll()
  }

  #run(): Running {
    const ends = new Int32Array(2)
    if (this.#libc.pipe2(ends, O_CLOEXEC | fileConstants.O_NONBLOCK) < 0) {
      throw new PiWorkerError('ERR_IO', `no pipe for the edge thread: ${errnoName(this.#libc.errno())}`)
    }
    const [wakeRead = -1, wakeWrite = -1] = ends
    const thread = this.#startThread({ table: this.#table.buffer, wakeFd: wakeRead })
    thread.unref()
    let cause: Error | undefined
    thread.on('error', error => {
      cause = error
    })
    const ended = new Promise<void>(resolve => {
      thread.on('exit', () => {
        resolve()
        if (this.#table.stopping) return
        this.#death = { errno: 'the edge thread ended', cause }
        this.#failAll()
      })
    })
    const ready = new Promise<void>(resolve => {
      thread.on('message', message => ('ready' in message ? resolve() : this.#receive(message)))
      void ended.then(resolve)
    })
    // Node joins its threads when the process exits, and ours sits in poll(2): it must be told.
    const atExit = () => {
      this.#table.stop()
      this.#wake()
    }
    process.once('exit', atExit)
    void ended.then(() => process.off('exit', atExit))
    return { thread, wakeRead, wakeWrite, ready, ended }
  }

  #receive(message: PollReport): void {
    const source = this.#sources.get(message.id)
    if (source === undefined) return // released in the meantime
    if ('errno' in message) {
      this.#stop(source)
      source.sink.failed(message.errno)
    } else {
      if (this.#table.received(source.slot, message.bytes.length / SIZE.lineEvent)) this.#wake()
      source.sink.receive(message.bytes)
    }
  }

  #failAll(): void {
    if (this.#death === undefined) return
    const { errno, cause } = this.#death
    for (const source of [...this.#sources.values()]) {
      if (!source.started) continue
      this.#stop(source)
      source.sink.failed(errno, cause)
    }
  }

  #wake(): void {
    if (this.#running === undefined) return
    try {
      writeSync(this.#running.wakeWrite, WAKE)
    } catch (error) {
      // A full pipe wakes as well as a byte more.
      if (codeOf(error) !== 'EAGAIN') {
        throw new PiWorkerError('ERR_IO', `the edge thread cannot be woken: ${messageOf(error)}`, { cause: error })
      }
    }
  }
}
