/** What the tests of the buses share. */

import { isPiWorkerError, type PiWorkerError } from '../../../src/errors.js'
import type { ManualClock } from '../../mocks/setup.js'

/** The error that a promise rejects with, which has to be one of ours. */
export async function refusal(promise: Promise<unknown>): Promise<PiWorkerError> {
  try {
    await promise
  } catch (error) {
    if (isPiWorkerError(error)) return error
    throw error
  }
  throw new TypeError('it was expected to be refused')
}

/** An error of the kernel as Node gives it. */
export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: refused`), { code })
}

/** Lets promises that wait for nothing but each other go on. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 50; round++) await Promise.resolve()
}

/** Lets `ns` pass on a clock that goes only when it is told. */
export async function pass(clock: ManualClock, ns: number): Promise<void> {
  await settle()
  clock.time += ns
  clock.fire()
  await settle()
}

/** Something that stands still until it is opened. */
export class Gate {
  readonly #opened: Promise<void>
  open: () => void = () => undefined

  constructor() {
    this.#opened = new Promise(resolve => {
      this.open = resolve
    })
  }

  wait(): Promise<void> {
    return this.#opened
  }
}
