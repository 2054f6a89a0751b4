/** Waits for something that edges of a line tell. */

import type { Edge, LineHandle, LostEdges } from '../../drivers/driver.js'
import type { TaskContext } from '../worker/attempt-context.js'
import type { Timer } from '../worker/clock.js'
import { watchEdges } from './edge-watch.js'

/** What is waited for; whichever of the functions first gives something other than undefined ends the wait with it. */
export interface EdgeWait<T> {
  readonly handle: LineHandle
  /** Edges from before this time (ns since the bench was opened) are passed over. */
  readonly since: number
  readonly edge: (edge: Edge) => T | undefined
  /** Edges that are known to be missing. Default: passed over. */
  readonly lost?: ((lost: LostEdges) => T | undefined) | undefined
  /** Asked once, when the watch is on, so that nothing falls between the two. */
  readonly begun?: (() => T | undefined) | undefined
  /** Longest wait from now on, in ns; without it, only the task ends the wait. */
  readonly timeoutNs?: number | undefined
  /** What the wait ends with after `timeoutNs`; may throw. */
  readonly timedOut?: (() => T) | undefined
}

/** Rejects with what a function of `wait` throws, with a failure of the driver, and as soon as the task is stopped. */
export async function waitForEdges<T>(wait: EdgeWait<T>, task: TaskContext): Promise<T> {
  const { handle, since, edge, lost, begun, timeoutNs, timedOut } = wait
  let end = (): void => {}
  let timer: Timer | undefined
  let onAbort = (): void => {}
  try {
    return await new Promise<T>((resolve, reject) => {
      const settle = (give: () => T | undefined): void => {
        try {
          const value = give()
          if (value !== undefined) resolve(value)
        } catch (error) {
          reject(error)
        }
      }
      end = watchEdges({
        handle,
        since,
        edge: event => settle(() => edge(event)),
        lost: event => settle(() => lost?.(event)),
        failed: ({ error }) => reject(error),
      })
      if (begun !== undefined) settle(begun)
      onAbort = () => reject(task.signal.reason)
      if (task.signal.aborted) onAbort()
      else task.signal.addEventListener('abort', onAbort, { once: true })
      if (timeoutNs !== undefined && timedOut !== undefined) {
        timer = task.clock.after(timeoutNs, () => settle(timedOut))
      }
    })
  } finally {
    timer?.cancel()
    task.signal.removeEventListener('abort', onAbort)
    end()
  }
}
