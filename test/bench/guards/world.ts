/** Lives through one random schedule on a bench in virtual time, and asks the trace which rules were broken. */

import type { BoardOptions, LineHandle, LineRequest } from '../../../drivers/driver.js'
import type { MockBoard } from '../../../mocks/board.js'
import { MockDriver } from '../../../mocks/driver.js'
import type { Bench } from '../../../src/bench/bench.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { isPiWorkerError, PiWorkerError } from '../../../src/errors.js'
import { input } from '../../../src/peripherals/input.js'
import type { Task } from '../../../src/worker/task.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { brokenRules, type LineRule } from './oracle.js'
import { Book, books, rig } from './rig.js'
import { ENDS, type Job, RIGS, type Rig, type RigName, type Schedule } from './schedules.js'

/** Lines whose own pulls are their inactive levels, so that nothing is on when nobody drives it. */
const LINES: Readonly<Record<RigName, { readonly high: readonly number[]; readonly low: readonly number[] }>> = {
  one: { high: [17, 18], low: [4, 5] },
  two: { high: [22, 23], low: [6, 7] },
}
const FLOAT = 24
/** What a fault kept from being switched off is tried again within this time. */
const RETRIED_NS = 30e6

/** What a life came to. */
export interface Life {
  readonly broken: readonly string[]
  /** Codes and rules of what was refused, and of what was switched off. */
  readonly counts: Readonly<Record<string, number>>
  readonly changes: number
}

export class World {
  readonly #plan: Schedule
  readonly #clock = new VirtualClock()
  readonly #book: Book
  readonly #trips: { line: number; time: number }[] = []
  readonly #broken: string[] = []
  #closing: Promise<void> | undefined

  constructor(plan: Schedule) {
    this.#plan = plan
    this.#book = new Book(plan.jobs)
    books.set(this.#clock, this.#book)
  }

  async live(): Promise<Life> {
    const { rigs, float, never } = this.#plan
    const specs = {
      one: rig(this.#configOf('one')),
      two: rig(this.#configOf('two')),
      float: input({ line: FLOAT, activeLow: float.activeLow }),
    }
    const driver = new FaultyDriver(line => this.#isFailing(line))
    let bench: Bench
    const opened = this.#clock.now()
    try {
      bench = await openBench(specs, { driver, clock: this.#clock, interlocks: never.map(group => ({ never: group })) })
    } catch (error) {
      // Some rules cannot be; that is looked for before anything is opened.
      if (isPiWorkerError(error, 'ERR_BAD_CONFIG')) return { broken: [], counts: { [error.code]: 1 }, changes: 0 }
      throw error
    }
    const board = bench.board as MockBoard
    this.#listen(bench)
    this.#drive(board)
    this.#act(bench)
    await this.#clock.idle()
    await this.#close(bench, 'abort')
    const broken = brokenRules({
      trace: board.trace,
      lines: RIGS.flatMap(name => this.#rulesOf(name, rigs[name])),
      never: never.map(group => group.map(member => linesNamed(member))),
      orders: this.#book.orders,
      plays: this.#book.plays,
      trips: this.#trips,
      opened,
      end: this.#clock.now(),
      excused: this.#excused(),
    })
    return { broken: [...this.#broken, ...broken], counts: this.#book.refused, changes: board.trace.length }
  }

  #configOf(name: RigName) {
    const { limits, activeLow, separate, safeOn, float, other } = this.#plan.rigs[name]
    const [a, b] = this.#linesOf(name) as [number, number]
    const defined = Object.entries(limits).filter(([, value]) => value !== undefined)
    const requires = {
      ...(float !== undefined && { float }),
      ...(other !== undefined && { [`one.lines.${other.end}`]: other.state }),
    }
    return {
      lines: { a, b },
      activeLow,
      separate,
      safe: safeOn.reduce((bits, end) => bits | (1 << ENDS.indexOf(end)), 0),
      ...Object.fromEntries(defined),
      ...(Object.keys(requires).length > 0 && { requires }),
    }
  }

  #linesOf(name: RigName): readonly number[] {
    return LINES[name][this.#plan.rigs[name].activeLow ? 'low' : 'high']
  }

  #rulesOf(name: RigName, { limits, activeLow, float, other }: Rig): LineRule[] {
    const requires = [
      ...(float === undefined ? [] : [{ line: FLOAT, activeLow: this.#plan.float.activeLow, state: float }]),
      ...(other === undefined
        ? []
        : [
            {
              line: this.#linesOf('one')[ENDS.indexOf(other.end)] as number,
              activeLow: this.#plan.rigs.one.activeLow,
              state: other.state,
            },
          ]),
    ]
    const ns = (ms: number | undefined): number | undefined => ms && ms * 1e6
    return ENDS.map((end, index) => ({
      name: `${name}.lines.${end}`,
      line: this.#linesOf(name)[index] as number,
      activeLow,
      maxOn: ns(limits.maxOn),
      minOff: ns(limits.minOff),
      maxDuty: limits.maxDuty,
      spacing: limits.maxToggleRate && 1e9 / limits.maxToggleRate,
      requires,
    }))
  }

  #isFailing(line: number): boolean {
    const { fault } = this.#plan
    const now = this.#clock.now() / 1e6
    return fault !== undefined && this.#linesOf(fault.rig).includes(line) && now >= fault.from && now <= fault.to
  }

  #excused() {
    const { fault } = this.#plan
    if (fault === undefined) return []
    return this.#linesOf(fault.rig).map(line => ({ line, from: fault.from * 1e6, to: fault.to * 1e6 + RETRIED_NS }))
  }

  #listen(bench: Bench): void {
    const lines = RIGS.flatMap(name => this.#rulesOf(name, this.#plan.rigs[name]))
    bench.worker.listen(event => {
      if (event.type !== 'limit') return
      this.#count(`tripped by ${event.rule}`)
      const line = lines.find(({ name }) => name === event.line)
      if (line === undefined) this.#broken.push(`${event.line} is no line`)
      else this.#trips.push({ line: line.line, time: this.#clock.now() })
    })
  }

  #drive(board: MockBoard): void {
    let { level } = this.#plan.float
    board.drive(FLOAT, level)
    for (const at of [...this.#plan.float.changes].sort((a, b) => a - b)) {
      this.#at(at, () => {
        level = level === 'low' ? 'high' : 'low'
        board.drive(FLOAT, level)
      })
    }
  }

  #act(bench: Bench): void {
    const { jobs, safes, resets, closes } = this.#plan
    for (const job of jobs) this.#at(job.at, () => this.#start(bench, job))
    for (const at of safes) {
      this.#at(at, () => {
        if (this.#closing === undefined) bench.safe().catch(error => this.#expect(error, 'ERR_NOT_SAFE', 'ERR_CLOSED'))
      })
    }
    for (const { at, rig } of resets) {
      const reset = (): Promise<void> => bench.worker.queue(rig).reset()
      this.#at(at, () => void reset().catch(error => this.#expect(error, 'ERR_NOT_SAFE', 'ERR_RESET_REFUSED')))
    }
    this.#at(closes.at, () => void this.#close(bench, closes.how))
  }

  #start(bench: Bench, job: Job): void {
    if (this.#closing !== undefined) return
    const { timeout, grace, onFailure, cancelAt } = job
    const task: Task = bench.call(job.rig, 'go', { job: this.#plan.jobs.indexOf(job) }, { timeout, grace, onFailure })
    if (cancelAt !== undefined) this.#at(cancelAt - job.at, () => task.cancel())
    task.result().then(
      () => this.#count('succeeded'),
      () => this.#count(task.state),
    )
  }

  async #close(bench: Bench, how: 'drain' | 'abort'): Promise<void> {
    this.#closing = bench.close(how === 'drain' ? { drain: true } : { abort: true })
    await this.#closing.catch(error => this.#expect(error, 'ERR_NOT_SAFE'))
  }

  #expect(error: unknown, ...codes: string[]): void {
    if (!isPiWorkerError(error) || !codes.includes(error.code)) this.#broken.push(String(error))
  }

  #count(what: string): void {
    const counts = this.#book.refused
    counts[what] = (counts[what] ?? 0) + 1
  }

  #at(ms: number, action: () => void): void {
    this.#clock.after(Math.max(0, ms) * 1e6, action)
  }
}

function linesNamed(member: string): string[] {
  return member.includes('.') ? [member] : ENDS.map(end => `${member}.lines.${end}`)
}

/** A simulated board whose kernel refuses calls now and then. */
class FaultyDriver extends MockDriver {
  readonly #isFailing: (line: number) => boolean

  constructor(isFailing: (line: number) => boolean) {
    super()
    this.#isFailing = isFailing
  }

  override async open(options: BoardOptions): Promise<MockBoard> {
    const board = await super.open(options)
    const request = board.request.bind(board)
    return Object.assign(board, {
      request: async (wanted: LineRequest) => failing(await request(wanted), this.#isFailing),
    })
  }
}

function failing(handle: LineHandle, isFailing: (line: number) => boolean): LineHandle {
  const check = (): void => {
    if (handle.lines.some(isFailing)) throw new PiWorkerError('ERR_IO', 'the kernel refused the call')
  }
  const checked = <A extends unknown[], R>(call: (...args: A) => R) => {
    return (...args: A): R => {
      check()
      return call(...args)
    }
  }
  return {
    lines: handle.lines,
    get settings() {
      return handle.settings
    },
    get: checked(() => handle.get()),
    set: checked((values, mask) => handle.set(values, mask)),
    reconfigure: checked(settings => handle.reconfigure(settings)),
    edges: listener => handle.edges(listener),
    play: async (...args) => {
      check()
      return await handle.play(...args)
    },
    pwm: checked((line, settings) => (handle.pwm as NonNullable<LineHandle['pwm']>)(line, settings)),
    release: () => handle.release(),
  }
}
