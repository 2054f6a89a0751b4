/**
 * What a thread that plays pulses asks of Linux, for itself: SCHED_FIFO, exact timers, and memory that stays. Through
 * koffi, so that a machine without it plays all the same and says why not better.
 *
 * Only the memory of the play is locked, never the whole process (mlockall): V8 gives memory back with
 * madvise(MADV_DONTNEED), which Linux refuses for locked pages (EINVAL, madvise(2)), and then V8 ends the process with
 * "Check failed: 0 == ret" (seen here with Node 20 within seconds).
 */

import { machine } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { messageOf } from '../src/errors.js'
import type { Realtime } from './line-handle.js'

/** Memory that a play reads and writes between two edges. */
export type PlayMemory = Float64Array | Uint32Array

/** Calls of the C library for the calling thread; each gives 0, or the name of an errno. */
export interface RealtimeCalls {
  /** sched_setscheduler(2). */
  schedule(policy: 'fifo' | 'normal'): string | 0
  /** mlock(2). */
  lock(memory: PlayMemory): string | 0
  /** munlock(2). */
  unlock(memory: PlayMemory): void
  /**
   * clock_gettime(CLOCK_MONOTONIC), in ns since the calls were loaded. Makes no garbage, which `performance.now()` does:
   * a thread that spins on that is held up half a millisecond by the collection of it, 50 times a second (measured).
   */
  now(): number
  /** A time of `now` on the kernel's own scale. */
  toKernel(time: number): bigint
  /** prctl(PR_SET_TIMERSLACK): a sleep ends when it is over, not 50 us later. */
  sharpenTimers(): string | 0
}

// sched.h and sys/prctl.h of Linux, the same on ARM, x86 and RISC-V.
const SCHED_OTHER = 0
const SCHED_FIFO = 1
/** Above what is not real-time, below the kernel's own threads for interrupts (50). */
const FIFO_PRIORITY = 10
const PR_SET_TIMERSLACK = 29
const CLOCK_MONOTONIC = 1
/** struct timespec as 32-bit words, by the size of a long: the low half of the seconds, and the nanoseconds. */
const TIMESPEC = { arm: { seconds: 0, nanoseconds: 1 }, wide: { seconds: 0, nanoseconds: 2 } } as const

/**
 * The calls, or why there are none. Where koffi would end the process with SIGILL (ARMv6), it is not loaded.
 * @param processor `uname -m`.
 */
export async function loadRealtimeCalls(
  arch: string = process.arch,
  processor: string = machine(),
): Promise<RealtimeCalls | string> {
  if (arch === 'arm' && processor.startsWith('armv6')) return `koffi has no binary for ${processor}`
  try {
    const { default: koffi } = await import('koffi')
    const libc = koffi.load(null)
    const setScheduler = libc.func('int sched_setscheduler(int pid, int policy, void *param)')
    const lock = libc.func('int mlock(void *address, size_t length)')
    const unlock = libc.func('int munlock(void *address, size_t length)')
    const control = libc.func(
      'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
    )
    const getTime = libc.func('int clock_gettime(int clock, void *time)')
    const words = new Uint32Array(4)
    const { seconds, nanoseconds } = arch === 'arm' ? TIMESPEC.arm : TIMESPEC.wide
    getTime(CLOCK_MONOTONIC, words)
    const origin = words[seconds]!
    const answer = (result: number): string | 0 => (result === 0 ? 0 : getSystemErrorName(-koffi.errno()))
    return {
      schedule: policy => {
        const fifo = policy === 'fifo'
        return answer(setScheduler(0, fifo ? SCHED_FIFO : SCHED_OTHER, new Int32Array([fifo ? FIFO_PRIORITY : 0])))
      },
      lock: memory => answer(lock(memory, memory.byteLength)),
      unlock: memory => void unlock(memory, memory.byteLength),
      now: () => {
        getTime(CLOCK_MONOTONIC, words)
        return (words[seconds]! - origin) * 1e9 + words[nanoseconds]!
      },
      toKernel: time => BigInt(origin) * 1_000_000_000n + BigInt(time),
      sharpenTimers: () => answer(control(PR_SET_TIMERSLACK, 1, 0, 0, 0)),
    }
  } catch (error) {
    return `koffi cannot be loaded (${messageOf(error)})`
  }
}

/** Asks for what a play may have, and gives it back when the play is over. */
export class RealtimeThread {
  readonly #calls: RealtimeCalls | string
  #sharp = false
  #policy: 'fifo' | 'normal' = 'normal'
  #locked: PlayMemory[] = []

  /** @param calls Or why there are none. */
  constructor(calls: RealtimeCalls | string) {
    this.#calls = calls
  }

  /**
   * Before a play begins.
   * @param notFifo Why this play is not to be a real-time one; undefined when it may be.
   */
  prepare(memory: readonly PlayMemory[], notFifo: string | undefined): Realtime {
    const calls = this.#calls
    if (typeof calls === 'string') {
      return { scheduling: 'normal', locked: false, whyNot: [`no SCHED_FIFO and no locked memory: ${calls}`] }
    }
    if (!this.#sharp) calls.sharpenTimers()
    this.#sharp = true
    const whyNot: string[] = []
    const unlocked = this.#lock(calls, memory)
    if (unlocked !== 0) whyNot.push(`memory is not locked: ${unlocked}${hint(unlocked, 'CAP_IPC_LOCK or a memlock')}`)
    const refused = notFifo ?? this.#become('fifo')
    if (refused !== 0) {
      this.#become('normal')
      whyNot.push(`no SCHED_FIFO: ${refused}${hint(refused, 'CAP_SYS_NICE or an rtprio')}`)
    }
    return { scheduling: this.#policy, locked: unlocked === 0, whyNot }
  }

  /** After a play. A thread that waits for the next one need not come before everybody else. */
  rest(): void {
    this.#become('normal')
    for (const memory of this.#locked) if (typeof this.#calls !== 'string') this.#calls.unlock(memory)
    this.#locked = []
  }

  #lock(calls: RealtimeCalls, memory: readonly PlayMemory[]): string | 0 {
    for (const part of memory) {
      const answer = calls.lock(part)
      if (answer !== 0) return answer
      this.#locked.push(part)
    }
    return 0
  }

  #become(policy: 'fifo' | 'normal'): string | 0 {
    if (this.#policy === policy || typeof this.#calls === 'string') return 0
    const answer = this.#calls.schedule(policy)
    if (answer === 0) this.#policy = policy
    return answer
  }
}

/** What it takes, when it was a matter of rights. */
function hint(errno: string, right: string): string {
  return ['EPERM', 'ENOMEM', 'EAGAIN'].includes(errno) ? ` (it takes ${right} limit)` : ''
}
