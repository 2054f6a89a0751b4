import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import type { LineHandle } from '../../../drivers/driver.js'
import { MockBoard } from '../../../mocks/board.js'
import { definePeripheral } from '../../../src/bench/definition.js'
import { HeldLines } from '../../../src/bench/lease.js'
import { Line } from '../../../src/bench/schema.js'
import { PiWorkerError } from '../../../src/errors.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { openMockBench } from '../setup.js'

const lines = [17, 18, 19]
const why = new PiWorkerError('ERR_STOPPED', 'smoke')
const outputs = (...safe: ('low' | 'high' | 'keep' | 'input')[]) =>
  safe.map((level, index) => ({ line: lines[index] as number, safe: level, activeLow: false, load: true }))

async function held(activeLow = false, initial = 0b101) {
  const clock = new VirtualClock()
  const board = new MockBoard({ clock })
  const held = new HeldLines('pump', board, lines)
  const handle = await held.lease().request({ lines, settings: { direction: 'output', activeLow, initial } })
  return { clock, board, held, handle, levels: () => lines.map(line => board.level(line)) }
}

describe('the safe levels of held lines', () => {
  it.each([false, true])(
    'are set by their physical levels, all at once; kept ones are left (activeLow %s)',
    async activeLow => {
      const { board, held: lease, levels } = await held(activeLow, activeLow ? 0b010 : 0b101)
      const before = levels()
      const sets: string[] = []
      board.onLevel(line => sets.push(`${line} with ${levels().join()}`))
      expect(lease.setSafe(outputs('low', 'high', 'keep'))).toEqual([])
      expect(levels()).toEqual(['low', 'high', before[2]])
      expect(new Set(sets.map(set => set.split(' with ')[1])).size).toBe(1)
    },
  )

  it('that are those of inputs let the lines go to whatever else drives them', async () => {
    const { board, held: lease, handle } = await held()
    board.drive(17, 'pull-down')
    expect(lease.setSafe(outputs('input', 'input', 'input'))).toEqual([])
    expect([handle.settings.direction, board.level(17)]).toEqual(['input', 'low'])
  })

  it.each([false, true])('are driven on lines that somebody has made inputs (activeLow %s)', async activeLow => {
    const { board, held: lease, handle, levels } = await held(activeLow)
    handle.reconfigure({ direction: 'input', bias: 'pull-up', activeLow })
    for (const line of lines) board.drive(line, 'pull-up')
    expect(lease.setSafe(outputs('low', 'low', 'high'))).toEqual([])
    expect(levels()).toEqual(['low', 'low', 'high'])
  })

  it('leave inputs as they are where one of them has none', async () => {
    const { held: lease, handle } = await held()
    handle.reconfigure({ direction: 'input' })
    expect(lease.setSafe(outputs('low', 'low', 'keep'))).toEqual([])
    expect(handle.settings.direction).toBe('input')
  })

  it('end PWM', async () => {
    const { clock, board, held: lease, handle } = await held()
    handle.pwm?.(17, { frequency: 100, duty: 0.5 })
    lease.setSafe(outputs('low', 'low', 'low'))
    const { length } = board.trace
    await clock.reach(1e9)
    expect([board.level(17), board.trace.length]).toEqual(['low', length])
  })

  it('are set one by one when they cannot be set together: who refuses one, does not refuse all', async () => {
    const board = new MockBoard({ clock: new VirtualClock() })
    const request = board.request.bind(board)
    board.request = async asked => {
      const handle = await request(asked)
      const set = handle.set.bind(handle)
      const guarded = (values: number, mask = -1): void => {
        if ((mask & 2) !== 0 && (values & 2) !== 0) throw new PiWorkerError('ERR_UNSUPPORTED', 'GPIO18 must stay low')
        set(values, mask)
      }
      return Object.assign(handle, { set: guarded })
    }
    const lease = new HeldLines('pump', board, lines)
    await lease.lease().request({ lines, settings: { direction: 'output', initial: 0b101 } })
    expect(lease.setSafe(outputs('low', 'high', 'low'))).toMatchObject([{ message: 'GPIO18 must stay low' }])
    expect(lines.map(line => board.level(line))).toEqual(['low', 'low', 'low'])
  })
})

describe('a handle that is stilled', () => {
  it('reads, and drives nothing until it may again', async () => {
    const { held: lease, handle, levels } = await held()
    const before = levels()
    lease.still(why)
    const drives: (() => unknown)[] = [
      () => handle.set(0),
      () => handle.reconfigure({ direction: 'output', initial: 0 }),
      () => handle.pwm?.(17, { frequency: 100, duty: 0.5 }),
    ]
    for (const drive of drives) expect(drive).toThrow(why)
    await expect(handle.play({ steps: [{ values: 0, ns: 1 }] })).rejects.toBe(why)
    expect([levels(), handle.get()]).toEqual([before, 0b101])
    lease.still(undefined)
    handle.set(0)
    expect(levels()).toEqual(['low', 'low', 'low'])
  })

  it('and that is taken over is stilled too', async () => {
    const { held: lease } = await held()
    lease.still(why)
    const handle = await lease.lease().request({ lines, settings: { direction: 'output' } })
    expect(() => handle.set(0)).toThrow(why)
  })
})

/** Its line is an input but for its safe state, in which it is driven low; it declares nothing. */
const latch = definePeripheral({
  type: 'latch',
  title: 'Latch',
  config: Type.Object({ line: Line() }),
  open: async ({ config, board }): Promise<{ handle: LineHandle; opened: number }> => {
    const handle = await board.request({ lines: [config.line], settings: { direction: 'input', bias: 'pull-up' } })
    return { handle, opened: board.now() }
  },
  actions: {
    read: { title: 'Read', effect: 'read', output: Type.Number({ unit: 'ns' }), run: ({ opened }) => opened },
  },
  safe: ({ handle }) => handle.reconfigure({ direction: 'output', initial: 0 }),
})

it('a peripheral with inputs alone may drive them to be safe: then it is opened anew for it', async () => {
  const { bench, board, clock } = await openMockBench({ latch: latch({ line: 17 }) })
  await clock.reach(1e9)
  expect(board.level(17)).toBe('high')
  await bench.stop('smoke')
  expect(board.level(17)).toBe('low')
  await bench.reset({ acknowledge: 'the test' })
  expect(await bench.latch.read().result()).toBe(1e9)
})
