/** Runs a step that has a limit of its time, or whose failure is not the end of the plan. */

import { PiWorkerError } from '../../errors.js'
import { toNs } from '../../worker/duration.js'
import { formatPlace } from '../place.js'
import type { BoundedStep } from '../plan.js'
import { type Execution, type Frame, inRegion, type Next, nextAfter } from './execution.js'
import { Region } from './region.js'

/** The time while the plan is paused is none of it. */
export async function runBounded(execution: Execution, step: BoundedStep, frame: Frame): Promise<Next> {
  const { onError } = step
  let ms: number | undefined
  try {
    ms = typeof step.timeoutMs === 'function' ? step.timeoutMs(execution.values) : step.timeoutMs
  } catch (error) {
    if (onError === 'stop') throw error
    execution.passOver()
    return nextAfter(onError)
  }
  const region = new Region(frame.region, true)
  const watch = new Region(frame.region, false)
  if (ms !== undefined) {
    const limit = ms
    void passed(execution, toNs(limit), watch).then(() => {
      if (!watch.stopped) execution.fail(region, lateError(step, limit), step)
    })
  }
  const next = await execution.steps(step.steps, inRegion(frame, region))
  watch.stop()
  for (const each of [watch, region]) each.leave()
  const { caught } = region
  if (caught === undefined || frame.region.stopped) return next
  if (onError === 'stop') {
    execution.fail(frame.region, caught.error, caught.step)
    return 'round'
  }
  execution.passOver()
  return nextAfter(onError)
}

/** Resolves when so much of the plan's own time is over, or when nobody waits for it any more. */
async function passed(execution: Execution, ns: number, watch: Region): Promise<void> {
  const { pausing } = execution
  const due = pausing.now() + ns
  for (let left = ns; left > 0 && !watch.stopped; left = due - pausing.now()) {
    await execution.sleep(left, watch)
    await pausing.opened()
  }
}

function lateError({ word, place }: BoundedStep, ms: number): PiWorkerError {
  return new PiWorkerError('ERR_TIMEOUT', `${word} took longer than ${ms} ms`, { place: formatPlace(place) })
}
