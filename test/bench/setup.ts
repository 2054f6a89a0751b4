/** What the tests of benches share: a bench on the mock driver in virtual time. */

import { expect, onTestFinished } from 'vitest'
import { MockBoard } from '../../mocks/board.js'
import { MockDriver, type MockDriverOptions } from '../../mocks/driver.js'
import type { Bench, BenchOf, Specs } from '../../src/bench/bench.js'
import type { BenchOptions } from '../../src/bench/bench-options.js'
import { openBench } from '../../src/bench/open-bench.js'
import { isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

export interface MockBench<S extends Specs> {
  readonly bench: BenchOf<S>
  /** The simulated board, to look at and to push from outside. */
  readonly board: MockBoard
  readonly clock: VirtualClock
}

/** Opens a bench that is closed when the test is over. */
export async function openMockBench<const S extends Specs>(
  specs: S,
  options: BenchOptions = {},
  mock: MockDriverOptions = {},
): Promise<MockBench<S>> {
  const clock = new VirtualClock()
  const bench = await openBench(specs, { driver: new MockDriver(mock), clock, ...options })
  onTestFinished(() => bench.close({ abort: true }).catch(whenNotSafe))
  return { bench, board: bench.board as MockBoard, clock }
}

/** A test that leaves hardware unsafe has looked at that already. */
function whenNotSafe(error: unknown): void {
  if (!isPiWorkerError(error, 'ERR_NOT_SAFE')) throw error
}

/** The error of a promise that must reject with one of ours. */
export async function failureOf(promise: Promise<unknown>): Promise<PiWorkerError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (isPiWorkerError(error)) return error
  throw error ?? new TypeError('it did not fail')
}

/** The error of a call that must be refused at once: there is no task of it, and no line moved. */
export function refusalOf(
  { bench, board }: { readonly bench: Bench; readonly board: MockBoard },
  call: () => unknown,
): PiWorkerError {
  const before = { tasks: bench.worker.size, levels: board.trace.length }
  const error = thrownBy(call)
  expect({ tasks: bench.worker.size, levels: board.trace.length }).toEqual(before)
  return error
}

function thrownBy(call: () => unknown): PiWorkerError {
  try {
    call()
  } catch (error) {
    if (isPiWorkerError(error)) return error
    throw error
  }
  throw new TypeError('it was not refused')
}

/** The board, but none of its lines has an interrupt: as of an I²C expander whose INT pin is not wired. */
export function withoutEdges(board: MockBoard): MockBoard {
  const request: MockBoard['request'] = async request => {
    if ((request.settings.edges ?? 'none') === 'none') return await MockBoard.prototype.request.call(board, request)
    throw new PiWorkerError('ERR_UNSUPPORTED', 'the lines have no interrupt, so no edges')
  }
  return Object.assign(board, { request })
}
