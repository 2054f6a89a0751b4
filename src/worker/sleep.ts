/** Waiting on a clock. */

import type { Clock } from './clock.js'
import { type Duration, parseDuration, toNs } from './duration.js'

/**
 * Resolves after `duration`, never earlier. Rejects with the signal's reason when `signal` aborts first.
 * @throws ERR_BAD_DURATION
 */
export async function sleep(clock: Clock, duration: Duration, signal?: AbortSignal): Promise<void> {
  const ns = toNs(parseDuration(duration))
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const timer = clock.after(ns, () => {
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    const stop = (): void => {
      timer.cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}
