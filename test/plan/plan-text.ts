/** Plans as texts, checked and run on the mock in virtual time. */

import { MockDriver } from '../../mocks/driver.js'
import type { Bench } from '../../src/bench/bench.js'
import { openBench } from '../../src/bench/open-bench.js'
import { isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import { type CheckedPlan, type CheckOptions, checkPlan } from '../../src/plan/check.js'
import { problemsOf } from '../../src/plan/place.js'
import type { Row } from '../../src/plan/rows.js'
import { type PlanResult, type PlanRunOptions, runPlan } from '../../src/plan/run.js'
import { PlanSource } from '../../src/plan/source.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

/** A bench with a bit of everything, on lines 1 to 9. */
export const BENCH = `name: Test
bench:
  pump: { type: output, line: GPIO17 }
  lamp: { type: output, line: GPIO27 }
  air: { type: dht, line: GPIO22 }
  level: { type: input, line: GPIO4, bias: pull-up }
  arm: { type: servo, line: GPIO18 }
  room-air: { type: dht, line: GPIO23 }
`

/** A plan on it; its steps begin on line 10, with two blanks before them. */
export const inPlan = (steps: string): string => `${BENCH}plan:\n${steps.replace(/^/gm, '  ')}\n`
/** The same with parameters, and so the steps begin on line 11. */
export const withParams = (params: string, steps: string): string =>
  `${BENCH}params: ${params}\nplan:\n${steps.replace(/^/gm, '  ')}\n`

export function checked(text: string, options?: CheckOptions): CheckedPlan {
  return checkPlan(new PlanSource(text, 'a.yaml'), undefined, options)
}

export function refusalOf(text: string, options?: CheckOptions): PiWorkerError {
  try {
    checked(text, options)
  } catch (error) {
    if (isPiWorkerError(error)) return error
    throw error
  }
  throw new PiWorkerError('ERR_BAD_OUTPUT', 'the plan was accepted')
}

/** Every problem of a text as `CODE line:column message`. */
export function problems(text: string, options?: CheckOptions): string[] {
  return problemsOf(refusalOf(text, options)).map(
    ({ code, place, message }) => `${code} ${place.line}:${place.column} ${message}`,
  )
}

export interface RunOptions extends PlanRunOptions {
  readonly params?: Readonly<Record<string, string>>
  readonly clock?: VirtualClock
  /** Is given the bench before the plan begins. */
  readonly before?: (bench: Bench) => void
}

export interface RunOutcome {
  readonly plan: CheckedPlan
  readonly result: PlanResult
  readonly rows: readonly Row[]
  readonly notes: readonly string[]
  /** Tasks as they began, each with the ms since the beginning: `100 pump.on`. */
  readonly began: readonly string[]
  /** Physical levels that lines changed to, each with the ms since the beginning: `100 GPIO17 high`. */
  readonly levels: readonly string[]
}

export async function run(text: string, { params, clock = new VirtualClock(), before, ...options }: RunOptions = {}) {
  const plan = checked(text, { ...(params !== undefined && { params }) })
  const bench = await openBench(plan.bench, {
    driver: new MockDriver(),
    clock,
    simulate: plan.simulate,
    interlocks: plan.interlocks,
    retain: { count: 0 },
  })
  const start = clock.now()
  const since = (): number => (clock.now() - start) / 1e6
  const rows: Row[] = []
  const notes: string[] = []
  const began: string[] = []
  const levels: string[] = []
  bench.worker.listen(event => {
    if (event.type === 'running') began.push(`${since()} ${event.name}`)
  })
  bench.onLevel((line, level) => levels.push(`${since()} GPIO${line} ${level}`))
  before?.(bench)
  const result = await runPlan(bench, plan, {
    ...options,
    onRow: row => {
      rows.push(row)
      return options.onRow?.(row)
    },
    onEvent: event => {
      if (event.type === 'note') notes.push(event.text)
      options.onEvent?.(event)
    },
  })
  const end = { plan, result, rows, notes, began: [...began], levels: [...levels] } satisfies RunOutcome
  await bench.close()
  return end
}

/** The values of each row. */
export const valuesOf = (rows: readonly Row[]): unknown[][] => rows.map(({ values }) => [...values])
/** The names of the columns of a stream. */
export const columnsOf = ({ streams }: CheckedPlan, name = 'primary'): string[] =>
  (streams.find(stream => stream.name === name)?.columns ?? []).map(column => column.name)
