/**
 * The poll thread: waits in poll(2) for events on all line requests of a board and for the wake pipe, reads the events
 * and posts them. A program of its own for a worker thread; it returns to no event loop until it ends.
 */

import { readSync } from 'node:fs'
import { constants } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import koffi from 'koffi'
import { codeOf } from '../../src/errors.js'
import { SIZE } from './layout.js'
import { type PollMessage, PollTable, type PollThreadData } from './poll-table.js'

// poll(2) flags and struct pollfd { int fd; short events; short revents }, the same on all of Linux that Pis run.
const POLLIN = 0x001
const POLLFD_BYTES = 8
const POLL_FAILED = 0x008 | 0x010 | 0x020 // POLLERR, POLLHUP, POLLNVAL
const POLLNVAL = 0x020
/** Kernels before 6.6 do not wake us when the chip vanishes, so we look for ourselves. */
const LOOK_AGAIN_MS = 1000
/** Events read in one call at most. */
const BATCH = 64

const { table: shared, wakeFd } = workerData as PollThreadData
const table = new PollTable(shared)
const poll: (fds: Buffer, count: number, timeoutMs: number) => number = koffi
  .load(null)
  .func('int poll(void *fds, unsigned long count, int timeout_ms)')
const events = Buffer.alloc(BATCH * SIZE.lineEvent)
const wakes = Buffer.alloc(256)
const fds = Buffer.alloc(POLLFD_BYTES * (table.slots + 1))
/** slots[n] is the slot of the n-th entry in `fds`, counted from 1. */
const slots: number[] = []

try {
  table.start()
  post({ ready: true })
  run()
} finally {
  table.end()
}

function run(): void {
  for (;;) {
    table.follow(table.wanted)
    if (table.stopping) return
    const count = listEntries()
    if (poll(fds, count, LOOK_AGAIN_MS) < 0) {
      const errno = koffi.errno()
      if (errno === constants.errno.EINTR || errno === constants.errno.EAGAIN) continue
      failAll(`errno ${errno}`)
      return
    }
    if (fds.readInt16LE(6) !== 0) readSync(wakeFd, wakes)
    for (let entry = 1; entry < count; entry++) serve(entry)
  }
}

function listEntries(): number {
  writePollfd(0, wakeFd)
  let count = 1
  for (let slot = 0; slot < table.slots; slot++) {
    const fd = table.fd(slot)
    if (fd < 0 || table.room(slot) === 0) continue
    slots[count] = slot
    writePollfd(count++, fd)
  }
  return count
}

function writePollfd(entry: number, fd: number): void {
  fds.writeInt32LE(fd, entry * POLLFD_BYTES)
  fds.writeInt32LE(POLLIN, entry * POLLFD_BYTES + 4) // events, and revents = 0
}

function serve(entry: number): void {
  const fd = fds.readInt32LE(entry * POLLFD_BYTES)
  const ready = fds.readInt16LE(entry * POLLFD_BYTES + 6)
  const slot = slots[entry] ?? 0
  // Events that the kernel still has come first. Never read without POLLIN: the descriptor blocks.
  if ((ready & POLLIN) !== 0) read(slot, fd)
  else if ((ready & POLL_FAILED) !== 0) fail(slot, fd, (ready & POLLNVAL) !== 0 ? 'EBADF' : 'ENODEV')
}

function read(slot: number, fd: number): void {
  let length: number
  try {
    length = readSync(fd, events, 0, Math.min(BATCH, table.room(slot)) * SIZE.lineEvent, null)
  } catch (error) {
    fail(slot, fd, codeOf(error) ?? 'EIO')
    return
  }
  const bytes = new Uint8Array(events.subarray(0, length))
  table.sent(slot, length / SIZE.lineEvent)
  post({ id: table.id(slot), bytes }, [bytes.buffer])
}

/** Says so and leaves the descriptor alone from now on: poll would answer at once, for ever. */
function fail(slot: number, fd: number, errno: string): void {
  table.drop(slot, fd)
  post({ id: table.id(slot), errno })
}

function failAll(errno: string): void {
  for (let slot = 0; slot < table.slots; slot++) {
    const fd = table.fd(slot)
    if (fd >= 0) fail(slot, fd, errno)
  }
}

function post(message: PollMessage, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}
