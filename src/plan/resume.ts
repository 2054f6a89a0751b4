/**
 * Where an interrupted run goes on. A resumable plan has all its records in one nest of loops: what stands before the
 * nest is done again (it switches on, it homes), the rounds up to and including that of the last row are skipped, and
 * the rest follows as ever. The time of a `for` or `within` begins anew.
 */

import { copyData, getOwn, putOwn } from '../bench/plain-data.js'
import { isNode } from '../bench/schema.js'
import { PiWorkerError } from '../errors.js'
import type { Reading, Value } from './expressions/value.js'
import type { Place } from './place.js'
import { allSteps, blocksOf, isLoop, type LoopStep, type RecordStep, type Step } from './plan.js'
import type { ResumeFrom } from './plan-bench.js'
import type { Changes } from './rows.js'

/** Where a loop goes on in a run that is resumed. */
export interface LoopResume {
  /** The round that it begins with. */
  readonly round: number
  /** What the plan had changed by then. */
  readonly changed: Changes
  /** Of the innermost loop, which goes on after its last row: what that had recorded. */
  readonly after: readonly RecordedField[] | undefined
}

/** A field of a reading that stands in a row. */
export interface RecordedField {
  /** `<peripheral>.<action>` */
  readonly action: string
  readonly path: readonly string[]
  readonly value: Value
  /** When the row was made, in ms since the Unix epoch. */
  readonly wall: number
}

/** The loops around the records, from the outermost, or why there is no such nest. */
export type Nest =
  | { readonly loops: readonly LoopStep[] }
  | { readonly fault: string; readonly place: Place | undefined; readonly remedy?: string }

export function nestOf(steps: readonly Step[]): Nest {
  const found: { readonly loops: readonly LoopStep[]; readonly place: Place }[] = []
  let forked: Place | undefined
  const visit = (list: readonly Step[], loops: readonly LoopStep[], branches: boolean): void => {
    for (const step of list) {
      if (step.kind === 'record') {
        found.push({ loops, place: step.place })
        if (branches) forked ??= step.place
      }
      const within = isLoop(step) ? [...loops, step] : loops
      for (const block of blocksOf(step)) visit(block, within, branches || step.kind === 'parallel')
    }
  }
  visit(steps, [], false)
  const [first] = found
  if (first === undefined) return { fault: 'it records nothing', place: undefined }
  if (forked !== undefined) return { fault: 'a record stands in a parallel', place: forked }
  const innermost = first.loops.at(-1)
  if (innermost === undefined) return { fault: 'a record stands in no loop', place: first.place }
  const other = found.find(({ loops }) => loops.at(-1) !== innermost)
  if (other !== undefined) return { fault: 'its records stand in several loops', place: other.place }
  if (mostRecords(innermost.steps) > 1) {
    const fault = 'a round has several records, and an interruption between them would lose the second'
    return { fault, place: found[1]?.place, remedy: 'Record all in one row, or leave out resumable.' }
  }
  const late = changeAfterRecord(innermost.steps)
  if (late !== undefined) {
    const fault = 'a parameter changes behind the record, where an interruption could lose it'
    return { fault, place: late, remedy: 'Change it before the record, or leave out resumable.' }
  }
  return { loops: first.loops }
}

/** How many records one round may do. */
function mostRecords(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => {
    const blocks = blocksOf(step).map(block => mostRecords(block))
    const within = step.kind === 'if' ? Math.max(0, ...blocks) : blocks.reduce((all, count) => all + count, 0)
    return sum + within + (step.kind === 'record' ? 1 : 0)
  }, 0)
}

/** The rounds that are recorded are not done again: what a step behind the record changes would be forgotten. */
function changeAfterRecord(steps: readonly Step[]): Place | undefined {
  let recorded = false
  for (const step of allSteps(steps)) {
    if (step.kind === 'record') recorded = true
    const changes = step.kind === 'set' || (step.kind === 'prompt' && step.param !== undefined)
    if (recorded && changes) return step.place
  }
  return undefined
}

/**
 * Where each loop of the nest goes on, by the list of its steps. An outer loop does its round again, with parameters as
 * they were when it began; the innermost goes on after the row, with those that it had and what it had recorded.
 * @throws ERR_NOT_RESUMABLE
 */
export function resumesOf(
  {
    name,
    steps,
    resumable,
  }: { readonly name: string; readonly steps: readonly Step[]; readonly resumable?: boolean | undefined },
  { position, changed = [], row }: ResumeFrom,
): Map<readonly Step[], LoopResume> {
  const no = (why: string): PiWorkerError => new PiWorkerError('ERR_NOT_RESUMABLE', `${name} ${why}`, { place: name })
  if (resumable !== true) throw no('cannot be resumed: it does not say that it may be')
  const nest = nestOf(steps)
  if ('fault' in nest) throw no(`cannot be resumed: ${nest.fault}`)
  const { loops } = nest
  const whole = position.every(round => Number.isSafeInteger(round) && round >= 0)
  if (position.length !== loops.length || !whole) throw no(`has no round [${position.join(', ')}] to go on after`)
  const last = loops.length - 1
  return new Map(
    loops.map(({ steps: within }, index) => {
      const round = position[index] as number
      const from = index < last ? { round, changed: changed[index] } : { round: round + 1, changed: changed.at(-1) }
      const after = index < last ? undefined : row === undefined ? [] : fieldsOf(within, row)
      return [within, { round: from.round, changed: from.changed ?? {}, after }]
    }),
  )
}

/** The readings that a row was made of. */
function fieldsOf(
  steps: readonly Step[],
  { stream, values, wall }: NonNullable<ResumeFrom['row']>,
): readonly RecordedField[] {
  const record = [...allSteps(steps)].find(
    (step): step is RecordStep => step.kind === 'record' && step.stream.name === stream,
  )
  return (record?.cells ?? []).flatMap((cell, index) => {
    const value = values[index]
    if (cell.kind !== 'field' || value === null || value === undefined || cell.path.length === 0) return []
    return [{ action: cell.action, path: cell.path, value, wall }]
  })
}

/** Puts what a row has into the readings; what else they have stays. */
export function recallReadings(readings: Map<string, Reading>, fields: readonly RecordedField[]): void {
  for (const { action, path, value, wall } of fields) {
    const before = readings.get(action)?.result
    const result: Record<string, unknown> = isNode(before) ? (copyData(before) as Record<string, unknown>) : {}
    putAt(result, path, value)
    readings.set(action, { result, wall })
  }
}

function putAt(into: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    putOwn(into, key, value)
    return
  }
  const next = getOwn(into, key)
  const within = isNode(next) ? next : {}
  putOwn(into, key, within)
  putAt(within, rest, value)
}
