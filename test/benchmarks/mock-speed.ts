/** How often the simulated board toggles a line, with every change in its trace. */

import { type Clock, definePeripheral, Line, openBench, SystemClock, Type } from 'pi-worker'
import { MockBoard, MockDriver, VirtualClock } from 'pi-worker/mocks'
import { median, type Row, type Size, time } from './measure.js'

const COUNT = 1_000_000
const LIMIT = '≥ 1,000,000'

interface Settable {
  set(values: number): void
}

/** A line whose one action toggles it as fast as it can, through the handle that a bench gives. */
const blinker = definePeripheral({
  type: 'blinker',
  title: 'Blinker',
  config: Type.Object({ line: Line() }),
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

export async function run(size: Size): Promise<Row[]> {
  const count = COUNT / size.divide
  return [
    await row('of a handle of the board, system clock', count, size, () => onBoard(new SystemClock())),
    await row('of a handle of the board, virtual clock', count, size, () => onBoard(new VirtualClock())),
    await row('of a peripheral of a bench, system clock', count, size, () => onBench(new SystemClock())),
  ]
}

/** A line of a fresh board, and how many changes the trace has. */
interface Stage {
  readonly toggle: (count: number) => Promise<void> | void
  readonly changes: () => number
  readonly close: () => Promise<void>
}

async function row(what: string, count: number, size: Size, open: () => Promise<Stage>): Promise<Row> {
  const costs: number[] = []
  for (let round = 0; round <= size.rounds; round++) {
    const stage = await open()
    const cost = await time(count, stage.toggle)
    if (stage.changes() < count) throw new RangeError(`the trace has ${stage.changes()} changes, not ${count}`)
    await stage.close()
    if (round > 0) costs.push(cost) // the first warms up
  }
  const perSecond = Math.round(1e9 / median(costs))
  return { what: `toggles a second ${what}`, value: perSecond.toLocaleString('en'), limit: LIMIT }
}

async function onBoard(clock: Clock): Promise<Stage> {
  const board = new MockBoard({ clock })
  const handle = await board.request({ lines: [17], settings: { direction: 'output' } })
  return { toggle: count => toggle(handle, count), changes: () => board.trace.length, close: () => board.close() }
}

async function onBench(clock: Clock): Promise<Stage> {
  const bench = await openBench({ lamp: blinker({ line: 17 }) }, { driver: new MockDriver(), clock })
  const { trace } = bench.board as MockBoard
  return {
    toggle: count => bench.lamp.blink({ count }).result(),
    changes: () => trace.length,
    close: () => bench.close(),
  }
}

function toggle(line: Settable, count: number): void {
  for (let i = 1; i <= count; i++) line.set(i & 1)
}
