/** What run.json says, as far as it can be understood: a report is made of a record that was cut off, too. */

import type { Column } from '../../plan/rows.js'

export interface StreamFacts {
  readonly name: string
  readonly columns: readonly Column[]
  /** Where its rows are. */
  readonly file: string | undefined
}

export interface ParamFacts {
  readonly name: string
  readonly value: string
  readonly unit: string
  readonly from: string
}

export interface ReportFacts {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly version: number | undefined
  readonly outcome: string | undefined
  /** ISO 8601. */
  readonly startedAt: string | undefined
  /** When it was recorded, in the world's time: a virtual clock begins where it likes. */
  readonly recordedAt: string | undefined
  readonly endedAt: string | undefined
  /** s. */
  readonly elapsed: number | undefined
  readonly planFile: string | undefined
  readonly planText: string | undefined
  readonly bench: unknown
  readonly params: readonly ParamFacts[]
  /** `pi-worker 0.1.0`, … as name and version. */
  readonly versions: readonly (readonly [string, string])[]
  readonly driver: string | undefined
  readonly board: string | undefined
  readonly kernel: string | undefined
  readonly git: { readonly commit: string; readonly dirty: boolean } | undefined
  readonly clock: string | undefined
  readonly seed: string | undefined
  readonly streams: readonly StreamFacts[]
  readonly rows: readonly (readonly [string, number])[]
  readonly tasks: { readonly count: number | undefined; readonly failed: number | undefined } | undefined
  readonly error: { readonly code: string; readonly message: string; readonly place: string } | undefined
  readonly timing: unknown
  readonly rehearsal: boolean
  /** The id of the run that this one goes on with. */
  readonly resumes: string | undefined
  /** The machine that it ran on. */
  readonly host: string | undefined
}

/** Anything that JSON holds; what has not the form that it should have is taken as missing. */
export function reportFacts(json: unknown): ReportFacts {
  const run = fieldsOf(json)
  const [plan, board, git, clock, tasks, error] = [run.plan, run.board, run.git, run.clock, run.tasks, run.error].map(
    fieldsOf,
  ) as [Fields, Fields, Fields, Fields, Fields, Fields]
  return {
    id: textOf(run.id),
    name: textOf(run.name),
    version: numberOf(run.version),
    outcome: textOf(run.outcome),
    startedAt: textOf(run.startedAt),
    recordedAt: textOf(run.recordedAt),
    endedAt: textOf(run.endedAt),
    elapsed: numberOf(run.elapsed),
    planFile: textOf(plan.file),
    planText: textOf(plan.text),
    bench: run.bench ?? undefined,
    params: listOf(run.params).map(param => ({
      name: textOf(param.name) ?? '?',
      value: shown(param.value),
      unit: textOf(param.unit) ?? '',
      from: textOf(param.from) ?? '',
    })),
    versions: Object.entries(fieldsOf(run.versions)).map(([name, version]) => [name, shown(version)] as const),
    driver: textOf(board.driver),
    board: textOf(board.description),
    kernel: textOf(run.kernel),
    git: git.commit === undefined ? undefined : { commit: shown(git.commit), dirty: git.dirty === true },
    clock: textOf(clock.kind),
    seed: run.seed === undefined || run.seed === null ? undefined : shown(run.seed),
    streams: listOf(run.streams).map(stream => ({
      name: textOf(stream.name) ?? 'primary',
      columns: listOf(stream.columns).map(columnOf),
      file: textOf(stream.file),
    })),
    rows: Object.entries(fieldsOf(run.rows)).flatMap(([stream, rows]) =>
      typeof rows === 'number' ? [[stream, rows] as const] : [],
    ),
    tasks: run.tasks === undefined ? undefined : { count: numberOf(tasks.count), failed: numberOf(tasks.failed) },
    error:
      error.message === undefined && error.code === undefined
        ? undefined
        : { code: shown(error.code ?? ''), message: shown(error.message ?? ''), place: shown(error.place ?? '') },
    timing: run.timing ?? undefined,
    resumes: textOf(run.resumes),
    host: textOf(fieldsOf(run.process).host),
    rehearsal: run.rehearsal === true,
  }
}

/** Whether the run came to an end of its own, so that its counts are the last ones. */
export function isOver({ outcome }: ReportFacts): boolean {
  return outcome === 'succeeded' || outcome === 'failed' || outcome === 'cancelled'
}

/** When the run began, in ms since the Unix epoch. */
export function startOf({ startedAt = '' }: ReportFacts): number | undefined {
  const time = Date.parse(startedAt)
  return Number.isNaN(time) ? undefined : time
}

type Fields = Readonly<Record<string, unknown>>

function columnOf(column: Fields): Column {
  const type = column.type
  return {
    name: textOf(column.name) ?? '?',
    type: type === 'boolean' || type === 'string' ? type : 'number',
    unit: textOf(column.unit),
    description: textOf(column.description),
    source: textOf(column.source) ?? '',
    axis: column.axis === true,
  }
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : []
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Any plain value in one line. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
