/** `pi-worker runs compare A B`: two runs side by side. What differs is marked. */

import Table from 'cli-table3'
import pc from 'picocolors'
import { type ColumnSummary, summarize } from '../records/run/compare.js'
import { type RecordedRun, readRun } from '../records/run/read-run.js'
import { findRun, outcomeOf } from '../records/run/runs.js'
import { exit } from './exit.js'
import { formatMs, oneLine } from './format.js'
import type { Session } from './program.js'
import { folderOf } from './runs.js'
import type { RunsFlags } from './runs-command.js'

/** One line of the comparison: what it is, and what it is in both runs. */
interface Pair {
  readonly what: string
  readonly a: string
  readonly b: string
  readonly differs: boolean
}

const MARK = '≠'
/** Beside their number, those that the values of a column have. */
const FIGURES = ['mean', 'min', 'max', 'yes', 'values', 'last'] as const

/** @throws ERR_UNKNOWN_RUN, ERR_RUN_FOLDER, ERR_RUN_VERSION */
export async function compareCommand({ io, out }: Session, a: string, b: string, flags: RunsFlags): Promise<number> {
  const runs = folderOf(io.env, flags)
  const [one, other] = [await readRun(await findRun(runs, a)), await readRun(await findRun(runs, b))]
  const pairs = [...factPairs(one, other), ...columnPairs(await summarize(one), await summarize(other))]
  if (flags.json) {
    out.write(`${JSON.stringify({ a: one.json.id, b: other.json.id, pairs })}\n`)
    return exit.succeeded
  }
  const colors = pc.createColors(out.colored)
  const table = new Table({
    head: ['', '', oneLine(one.json.id), oneLine(other.json.id)],
    colAligns: ['left', 'left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const { what, a: left, b: right, differs } of pairs) {
    const color = differs ? colors.yellow : (text: string): string => text
    table.push([differs ? color(MARK) : '', what, color(left), color(right)].map(cell => cell))
  }
  const different = pairs.filter(({ differs }) => differs).length
  out.write(`${table.toString()}\n${different === 0 ? 'nothing differs' : `${different} of ${pairs.length} differ`}\n`)
  return exit.succeeded
}

function factPairs(a: RecordedRun, b: RecordedRun): readonly Pair[] {
  const params = [...new Set([a, b].flatMap(({ json }) => json.params.map(({ name }) => name)))]
  const param = ({ json }: RecordedRun, name: string): string => {
    const found = json.params.find(each => each.name === name)
    return found === undefined ? '' : `${found.value} ${found.unit ?? ''}`.trim()
  }
  const duration = ({ json }: RecordedRun): string => (json.elapsed === null ? '' : formatMs(json.elapsed * 1000))
  const facts: readonly (readonly [string, (run: RecordedRun) => string])[] = [
    ['plan', ({ json }) => json.name],
    ['outcome', ({ json }) => outcomeOf(json)],
    ['error', ({ json }) => json.error?.code ?? ''],
    ['duration', duration],
    ...params.map(name => [`param ${name}`, (run: RecordedRun) => param(run, name)] as const),
    ['driver', ({ json }) => json.board?.driver ?? ''],
    ['seed', ({ json }) => (json.seed === null ? '' : String(json.seed))],
    ['commit', ({ json }) => json.git?.commit.slice(0, 12) ?? ''],
    ['tasks', ({ json }) => String(json.tasks.count)],
    ['tasks that failed', ({ json }) => String(json.tasks.failed)],
  ]
  const pairs = facts.map(([what, of]) => pair(what, of(a), of(b)))
  const text = pair('text of the plan', '', '')
  const same = a.json.plan.text === b.json.plan.text
  return [...pairs, { ...text, a: same ? 'the same' : 'differs', b: same ? 'the same' : 'differs', differs: !same }]
}

function columnPairs(a: readonly ColumnSummary[], b: readonly ColumnSummary[]): readonly Pair[] {
  const keys = [...new Set([...a, ...b].map(keyOf))]
  return keys.flatMap(key => {
    const [one, other] = [a, b].map(columns => columns.find(column => keyOf(column) === key))
    const figures = FIGURES.filter(figure => [one, other].some(column => (column?.[figure] ?? null) !== null))
    const text = (column: ColumnSummary | undefined, figure: 'count' | (typeof FIGURES)[number]): string => {
      const value = column?.[figure]
      return typeof value === 'string' ? value : numberText(value)
    }
    return ['count' as const, ...figures].map(figure =>
      pair(`${key} ${figure}`, text(one, figure), text(other, figure)),
    )
  })
}

function keyOf({ stream, title }: ColumnSummary): string {
  return stream === 'primary' ? title : `${stream}: ${title}`
}

function pair(what: string, a: string, b: string): Pair {
  return { what: oneLine(what), a: oneLine(a, 60), b: oneLine(b, 60), differs: a !== b }
}

/** Nothing for none; so many digits that a reader sees what differs, and no noise of sums. */
function numberText(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(Number(value.toPrecision(9)))
}
