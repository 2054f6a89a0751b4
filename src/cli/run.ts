/** `pi-worker run FILE`: opens the bench of a plan file, runs the plan, and leaves everything safe, whatever happens. */

import { resolve } from 'node:path'
import type { Bench } from '../bench/bench.js'
import { type JournalChoice, planJournalName } from '../bench/journal/open-journal.js'
import { openBench } from '../bench/open-bench.js'
import { isNode } from '../bench/schema.js'
import { STOP_LINE_NAME } from '../bench/stop/stop-line.js'
import { PiWorkerError } from '../errors.js'
import { peripherals } from '../peripherals/index.js'
import { type CheckedPlan, checkPlan } from '../plan/check.js'
import { mayBeEndless } from '../plan/endless.js'
import { estimatePlan } from '../plan/estimate/estimate.js'
import { type Place, planError } from '../plan/place.js'
import { type PlanResult, startPlan } from '../plan/run.js'
import { type PlanSource, readPlanSource } from '../plan/source.js'
import { overAt } from '../plan/wall-times.js'
import { type RecordedTrace, recordTrace } from '../records/record-trace.js'
import type { RunRecorder } from '../records/run/recorder.js'
import { untilStopped } from '../records/run/until-stopped.js'
import { checkWritable } from '../records/vcd.js'
import { type Clock, SystemClock } from '../worker/clock.js'
import { parseDuration, toMs, toNs } from '../worker/duration.js'
import { VirtualClock } from '../worker/virtual-clock.js'
import { describeBench } from './bench-facts.js'
import { errorBlock } from './error-block.js'
import { exitOf } from './exit.js'
import { reportFailure } from './failure.js'
import { type FaultReport, faultLines, faultReports } from './fault-counts.js'
import { oneLine } from './format.js'
import { describeRecovered } from './journal.js'
import { writeJsonResult } from './json-result.js'
import { RunScreen } from './live/run-screen.js'
import type { Session } from './program.js'
import { answerer, checkQuestions, standing } from './run-ask.js'
import { checkFlags, parseParams, parseSeed, type RunFlags } from './run-flags.js'
import { discardRecord, endRecord, reportRecord, shownFolder, startRecord, tracesOf } from './run-record.js'
import { interruptedRun, paramsOf, type Resumption, resumptionOf } from './run-resume.js'
import { ServiceNotifier } from './service-notify.js'
import { describe, StopRequest } from './stop.js'
import { taskTable } from './task-table.js'
import { judge, type RunEnd, type Verdict } from './verdict.js'

/** Width of a table that is not written to a terminal. */
const COLUMNS = 120

/** @throws what is wrong with the flags or the file, or with where the record is to be; nothing has been opened then */
export async function runCommand(session: Session, file: string, flags: RunFlags): Promise<number> {
  checkFlags(file, flags)
  const source = await readPlanSource(file)
  const earlier = await interruptedRun(session, flags, source.text)
  const params = earlier === undefined ? parseParams(flags) : paramsOf(earlier)
  const plan = checkPlan(source, peripherals, { files: flags.driver === 'mock', params })
  checkQuestions(session, plan.steps, flags.yes === true)
  if (typeof flags.trace === 'string') checkWritable(flags.trace)
  const clock = flags.virtual ? new VirtualClock() : (session.io.clock ?? new SystemClock())
  const over = overAt(plan.steps, clock.wall())
  if (over.length > 0) throw planError(over)
  if (flags.rehearsal === true && flags.for === undefined && plan.steps.some(mayBeEndless)) throw neverEnds(file)
  // From here on a signal does not end the process: it stops the run.
  const screen = new RunScreen(session, flags)
  const stop = stopRequest(screen, session, flags)
  try {
    const seed = parseSeed(flags)
    const resumed = await clock.hold(resumptionOf(session, earlier, plan))
    const recorder = await startRecord(session, { source, plan, flags, clock, seed, resumed })
    return await runStoppable(session, { source, plan, flags, clock, seed, screen, stop, recorder, resumed })
  } finally {
    screen.close()
    stop.dispose()
  }
}

interface Run {
  readonly source: PlanSource
  readonly plan: CheckedPlan
  readonly flags: RunFlags
  readonly clock: Clock
  readonly seed: number | undefined
  readonly screen: RunScreen
  readonly stop: StopRequest
  readonly recorder: RunRecorder | undefined
  readonly resumed: Resumption | undefined
}

async function runStoppable(session: Session, run: Run): Promise<number> {
  const { source, plan, flags, clock, seed, screen, stop, recorder } = run
  const { driver, chip, replay, json, verbose } = flags
  let bench: Bench
  try {
    const observe = tracesOf(flags, recorder).length > 0
    const { name, simulate, interlocks, stop: stopLine } = plan
    const where = { driver, chip, clock, name, journal: journalOf(run), retain: { count: 0 } }
    bench = await openBench(plan.bench, { ...where, observe, simulate, interlocks, replay, seed, stopLine })
  } catch (error) {
    await discardRecord(session, recorder)
    await reportFailure(session, error, { json, verbose, name: plan.name, place: placeOf(error, source, plan) })
    return exitOf(error)
  }
  const detach = stop.attach(bench)
  if (!screen.quiet) screen.say(describeBench(bench, verbose === true))
  screen.say(describeRecovered(bench.recovered))
  if (replay !== undefined && !screen.quiet) screen.say(notReplayed(plan.simulate))
  const service = ServiceNotifier.of(session.io.env, session.io.clock ?? new SystemClock())
  service?.ready(`runs ${oneLine(plan.name)}`)
  stop.signal.addEventListener('abort', () => service?.stopping(), { once: true })
  const { end, trace } = await runAndClose(bench, run, session)
  detach()
  service?.stopping()
  service?.close()
  const verdict = await recorded(run, end, session)
  await report(session, run, { verdict, result: end.result, faults: faultReports(bench.board, plan.simulate) })
  if (trace !== undefined && trace.shortPulses > 0) session.err.write(shortPulses(trace, flags))
  return verdict.exit
}

/** What came of the run, when its record has been written too. */
async function recorded({ recorder, stop }: Run, end: RunEnd, session: Session): Promise<Verdict> {
  const verdict = judge(end)
  if (recorder === undefined) return verdict
  const failure = await endRecord(recorder, end, verdict, stop.signal)
  if (failure !== undefined) return judge({ ...end, errors: [...end.errors, failure] })
  await reportRecord(session, recorder.folder)
  return verdict
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
async function runAndClose(bench: Bench, run: Run, session: Session): Promise<Ended> {
  const { plan, flags, clock, screen, stop, recorder, resumed } = run
  const { duration, endless } = estimatePlan(plan)
  // What may take longer has no time left that could be told.
  const known = endless || duration.atLeast ? Number.POSITIVE_INFINITY : duration.value
  const durationMs = Math.min(known, flags.for === undefined ? Number.POSITIVE_INFINITY : parseDuration(flags.for))
  const estimate = Number.isFinite(durationMs) ? { durationMs } : undefined
  const view = screen.show({ bench, name: plan.name, stop, estimate })
  const ask = answerer(session, flags.yes === true)
  const errors: unknown[] = []
  const began = clock.now()
  const traces: (() => RecordedTrace)[] = []
  let trace: RecordedTrace | undefined
  let result: PlanResult | undefined
  bench.worker.listen(event => {
    view.heard(event)
    recorder?.heard(event)
  })
  try {
    for (const where of tracesOf(flags, recorder)) {
      traces.push(recordTrace(bench, { ...where, scope: plan.name, timescale: flags.timescale }))
    }
    recorder?.begin(bench.board, plan.streams)
    const running = startPlan(bench, plan, {
      signal: stop.signal,
      ask:
        ask &&
        ((question, signal) =>
          standing(
            clock,
            screen.lend(() => ask(question, signal)),
          )),
      resume: resumed?.from,
      onEvent: event => {
        if (event.type === 'finished') view.finished(event.task)
        else if (event.type === 'note') view.noted(event.text)
        recorder?.told(event)
      },
      ...(recorder !== undefined && {
        onRow: row => untilStopped(recorder.row(row), stop.signal),
        beforeStep: () => untilStopped(recorder.room(), stop.signal),
      }),
    })
    screen.follow(running)
    const limit = flags.for
    const over = (): void => stop.timeIsOver(limit ?? '')
    const timer = limit === undefined ? undefined : clock.after(toNs(parseDuration(limit)), over)
    result = await running.result
    timer?.cancel()
  } catch (error) {
    errors.push(error)
  }
  const elapsed = toMs(clock.now() - began)
  try {
    await bench.close()
  } catch (error) {
    errors.push(error)
  }
  screen.close()
  for (const endTrace of traces) {
    try {
      trace = endTrace()
    } catch (error) {
      errors.push(error)
    }
  }
  return { end: { result, errors, elapsed, stop: stop.reason }, trace }
}

interface Reported {
  readonly verdict: Verdict
  readonly result: PlanResult | undefined
  readonly faults: readonly FaultReport[]
}

async function report(
  { io, out, err }: Session,
  { plan, flags, recorder }: Run,
  { verdict, result, faults }: Reported,
): Promise<void> {
  const { outcome, tasks, failures, error } = verdict
  if (flags.json) {
    const { taskCount = 0, rows = 0 } = result ?? {}
    const record = recorder === undefined ? null : resolve(recorder.folder)
    await writeJsonResult(out, {
      name: plan.name,
      outcome,
      tasks,
      faults,
      error,
      place: failures[0]?.place,
      counts: { tasks: taskCount, rows },
      record,
    })
  } else {
    if (!flags.quiet) out.write(taskTable(tasks, { colored: out.colored, columns: io.stdout.columns ?? COLUMNS }))
    const trace = typeof flags.trace === 'string' ? `; trace in ${oneLine(flags.trace)}` : ''
    const record = recorder === undefined ? '' : `; record in ${shownFolder(recorder.folder)}`
    out.write(`${oneLine(plan.name)} ${verdict.summary}${trace}${record}\n`)
    if (!flags.quiet) out.write(faultLines(faults))
  }
  for (const failure of failures) {
    err.write(errorBlock(failure.error, { colored: err.colored, verbose: flags.verbose, place: failure.place }))
  }
}

/** Which peripherals do what the plan says, and not what was recorded. */
function notReplayed(simulate: CheckedPlan['simulate']): string {
  const names = Object.entries(simulate).flatMap(([name, said]) =>
    isNode(said) && Object.keys(said).some(key => key !== 'faults') ? [name] : [],
  )
  if (names.length === 0) return ''
  const [does, say] = names.length === 1 ? ['does', 'it'] : ['do', 'them']
  return `replay: ${oneLine(names.join(', '))} ${does} what simulate says of ${say}, not what was recorded\n`
}

function neverEnds(file: string): PiWorkerError {
  return new PiWorkerError('ERR_USAGE', `${file} may go on until it is stopped, and so would its rehearsal`, {
    place: file,
    remedy: 'Add --for 3d, or give the loop times or for.',
  })
}

/** Readers of VCD may show nothing of a pulse without a width. */
function shortPulses({ shortPulses: count }: RecordedTrace, { timescale }: RunFlags): string {
  const what = count === 1 ? '1 pulse is' : `${count} pulses are`
  const remedy = timescale === '1ns' ? '' : '; --timescale 1ns shows them as they were'
  return `trace: ${what} shorter than ${timescale} and without width in the file${remedy}\n`
}

function stopRequest(screen: RunScreen, { io, err }: Session, { verbose }: RunFlags): StopRequest {
  return new StopRequest(
    io.signals,
    reason => screen.say(`${describe(reason)}: the plan is being stopped\n`),
    reason => {
      if (reason.kind === 'crash') screen.say(errorBlock(reason.error, { colored: err.colored, verbose }))
      else screen.say(`${describe(reason)}: still stopping, safe states come first\n`)
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
