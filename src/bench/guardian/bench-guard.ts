/** The guardian of one bench, from the decision whether it has one to the goodbye. */

import type { Board } from '../../../drivers/driver.js'
import type { PiWorkerError } from '../../errors.js'
import { badOption } from '../../worker/task-options.js'
import type { Worker } from '../../worker/worker.js'
import type { Claimant } from '../claims.js'
import type { LineSource } from '../lease.js'
import { GuardedLines } from './guarded-lines.js'
import { Guardian } from './guardian.js'
import { Heir } from './heir.js'
import type { StartGuardian } from './start-guardian.js'
import { checkUnguarded, type Wanted, wantedOf } from './wanted.js'

export interface GuardianChoice {
  /**
   * How long the event loop may be blocked before the guardian makes all safe and ends this process, in ms. Default 2000.
   */
  readonly leaseMs?: number | undefined
  /** What is done when the guardian is gone: start another (the default), or stop the bench. */
  readonly whenGuardianDies?: 'restart' | 'safe' | undefined
}

export interface BenchGuardParts {
  readonly choice: boolean | GuardianChoice | undefined
  readonly board: Board
  /** Checked, with the numbers of their lines. */
  readonly peripherals: readonly Claimant[]
  readonly worker: Worker
  /** The bench's, if it has one: a stop that its program did not take is remembered under it. */
  readonly name?: string | undefined
  /** Tests start another one. */
  readonly start?: StartGuardian | undefined
  /** Where guardians are looked for that hold lines. Default: the user's run folder. */
  readonly folder?: string | undefined
}

/** What a bench does when its guardian says so, or is gone. */
type StopBench = (reason: string, by: string) => void

const DEFAULT_LEASE_MS = 2000
/** Below this, the pauses of the garbage collector alone would end programs. */
const LEAST_LEASE_MS = 100
const MOST_LEASE_MS = 3_600_000
const NOTHING: Wanted = { lines: new Map(), owners: new Map(), others: [] }

export class BenchGuard {
  /** What the lines of the bench are requested from. */
  readonly lines: LineSource
  readonly #heir: Heir
  readonly #guarded: GuardedLines | undefined
  readonly #guardian: Guardian | undefined
  readonly #others: Wanted['others']
  readonly #worker: Worker
  #stop: StopBench | undefined
  /** Why there is no guardian any more. */
  #lost: PiWorkerError | undefined
  #missed: (() => void)[] = []
  /** Since its last reset. */
  #stopped = false

  private constructor(
    { board, worker, name, start }: BenchGuardParts,
    settings: Settings | undefined,
    wanted: Wanted,
    heir: Heir,
  ) {
    this.#worker = worker
    this.#heir = heir
    this.#others = wanted.others
    if (wanted.stopLine !== undefined) {
      worker.listen(({ type }) => {
        if (type === 'stop' || type === 'stopReset') this.#stopped = type === 'stop'
      })
    }
    this.#guardian =
      settings === undefined
        ? undefined
        : new Guardian({
            ...settings,
            bench: name,
            start,
            died: why => this.#tellGone(why),
            restarted: (why, pid) =>
              worker.tell({ type: 'guardian', state: 'restarted', pid: pid ?? null, error: why }),
            lost: error => this.#isLost(error),
            stopped: (reason, byLine) => this.#stoppedOutside(reason, byLine),
          })
    if (this.#guardian === undefined && heir.isEmpty) this.lines = board
    else {
      this.#guarded = new GuardedLines({ board, wanted, guardian: this.#guardian, heir })
      this.lines = this.#guarded
    }
  }

  /**
   * Before any line is requested.
   * @throws ERR_BAD_OPTION, ERR_GUARDIAN: a safe state that no guardian could make, or a hold that nobody would keep
   */
  static async prepare(parts: BenchGuardParts): Promise<BenchGuard> {
    const { choice, board, peripherals, folder } = parts
    const settings = settingsOf(choice)
    const simulated = board.driver === 'mock'
    const wanted = choice === undefined ? !simulated : choice !== false
    if (!wanted && !simulated) checkUnguarded(peripherals)
    const what = wanted ? wantedOf(peripherals) : NOTHING
    const heir = simulated ? Heir.none(board) : await Heir.find(board, folder)
    return new BenchGuard(parts, wanted ? settings : undefined, what, heir)
  }

  /** Process id of the guardian; undefined when there is none. */
  get pid(): number | undefined {
    return this.#guardian?.pid
  }

  /** All peripherals are open and safe: nothing is driven before this resolves. @throws ERR_GUARDIAN */
  async begin(): Promise<void> {
    for (const other of this.#others) this.#guardian?.add(other)
    await this.#guardian?.begin()
    await this.#heir.taken()
  }

  /** From now on the bench can be stopped. */
  attach(stop: StopBench): void {
    this.#stop = stop
    for (const call of this.#missed.splice(0)) call()
  }

  /** A bench that was stopped because its guardian is gone goes on only with another one. @throws ERR_GUARDIAN */
  async ensure(): Promise<void> {
    if (this.#lost === undefined) return
    await this.#guardian?.renew()
    this.#lost = undefined
    this.#worker.tell({ type: 'guardian', state: 'restarted', pid: this.pid ?? null, error: null })
  }

  /** All is safe, and the lines are about to be let go; those that are to be held are not. */
  async end(): Promise<void> {
    try {
      const kept = await this.#guardian?.bye()
      if (kept !== undefined) this.#guarded?.keep(kept)
    } finally {
      this.#heir.close()
    }
  }

  /** The program and its guardian watch the stop line both: what the program did already is not done again. */
  #stoppedOutside(reason: string, byLine: boolean): void {
    if (!byLine) this.#stopBench(reason, 'the guardian')
    else if (!this.#stopped) this.#stopBench(reason, 'the stop line')
  }

  #isLost(error: PiWorkerError): void {
    this.#lost = error
    this.#tellGone(error.message)
    this.#stopBench(error.message, 'the guard of the guardian')
  }

  #tellGone(why: string): void {
    this.#worker.tell({ type: 'guardian', state: 'gone', pid: null, error: why })
  }

  #stopBench(reason: string, by: string): void {
    if (this.#stop === undefined) this.#missed.push(() => this.#stopBench(reason, by))
    else this.#stop(reason, by)
  }
}

interface Settings {
  readonly leaseMs: number
  readonly whenGuardianDies: 'restart' | 'safe'
}

/** @throws ERR_BAD_OPTION */
function settingsOf(choice: boolean | GuardianChoice | undefined): Settings {
  const given: unknown = choice
  if (given !== undefined && typeof given !== 'boolean' && (typeof given !== 'object' || given === null)) {
    throw badOption('guardian', given, 'true, false or { leaseMs, whenGuardianDies }')
  }
  const { leaseMs = DEFAULT_LEASE_MS, whenGuardianDies = 'restart' } = typeof choice === 'object' ? choice : {}
  if (!(typeof leaseMs === 'number' && leaseMs >= LEAST_LEASE_MS && leaseMs <= MOST_LEASE_MS)) {
    throw badOption('guardian.leaseMs', leaseMs, `a number of ms from ${LEAST_LEASE_MS} to ${MOST_LEASE_MS}`)
  }
  if (whenGuardianDies !== 'restart' && whenGuardianDies !== 'safe') {
    throw badOption('guardian.whenGuardianDies', whenGuardianDies, "'restart' or 'safe'")
  }
  return { leaseMs, whenGuardianDies }
}
