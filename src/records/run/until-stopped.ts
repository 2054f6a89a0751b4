/** Waits for the record, but not longer than anybody wants: a plan that waits for a full disk can be stopped all the same. */

/** Resolves when `kept` does, or when the signal aborts; undefined when there is nothing to wait for. */
export function untilStopped(kept: void | Promise<void>, signal: AbortSignal | undefined): Promise<void> | undefined {
  if (kept === undefined) return undefined
  if (signal === undefined) return kept
  return new Promise((resolve, reject) => {
    const stopped = (): void => resolve()
    signal.addEventListener('abort', stopped, { once: true })
    if (signal.aborted) stopped()
    kept.then(resolve, reject).finally(() => signal.removeEventListener('abort', stopped))
  })
}
