/** Whether anything is left to do. */

import { Bench } from '../../src/bench/bench.js'
import { PiWorkerError } from '../../src/errors.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

/**
 * Throws when a task of the bench is queued or running, or when a timer of its virtual clock (or of the one given) is
 * pending: something would still happen. Timers of simulated parts count; background timers do not.
 * @throws ERR_STILL_PENDING
 */
export function expectNothingPending(subject: Bench | VirtualClock): void {
  const tasks = subject instanceof Bench ? subject.worker.unfinished : []
  const clock = subject instanceof Bench ? subject.clock : subject
  const timers = clock instanceof VirtualClock ? clock.pending : 0
  if (tasks.length === 0 && timers === 0) return
  const named = tasks.map(({ name, state }) => `${name || 'a task'} is ${state}`)
  const waiting = timers === 0 ? [] : [timers === 1 ? '1 timer is pending' : `${timers} timers are pending`]
  throw new PiWorkerError(
    'ERR_STILL_PENDING',
    `expected nothing to be pending, but ${[...named, ...waiting].join(', ')}`,
    {
      details: { tasks: tasks.length, timers },
    },
  )
}
