/** The tasks of a record as bars on the lanes of their peripherals, and those that went wrong one by one. */

import { BAR_STATES, type BarData, type LaneData } from './page-data.js'
import type { RecordFiles } from './record-files.js'
import { fieldsOf, isOver, numberOf, type ReportFacts, startOf, textOf } from './report-facts.js'
import { Bins } from './thinning.js'

/** Of all lanes together. */
const MOST_BARS = 16_000
const MOST_OF_A_LANE = 4000
const FEWEST_OF_A_LANE = 60
/** Of a lane: those that went wrong are never part of a bar of several, unless there are more. */
const MOST_WRONG = 400
/** Of the whole run, in the list of errors. */
const MOST_LISTED = 100
const MOST_ACTIONS = 100
const MOST_LANES = 100
/** From here on a state is one that people want to know of. */
const WRONG = BAR_STATES.indexOf('failed')
/** s: two tasks that begin within it may share a bar when there are too many. */
const NARROWEST = 1e-6

/** Tasks of one lane that lie together. Times in s. */
interface Bar {
  queued: number
  from: number
  to: number
  state: number
  count: number
  /** -1 for several. */
  action: number
}

export interface WrongTask {
  readonly name: string
  readonly state: string
  /** s since the run began. */
  readonly from: number
  readonly code: string
  readonly message: string
}

/** What the tasks of a peripheral came to. */
export interface LaneFacts {
  readonly name: string
  readonly tasks: number
  readonly wrong: number
  /** s: all the time that its tasks ran and waited. */
  readonly ran: number
  readonly waited: number
  readonly longest: number
}

export interface Lanes {
  readonly lanes: readonly LaneData[]
  readonly facts: readonly LaneFacts[]
  readonly tasks: number
  readonly wrong: readonly WrongTask[]
  /** How many went wrong in all. */
  readonly wrongCount: number
  /** s since the run began, of the last end. */
  readonly end: number
}

export async function readLanes(folder: RecordFiles, facts: ReportFacts): Promise<Lanes> {
  const start = startOf(facts)
  const none = isOver(facts) && facts.tasks?.count === 0
  const lanes = new Map<string, Lane>()
  const wrong: WrongTask[] = []
  let [tasks, wrongCount, end, zero] = [0, 0, 0, start]
  /** By the wall clock, where the record has no monotonic time. */
  const sinceStart = (startedAt: unknown): number | undefined => {
    const created = Date.parse(textOf(startedAt) ?? '')
    if (Number.isNaN(created)) return undefined
    zero ??= created
    return (created - zero) / 1000
  }
  await folder.lines('tasks.jsonl', !none, fields => {
    const name = textOf(fields.name) ?? '?'
    const queued = numberOf(fields.created) ?? sinceStart(fields.startedAt)
    if (queued === undefined) return
    tasks++
    const from = queued + (numberOf(fields.waited) ?? 0) / 1000
    const to = from + (numberOf(fields.ran) ?? 0) / 1000
    end = Math.max(end, to)
    const state = Math.max(0, (BAR_STATES as readonly unknown[]).indexOf(fields.state))
    const [peripheral, action] = split(name)
    // More peripherals than a page can show share the last lane.
    const key = lanes.has(peripheral) || lanes.size < MOST_LANES ? peripheral : 'others'
    const lane = lanes.get(key) ?? new Lane(key)
    lanes.set(key, lane)
    lane.add({ queued, from, to, state, count: 1, action: lane.action(action) })
    if (state < WRONG) return
    wrongCount++
    if (wrong.length >= MOST_LISTED) return
    const message = textOf(fields.error) ?? textOf(fieldsOf(fields.error).message) ?? ''
    wrong.push({ name, state: textOf(fields.state) ?? '', from, code: textOf(fields.code) ?? '', message })
  })
  const most = Math.min(MOST_OF_A_LANE, Math.max(FEWEST_OF_A_LANE, Math.floor(MOST_BARS / Math.max(1, lanes.size))))
  const list = [...lanes.values()]
  return {
    lanes: list.map(lane => lane.data(most)),
    facts: list.map(lane => lane.facts()),
    tasks,
    wrong,
    wrongCount,
    end,
  }
}

class Lane {
  readonly #name: string
  readonly #actions = new Map<string, number>()
  readonly #bars = new Bins<Bar, Bar>(BARS, MOST_OF_A_LANE, NARROWEST)
  readonly #wrong: Bar[] = []
  #tasks = 0
  #wrongCount = 0
  #ran = 0
  #waited = 0
  #longest = 0

  constructor(name: string) {
    this.#name = name
  }

  /** The place of an action among those of the lane; -1 when there are too many to name. */
  action(name: string): number {
    const known = this.#actions.get(name)
    if (known !== undefined) return known
    if (this.#actions.size >= MOST_ACTIONS) return -1
    this.#actions.set(name, this.#actions.size)
    return this.#actions.size - 1
  }

  add(bar: Bar): void {
    const ran = bar.to - bar.from
    this.#tasks++
    this.#ran += ran
    this.#waited += bar.from - bar.queued
    this.#longest = Math.max(this.#longest, ran)
    const isWrong = bar.state >= WRONG
    if (isWrong) this.#wrongCount++
    if (isWrong && this.#wrong.length < MOST_WRONG) this.#wrong.push(bar)
    else this.#bars.add(bar.from, bar)
  }

  data(most: number): LaneData {
    this.#bars.shrink(most)
    const bars = [...this.#bars.list(), ...this.#wrong].sort((a, b) => a.from - b.from)
    return { name: this.#name, actions: [...this.#actions.keys()], bars: bars.map(barData) }
  }

  facts(): LaneFacts {
    const [name, tasks, wrong] = [this.#name, this.#tasks, this.#wrongCount]
    return { name, tasks, wrong, ran: this.#ran, waited: this.#waited, longest: this.#longest }
  }
}

const BARS = { begin: (bar: Bar): Bar => ({ ...bar }), add: merge, merge }

function merge(bar: Bar, other: Bar): void {
  bar.queued = Math.min(bar.queued, other.queued)
  bar.from = Math.min(bar.from, other.from)
  bar.to = Math.max(bar.to, other.to)
  bar.state = Math.max(bar.state, other.state)
  bar.count += other.count
  if (bar.action !== other.action) bar.action = -1
}

function barData({ queued, from, to, state, count, action }: Bar): BarData {
  return [micro(queued), micro(from), micro(to), state, count, action]
}

/** Seconds with no more digits than whole microseconds have. */
function micro(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}

/** `pump.pulse` is the action `pulse` of the lane `pump`. */
function split(name: string): [peripheral: string, action: string] {
  const dot = name.indexOf('.')
  return dot < 1 ? [name, name] : [name.slice(0, dot), name.slice(dot + 1)]
}
