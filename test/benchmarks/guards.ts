/**
 * What limits and interlocks add to `set` of a line on the simulated board, with every change in its trace: the fastest of
 * many short rounds of each side, because a difference of some ns is nothing beside what others do on the machine.
 *
 * Limits that ask for pauses (minOff, maxDuty, maxToggleRate) must know the time of every change, which costs more; a line
 * with one of them is never set as fast as here.
 */

import { definePeripheral, Line, openBench, SystemClock, Type } from 'pi-worker'
import { type MockBoard, MockDriver } from 'pi-worker/mocks'
import { ns, type Row, type Size } from './measure.js'

const COUNT = 20_000
/** So many for each that is asked for. */
const SHORT_ROUNDS = 30
const LIMIT = '≤ 20 %'

interface Settable {
  set(values: number): void
}

/** A line whose one action toggles it as fast as it can, through the handle that a bench gives. */
const blinker = definePeripheral({
  type: 'blinker',
  title: 'Blinker',
  config: Type.Object({ line: Line() }),
  outputs: ({ line }) => ({ lines: [{ line, safe: 'low', activeLow: false, load: true }] }),
  open: ({ config, board }) => board.request({ lines: [config.line], settings: { direction: 'output' } }),
  actions: {
    blink: {
      title: 'Blink',
      effect: 'pulse',
      input: Type.Object({ count: Type.Integer() }),
      run: (handle, { count }) => toggle(handle, count),
    },
  },
  safe: handle => handle.set(0),
})

/** A line that the board's own resistor holds high. */
const level = definePeripheral({
  type: 'level',
  title: 'Level',
  config: Type.Object({ line: Line() }),
  open: ({ config, board }) => {
    return board.request({ lines: [config.line], settings: { direction: 'input', bias: 'pull-up' } })
  },
  actions: { read: { title: 'Read', effect: 'read', run: handle => void handle.get() } },
})

interface Rules {
  readonly maxOn?: '1h'
  readonly maxToggleRate?: 1e9
  readonly requires?: { readonly level: 'high' }
}

export async function run(size: Size): Promise<Row[]> {
  return [
    await row('maxOn', { maxOn: '1h' }, false, size, LIMIT),
    await row('an interlock', {}, true, size, LIMIT),
    await row('maxOn and an interlock', { maxOn: '1h' }, true, size, LIMIT),
    await row('a condition', { requires: { level: 'high' } }, false, size),
    await row('maxToggleRate', { maxToggleRate: 1e9 }, false, size),
  ]
}

async function row(what: string, rules: Rules, never: boolean, size: Size, limit?: string): Promise<Row> {
  const guarded = await open(rules, never)
  const free = await open({}, false)
  const count = COUNT / size.divide
  let with_ = Number.POSITIVE_INFINITY
  let without = Number.POSITIVE_INFINITY
  for (let round = 0; round < size.rounds * SHORT_ROUNDS; round++) {
    without = Math.min(without, await free.toggled(count))
    with_ = Math.min(with_, await guarded.toggled(count))
  }
  await guarded.close()
  await free.close()
  const value = `${((with_ / without - 1) * 100).toFixed(1)} %`
  return { what: `${what} adds to a set of ${ns(without)}`, value, ...(limit !== undefined && { limit }) }
}

async function open(rules: Rules, never: boolean) {
  const specs = { lamp: blinker({ line: 17, ...rules }), other: blinker({ line: 18 }), level: level({ line: 4 }) }
  const interlocks = never ? [{ never: ['lamp', 'other'] }] : []
  const bench = await openBench(specs, { driver: new MockDriver(), clock: new SystemClock(), interlocks })
  const { trace } = bench.board as MockBoard
  return {
    /** ns of a set; without a collection of garbage before it, which would take far longer than the round. */
    toggled: async (count: number): Promise<number> => {
      trace.clear()
      const start = process.hrtime.bigint()
      await bench.lamp.blink({ count }).result()
      return Number(process.hrtime.bigint() - start) / count
    },
    close: () => bench.close(),
  }
}

function toggle(line: Settable, count: number): void {
  for (let i = 1; i <= count; i++) line.set(i & 1)
}
