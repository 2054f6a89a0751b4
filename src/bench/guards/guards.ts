/**
 * The guards of a bench: they stand between its peripherals and the driver, give out handles that keep the rules, and
 * switch off what comes to break one.
 */

import type { LineHandle, LineRequest } from '../../../drivers/driver.js'
import { isPiWorkerError, messageOf, PiWorkerError } from '../../errors.js'
import type { Clock } from '../../worker/clock.js'
import type { Worker } from '../../worker/worker.js'
import type { LineSource } from '../lease.js'
import { listNames } from '../wording.js'
import { Condition, WatchedLine } from './condition.js'
import { GuardedHandle } from './guarded-handle.js'
import { GuardedLine, type HandleGuards } from './guarded-line.js'
import type { Rules } from './interlocks.js'
import { makeWay } from './make-way.js'
import type { Rule } from './messages.js'
import { pullsAre, refusePulls } from './pulls.js'
import { TurnTime } from './turn-time.js'
import { listening, WatchedHandle } from './watched-handle.js'

/** After a line could not be switched off, in ns; then twice as long each time, up to the longest. */
const FIRST_RETRY_NS = 10e6
const LONGEST_RETRY_NS = 1e9

export class Guards implements HandleGuards {
  readonly clock: Clock
  readonly turn: TurnTime
  readonly #worker: Worker
  readonly #source: LineSource
  readonly #lines = new Map<number, GuardedLine>()
  readonly #watched = new Map<number, WatchedLine>()

  /** @param source What the lines are requested from in the end. */
  constructor(rules: Rules<number>, source: LineSource, worker: Worker) {
    this.clock = worker.clock
    this.turn = new TurnTime(worker.clock)
    this.#worker = worker
    this.#source = source
    for (const rule of rules.lines) this.#lines.set(rule.line, new GuardedLine(rule, this))
    for (const { line, requires } of rules.lines) {
      const guarded = this.#lines.get(line) as GuardedLine
      for (const requirement of requires) {
        const watched = this.#watchedAt(requirement.line)
        const condition = new Condition(guarded, requirement, watched, this)
        guarded.conditions.push(condition)
        watched.conditions.push(condition)
      }
    }
    for (const { members } of rules.groups) {
      for (const member of members) {
        const others = members.filter(other => other !== member).flatMap(({ lines }) => lines)
        for (const line of member.lines) this.#keepApart(line, others)
      }
    }
  }

  /** What peripherals request their lines from. */
  get source(): LineSource {
    const { driver, capabilities } = this.#source
    return {
      driver,
      capabilities,
      now: () => this.#source.now(),
      request: request => this.#request(request),
    }
  }

  trip(line: GuardedLine, rule: Rule, error: PiWorkerError, ends = true): void {
    if (!line.on || line.handle === undefined) return
    this.#cut(line, error, FIRST_RETRY_NS)
    const { peripheral, name } = line
    this.#worker.tell({ type: 'limit', queue: peripheral, line: name, rule, error: error.message })
    const queue = this.#worker.queue(peripheral)
    if (!queue.interrupt(error) && ends) void queue.makeSafeNext()
  }

  /** What keeps it from being switched off, the peripheral's safe state tells: it meets the same. */
  #cut(line: GuardedLine, error: PiWorkerError, retryNs: number): void {
    const { handle } = line
    try {
      handle?.cut(line, error)
    } catch (failure) {
      if (isPiWorkerError(failure, 'ERR_CHIP_GONE') || isPiWorkerError(failure, 'ERR_RELEASED')) return
      const again = (): void => {
        if (line.on && line.handle === handle) this.#cut(line, error, Math.min(2 * retryNs, LONGEST_RETRY_NS))
      }
      this.clock.after(retryNs, again, { background: true })
    }
  }

  async #request(request: LineRequest): Promise<LineHandle> {
    const guarded = request.lines.flatMap(line => this.#lines.get(line) ?? [])
    const watched = request.lines.flatMap(line => this.#watched.get(line) ?? [])
    if (guarded.length === 0 && watched.length === 0) return await this.#source.request(request)
    refusePulls(guarded, request.settings)
    const rising = this.#goOn(request, guarded)
    try {
      const handle = watched.length === 0 ? await this.#source.request(request) : await this.#watch(request, watched)
      pullsAre(guarded, request.settings)
      return guarded.length === 0 ? handle : new GuardedHandle(handle, guarded, this)
    } catch (error) {
      for (const line of rising) line.wentOff(this.clock.now())
      throw error
    }
  }

  /** The lines that are on from the request on. */
  #goOn({ lines, settings }: LineRequest, guarded: readonly GuardedLine[]): GuardedLine[] {
    const { direction, activeLow = false, initial = 0 } = settings
    if (direction === 'input') return []
    const rising = guarded.filter(line => {
      const value = (initial >>> lines.indexOf(line.line)) & 1
      return (value === 1) !== (activeLow !== line.activeLow)
    })
    const now = this.clock.now()
    for (const line of rising) line.checkOn(now)
    const isTold = (line: GuardedLine): boolean => rising.includes(line)
    makeWay(rising, { isOn: line => line.countsAsOn || isTold(line), isTold }, this)
    for (const line of rising) line.wentOn(now)
    return rising
  }

  async #watch(request: LineRequest, watched: readonly WatchedLine[]): Promise<LineHandle> {
    try {
      const handle = await this.#source.request({ ...request, settings: listening(request.settings) })
      return new WatchedHandle(handle, request.settings, watched)
    } catch (error) {
      if (request.settings.direction === 'output' || !isPiWorkerError(error, 'ERR_UNSUPPORTED')) throw error
      const who = listNames(watched.flatMap(({ conditions }) => conditions.map(({ lineName }) => lineName)))
      throw new PiWorkerError('ERR_UNSUPPORTED', `${who} requires a line that cannot be watched: ${messageOf(error)}`, {
        remedy: 'Use a line with an interrupt for it, so that the loss of the condition is noticed at once.',
        cause: error,
        details: error.details,
      })
    }
  }

  #watchedAt(line: number): WatchedLine {
    const known = this.#watched.get(line)
    if (known !== undefined) return known
    const watched = new WatchedLine(line)
    this.#watched.set(line, watched)
    return watched
  }

  #keepApart(line: number, others: readonly number[]): void {
    const guarded = this.#lines.get(line) as GuardedLine
    for (const other of others) {
      const apart = this.#lines.get(other) as GuardedLine
      if (!guarded.apart.includes(apart)) guarded.apart.push(apart)
    }
  }
}
