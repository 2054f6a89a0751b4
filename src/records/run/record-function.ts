/** A plan as a function, with the record that `pi-worker run` keeps of a plan file. */

import { join } from 'node:path'
import type { Bench } from '../../bench/bench.js'
import { isPiWorkerError } from '../../errors.js'
import {
  type Experiment,
  type ExperimentOptions,
  type ExperimentParam,
  experimentParams,
  runFunction,
} from '../../plan/experiment.js'
import type { PlanResult } from '../../plan/plan-bench.js'
import { SystemClock } from '../../worker/clock.js'
import { toPlain } from '../../worker/plain.js'
import { type RecordedTrace, recordTrace } from '../record-trace.js'
import { RUN_FILES, type RunFacts, type RunSync } from './format.js'
import { gitOf, machineFacts } from './provenance.js'
import { makeNamedFolder, makeRecordFolder } from './record-folder.js'
import { RunRecorder } from './recorder.js'
import { runError } from './run-text.js'
import { markInterrupted } from './runs.js'
import { untilStopped } from './until-stopped.js'

export interface RecordFunctionOptions<P extends Readonly<Record<string, ExperimentParam>>>
  extends Omit<ExperimentOptions<P>, 'onRow'> {
  /** The folder of all runs. Default: `runs` in the current folder. */
  readonly runs?: string | undefined
  /** The folder of this run, in the place of one below `runs`: empty, or not there yet. */
  readonly out?: string | undefined
  /** When what is recorded must be on the disk. Default: every second; in virtual time, whenever. */
  readonly sync?: RunSync | undefined
  /** Is told, as a sentence, that the disk is full, and that there is room again. Default: a warning of the process. */
  readonly onDisk?: ((message: string) => void) | undefined
  /** Of the simulation, for the record: what `openBench` was given. */
  readonly seed?: number | undefined
}

export interface RecordedResult extends PlanResult {
  /** Where the record is. */
  readonly folder: string
}

/**
 * Runs a function as `runFunction` does, and leaves a record with its report. The levels of lines are in it where the
 * bench watches them: on the mock, and on real lines that were opened with `observe: true`.
 * @throws ERR_RUN_FOLDER before anything moves, ERR_RUN_RECORD when the record cannot be ended, and what is wrong with the
 *   parameters, as rejections
 */
export async function recordFunction<B extends Bench, const P extends Readonly<Record<string, ExperimentParam>>>(
  bench: B,
  { runs = 'runs', out, sync, seed, onDisk = warn, ...options }: RecordFunctionOptions<P>,
  work: (run: Experiment<B, P>) => void | Promise<void>,
): Promise<RecordedResult> {
  const { clock } = bench
  const { name, params: declared = {}, given = {} } = options
  const params = experimentParams(name, declared, given, bench.names)
  const world = new SystemClock()
  const recordedAt = world.wall()
  if (out === undefined) await clock.hold(markInterrupted(runs))
  const folder = await clock.hold(
    out === undefined ? makeRecordFolder(runs, options.name, recordedAt) : makeNamedFolder(out),
  )
  const facts: RunFacts = {
    name,
    plan: { file: process.argv[1] ?? '', text: String(work) },
    bench: { peripherals: Object.fromEntries(bench.names.map(each => [each, factsOf(bench, each)])) },
    params,
    ...machineFacts(),
    git: await clock.hold(gitOf(process.argv[1] ?? '.', out ?? runs)),
    seed: seed ?? null,
    rehearsal: clock.kind === 'virtual',
    resumes: null,
  }
  const recorder = await RunRecorder.create({
    folder,
    clock,
    ...(clock.kind === 'virtual' && { waitClock: world }),
    recordedAt,
    sync: sync ?? (clock.kind === 'virtual' ? 'off' : 'second'),
    facts,
    onDisk,
  })
  const deaf = bench.worker.listen(event => recorder.heard(event))
  const endTrace = traceOf(bench, recorder, options.name)
  recorder.begin(bench.board)
  const result = await runFunction(
    bench,
    {
      ...options,
      onEvent: event => {
        recorder.told(event)
        options.onEvent?.(event)
      },
      onRow: row => untilStopped(recorder.row(row), options.signal),
    },
    work,
  )
  deaf()
  endTrace?.()
  const { outcome, error, overruns, missed } = result
  const giveUp = options.signal
  await recorder.close({ outcome, error: error === undefined ? null : runError(error), overruns, missed, giveUp })
  const { writeReport } = await import('../report/write-report.js')
  await writeReport(folder)
  return { ...result, folder }
}

function warn(message: string): void {
  process.emitWarning(message, { type: 'pi-worker', code: 'DISK' })
}

function factsOf(bench: Bench, name: string): unknown {
  const { definition, config } = bench.peripheral(name)
  return { type: definition.type, ...(toPlain(config) as object) }
}

/** What ends the trace; undefined where the bench does not watch its lines. */
function traceOf(bench: Bench, recorder: RunRecorder, scope: string): (() => RecordedTrace) | undefined {
  try {
    return recordTrace(bench, { path: join(recorder.folder, RUN_FILES.trace), sink: recorder.trace, scope })
  } catch (error) {
    if (isPiWorkerError(error, 'ERR_UNSUPPORTED')) return undefined
    throw error
  }
}
