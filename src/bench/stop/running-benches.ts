/** The benches that run on this machine, as far as this user may reach them, and what can be asked of them. */

import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { catalogue, codeOf, type ErrorCode, PiWorkerError } from '../../errors.js'
import { type Clock, SystemClock } from '../../worker/clock.js'
import { MessageReader } from '../guardian/protocol.js'
import { runFolder } from '../run-folder.js'
import { addressesIn, type BenchAddress, pathName } from './bench-address.js'
import type { BenchAnswer, BenchRequest, ErrorText } from './bench-requests.js'
import { listens } from './bench-socket.js'
import type { BenchStatus } from './status.js'
import { type GuardianStop, stopByGuardians } from './stop-by-guardian.js'

export interface AskOptions {
  readonly folder?: string | undefined
  readonly clock?: Clock | undefined
}

/** How a bench was stopped. */
export interface StopOutcome {
  /** Its program, or its guardian, when the program was stuck: that stops every bench of the program. */
  readonly by: 'program' | 'guardian'
  /** Every safe state is confirmed; false when the program ended before it said so. */
  readonly confirmed: boolean
}

/** A program that is not stuck takes a stop within a turn of its event loop. */
const TAKEN_NS = 250e6
/** One whose guardians have answered has ended, or it has the stop from them. */
const TAKEN_AFTER_ALL_NS = 1e9
/** Longer than a task's grace and a safe state may take together. */
const DONE_NS = 30e9
/** Nobody waits longer for a bench that says nothing at all. */
const ANSWER_NS = 3e9

/** Those that listen; what those left that are gone is removed. */
export async function runningBenches({ folder = runFolder() }: AskOptions = {}): Promise<BenchAddress[]> {
  const found = await Promise.all(
    addressesIn(folder).map(async address => {
      if (await listens(address.path)) return [address]
      if (!isAlive(address.pid)) rmSync(address.path, { force: true })
      return []
    }),
  )
  return found.flat()
}

/**
 * Those of that name: the bench's own, or `name-pid` where several have it.
 * @throws ERR_NOT_RUNNING, which lists those that run
 */
export async function benchesNamed(name: string | undefined, options: AskOptions = {}): Promise<BenchAddress[]> {
  const running = await runningBenches(options)
  const wanted = name === undefined ? undefined : pathName(name)
  const named = running.filter(bench => {
    return wanted === undefined || wanted === bench.name || name === String(bench.pid) || wanted === labelOf(bench)
  })
  if (named.length > 0) return named
  // In an emergency nobody looks whether it was Slow or slow.
  const alike = running.filter(bench => bench.name.toLowerCase() === wanted?.toLowerCase())
  if (alike.length > 0) return alike
  const message = name === undefined ? 'no bench is running' : `no bench called "${name}" is running`
  throw new PiWorkerError('ERR_NOT_RUNNING', message, {
    place: name ?? options.folder ?? runFolder(),
    remedy:
      running.length === 0
        ? 'Only benches with a name can be reached, and only by the user that runs them: perhaps with sudo.'
        : `These are: ${running.map(labelOf).join(', ')}.`,
    details: { running: running.map(labelOf) },
  })
}

/** @throws ERR_NOT_RUNNING: none of that name, or several */
export async function oneBenchNamed(name: string, options: AskOptions = {}): Promise<BenchAddress> {
  const named = await benchesNamed(name, options)
  if (named.length === 1) return named[0] as BenchAddress
  throw new PiWorkerError('ERR_NOT_RUNNING', `${named.length} benches are called "${name}"`, {
    place: name,
    remedy: `Say which: ${named.map(labelOf).join(', ')}.`,
  })
}

/** `dose-1234`: no two have it. */
export function labelOf({ name, pid }: BenchAddress): string {
  return `${name}-${pid}`
}

/** @throws ERR_NO_ANSWER */
export async function statusOf(bench: BenchAddress, options: AskOptions = {}): Promise<BenchStatus> {
  const answer = await ask(bench, { type: 'status' }, ANSWER_NS, options)
  if (answer.type === 'status') return answer.status
  throw noAnswer(bench, `it answers with ${answer.type}`)
}

/** Resets, pauses or resumes. @throws ERR_NO_ANSWER, and what the bench refuses it with */
export async function tell(bench: BenchAddress, request: BenchRequest, options: AskOptions = {}): Promise<void> {
  await ask(bench, request, DONE_NS, options)
}

/**
 * Stops a bench by its program; if that does not take it at once, by its guardians, which need no program.
 * @throws ERR_NOT_SAFE: it could not be stopped, or something is not safe; what the bench refuses it with
 */
export async function stopBench(
  bench: BenchAddress,
  reason: string,
  by: string,
  options: AskOptions = {},
): Promise<StopOutcome> {
  const talk = new Talk(bench, { type: 'stop', reason, by }, options.clock)
  try {
    let taken = await talk.next(TAKEN_NS)
    let guardians: GuardianStop | undefined
    if (typeof taken === 'string') {
      // Its event loop is blocked, or it is dying. The stop lies in its socket, and is taken when it goes on.
      guardians = await stopByGuardians(bench.pid, reason, options.folder ?? runFolder())
      if (guardians.confirmed) return { by: 'guardian', confirmed: true }
      const patience = guardians.failed.length > 0 ? TAKEN_AFTER_ALL_NS : DONE_NS
      if (taken === 'late') taken = await talk.next(patience)
    }
    if (typeof taken === 'string') throw notStopped(bench, taken, guardians?.failed)
    const done = await talk.next(DONE_NS)
    if (done === 'late') throw notStopped(bench, done)
    return { by: 'program', confirmed: done !== 'gone' }
  } finally {
    talk.close()
  }
}

async function ask(bench: BenchAddress, request: BenchRequest, ns: number, options: AskOptions): Promise<BenchAnswer> {
  const talk = new Talk(bench, request, options.clock)
  try {
    const answer = await talk.next(ns)
    if (typeof answer !== 'string') return answer
    throw noAnswer(bench, answer === 'gone' ? 'its program ended' : 'its program is stuck or very busy')
  } finally {
    talk.close()
  }
}

/** One request to a bench and the answers to it. */
class Talk {
  readonly #socket: ReturnType<typeof connect>
  readonly #clock: Clock
  readonly #answers: BenchAnswer[] = []
  #gone = false
  #heard: (() => void) | undefined

  constructor({ path }: BenchAddress, request: BenchRequest, clock: Clock = new SystemClock()) {
    this.#clock = clock
    const socket = connect(path)
    this.#socket = socket
    const reader = new MessageReader<BenchAnswer>(
      answer => {
        this.#answers.push(answer)
        this.#heard?.()
      },
      () => socket.destroy(),
    )
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => reader.read(text))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.#gone = true
      this.#heard?.()
    })
    socket.write(`${JSON.stringify(request)}\n`)
  }

  /** The next answer; `late` when none came in that time, `gone` when none will. @throws what the bench refuses it with */
  async next(ns: number): Promise<BenchAnswer | 'late' | 'gone'> {
    let late = false
    while (this.#answers.length === 0 && !this.#gone && !late) {
      await new Promise<void>(resolve => {
        const timer = this.#clock.after(ns, () => {
          late = true
          resolve()
        })
        this.#heard = () => {
          timer.cancel()
          resolve()
        }
      })
    }
    this.#heard = undefined
    const answer = this.#answers.shift()
    if (answer?.type === 'error') throw errorOf(answer.error)
    return answer ?? (this.#gone ? 'gone' : 'late')
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** The error of another program, as one of this one's. */
function errorOf({ code, message, place, remedy }: ErrorText): PiWorkerError {
  const known = Object.hasOwn(catalogue, code) ? (code as ErrorCode) : 'ERR_UNEXPECTED'
  return new PiWorkerError(known, message, { place: place ?? undefined, remedy: remedy ?? undefined })
}

function noAnswer(bench: BenchAddress, why: string): PiWorkerError {
  return new PiWorkerError('ERR_NO_ANSWER', `${labelOf(bench)} does not answer: ${why}`, { place: labelOf(bench) })
}

function notStopped(bench: BenchAddress, how: 'late' | 'gone', failed: readonly string[] = []): PiWorkerError {
  const program = how === 'gone' ? 'its program ended before it said so' : 'its program is stuck'
  const why = failed.length > 0 ? `${program}; ${failed.join('; ')}` : `${program}, and no guardian confirms it`
  return new PiWorkerError('ERR_NOT_SAFE', `${labelOf(bench)} may not be stopped: ${why}`, {
    place: labelOf(bench),
    remedy: `Cut the power of the loads by hand; then end the program: kill -9 ${bench.pid}`,
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}
