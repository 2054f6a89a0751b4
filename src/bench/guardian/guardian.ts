/**
 * The runner's side of its guardian: tells it what to guard, shows that it lives, notices when the guardian does not, and
 * says goodbye.
 */

import type { Handover } from '../../../drivers/handover.js'
import { isPiWorkerError, messageOf, PiWorkerError } from '../../errors.js'
import { type Clock, SystemClock, type Timer } from '../../worker/clock.js'
import { Deaths } from './deaths.js'
import type { GuardianOptions } from './guardian-options.js'
import type { FromGuardian, GuardedItem } from './protocol.js'
import { type GuardianLink, handOver, type StartGuardian, startGuardian } from './start-guardian.js'

/** Node alone takes a second or two on a small Pi, ten on a busy one. */
const START_NS = 30e9
const ANSWER_NS = 5e9
/** Beats in the time of a lease. */
const BEATS = 4
/** A guardian that has not answered for so many leases is no guardian. */
const SILENT_LEASES = 3

/** One process, from its start to its end. */
interface Running {
  readonly link: GuardianLink
  /** Settles when it is ready or cannot be. */
  readonly ready: Promise<void>
  /** When it last said something. */
  heard: number
  /** It is ready, and its end would leave the lines alone. */
  guards: boolean
  /** What it was told to drop and may still hold. */
  readonly dropping: Set<number>
}

export class Guardian {
  readonly #options: GuardianOptions
  readonly #clock: Clock
  readonly #start: StartGuardian
  readonly #items = new Map<number, GuardedItem>()
  #lastId = 0
  #begun = false
  readonly #deaths = new Deaths()
  #running: Running | undefined
  /** On its way to be `#running`. */
  #starting: Running | undefined
  /** Called when nothing is held any more that was dropped. */
  #onSettled: (() => void)[] = []
  #beat: Timer | undefined
  /** Starts follow one another. */
  #turn: Promise<void> = Promise.resolve()
  #ended = false
  #holds: ReadonlySet<number> = new Set()
  #onOver: ((answered: boolean) => void) | undefined

  constructor(options: GuardianOptions) {
    this.#options = options
    // Always real time: a runner that simulates it still lives or does not.
    this.#clock = options.clock ?? new SystemClock()
    this.#start = options.start ?? startGuardian
  }

  /** Process id of the guardian that guards now. */
  get pid(): number | undefined {
    return this.#running?.guards === true ? this.#running.link.pid : undefined
  }

  /** From now on there is a guardian whenever there is something to guard. @throws ERR_GUARDIAN */
  async begin(): Promise<void> {
    const driven = [...this.#items.values()].some(({ watch }) => watch === undefined)
    if (driven) await this.renew()
    this.#begun = true
  }

  /** Once begun: starts a guardian that has what was added since. @throws ERR_GUARDIAN */
  async update(): Promise<void> {
    if (this.#begun) await this.renew()
  }

  /** Something to be guarded from the next start on. Gives its number. */
  add(item: Omit<GuardedItem, 'id'>): number {
    const id = ++this.#lastId
    this.#items.set(id, { ...item, id })
    return id
  }

  /** What makes lines safe once they are set up anew: told before they are. */
  change(id: number, handover: Handover): void {
    const item = this.#items.get(id)
    // Of the others, nothing depends on how they are set up.
    if (item === undefined || handover.kind !== 'line') return
    const { calls } = handover
    this.#items.set(id, { ...item, handover })
    for (const { link } of this.#all) link.send({ type: 'change', id, calls })
  }

  /** The lines are about to be let go: told before they are. */
  drop(id: number): void {
    if (!this.#items.delete(id) || this.#ended) return
    for (const { link, dropping } of this.#all) {
      dropping.add(id)
      link.send({ type: 'drop', id })
    }
  }

  /** Resolves when the guardian holds nothing any more that was dropped: until then the kernel says that it is busy. */
  async settled(): Promise<void> {
    if (this.#all.some(({ dropping }) => dropping.size > 0)) {
      await new Promise<void>(resolve => this.#onSettled.push(resolve))
    }
  }

  /**
   * Starts a guardian for all that there is now; the one before, if any, guards until this one does.
   * @throws ERR_GUARDIAN
   */
  renew(): Promise<void> {
    const turn = this.#turn.then(() => this.#renew())
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /**
   * All is safe and this process is done with it. Gives the numbers of what the guardian goes on holding: that must not be
   * let go here. When it does not answer and something is to be held, another one is to do it.
   * @throws ERR_GUARDIAN: nobody holds it
   */
  async bye(): Promise<ReadonlySet<number>> {
    await this.#turn
    this.#beat?.cancel()
    const held = [...this.#items.values()].filter(({ hold, request }) => hold !== 'exit' && request !== undefined)
    if ((await this.#goodbye()) || held.length === 0 || !this.#begun) return this.#holds
    const place = held.map(({ what }) => what).join(', ')
    const notHeld = (why: string): PiWorkerError => {
      return new PiWorkerError('ERR_GUARDIAN', `${place} is not held after the end: ${why}`, { place })
    }
    this.#ended = false
    try {
      await this.renew()
    } catch (error) {
      throw notHeld(messageOf(error))
    } finally {
      this.#ended = true
    }
    if (await this.#goodbye()) return this.#holds
    throw notHeld('the guardian does not answer')
  }

  /** Whether the guardian answered; one that does not is ended. */
  async #goodbye(): Promise<boolean> {
    this.#ended = true
    const running = this.#running
    if (running === undefined) return false
    running.link.ref(true)
    const timer = this.#clock.after(ANSWER_NS, () => running.link.kill())
    const answered = await new Promise<boolean>(resolve => {
      this.#onOver = resolve
      running.link.send({ type: 'bye' })
    })
    timer.cancel()
    running.link.ref(false)
    return answered
  }

  async #renew(): Promise<void> {
    if (this.#ended) return
    const before = this.#running
    const running = this.#launch()
    this.#starting = running
    try {
      await running.ready
    } finally {
      this.#starting = undefined
    }
    this.#running = running
    running.guards = true
    running.link.ref(false)
    if (before !== undefined) {
      before.guards = false
      before.link.send({ type: 'replaced' })
    }
    this.#beat ??= this.#nextBeat()
  }

  #launch(): Running {
    const { fds, items } = handOver([...this.#items.values()])
    const link = this.#started(fds)
    let settle: { resolve(): void; reject(error: unknown): void }
    const ready = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject }
    })
    const running: Running = { link, ready, heard: this.#clock.now(), guards: false, dropping: new Set() }
    const limit = this.#clock.after(START_NS, () => link.kill())
    link.listen({
      message: message => {
        running.heard = this.#clock.now()
        if (message.type === 'ready' || message.type === 'refused') limit.cancel()
        if (message.type === 'ready') settle.resolve()
        else if (message.type === 'refused') settle.reject(refusal(message))
        else this.#heard(running, message)
      },
      closed: why => {
        limit.cancel()
        settle.reject(new PiWorkerError('ERR_GUARDIAN', `the guardian did not start: ${why}`))
        this.#closed(running, why)
      },
    })
    const { leaseMs, bench } = this.#options
    link.send({ type: 'guard', runner: process.pid, leaseMs, bench, items })
    return running
  }

  #started(fds: readonly number[]): GuardianLink {
    try {
      return this.#start(fds)
    } catch (error) {
      throw new PiWorkerError('ERR_GUARDIAN', `no guardian can be started: ${messageOf(error)}`, { cause: error })
    }
  }

  #heard({ link, dropping }: Running, message: FromGuardian): void {
    if (message.type === 'dropped') {
      dropping.delete(message.id)
      this.#settle()
    }
    if (message.type === 'over') {
      this.#holds = new Set(message.holds)
      this.#onOver?.(true)
    }
    if (message.type !== 'stop') return
    try {
      this.#options.stopped(message.reason, message.line === true)
    } finally {
      link.send({ type: 'stopped' })
    }
  }

  #settle(): void {
    if (this.#all.some(({ dropping }) => dropping.size > 0)) return
    for (const resolve of this.#onSettled.splice(0)) resolve()
  }

  get #all(): readonly Running[] {
    return [this.#running, this.#starting].filter(running => running !== undefined)
  }

  #closed(running: Running, why: string): void {
    // With it, its descriptors are closed.
    running.dropping.clear()
    if (running === this.#running) this.#running = undefined
    this.#settle()
    if (!running.guards) return
    this.#onOver?.(false)
    if (!this.#ended) void this.#died(why)
  }

  async #died(why: string): Promise<void> {
    const { whenGuardianDies, died: told, restarted, lost } = this.#options
    const died = `the guardian is gone: ${why}`
    if (whenGuardianDies === 'safe') {
      lost(new PiWorkerError('ERR_GUARDIAN', died))
      return
    }
    const tooMany = this.#deaths.add(this.#clock.now())
    if (tooMany !== undefined) {
      lost(new PiWorkerError('ERR_GUARDIAN', `${died}; ${tooMany}`))
      return
    }
    told(died)
    try {
      await this.renew()
      if (!this.#ended) restarted(died, this.pid)
    } catch (error) {
      const cause = isPiWorkerError(error) ? error : undefined
      lost(new PiWorkerError('ERR_GUARDIAN', `${died}; ${messageOf(error)}`, { cause, details: cause?.details }))
    }
  }

  #nextBeat(): Timer {
    const ns = (this.#options.leaseMs / BEATS) * 1e6
    return this.#clock.after(
      ns,
      () => {
        this.#beat = this.#nextBeat()
        const running = this.#running
        if (running === undefined) return
        running.link.send({ type: 'beat' })
        const silent = this.#clock.now() - running.heard
        if (silent > SILENT_LEASES * this.#options.leaseMs * 1e6) running.link.kill()
      },
      { background: true },
    )
  }
}

function refusal({ what, error }: Extract<FromGuardian, { type: 'refused' }>): PiWorkerError {
  return new PiWorkerError('ERR_GUARDIAN', `the guardian cannot guard ${what}: ${error}`, { details: { what } })
}
