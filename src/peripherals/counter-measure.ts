/** What a counter measures in a while: how many pulses, and how often they come. */

import type { LineHandle } from '../../drivers/driver.js'
import type { BenchBoard } from '../bench/lease.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs } from '../worker/duration.js'
import { PulseRun } from './counter-tally.js'
import { waitForEdges } from './edge-wait.js'
import { watchEdges } from './edge-watch.js'
import { badReading } from './sensor-attempts.js'

/** The line whose pulses are measured. */
export interface PulseSource {
  readonly name: string
  readonly board: BenchBoard
  /** An input with edges of the direction that counts. */
  readonly handle: LineHandle
}

/** Pulses in a time, in ns since the bench was opened. */
export interface PulseCount {
  readonly pulses: number
  readonly lost: number
  readonly from: number
  readonly to: number
}

/** A frequency, from the times of edges. */
export interface FrequencyReading {
  /** Pulses a second; 0 when fewer than two came. */
  readonly frequency: number
  /** How many periods it is the mean of. */
  readonly periods: number
  /** The shortest and the longest of them, in ns; undefined when there was none. */
  readonly shortest: number | undefined
  readonly longest: number | undefined
  readonly lost: number
}

/** Counts from now on for `ns`. @throws what the driver fails with */
export async function countFor(source: PulseSource, ns: number, task: TaskContext): Promise<PulseCount> {
  let pulses = 0
  let lost = 0
  const { from, to } = await listenFor(source, ns, task, {
    pulse: () => pulses++,
    lost: count => {
      lost += count
    },
  })
  return { pulses, lost, from, to }
}

/**
 * The mean frequency over `ns`: from the longest run of pulses with no known loss in it.
 * @throws ERR_BAD_READING (incomplete) when edges were lost and no two pulses in a row are left
 */
export async function frequencyFor(source: PulseSource, ns: number, task: TaskContext): Promise<FrequencyReading> {
  let run = new PulseRun()
  let best = run
  let lost = 0
  await listenFor(source, ns, task, {
    pulse: time => {
      run.add(time)
      if (run.periods > best.periods) best = run
    },
    lost: count => {
      lost += count
      run = new PulseRun()
    },
  })
  if (lost > 0 && best.periods < 1) {
    throw badReading(source.name, `${lost} edges were lost, and no two pulses in a row came`, 'incomplete', SLOWER)
  }
  return readingOf(best, lost)
}

/**
 * The mean frequency of the next `periods` periods; begins again when edges are lost.
 * @throws ERR_NO_EDGE after `timeoutNs`
 */
export async function frequencyOver(
  source: PulseSource,
  periods: number,
  timeoutNs: number | undefined,
  task: TaskContext,
): Promise<FrequencyReading> {
  const { name, board, handle } = source
  let run = new PulseRun()
  let lost = 0
  return await waitForEdges(
    {
      handle,
      since: board.now(),
      edge: ({ time }) => {
        run.add(time)
        return run.periods >= periods ? readingOf(run, lost) : undefined
      },
      lost: ({ count }) => {
        lost += count
        run = new PulseRun()
        return undefined
      },
      timeoutNs,
      timedOut: () => {
        const got = `${Math.max(0, run.periods)} of ${periods} periods came within ${toMs(timeoutNs ?? 0)} ms`
        const edges = lost === 0 ? '' : `, and ${lost} edges were lost`
        throw new PiWorkerError('ERR_NO_EDGE', `${name}: ${got}${edges}`, { place: name })
      },
    },
    task,
  )
}

/** Waits until `pulses` have come. @throws ERR_NO_EDGE after `timeoutNs` */
export async function waitForPulses(
  { name, board, handle }: PulseSource,
  pulses: number,
  timeoutNs: number | undefined,
  task: TaskContext,
): Promise<PulseCount> {
  const from = board.now()
  let came = 0
  let lost = 0
  return await waitForEdges(
    {
      handle,
      since: from,
      edge: ({ time }) => (++came >= pulses ? { pulses: came, lost, from, to: time } : undefined),
      lost: ({ count }) => {
        lost += count
        return undefined
      },
      timeoutNs,
      timedOut: () => {
        const got = `${came} of ${pulses} pulses came within ${toMs(timeoutNs ?? 0)} ms`
        throw new PiWorkerError('ERR_NO_EDGE', `${name}: ${got}`, { place: name })
      },
    },
    task,
  )
}

const SLOWER = 'Measure a slower signal, keep the machine less busy, or divide the pulses in hardware.'

function readingOf(run: PulseRun, lost: number): FrequencyReading {
  const { periods, shortest, longest } = run
  if (periods < 1) return { frequency: 0, periods: 0, shortest: undefined, longest: undefined, lost }
  return { frequency: run.frequency, periods, shortest, longest, lost }
}

/** Tells of every pulse and loss from now on for `ns`. */
async function listenFor(
  { board, handle }: PulseSource,
  ns: number,
  task: TaskContext,
  tell: { readonly pulse: (time: number) => void; readonly lost: (count: number) => void },
): Promise<{ from: number; to: number }> {
  const from = board.now()
  const to = from + ns
  let failure: Error | undefined
  const end = watchEdges({
    handle,
    since: from,
    edge: ({ time }) => {
      if (time <= to) tell.pulse(time)
    },
    lost: ({ count, time }) => {
      if (time <= to) tell.lost(count)
    },
    failed: ({ error }) => {
      failure = error
    },
  })
  try {
    // The edges of the last moments may still be on their way to us.
    await task.sleep(toMs(ns + board.capabilities.edgeDelayNs))
    if (failure !== undefined) throw failure
    return { from, to }
  } finally {
    end()
  }
}
