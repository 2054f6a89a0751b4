/**
 * Each type of peripheral with each fault that can reach it: an action gives a right result or a typed error, never a
 * wrong one, never none; and when the fault is over, the next action works.
 */

import { afterAll, describe, expect, it } from 'vitest'
import type { MockBoard } from '../../../mocks/board.js'
import type { FaultKind } from '../../../src/bench/faults.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { isPiWorkerError } from '../../../src/errors.js'
import { peripherals } from '../../../src/peripherals/index.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { SCHEDULES } from '../../random-schedules.js'
import { CASES, type Case } from './cases.js'

const LINE_FAULTS = ['bounce', 'stuck', 'glitch', 'unplugged', 'late', 'brown-out', 'lost-edges', 'error'] as const
const FAULTS: Readonly<Record<Case['reachedBy'], readonly FaultKind[]>> = {
  lines: LINE_FAULTS,
  i2c: ['unplugged', 'flip', 'late', 'nack', 'stretch', 'brown-out', 'error'],
  spi: ['unplugged', 'flip', 'brown-out', 'error'],
  'one-wire': ['unplugged', 'flip', 'stuck', 'brown-out', 'error'],
  iio: ['unplugged', 'flip', 'stuck', 'brown-out', 'error'],
}
/** Each fault in the ways that matter. */
const FORMS: Readonly<Record<FaultKind, readonly object[]>> = {
  bounce: [{ edges: 6, within: '2ms' }],
  stuck: [{ level: 'low' }, { level: 'high' }],
  glitch: [
    { width: '5us', every: '20ms' },
    { width: '40us', every: '3ms' },
  ],
  unplugged: [{}],
  flip: [{ probability: 0.02 }, { probability: 0.5 }],
  late: [{ by: '3ms' }],
  nack: [{ probability: 0.3 }, { probability: 1 }],
  stretch: [{ by: '20ms' }, { by: '6s' }],
  'brown-out': [{}],
  'lost-edges': [{ probability: 0.1 }, { probability: 0.6 }],
  error: [{ errno: 'EIO', probability: 0.3 }, { errno: 'EIO' }, { errno: 'EBUSY' }],
}
const BEGIN_MS = 100
/** Long enough for some attempts of each; a bus that hangs takes its time. */
const endOf = ({ reachedBy, patienceMs = 6000 }: Case): number => (reachedBy === 'lines' ? patienceMs : 40_000)
/** More of them where there is time for more. */
const SEEDS = SCHEDULES > 1000 ? [1, 2, 3, 4, 5] : [1]
const ATTEMPTS = 3
/** Longer than any of the actions takes with all that it tries again. */
const HANG = '60s'

const table = new Map<string, string>()

async function outcomes(one: Case, fault: FaultKind, form: object, seed: number): Promise<string[]> {
  const clock = new VirtualClock()
  const end = endOf(one)
  const faults = [{ kind: fault, ...form, from: BEGIN_MS, for: end - BEGIN_MS }]
  const bench = await openBench(
    { it: one.spec },
    { driver: 'mock', clock, seed, simulate: { it: { ...one.simulate, faults } } },
  )
  const board = bench.board as MockBoard
  const act = async (there: FaultKind | undefined): Promise<string> => {
    try {
      const result = await bench.call('it', one.action, one.input, { timeout: HANG }).result()
      return one.right(result as never, { board, fault: there }) ? 'right' : `wrong: ${JSON.stringify(result)}`
    } catch (error) {
      if (!isPiWorkerError(error)) return `not typed: ${String(error)}`
      return error.code === 'ERR_TIMEOUT' || error.code === 'ERR_ABANDONED' ? 'hangs' : error.code
    }
  }
  const mend = async (): Promise<void> => {
    // The bus first: the peripheral may need it to be made safe.
    for (const queue of [...buses(one).map(name => bench.busQueue(name)), bench.peripheral('it').queue]) {
      if (queue.quarantined) await queue.reset().catch(() => undefined)
    }
  }
  try {
    await clock.reach(200e6)
    const seen: string[] = []
    for (let attempt = 0; attempt < ATTEMPTS && clock.now() < 0.8 * end * 1e6; attempt++) {
      seen.push(await act(fault))
      await mend()
    }
    await clock.reach((end + 1000) * 1e6)
    await mend()
    const after = await act(undefined)
    return after === 'right' ? seen : [...seen, `afterwards ${after}`]
  } finally {
    await bench.close({ abort: true })
  }
}

function buses({ reachedBy }: Case): string[] {
  const names = { i2c: ['i2c-1'], spi: ['spi0'], 'one-wire': ['w1'], iio: ['iio'], lines: [] }
  return names[reachedBy]
}

describe.each(Object.entries(CASES))('%s', (type, one) => {
  it.each(FAULTS[one.reachedBy])(
    'with the fault %s is right or says what is wrong, and works afterwards',
    async fault => {
      const all: string[] = []
      for (const form of FORMS[fault]) for (const seed of SEEDS) all.push(...(await outcomes(one, fault, form, seed)))
      const distinct = [...new Set(all)].sort()
      table.set(`${type} ${fault}`, distinct.join(', '))
      expect(distinct.filter(outcome => !/^(right|ERR_[A-Z_]+)$/.test(outcome))).toEqual([])
    },
  )
})

it('there is a case for every type of peripheral', () => {
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(peripherals).sort())
})

afterAll(() => {
  const width = Math.max(...[...table.keys()].map(key => key.length))
  const lines = [...table].map(([key, outcome]) => `${key.padEnd(width)}  ${outcome}`)
  process.stdout.write(`\n${lines.join('\n')}\n`)
})
