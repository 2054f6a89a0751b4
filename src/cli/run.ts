/** `pi-worker run FILE`: opens the bench of a plan file, runs the plan, and leaves everything safe, whatever happens. */

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Bench } from '../bench/bench.js'
import { type JournalChoice, planJournalName } from '../bench/journal/open-journal.js'
import { openBench } from '../bench/open-bench.js'
import { STOP_LINE_NAME } from '../bench/stop/stop-line.js'
import { PiWorkerError } from '../errors.js'
import { peripherals } from '../peripherals/index.js'
import { type CheckedPlan, checkPlan } from '../plan/check.js'
import type { Place } from '../plan/place.js'
import { type PlanResult, runPlan } from '../plan/run.js'
import { type PlanSource, readPlanSource } from '../plan/source.js'
import { type RecordedTrace, recordTrace } from '../records/record-trace.js'
import { checkWritable } from '../records/vcd.js'
import { type Clock, SystemClock } from '../worker/clock.js'
import { toMs } from '../worker/duration.js'
import { VirtualClock } from '../worker/virtual-clock.js'
import { describeBench } from './bench-facts.js'
import { errorBlock } from './error-block.js'
import { exitOf } from './exit.js'
import { reportFailure } from './failure.js'
import { type FaultReport, faultLines, faultReports } from './fault-counts.js'
import { oneLine } from './format.js'
import { describeRecovered } from './journal.js'
import { writeJsonResult } from './json-result.js'
import type { RunFlags, Session } from './program.js'
import { Progress } from './progress.js'
import { ServiceNotifier } from './service-notify.js'
import { type StopReason, StopRequest } from './stop.js'
import { taskTable } from './task-table.js'
import { judge, type RunEnd, type Verdict } from './verdict.js'

/** Width of a table that is not written to a terminal. */
const COLUMNS = 120

/** @throws what is wrong with the flags or the file; nothing has been opened then */
export async function runCommand(session: Session, file: string, flags: RunFlags): Promise<number> {
  checkFlags(file, flags)
  const source = await readPlanSource(file)
  const plan = checkPlan(source, peripherals, { files: flags.driver === 'mock' })
  if (flags.trace !== undefined) checkWritable(flags.trace)
  const clock = flags.virtual ? new VirtualClock() : (session.io.clock ?? new SystemClock())
  // From here on a signal does not end the process: it stops the run.
  const stop = stopRequest(session, flags)
  try {
    return await runStoppable(session, { source, plan, flags, clock, stop })
  } finally {
    stop.dispose()
  }
}

interface Run {
  readonly source: PlanSource
  readonly plan: CheckedPlan
  readonly flags: RunFlags
  readonly clock: Clock
  readonly stop: StopRequest
}

async function runStoppable(session: Session, run: Run): Promise<number> {
  const { source, plan, flags, clock, stop } = run
  const { driver, chip, trace, replay, json, verbose } = flags
  const seed = parseSeed(flags)
  let bench: Bench
  try {
    const observe = trace !== undefined
    const { name, simulate, interlocks, stop: stopLine } = plan
    const where = { driver, chip, clock, name, journal: journalOf(run), retain: { count: 0 } }
    bench = await openBench(plan.bench, { ...where, observe, simulate, interlocks, replay, seed, stopLine })
  } catch (error) {
    await reportFailure(session, error, { json, verbose, name: plan.name, place: placeOf(error, source, plan) })
    return exitOf(error)
  }
  session.err.write(describeBench(bench, verbose === true) + describeRecovered(bench.recovered))
  const service = ServiceNotifier.of(session.io.env, session.io.clock ?? new SystemClock())
  service?.ready(`runs ${oneLine(plan.name)}`)
  stop.signal.addEventListener('abort', () => service?.stopping(), { once: true })
  const { end, trace: recorded } = await runAndClose(bench, run, new Progress(session.err, clock))
  service?.stopping()
  service?.close()
  const verdict = judge(end)
  await report(session, run, verdict, faultReports(bench.board, plan.simulate))
  if (recorded !== undefined && recorded.shortPulses > 0) session.err.write(shortPulses(recorded, flags))
  return verdict.exit
}

/** Each plan file has a journal of its own; on the mock only when somebody says where. */
function journalOf({ source, plan, flags }: Run): JournalChoice {
  const { driver, journal: folder } = flags
  if (folder === false) return false
  return driver === 'mock' && folder === undefined ? false : { folder, name: planJournalName(plan.name, source.file) }
}

/** What is left of a run whose bench is closed. */
interface Ended {
  readonly end: RunEnd
  readonly trace: RecordedTrace | undefined
}

/** Never rejects: the bench is closed and the trace complete, whatever goes wrong on the way. */
async function runAndClose(bench: Bench, { plan, flags, clock, stop }: Run, progress: Progress): Promise<Ended> {
  const errors: unknown[] = []
  const began = clock.now()
  let endTrace: (() => RecordedTrace) | undefined
  let trace: RecordedTrace | undefined
  let result: PlanResult | undefined
  bench.worker.listen(event => progress.heard(event))
  try {
    if (flags.trace !== undefined) {
      const { trace: path, timescale } = flags
      endTrace = recordTrace(bench, { path, scope: plan.name, timescale })
    }
    result = await runPlan(bench, plan, {
      signal: stop.signal,
      onEvent: ({ type, task }) => {
        if (type === 'finished') progress.finished(task)
      },
    })
  } catch (error) {
    errors.push(error)
  }
  const elapsed = toMs(clock.now() - began)
  try {
    await bench.close()
  } catch (error) {
    errors.push(error)
  }
  try {
    trace = endTrace?.()
  } catch (error) {
    errors.push(error)
  }
  return { end: { result, errors, elapsed, stop: stop.reason }, trace }
}

async function report(
  { io, out, err }: Session,
  { plan, flags }: Run,
  verdict: Verdict,
  faults: readonly FaultReport[],
): Promise<void> {
  const { outcome, tasks, failures, error } = verdict
  if (flags.json) {
    await writeJsonResult(out, { name: plan.name, outcome, tasks, faults, error, place: failures[0]?.place })
  } else {
    out.write(taskTable(tasks, { colored: out.colored, columns: io.stdout.columns ?? COLUMNS }))
    out.write(
      `${oneLine(plan.name)} ${verdict.summary}${flags.trace === undefined ? '' : `; trace in ${oneLine(flags.trace)}`}\n`,
    )
    out.write(faultLines(faults))
  }
  for (const failure of failures) {
    err.write(errorBlock(failure.error, { colored: err.colored, verbose: flags.verbose, place: failure.place }))
  }
}

/** Readers of VCD may show nothing of a pulse without a width. */
function shortPulses({ shortPulses: count }: RecordedTrace, { timescale }: RunFlags): string {
  const what = count === 1 ? '1 pulse is' : `${count} pulses are`
  const remedy = timescale === '1ns' ? '' : '; --timescale 1ns shows them as they were'
  return `trace: ${what} shorter than ${timescale} and without width in the file${remedy}\n`
}

/** @throws ERR_USAGE */
function parseSeed({ driver, seed }: RunFlags): number | undefined {
  if (seed === undefined) return undefined
  if (driver !== 'mock') {
    throw new PiWorkerError('ERR_USAGE', `--seed cannot be had with --driver ${driver}: real lines have no seed`, {
      remedy: 'Add --driver mock, or leave out --seed.',
    })
  }
  if (!/^\d{1,15}$/.test(seed)) {
    throw new PiWorkerError('ERR_USAGE', `--seed is a whole number, not "${seed}"`, { remedy: 'Write --seed 7.' })
  }
  return Number(seed)
}

/** @throws ERR_USAGE */
function checkFlags(file: string, flags: RunFlags): void {
  const { driver, virtual, trace, replay } = flags
  parseSeed(flags)
  if (virtual && driver !== 'mock') {
    throw new PiWorkerError('ERR_USAGE', `--virtual cannot be had with --driver ${driver}: real lines have real time`, {
      remedy: 'Add --driver mock, or leave out --virtual.',
    })
  }
  if (replay !== undefined && driver !== 'mock') {
    throw new PiWorkerError('ERR_USAGE', `--replay cannot be had with --driver ${driver}: real lines do what they do`, {
      remedy: 'Add --driver mock, or leave out --replay.',
    })
  }
  if (trace !== undefined && replay !== undefined && sameFile(trace, replay)) {
    throw new PiWorkerError('ERR_USAGE', 'the trace would be written over the recording', {
      place: trace,
      remedy: 'Name another file for the trace: --trace again.vcd.',
    })
  }
  if (trace !== undefined && sameFile(trace, file)) {
    throw new PiWorkerError('ERR_USAGE', 'the trace would be written over the plan', {
      place: trace,
      remedy: 'Name another file for the trace: --trace run.vcd.',
    })
  }
}

/** The same path, or two names of one file. */
function sameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map(path => statSync(path, { throwIfNoEntry: false }))
  return resolve(one) === resolve(other) || (a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino)
}

function stopRequest({ io, err }: Session, { verbose }: RunFlags): StopRequest {
  const name = (reason: StopReason): string => (reason.kind === 'signal' ? reason.signal : 'an unexpected error')
  return new StopRequest(
    io.signals,
    reason => err.write(`${name(reason)}: the plan is stopped and all is made safe\n`),
    reason => {
      if (reason.kind === 'crash') err.write(errorBlock(reason.error, { colored: err.colored, verbose }))
      else err.write(`${reason.signal}: still stopping, safe states come first\n`)
    },
  )
}

/** Where the plan file says what an error of opening the bench is about. */
function placeOf(error: unknown, source: PlanSource, plan: CheckedPlan): Place | undefined {
  const about = error instanceof PiWorkerError ? error.place : undefined
  if (about === undefined) return undefined
  const simulated = /^simulate\.(.+)$/.exec(about)?.[1]
  const name = simulated ?? about
  if (name === STOP_LINE_NAME) return source.place(simulated ? ['simulate', name] : [name], 'key')
  return Object.hasOwn(plan.bench, name) ? source.place([simulated ? 'simulate' : 'bench', name], 'key') : undefined
}
