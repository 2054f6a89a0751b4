import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import type { BoardOptions } from '../../drivers/driver.js'
import { MockBoard } from '../../mocks/board.js'
import { MockDriver } from '../../mocks/driver.js'
import { definePeripheral } from '../../src/bench/definition.js'
import { openBench } from '../../src/bench/open-bench.js'
import { DurationSchema, Line } from '../../src/bench/schema.js'
import { PiWorkerError } from '../../src/errors.js'
import { input, output } from '../../src/peripherals/index.js'
import type { WorkerEvent } from '../../src/worker/events.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { failureOf, openMockBench } from './setup.js'

/** A valve whose `hang` ignores its signal, and goes on to move the line when it was given up. */
const valve = definePeripheral({
  type: 'valve',
  title: 'Valve',
  config: Type.Object({ line: Line() }),
  open: async ({ config, board }) => ({
    handle: await board.request({ lines: [config.line], settings: { direction: 'output' } }),
  }),
  actions: {
    open: { title: 'Open', effect: 'idempotent', run: ({ handle }) => handle.set(1) },
    hang: {
      title: 'Hang',
      effect: 'pulse',
      input: Type.Object({ for: DurationSchema() }),
      run: async ({ handle }, input, { clock }) => {
        handle.set(1)
        await clock.reach(clock.now() + input.for * 1e6)
        handle.set(1)
      },
    },
    odd: { title: 'Odd', effect: 'read', output: Type.Number({ unit: 'mm' }), run: () => Number.NaN },
    big: { title: 'Big', effect: 'read', output: Type.Unknown(), run: () => ({ value: 1n }) },
    fail: {
      title: 'Fail',
      effect: 'pulse',
      run: ({ handle }) => {
        handle.set(1)
        throw new TypeError('stuck')
      },
    },
  },
  safe: ({ handle }) => handle.set(0),
})

describe('a call of an action', () => {
  it('is a task on the queue of its peripheral, named after both', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    const task = bench.pump.pulse({ width: '200ms' })
    expect([task.name, task.state]).toEqual(['pump.pulse', 'queued'])
    expect(await task.result()).toEqual({ requested: 200, achieved: 200 })
  })

  it('waits for the one before on the same peripheral, and for no other', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }), lamp: output({ line: 18 }) })
    const first = bench.pump.pulse({ width: '2s' })
    const second = bench.pump.pulse({ width: '1s' })
    const other = bench.lamp.pulse({ width: '1s' })
    await second.result()
    expect([first.waited, second.waited, other.waited]).toEqual([0, 2000, 0])
  })

  it('by names is the same', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    expect(await bench.call('pump', 'pulse', { width: 5 }).result()).toEqual({ requested: 5, achieved: 5 })
    expect(await bench.call('pump', 'on').result()).toEqual({ on: true })
  })

  it('of an unknown peripheral suggests the nearest', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    expect(() => bench.call('pmup', 'on')).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_PERIPHERAL', message: expect.stringContaining('"pump"') }),
    )
  })

  it('of an unknown action suggests the nearest', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    expect(() => bench.call('pump', 'puls')).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_ACTION', message: expect.stringContaining('"pulse"') }),
    )
  })

  it('with a wrong input makes no task', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    expect(() => bench.call('pump', 'pulse', { widht: 5 })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_INPUT', place: 'pump.pulse' }),
    )
    expect(() => bench.call('pump', 'pulse', { width: -5 })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_DURATION', place: 'pump.pulse' }),
    )
    expect(bench.worker.size).toBe(0)
  })

  it('takes the options of a task', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    const task = bench.pump.pulse({ width: '1s' }, { timeout: '100ms', name: 'too long' })
    expect((await failureOf(task.result())).code).toBe('ERR_TIMEOUT')
    expect([task.name, task.state]).toEqual(['too long', 'timedOut'])
  })

  it('may be retried when its effect allows it, and not otherwise', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    expect(await bench.pump.on({}, { retries: 2 }).result()).toEqual({ on: true })
    expect(() => bench.pump.pulse({ width: 5 }, { retries: 2 })).toThrow(
      expect.objectContaining({ code: 'ERR_RETRY_UNSAFE' }),
    )
  })

  it.each(['odd', 'big'] as const)('whose result does not fit or JSON cannot hold fails: %s', async action => {
    const { bench } = await openMockBench({ valve: valve({ line: 17 }) })
    const error = await failureOf(bench.valve[action]().result())
    expect(error).toMatchObject({ code: 'ERR_BAD_OUTPUT', place: `valve.${action}` })
  })
})

describe('after a task that', () => {
  it('failed, the peripheral is safe before the next one starts', async () => {
    const { bench, board } = await openMockBench({ valve: valve({ line: 17 }) })
    const failed = bench.valve.fail()
    const levels: string[] = []
    const next = bench.worker.submit(() => levels.push(board.level(17)), { on: bench.valve })
    await expect(failed.result()).rejects.toThrow('stuck')
    await next.result()
    expect(levels).toEqual(['low'])
  })

  it('was cancelled, the peripheral is safe', async () => {
    const { bench, board, clock } = await openMockBench({ pump: output({ line: 17 }) })
    const task = bench.pump.pulse({ width: '10s' })
    clock.after(1e9, () => task.cancel())
    expect((await failureOf(task.result())).code).toBe('ERR_CANCELLED')
    expect([...board.trace.of(17)].map(({ level, time }) => [level, time])).toEqual([
      ['high', 0],
      ['low', 1e9],
    ])
  })

  it('was given up, the line is safe at once and the function can move nothing any more', async () => {
    const { bench, board, clock } = await openMockBench({ valve: valve({ line: 17 }) })
    const events: WorkerEvent[] = []
    bench.worker.listen(event => events.push(event))
    const task = bench.valve.hang({ for: '10s' }, { timeout: '1s', grace: '500ms' })
    expect((await failureOf(task.result())).code).toBe('ERR_ABANDONED')
    expect([task.state, bench.valve.queue.quarantined, board.level(17)]).toEqual(['indeterminate', true, 'low'])
    await clock.idle()
    expect([...board.trace.of(17)].map(({ level, time }) => [level, time])).toEqual([
      ['high', 0],
      ['low', 1.5e9],
    ])
    expect(events.filter(event => event.type === 'settledLate')).toMatchObject([
      { error: expect.stringContaining('given up') },
    ])
  })

  it('was given up, the queue goes on after a reset, with handles that work', async () => {
    const { bench, board } = await openMockBench({ valve: valve({ line: 17 }) })
    const task = bench.valve.hang({ for: '10s' }, { timeout: '1s', grace: 0 })
    await failureOf(task.result())
    expect((await failureOf(bench.valve.open().result())).code).toBe('ERR_QUARANTINED')
    await bench.valve.queue.reset()
    await bench.valve.open().result()
    expect(board.level(17)).toBe('high')
  })
})

describe('safe states', () => {
  it('are taken by all peripherals, each after the task that runs on it and before those that wait', async () => {
    const { bench, clock } = await openMockBench({ pump: output({ line: 17 }), lamp: output({ line: 18 }) })
    const order: string[] = []
    bench.worker.listen(event => event.type === 'finished' && order.push(event.name))
    await bench.lamp.on().result()
    const pulse = bench.pump.pulse({ width: '1s' })
    bench.pump.on()
    await new Promise<void>(resolve => clock.after(1, resolve))
    expect(pulse.state).toBe('running')
    const levels: unknown[] = []
    const safe = bench.safe()
    const stop = bench.onLevel((line, level, time) => levels.push([line, level, time / 1e6]))
    await safe
    await bench.pump.queue.current?.over()
    stop()
    expect(order).toEqual(['lamp.on', 'pump.pulse', 'pump.on'])
    expect(levels).toEqual([
      [18, 'low', 0.000001],
      [17, 'low', 1000],
      [17, 'high', 1000],
    ])
  })

  it('of one that is given up while others wait for it are taken when it has been given up', async () => {
    const { bench, board, clock } = await openMockBench({ valve: valve({ line: 17 }), lamp: output({ line: 18 }) })
    const hang = bench.valve.hang({ for: '1h' }, { grace: '1s' })
    await new Promise<void>(resolve => clock.after(1, resolve))
    hang.cancel()
    await bench.safe()
    expect([hang.state, board.level(17), clock.now()]).toEqual(['indeterminate', 'low', 1e9 + 1])
  })

  it('are taken while the bench drains, too, and by a closed one not any more', async () => {
    const { bench, board, clock } = await openMockBench({ pump: output({ line: 17 }), lamp: output({ line: 18 }) })
    await bench.lamp.on().result()
    bench.pump.pulse({ width: '1s' })
    const closed = bench.close()
    await Promise.all([bench.safe(), new Promise<void>(resolve => clock.after(1, resolve))])
    expect(board.level(18)).toBe('low')
    await closed
    expect(await failureOf(bench.safe())).toMatchObject({ code: 'ERR_CLOSED' })
  })

  it('that fail are one error that names the peripherals', async () => {
    const { bench, board } = await openMockBench({
      pump: output({ line: 17, safe: 'high' }),
      lamp: output({ line: 18 }),
    })
    board.drive(17, 'low')
    expect(await failureOf(bench.safe())).toMatchObject({ code: 'ERR_NOT_SAFE', place: 'pump' })
    expect(bench.pump.queue.quarantined).toBe(true)
    expect(bench.lamp.queue.quarantined).toBe(false)
  })

  it('of a quarantined peripheral are taken at once', async () => {
    const { bench, board } = await openMockBench({ valve: valve({ line: 17 }) })
    await failureOf(bench.valve.hang({ for: '10s' }, { timeout: '1s', grace: 0 }).result())
    await bench.safe()
    expect([board.level(17), bench.valve.queue.quarantined]).toEqual(['low', true])
  })
})

describe('a bench that closes', () => {
  it('lets its tasks run to their ends, then lets the lines go in their safe states', async () => {
    const { bench, board } = await openMockBench({ pump: output({ line: 17 }) })
    const pulse = bench.pump.pulse({ width: '1s' })
    const on = bench.pump.on()
    await bench.close()
    expect([pulse.state, on.state, board.level(17)]).toEqual(['succeeded', 'succeeded', 'low'])
    expect(() => board.lineInfo(17)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
  })

  it('cancels its tasks when it is told to abort', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    const [pulse, on] = [bench.pump.pulse({ width: '1h' }), bench.pump.on()]
    await bench.close({ abort: true })
    expect([pulse.state, on.state, bench.clock.now()]).toEqual(['cancelled', 'cancelled', 0])
  })

  it('makes its idle peripherals safe at once when it is told to abort, whatever is slow to end', async () => {
    const { bench, board, clock } = await openMockBench({ valve: valve({ line: 17 }), lamp: output({ line: 18 }) })
    await bench.lamp.on().result()
    bench.valve.hang({ for: '1h' }, { grace: '5s' })
    await new Promise<void>(resolve => clock.after(1, resolve))
    const levels: unknown[] = []
    clock.after(1, () => levels.push(board.level(18)))
    await bench.close({ abort: true })
    expect([levels, clock.now()]).toEqual([['low'], 5e9 + 1])
  })

  it('lets every line go and closes the board although one line cannot be let go', async () => {
    const board = new MockBoard({ clock: new VirtualClock() })
    const request = board.request.bind(board)
    const stuck = new PiWorkerError('ERR_IO', 'GPIO17 cannot be let go')
    const release = () => {
      throw stuck
    }
    board.request = async asked =>
      asked.lines[0] === 17 ? Object.assign(await request(asked), { release }) : await request(asked)
    const driver = { name: 'mock', open: async () => board } as const
    const bench = await openBench({ pump: output({ line: 17 }), lamp: output({ line: 18 }) }, { driver })
    const lamp = board.lineInfo(18).used
    expect(await failureOf(bench.close())).toBe(stuck)
    expect(lamp).toBe(true)
    expect(() => board.lineInfo(18)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
  })

  it('may be aborted while it drains', async () => {
    const { bench, clock } = await openMockBench({ pump: output({ line: 17 }) })
    const pulse = bench.pump.pulse({ width: '1h' })
    const closed = bench.close()
    clock.after(1e9, () => void bench.close({ abort: true }))
    await closed
    expect([pulse.state, pulse.elapsed]).toEqual(['cancelled', 1000])
  })

  it('takes no new tasks', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    await bench.close()
    expect(() => bench.pump.on()).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
  })

  it('lets the lines go although one could not be made safe, and says so', async () => {
    const { bench, board } = await openMockBench({ pump: output({ line: 17, safe: 'high' }) })
    board.drive(17, 'low')
    const [first, again] = [bench.close(), bench.close()]
    expect(await failureOf(first)).toMatchObject({ code: 'ERR_NOT_SAFE', place: 'pump' })
    expect(await failureOf(again)).toMatchObject({ code: 'ERR_NOT_SAFE' })
    expect(() => board.lineInfo(17)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
  })

  it('leaves nothing that could happen on its clock', async () => {
    const { bench, clock } = await openMockBench(
      { level: input({ line: 4 }) },
      { simulate: { level: { falls: ['1h'] } } },
    )
    await bench.close()
    await clock.idle()
    expect(clock.now()).toBe(0)
  })

  it('is aborted by await using', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    const pulse = bench.pump.pulse({ width: '1h' })
    await bench[Symbol.asyncDispose]()
    expect(pulse.state).toBe('cancelled')
  })
})

describe('levels', () => {
  it('of every line are told as they change, whoever changes them', async () => {
    const { bench, board } = await openMockBench({ pump: output({ line: 17 }), level: input({ line: 4 }) })
    const told: string[] = []
    const stop = bench.onLevel((line, level, time) => told.push(`${line} ${level} ${time}`))
    await bench.pump.pulse({ width: 1 }).result()
    board.drive(4, 'low')
    stop()
    board.drive(4, 'high')
    expect(told).toEqual(['17 high 0', '17 low 1000000', '4 low 1000000'])
  })

  it('can be asked for', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17, safe: 'high' }) })
    expect([bench.levelOf(17), bench.levelOf(18)]).toEqual(['high', 'low'])
  })
})

/** The mock without what only a simulated board has: as a real one, on which a bench has to watch by itself. */
describe('on a board that does not watch its lines', () => {
  const plain = async (observe: boolean) => {
    const driver = new MockDriver()
    const bare = {
      name: 'gpiochip' as const,
      open: async (options: BoardOptions) => {
        const board = await driver.open(options)
        return {
          driver: 'gpiochip' as const,
          description: board.description,
          capabilities: board.capabilities,
          lineCount: board.lineCount,
          now: () => board.now(),
          findLine: () => undefined,
          lineInfo: (line: number) => board.lineInfo(line),
          request: (request: Parameters<typeof board.request>[0]) => board.request(request),
          close: () => board.close(),
        }
      },
    }
    const specs = { pump: output({ line: 17 }), level: input({ line: 4 }) }
    return await openMockBench(specs, {
      driver: bare,
      guardian: false,
      journal: false,
      observe,
      simulate: { level: { falls: ['1s'] } },
    })
  }

  it('levels are told when it was opened to observe', async () => {
    const { bench } = await plain(true)
    const told: string[] = []
    bench.onLevel((line, level, time) => told.push(`${line} ${level} ${time}`))
    bench.pump.pulse({ width: '100ms' })
    expect(await bench.level.waitFor({ edge: 'falling' }).result()).toMatchObject({ time: 1e9 })
    expect(told).toEqual(['17 high 0', '17 low 100000000', '4 low 1000000000'])
    expect([bench.levelOf(17), bench.levelOf(4), bench.levelOf(5)]).toEqual(['low', 'low', undefined])
  })

  it('nobody can listen when it was not', async () => {
    const { bench } = await plain(false)
    expect(() => bench.onLevel(() => undefined)).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED', remedy: expect.stringContaining('observe') }),
    )
  })
})
