/**
 * What a guardian does, from the first message of its runner to the last line that it lets go. It knows no processes and
 * no sockets: those are the world that it is given.
 */

import { messageOf, PiWorkerError } from '../../errors.js'
import { type Charge, Charges, isLines, type Outcome } from './charges.js'
import type { DutyWorld } from './duty-world.js'
import { Lease } from './lease.js'
import { PendingStop, TAKEN_NS } from './pending-stop.js'
import type { GuardedItem, GuardianStatus, ToGuardian } from './protocol.js'
import { reportLine } from './report.js'
import { StopWatch } from './stop-watch.js'

type Guard = Extract<ToGuardian, { type: 'guard' }>

/** A runner takes some ms to end, and until then a thread of it may write once more: all is made safe again so often. */
const AGAIN_NS = 20e6
/** A runner that ends by itself closes its socket some ms before; its exit code shall be its own. */
const LAST_MOMENT_NS = 1e9

/** Why a runner is over. */
type Cause = 'died' | 'hung' | 'stuck'

export class Duty {
  readonly #world: DutyWorld
  readonly #charges: Charges
  #phase: GuardianStatus['state'] = 'starting'
  #runner = 0
  #leaseMs = 0
  #bench: string | undefined
  #begun: Promise<void> | undefined
  #lease: Lease | undefined
  #watch: StopWatch | undefined
  /** While a stop has not reached the queues of the runner. */
  readonly #stopping: PendingStop
  /** What came of making all safe, the last time. */
  #outcome: Outcome = { did: [], failed: [] }
  /** Somebody wants the guardian to end: nothing is held. */
  #unwanted = false

  constructor(world: DutyWorld) {
    this.#world = world
    this.#charges = new Charges(world.clock)
    this.#stopping = new PendingStop({
      clock: world.clock,
      makeSafe: () => {
        this.#outcome = this.#charges.makeSafe(false)
      },
      notTaken: () => this.#end('stuck'),
    })
  }

  /** A message of the runner. */
  receive(message: ToGuardian): void {
    switch (message.type) {
      case 'guard':
        this.#begun ??= this.#begin(message)
        return
      case 'beat':
        this.#lease?.renew()
        this.#world.tell({ type: 'beat' })
        return
      case 'change':
        this.#charges.find(message.id)?.accepted.change?.(message.calls)
        return
      case 'drop': {
        const charge = this.#charges.find(message.id)
        if (charge !== undefined) this.#charges.forget(charge)
        this.#world.tell({ type: 'dropped', id: message.id })
        return
      }
      case 'stopped':
        this.#stopping.settle(this.#outcome)
        return
      case 'replaced':
        this.#forgetAll()
        return
      case 'bye':
        this.#bye()
    }
  }

  /** The runner's end of the socket is closed: as a rule no thread of it runs any more. */
  gone(): void {
    if (this.#begun === undefined) this.#world.leave()
    else void this.#begun.then(() => this.#end('died'))
  }

  status(): GuardianStatus {
    const died = this.#phase === 'guarding' && !this.#world.runnerLives(this.#runner)
    const state = died ? 'ending' : this.#phase
    const items = this.#charges.items.map(({ id, what, hold, request }) => ({ id, what, hold, request }))
    return { type: 'status', pid: this.#world.pid, runner: this.#runner, state, items }
  }

  /**
   * Makes all safe at once, and again until the runner has stopped its queues: whatever drives a line meanwhile does not
   * get far. A runner that does not say so soon is ended, since a thread of it may play pulses all the while. Resolves when
   * nothing drives the lines any more.
   * @param line The stop line did it.
   * @throws ERR_GUARDIAN when nothing is guarded: not yet, or another guardian has it
   */
  async stop(reason: string, line?: true): Promise<Outcome> {
    const phase = this.#phase
    if (phase === 'starting' || phase === 'leaving') throw guardsNothing(this.#runner)
    this.#outcome = this.#charges.makeSafe(phase === 'holding')
    if (phase === 'holding') return this.#outcome
    const stopped = this.#stopping.outcome()
    if (phase === 'guarding') {
      this.#world.tell({ type: 'stop', reason, ...(line && { line }) })
      this.#stopping.begin(line && reason)
      this.#report(`runner ${this.#runner} was stopped: ${reason}`, this.#outcome)
    }
    return await stopped
  }

  /** Lends something held to the next runner, which says `taken` when it guards it itself. @throws ERR_GUARDIAN */
  async take(id: number, borrower: object, mailbox: string | undefined): Promise<void> {
    const charge = this.#held(id)
    charge.borrower = borrower
    charge.timer?.cancel()
    const { handover } = charge.item
    if (handover.kind === 'line' && mailbox !== undefined) await this.#world.post(mailbox, handover.fd)
  }

  /** The borrower guards all that was lent to it. */
  taken(borrower: object): void {
    for (const charge of this.#charges.lentTo(borrower)) this.#charges.forget(charge)
    this.#leaveWhenIdle()
  }

  /** The borrower is gone: what it has not taken is held on. */
  returned(borrower: object): void {
    const lent = this.#charges.lentTo(borrower)
    this.#charges.makeSafe(true, lent)
    for (const charge of lent) {
      charge.borrower = undefined
      this.#holdOne(charge)
    }
  }

  /** @throws ERR_GUARDIAN */
  letGo(id: number): void {
    this.#charges.letGo(this.#held(id))
    this.#leaveWhenIdle()
  }

  /** Somebody wants the guardian to end. It does not leave its runner, but holds nothing afterwards. */
  terminate(): void {
    this.#unwanted = true
    if (this.#phase !== 'holding') return
    const what = this.#charges.items.map(item => item.what).join(', ')
    const failed = this.#charges.all.flatMap(charge => this.#charges.letGo(charge))
    this.#report(`ended from outside, lets go of ${what}`, { did: [], failed })
    this.#leaveWhenIdle()
  }

  async #begin({ runner, leaseMs, bench, items }: Guard): Promise<void> {
    this.#runner = runner
    this.#leaseMs = leaseMs
    this.#bench = bench
    for (const item of items) {
      try {
        const accepted = await this.#world.accept(item.handover)
        this.#charges.add(item, accepted)
        if (item.watch !== undefined) accepted.level?.()
      } catch (error) {
        this.#world.tell({ type: 'refused', what: item.what, error: messageOf(error) })
        this.#forgetAll()
        return
      }
    }
    // It has been told to leave meanwhile.
    if (this.#phase !== 'starting') return
    this.#phase = 'guarding'
    this.#lease = new Lease(this.#world.clock, leaseMs * 1e6, () => this.#end('hung'))
    const opened = (reason: string): void => void this.stop(reason, true).catch(() => undefined)
    this.#watch = new StopWatch(this.#world.clock, () => this.#charges.watched, opened)
    this.#world.tell({ type: 'ready' })
  }

  /** From now on it does not watch the runner any more. */
  #unwatch(phase: 'ending' | 'leaving'): void {
    this.#phase = phase
    this.#lease?.cancel()
    this.#watch?.cancel()
    this.#stopping.cancel()
  }

  #end(cause: Cause): void {
    if (this.#phase !== 'guarding') return
    this.#unwatch('ending')
    const patience = this.#world.clock.now() + (cause === 'died' ? LAST_MOMENT_NS : 0)
    const step = (): void => {
      // Asked before: what is written after its end is the last that is written.
      const lives = this.#world.runnerLives(this.#runner)
      this.#outcome = this.#charges.makeSafe(!lives)
      if (!lives) {
        this.#over(cause)
        return
      }
      if (this.#world.clock.now() >= patience) this.#world.kill(this.#runner)
      this.#world.clock.after(AGAIN_NS, step)
    }
    step()
  }

  #over(cause: Cause): void {
    const { byLine } = this.#stopping
    if (byLine !== undefined && this.#bench !== undefined) this.#world.remember(this.#bench, byLine)
    const { did, failed } = this.#outcome
    const unheld = this.#charges.all.filter(charge => !this.#isHeld(charge))
    const stuck = unheld.flatMap(charge => this.#charges.letGo(charge))
    this.#hold()
    this.#stopping.settle(this.#outcome)
    const why = {
      died: 'died',
      hung: `was silent for ${this.#leaseMs} ms and has been ended`,
      stuck: `did not take the stop within ${TAKEN_NS / 1e6} ms and has been ended`,
    }[cause]
    this.#report(`runner ${this.#runner} ${why}`, { did, failed: [...failed, ...stuck] }, this.#charges.items)
    this.#stay()
  }

  #bye(): void {
    if (this.#phase !== 'guarding') return
    this.#unwatch('ending')
    // The runner has made all safe itself, unless it could not.
    this.#outcome = this.#charges.makeSafe(false, this.#charges.all.filter(isLines))
    // What is not held, the runner lets go itself.
    for (const charge of this.#charges.all) if (!this.#isHeld(charge)) this.#charges.forget(charge)
    this.#world.tell({ type: 'over', holds: this.#charges.items.map(({ id }) => id) })
    this.#hold()
    this.#stopping.settle(this.#outcome)
    if (this.#outcome.failed.length > 0 || this.#charges.size > 0) {
      this.#report(`runner ${this.#runner} has ended`, this.#outcome, this.#charges.items)
    }
    this.#stay()
  }

  #hold(): void {
    this.#phase = 'holding'
    for (const charge of this.#charges.all) this.#holdOne(charge)
  }

  /** As long as there is something to be held. */
  #stay(): void {
    if (this.#charges.size > 0) this.#world.detach()
    this.#leaveWhenIdle()
  }

  #holdOne(charge: Charge): void {
    this.#charges.hold(charge, () => {
      this.#report(`the time is over for which ${charge.item.what} was held`, { did: [], failed: [] })
      this.#leaveWhenIdle()
    })
  }

  #isHeld(charge: Charge): boolean {
    return !this.#unwanted && charge.item.hold !== 'exit' && isLines(charge)
  }

  /** @throws ERR_GUARDIAN */
  #held(id: number): Charge {
    if (this.#phase !== 'holding') throw new PiWorkerError('ERR_GUARDIAN', `runner ${this.#runner} has not ended`)
    const charge = this.#charges.get(id)
    if (charge.borrower === undefined) return charge
    throw new PiWorkerError('ERR_GUARDIAN', `${charge.item.what} is being taken over by somebody else`)
  }

  #forgetAll(): void {
    this.#unwatch('leaving')
    for (const charge of this.#charges.all) this.#charges.forget(charge)
    this.#stopping.refuse(guardsNothing(this.#runner))
    this.#world.leave()
  }

  #leaveWhenIdle(): void {
    if (this.#phase === 'holding' && this.#charges.size === 0) this.#world.leave()
  }

  #report(cause: string, outcome: Outcome, holds: readonly GuardedItem[] = []): void {
    const { clock, pid, log } = this.#world
    log(reportLine({ time: clock.wall(), pid, cause, outcome, holds }))
  }
}

function guardsNothing(runner: number): PiWorkerError {
  return new PiWorkerError(
    'ERR_GUARDIAN',
    `this guardian of runner ${runner} guards nothing: another one does, or will`,
  )
}
