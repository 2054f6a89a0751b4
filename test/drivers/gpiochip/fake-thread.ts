/** A poll thread that does only what the test says. */

import type { PollThread, StartPollThread } from '../../../drivers/gpiochip/edge-reader.js'
import { SIZE } from '../../../drivers/gpiochip/layout.js'
import { type PollMessage, PollTable, type PollThreadData } from '../../../drivers/gpiochip/poll-table.js'

export class FakeThread implements PollThread {
  readonly table: PollTable
  /** Whether it keeps the process alive. */
  referenced = true
  readonly #listeners: Record<string, ((argument: never) => void)[]> = { message: [], error: [], exit: [] }

  constructor(data: PollThreadData) {
    this.table = new PollTable(data.table)
    queueMicrotask(() => this.emit('message', { ready: true }))
  }

  on(event: string, listener: (argument: never) => void): unknown {
    this.#listeners[event]?.push(listener)
    return this
  }

  ref(): void {
    this.referenced = true
    // Asked to end, it ends.
    if (this.table.stopping) queueMicrotask(() => this.emit('exit'))
  }

  unref(): void {
    this.referenced = false
  }

  emit(event: 'message' | 'error' | 'exit', argument?: PollMessage | Error): void {
    for (const listener of this.#listeners[event] ?? []) listener(argument as never)
  }

  /** Who is read: the owners' ids by descriptor. */
  get sources(): Map<number, number> {
    const sources = new Map<number, number>()
    for (let slot = 0; slot < this.table.slots; slot++) {
      if (this.table.fd(slot) >= 0) sources.set(this.table.fd(slot), this.table.id(slot))
    }
    return sources
  }

  /** Hands over what was read from a descriptor. */
  read(fd: number, bytes: Uint8Array): void {
    this.emit('message', { id: this.sources.get(fd)!, bytes })
  }

  fail(fd: number, errno: string): void {
    this.emit('message', { id: this.sources.get(fd)!, errno })
  }
}

/** Starts threads and keeps them. */
export function fakeThreads(): { readonly threads: FakeThread[]; readonly start: StartPollThread } {
  const threads: FakeThread[] = []
  return {
    threads,
    start: data => {
      const thread = new FakeThread(data)
      threads.push(thread)
      return thread
    },
  }
}

export interface KernelEvent {
  readonly line: number
  /** Logical: active is rising unless the line is active low. */
  readonly active: boolean
  /** CLOCK_MONOTONIC, ns. */
  readonly time: number
  readonly sequence: number
  readonly lineSequence?: number
}

/** The change of a watched line as the kernel writes it: 1 requested, 2 released, 3 reconfigured. */
export function kernelChange(line: number, change: 1 | 2 | 3, time: number, consumer = '', flags = 0): Uint8Array {
  const bytes = Buffer.alloc(SIZE.lineChange)
  bytes.write(consumer, 32)
  bytes.writeUInt32LE(line, 64)
  bytes.writeUInt32LE(flags, 72)
  bytes.writeBigUInt64LE(BigInt(time), 256)
  bytes.writeUInt32LE(change, 264)
  return bytes
}

/** Events as the kernel writes them. */
export function kernelEvents(...events: readonly KernelEvent[]): Uint8Array {
  const bytes = Buffer.alloc(SIZE.lineEvent * events.length)
  events.forEach(({ line, active, time, sequence, lineSequence = sequence }, index) => {
    const at = index * SIZE.lineEvent
    bytes.writeBigUInt64LE(BigInt(time), at)
    bytes.writeUInt32LE(active ? 1 : 2, at + 8)
    bytes.writeUInt32LE(line, at + 12)
    bytes.writeUInt32LE(sequence, at + 16)
    bytes.writeUInt32LE(lineSequence, at + 20)
  })
  return bytes
}
