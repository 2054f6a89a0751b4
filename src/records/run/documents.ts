/**
 * The documents of a run, as Bluesky's event-model has them: a start, a descriptor for each stream, an event for each
 * row, and a stop. One line a document: `["event", {…}]`.
 *
 * Beside the columns every event has two keys of ours: the monotonic seconds since the plan began (the time of an event
 * is wall time, which may jump), and its place in the plan's loops, where a resumed run goes on.
 */

import type { Column, ParamValue, Row, Stream } from '../../plan/rows.js'
import { type RunFacts, toSeconds } from './format.js'
import type { Uids } from './uids.js'

/** What a data key of ours says beyond Bluesky's: which column it is, or which of the two keys of every event. */
export interface KeyFacts {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly source: string
  readonly units?: string | null
  readonly description?: string
  readonly dtype_numpy?: string
  /** As the plan calls it. */
  readonly column?: string
  readonly axis?: boolean
  readonly role?: 'elapsed' | 'position'
}

const NUMPY: Readonly<Partial<Record<Column['type'], string>>> = { number: '<f8', boolean: '|b1' }

/** Data keys hold no `.` and no `/`, and nothing that a program takes for a number. */
export function keyOf(name: string, taken: ReadonlySet<string>): string {
  const plain = name.replace(/[^\p{L}\p{N}_-]+/gu, '_')
  const base = /^[\p{L}_]/u.test(plain) ? plain : `_${plain}`
  let key = base
  for (let number = 2; taken.has(key); number++) key = `${base}_${number}`
  return key
}

/** The keys of a stream's columns, in their order, then those of every event. */
interface StreamKeys {
  readonly columns: readonly string[]
  readonly elapsed: string
  readonly position: string
}

function keysOf({ columns }: Stream): StreamKeys {
  const taken = new Set<string>()
  const take = (name: string): string => {
    const key = keyOf(name, taken)
    taken.add(key)
    return key
  }
  return { columns: columns.map(({ name }) => take(name)), elapsed: take('elapsed'), position: take('position') }
}

/** Makes the lines of one run's documents, in their order. */
export class DocumentLines {
  readonly #uids: Uids
  readonly #start: string
  readonly #events = new Map<string, EventLines>()
  readonly #began: number

  /** @param began When the plan began, in ns of the run's clock. */
  constructor(uids: Uids, began: number) {
    this.#uids = uids
    this.#start = uids.next()
    this.#began = began
  }

  /**
   * @param wall ms since the Unix epoch.
   * @param streams As far as they are known: the axes of the first that has any are those of the run.
   */
  start(facts: RunFacts, driver: string, wall: number, streams: readonly Stream[]): string {
    return line('start', {
      uid: this.#start,
      time: wall / 1000,
      plan_name: facts.name,
      plan_type: 'pi-worker plan',
      plan_args: argumentsOf(facts.params),
      pi_worker: facts.versions.piWorker,
      driver,
      seed: facts.seed,
      rehearsal: facts.rehearsal,
      git_commit: facts.git?.commit ?? null,
      hints: { dimensions: dimensionsOf(streams) },
    })
  }

  /** What comes before the first row of a stream. */
  descriptor(stream: Stream, wall: number): string {
    const uid = this.#uids.next()
    const keys = keysOf(stream)
    this.#events.set(stream.name, new EventLines(uid, keys, this.#began))
    const elapsed: KeyFacts = {
      dtype: 'number',
      shape: [],
      source: 'the monotonic clock, since the plan began',
      units: 's',
      dtype_numpy: '<f8',
      role: 'elapsed',
    }
    const position: KeyFacts = {
      dtype: 'string',
      shape: [],
      source: 'the rounds of the loops around it, from the outermost, each counted from 0; what the plan had changed',
      units: null,
      role: 'position',
    }
    const objects = objectsOf(stream.columns, keys)
    const nothing = { data: {}, data_keys: {}, timestamps: {} }
    return line('descriptor', {
      uid,
      run_start: this.#start,
      time: wall / 1000,
      name: stream.name,
      // A key may be called anything, `__proto__` too.
      data_keys: Object.fromEntries([
        ...stream.columns.map((column, index) => [keys.columns[index]!, keyFacts(column)] as const),
        [keys.elapsed, elapsed],
        [keys.position, position],
      ]),
      object_keys: Object.fromEntries(objects.map(([name, all]) => [name, all])),
      configuration: Object.fromEntries(objects.map(([name]) => [name, nothing])),
      hints: Object.fromEntries(objects.flatMap(([name, , fields]) => (fields.length > 0 ? [[name, { fields }]] : []))),
    })
  }

  /** A row of a stream whose descriptor has been made. @param texts Its values as JSON. */
  event(row: Row, texts: readonly string[]): string {
    const uid = this.#uids.next()
    return (this.#events.get(row.stream.name) as EventLines).line(row, texts, uid)
  }

  stop(end: {
    readonly exitStatus: 'success' | 'abort' | 'fail'
    readonly reason: string
    readonly rows: Readonly<Record<string, number>>
    readonly wall: number
  }): string {
    return line('stop', {
      uid: this.#uids.next(),
      run_start: this.#start,
      time: end.wall / 1000,
      exit_status: end.exitStatus,
      reason: end.reason,
      num_events: end.rows,
    })
  }
}

/**
 * The events of one stream. They are put together from pieces that were made once: a generic writer would spell every
 * key anew for each of a million rows.
 */
class EventLines {
  readonly #head: string
  readonly #columns: readonly string[]
  readonly #elapsed: string
  readonly #position: string
  readonly #began: number
  /** The last time that was spelt: most of a row are the same, and numbers are slow to spell. */
  #ms = Number.NaN
  #seconds = ''

  constructor(descriptor: string, keys: StreamKeys, began: number) {
    this.#head = `["event",{"descriptor":${JSON.stringify(descriptor)},"seq_num":`
    this.#columns = keys.columns.map(key => `${JSON.stringify(key)}:`)
    this.#elapsed = `${JSON.stringify(keys.elapsed)}:`
    this.#position = `${JSON.stringify(keys.position)}:`
    this.#began = began
  }

  line({ seq, time, wall, measured, position, changed }: Row, texts: readonly string[], uid: string): string {
    let data = ''
    let times = ''
    for (const [index, key] of this.#columns.entries()) {
      data += `${key}${texts[index] ?? 'null'},`
      times += `${key}${this.#timeOf(measured[index] ?? wall)},`
    }
    const at = this.#timeOf(wall)
    return (
      `${this.#head}${seq},"uid":"${uid}","time":${at},"data":{${data}` +
      `${this.#elapsed}${toSeconds(time - this.#began)},${this.#position}${positionText(position, changed)}},` +
      `"timestamps":{${times}${this.#elapsed}${at},${this.#position}${at}},"filled":{}}]\n`
    )
  }

  #timeOf(ms: number): string {
    if (ms !== this.#ms) {
      this.#ms = ms
      this.#seconds = String(ms / 1000)
    }
    return this.#seconds
  }
}

/** `"3,5"`, and behind a space what the plan had changed when each of these rounds began, and when the row was made. */
function positionText(position: readonly number[], changed: Row['changed']): string {
  const rounds = position.join(',')
  return changed === undefined ? `"${rounds}"` : JSON.stringify(`${rounds} ${JSON.stringify(changed)}`)
}

function keyFacts({ name, type, unit, description, source, axis }: Column): KeyFacts {
  const numpy = NUMPY[type]
  return {
    dtype: type,
    shape: [],
    source,
    units: unit ?? null,
    ...(description !== undefined && { description }),
    ...(numpy !== undefined && { dtype_numpy: numpy }),
    column: name,
    axis,
  }
}

/** What plots are drawn over: the axes of a scan, the slowest first, or time. */
function dimensionsOf(streams: readonly Stream[]): readonly (readonly [fields: readonly string[], stream: string])[] {
  for (const stream of streams) {
    const { columns } = keysOf(stream)
    const axes = columns.filter((_, index) => stream.columns[index]?.axis)
    if (axes.length > 0) return axes.map(axis => [[axis], stream.name])
  }
  return [[['time'], streams[0]?.name ?? 'primary']]
}

/** Bluesky's tools look for keys by the objects that they come from: peripherals, axes, and the plan itself. */
function objectsOf(
  columns: readonly Column[],
  { columns: keys, elapsed, position }: StreamKeys,
): readonly (readonly [name: string, keys: readonly string[], readings: readonly string[]])[] {
  const objects = new Map<string, [string, string[], string[]]>()
  const of = (name: string): [string, string[], string[]] => {
    const object = objects.get(name) ?? [name, [], []]
    objects.set(name, object)
    return object
  }
  for (const [index, { name, axis }] of columns.entries()) {
    const [, all, readings] = of(keyOf(name.split('.')[0] ?? name, new Set()))
    all.push(keys[index]!)
    if (!axis) readings.push(keys[index]!)
  }
  of('plan')[1].push(elapsed, position)
  return [...objects.values()]
}

/** Names without `.` and `/`, as everything in a start document must have. */
function argumentsOf(params: readonly ParamValue[]): Record<string, unknown> {
  const taken = new Set<string>()
  const entries = params.map(({ name, value }) => {
    const key = keyOf(name, taken)
    taken.add(key)
    return [key, value] as const
  })
  return Object.fromEntries(entries)
}

function line(kind: string, document: object): string {
  return `${JSON.stringify([kind, document])}\n`
}
