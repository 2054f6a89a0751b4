import { describe, expect, it } from 'vitest'
import { judge, type RunEnd } from '../../src/cli/verdict.js'
import { PiWorkerError } from '../../src/errors.js'
import type { PlanResult } from '../../src/plan/run.js'

const NO_EDGE = new PiWorkerError('ERR_NO_EDGE', 'nothing came')
const GONE = new PiWorkerError('ERR_CHIP_GONE', 'the chip vanished')
const UNSAFE = new PiWorkerError('ERR_NOT_SAFE', 'the pump stays on')
const FILE = new PiWorkerError('ERR_FILE', 'the disk is full')
const STOPPED = new PiWorkerError('ERR_CANCELLED', 'stopped by SIGINT')
const SIGINT = { kind: 'signal', signal: 'SIGINT' } as const

const WELL: PlanResult = {
  name: 'Test',
  outcome: 'succeeded',
  tasks: [],
  error: undefined,
  failedStep: undefined,
  notSafe: undefined,
  cleanup: undefined,
  taskCount: 0,
  passedOver: 0,
  overruns: 0,
  missed: 0,
  rows: 0,
}
const failed = (error: Error): PlanResult => ({ ...WELL, outcome: 'failed', error })
const CANCELLED: PlanResult = { ...WELL, outcome: 'cancelled', error: STOPPED }

const end = (parts: Partial<RunEnd>): RunEnd => ({ result: WELL, errors: [], stop: undefined, elapsed: 5, ...parts })

describe('the exit code of a run', () => {
  it.each([
    ['all went well', end({}), 0, 'succeeded', undefined],
    ['a task failed', end({ result: failed(NO_EDGE) }), 1, 'failed', NO_EDGE],
    ['something broke that nobody foresaw', end({ result: failed(new RangeError('x')) }), 1, 'failed', undefined],
    ['the chip vanished', end({ result: failed(GONE) }), 3, 'failed', GONE],
    ['the trace could not be written', end({ errors: [FILE] }), 2, 'failed', FILE],
    ['the plan was not even begun', end({ result: undefined, errors: [FILE] }), 2, 'failed', FILE],
    ['a signal came', end({ result: CANCELLED, stop: SIGINT }), 130, 'cancelled', STOPPED],
    ['a signal came when all was over', end({ stop: SIGINT }), 0, 'succeeded', undefined],
    ['a signal came after a failure', end({ result: failed(NO_EDGE), stop: SIGINT }), 1, 'failed', NO_EDGE],
    [
      'the trace broke when a signal came',
      end({ result: CANCELLED, stop: SIGINT, errors: [FILE] }),
      130,
      'cancelled',
      FILE,
    ],
    ['closing was not safe', end({ errors: [FILE, UNSAFE] }), 4, 'failed', UNSAFE],
    [
      'a signal came and stopping was not safe',
      end({ result: { ...CANCELLED, notSafe: UNSAFE }, stop: SIGINT }),
      4,
      'cancelled',
      UNSAFE,
    ],
    [
      'a task failed and stopping was not safe',
      end({ result: { ...failed(NO_EDGE), notSafe: UNSAFE } }),
      4,
      'failed',
      UNSAFE,
    ],
    ['nobody caught an error', end({ result: CANCELLED, stop: { kind: 'crash', error: GONE } }), 3, 'failed', GONE],
    ['nobody caught an error after the plan', end({ stop: { kind: 'crash', error: GONE } }), 3, 'failed', GONE],
  ])('when %s', (_what, run, exit, outcome, error) => {
    const verdict = judge(run)
    expect([verdict.exit, verdict.outcome]).toEqual([exit, outcome])
    if (error !== undefined) expect(verdict.error).toBe(error)
  })
})

describe('what went wrong', () => {
  it('is told once, the gravest first', () => {
    const { failures } = judge(
      end({
        result: { ...failed(NO_EDGE), notSafe: UNSAFE },
        errors: [new PiWorkerError('ERR_NOT_SAFE', UNSAFE.message), FILE],
      }),
    )
    expect(failures.map(failure => failure.error)).toEqual([UNSAFE, NO_EDGE, FILE])
  })

  it('is nothing when a signal ended the run', () => {
    expect(judge(end({ result: CANCELLED, stop: SIGINT })).failures).toEqual([])
  })
})
