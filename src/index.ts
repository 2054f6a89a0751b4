/** `pi-worker`: tasks, benches and plans. Drivers are in `pi-worker/drivers`, simulated hardware in `pi-worker/mocks`. */

export { type Static, Type } from 'typebox'
export { Bench, type BenchOf, type Signal, type Specs } from './bench/bench.js'
export type { BenchOptions } from './bench/bench-options.js'
export {
  type Action,
  type ActionInfo,
  type AnyDefinition,
  type DefinitionOptions,
  type Definitions,
  definePeripheral,
  type OpenContext,
  type PeripheralDefinition,
  type PeripheralSpec,
} from './bench/definition.js'
export type { InterlockSpec } from './bench/guards/interlocks.js'
export type { LineState } from './bench/guards/keys.js'
export type { JournalOptions } from './bench/journal/open-journal.js'
export type { CommandedLevel, InFlight, Recovered } from './bench/journal/recover.js'
export type { BenchBoard } from './bench/lease.js'
export { openBench } from './bench/open-bench.js'
export type { OutputChannel, OutputLine, OutputMessage, Outputs } from './bench/outputs.js'
export { type CallOptions, type Calls, Peripheral, type PeripheralOf } from './bench/peripheral.js'
export {
  Default,
  DurationSchema,
  type Input,
  Line,
  OneOf,
  type Parsed,
  type TDefault,
  type TDuration,
  type TLine,
  toJsonSchema,
} from './bench/schema.js'
export type { StopRecord, StopResetOptions, WhenStopped } from './bench/stop/emergency-stop.js'
export type { PausablePlan, PauseOptions, PlanState } from './bench/stop/running-plans.js'
export type { BenchStatus, LineStatus, PeripheralState, PeripheralStatus } from './bench/stop/status.js'
export type { StopLineConfig } from './bench/stop/stop-line.js'
export { AT_ONCE, type Takes, type TakesContext, takesAbout, takesJust, takesUpTo } from './bench/takes.js'
export {
  type CatalogueEntry,
  catalogue,
  type ErrorCode,
  type ErrorContext,
  isPiWorkerError,
  PiWorkerError,
} from './errors.js'
export * from './peripherals/index.js'
export { type CheckedPlan, type CheckOptions, checkPlan, streamsOf } from './plan/check.js'
export { type Amount, type Estimate, estimatePlan } from './plan/estimate/estimate.js'
export {
  type Experiment,
  type ExperimentOptions,
  type ExperimentParam,
  type ParamsOf,
  type Recordable,
  type RunningExperiment,
  runFunction,
  startFunction,
} from './plan/experiment.js'
export { formatPlace, type Place, type PlanProblem, problemsOf } from './plan/place.js'
export type { ActionStep, ParallelStep, Plan, RepeatStep, Step, WaitStep } from './plan/plan.js'
export type { PlanPrompt, PlanWarning } from './plan/plan-context.js'
export type { PlanTask, PlanTaskJson } from './plan/plan-task.js'
export type { Cell, Column, ParamValue, Question, Row, Stream } from './plan/rows.js'
export {
  type PlanBench,
  type PlanEvent,
  type PlanOutcome,
  type PlanResult,
  type PlanRunOptions,
  type ResumeFrom,
  type Runnable,
  type RunningPlan,
  runPlan,
  startPlan,
} from './plan/run.js'
export { planSchema } from './plan/schema.js'
export { PlanSource, readPlanSource } from './plan/source.js'
export * as sequences from './pulses/index.js'
export { type RecordOptions, recordTrace } from './records/record-trace.js'
export { writeReport } from './records/report/write-report.js'
export { type RecordedRun, readRun } from './records/run/read-run.js'
export { type RecordedResult, type RecordFunctionOptions, recordFunction } from './records/run/record-function.js'
export { type RecorderOptions, type RunEnding, RunRecorder } from './records/run/recorder.js'
export { type VcdOptions, type VcdSignal, VcdWriter } from './records/vcd.js'
export type { TaskContext } from './worker/attempt-context.js'
export { type Clock, SystemClock, type Timer } from './worker/clock.js'
export { type Duration, type DurationText, type DurationUnit, parseDuration } from './worker/duration.js'
export type { WorkerEvent, WorkerEventBody } from './worker/events.js'
export { PeripheralQueue, type QueueOptions, type ResetOptions } from './worker/peripheral-queue.js'
export { Task, type TaskDict, type TaskJson } from './worker/task.js'
export type { Effect, QueueRef, TaskOptions } from './worker/task-options.js'
export type { Progress, TaskState } from './worker/task-record.js'
export { type CloseOptions, Worker, type WorkerOptions } from './worker/worker.js'
