/** A switch by which a process refuses to touch real hardware: tests throw it, every driver and bus asks it first. */

import { PiWorkerError } from '../src/errors.js'

/** Known to every copy of this module: two bundles in one process have one hardware. */
const FORBIDDEN = Symbol.for('pi-worker.real-hardware-forbidden')
const process = globalThis as { [FORBIDDEN]?: number }

/** From now on, no driver opens but the mock; returns what allows it again (who forbade it twice allows it twice). */
export function forbidRealHardware(): () => void {
  let forbids = true
  process[FORBIDDEN] = (process[FORBIDDEN] ?? 0) + 1
  return () => {
    if (forbids) process[FORBIDDEN] = (process[FORBIDDEN] ?? 1) - 1
    forbids = false
  }
}

/** @param what What is about to be opened: `gpiochip`, `i2c-1`. @throws ERR_REAL_HARDWARE when it is forbidden */
export function checkHardwareAllowed(what: string): void {
  if ((process[FORBIDDEN] ?? 0) === 0) return
  throw new PiWorkerError('ERR_REAL_HARDWARE', `${what} would reach real hardware, which this process forbids`, {
    details: { driver: what },
  })
}
