/**
 * The main thread's side of play threads: starts one for a handle that plays for the first time, gives it one play after
 * the other, cancels, and ends it with the handle.
 */

import { Worker } from 'node:worker_threads'
import { PiWorkerError } from '../src/errors.js'
import type { Clock } from '../src/worker/clock.js'
import type { Played, PulseSequence } from './line-handle.js'
import { checkSequence, durationOf } from './play.js'
import { packSteps } from './play-loop.js'
import {
  type PlayBegun,
  PlayControl,
  type PlayOrder,
  type PlayReport,
  type PlayTarget,
  type PlayThreadData,
} from './play-order.js'

/** What is needed of a thread; a `Worker` of node:worker_threads is one. */
export interface PlayThread {
  postMessage(order: PlayOrder): void
  on(event: 'message', listener: (news: PlayBegun | PlayReport) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: () => void): unknown
  ref(): void
  unref(): void
  terminate(): unknown
}

export type StartPlayThread = (data: PlayThreadData) => PlayThread

export interface ThreadPlayerOptions {
  readonly clock: Clock
  readonly lineCount: number
  /** Called once, before the first play. */
  readonly target: () => PlayTarget
  /** The error of a write that failed with that errno. */
  readonly failure: (errno: string) => Error
  /** A play is over: these values were left on the lines whose bit is 1 in `mask`. */
  readonly left?: ((values: number, mask: number) => void) | undefined
  /** Tests start another one. */
  readonly start?: StartPlayThread | undefined
}

/** A cancelled thread writes once more at most: microseconds, unless the machine stands still. */
const HALT_MS = 1000

interface Play {
  readonly control: PlayControl
  readonly sequence: PulseSequence
  readonly began: ((time: number) => void) | undefined
  readonly resolve: (played: Played) => void
  readonly reject: (reason: unknown) => void
}

/** Plays on the lines of one handle. Plays that are asked for while one is under way wait for its end. */
export class ThreadPlayer {
  readonly #options: ThreadPlayerOptions
  readonly #plays = new Map<number, Play>()
  #thread: PlayThread | undefined
  #lastId = 0

  constructor(options: ThreadPlayerOptions) {
    this.#options = options
  }

  /**
   * Plays as the contract says. When the signal aborts, the thread has stopped before the listeners of the abort that
   * were added later are called, so that nothing of the play comes after what is set then.
   * @param invert Bits of the values that the lines have the other way round.
   * @throws ERR_BAD_PULSES, the signal's reason, ERR_IO (no thread can be had, or it ended), what `failure` makes
   */
  async play(
    sequence: PulseSequence,
    invert: number,
    signal?: AbortSignal,
    began?: (time: number) => void,
  ): Promise<Played> {
    checkSequence(sequence)
    signal?.throwIfAborted()
    const id = ++this.#lastId
    const control = new PlayControl()
    const thread = this.#started()
    const stop = (): void => this.#stop(id, signal?.reason)
    signal?.addEventListener('abort', stop, { once: true })
    try {
      return await new Promise<Played>((resolve, reject) => {
        this.#plays.set(id, { control, sequence, began, resolve, reject })
        thread.ref()
        thread.postMessage({
          id,
          control: control.buffer,
          steps: packSteps(sequence, this.#options.lineCount, invert),
          announced: began !== undefined,
        })
      })
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  /** Stops what is played and what waits; each rejects with `reason`. The lines stay as they are then. */
  halt(reason: unknown): void {
    for (const id of [...this.#plays.keys()]) this.#stop(id, reason)
  }

  /** Halts, and ends the thread; nobody uses its lines any more when this returns. */
  close(reason: unknown): void {
    this.halt(reason)
    const thread = this.#thread
    this.#thread = undefined
    if (thread !== undefined) void thread.terminate()
  }

  #started(): PlayThread {
    if (this.#thread !== undefined) return this.#thread
    const { target, start = startPlayThread } = this.#options
    const thread = start({ target: target(), spinners: spinnersOfProcess() })
    thread.unref()
    let cause: Error | undefined
    thread.on('error', error => {
      cause = error
    })
    thread.on('message', news => (news.kind === 'over' ? this.#ended(news) : this.#begun(news)))
    thread.on('exit', () => {
      if (this.#thread !== thread) return
      this.#thread = undefined
      const why = cause === undefined ? '' : `: ${cause.message}`
      const gone = new PiWorkerError('ERR_IO', `the thread that plays pulses ended${why}`, { cause })
      for (const { reject } of this.#take([...this.#plays.keys()])) reject(gone)
    })
    this.#thread = thread
    return thread
  }

  #stop(id: number, reason: unknown): void {
    const play = this.#plays.get(id)
    if (play === undefined) return
    play.control.halt(HALT_MS)
    for (const { reject } of this.#take([id])) reject(reason)
  }

  #begun({ id, beganKernelNs }: PlayBegun): void {
    this.#plays.get(id)?.began?.(this.#options.clock.fromKernel(beganKernelNs))
  }

  #ended({ id, complete, errno, beganKernelNs, tookNs, lateness, realtime }: PlayReport): void {
    for (const { sequence, resolve, reject } of this.#take([id])) {
      if (errno !== undefined || !complete) reject(this.#options.failure(errno ?? 'ECANCELED'))
      else {
        resolve({
          player: 'software',
          requestedNs: durationOf(sequence),
          achievedNs: tookNs,
          latestNs: lateness.worstNs,
          beganNs: this.#options.clock.fromKernel(beganKernelNs),
          lateness,
          realtime,
        })
      }
    }
  }

  /** Those that are not over yet, which are now; without any, the thread alone keeps no process alive. */
  #take(ids: readonly number[]): Play[] {
    const taken: Play[] = []
    for (const id of ids) {
      const play = this.#plays.get(id)
      if (play === undefined) continue
      this.#plays.delete(id)
      taken.push(play)
      const { values, touched } = play.control.left
      if (touched !== 0) this.#options.left?.(values, touched)
    }
    if (this.#plays.size === 0) this.#thread?.unref()
    return taken
  }
}

let spinners: SharedArrayBuffer | undefined

/** One for all handles: they share the processors. */
function spinnersOfProcess(): SharedArrayBuffer {
  spinners ??= new SharedArrayBuffer(4)
  return spinners
}

function startPlayThread(data: PlayThreadData): PlayThread {
  // Without our own execArgv: a loader or an inspector of the program has no business in there.
  return new Worker(new URL('./play-thread.js', import.meta.url), {
    workerData: data,
    execArgv: [],
    name: 'pi-worker pulses',
  })
}
