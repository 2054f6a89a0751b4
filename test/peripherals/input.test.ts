import { describe, expect, it } from 'vitest'
import type { BoardOptions } from '../../drivers/driver.js'
import { MockDriver } from '../../mocks/driver.js'
import { input } from '../../src/peripherals/index.js'
import { failureOf, openMockBench, refusalOf, withoutEdges } from '../bench/setup.js'

interface Simulation {
  readonly level?: 'low' | 'high'
  readonly falls?: readonly string[]
  readonly rises?: readonly string[]
}

const open = (config: Partial<Parameters<typeof input>[0]> = {}, level?: Simulation) =>
  openMockBench({ button: input({ line: 4, ...config }) }, level && { simulate: { button: level } })

describe('read', () => {
  it('gives the level on the line and whether it is on', async () => {
    const { bench, board } = await open()
    board.drive(4, 'high')
    expect(await bench.button.read().result()).toEqual({ level: 'high', on: true })
    board.drive(4, 'low')
    expect(await bench.button.read().result()).toEqual({ level: 'low', on: false })
  })

  it('turns on and off around when the line is active low, never the level', async () => {
    const { bench, board } = await open({ activeLow: true, bias: 'pull-up' })
    expect(await bench.button.read().result()).toEqual({ level: 'high', on: false })
    board.drive(4, 'low')
    expect(await bench.button.read().result()).toEqual({ level: 'low', on: true })
  })

  it('sees the bias of a line that nothing drives', async () => {
    const { bench } = await open({ bias: 'pull-down' })
    expect(await bench.button.read().result()).toEqual({ level: 'low', on: false })
  })
})

describe('waitFor an edge', () => {
  it('ends with the edge, its time since the bench was opened, and how long that took', async () => {
    const { bench } = await open({}, { falls: ['7s'] })
    await bench.worker.submit(context => context.sleep('2s'), { on: bench.button }).result()
    const result = await bench.button.waitFor({ edge: 'falling', timeout: '10s' }).result()
    expect(result).toEqual({ edge: 'falling', level: 'low', time: 7e9, waited: 5000 })
  })

  it('passes the other direction over', async () => {
    const { bench } = await open({}, { falls: ['1s', '3s'], rises: ['2s'] })
    expect(await bench.button.waitFor({ edge: 'rising' }).result()).toMatchObject({ edge: 'rising', time: 2e9 })
  })

  it('of either direction ends with the first', async () => {
    const { bench } = await open({}, { falls: ['1s'], rises: ['2s'] })
    expect(await bench.button.waitFor({ edge: 'both' }).result()).toMatchObject({ edge: 'falling', time: 1e9 })
  })

  it('does not take an edge from before it began', async () => {
    const { bench } = await open({}, { falls: ['1s', '5s'], rises: ['2s'] })
    await bench.worker.submit(context => context.sleep('3s'), { on: bench.button }).result()
    expect(await bench.button.waitFor({ edge: 'falling' }).result()).toMatchObject({ time: 5e9 })
  })

  it('fails with ERR_NO_EDGE when none comes in time', async () => {
    const { bench } = await open()
    const task = bench.button.waitFor({ edge: 'falling', timeout: '10s' })
    expect(await failureOf(task.result())).toMatchObject({
      code: 'ERR_NO_EDGE',
      place: 'button',
      message: 'button: no falling edge came within 10000 ms',
    })
    expect([task.state, task.ran]).toEqual(['failed', 10_000])
  })

  it('sees no bounce that is shorter than the debounce', async () => {
    const { bench, board, clock } = await open({ debounce: '5ms' })
    board.drive(4, 'high')
    for (const [at, level] of [
      [1, 'low'],
      [2, 'high'],
      [3, 'low'],
    ] as const) {
      clock.after(at * 1e9, () => board.drive(4, level))
    }
    clock.after(1e9 + 1e6, () => board.drive(4, 'high'))
    expect(await bench.button.waitFor({ edge: 'falling' }).result()).toMatchObject({ time: 3.005e9 })
  })

  it('ends when it is cancelled, and the next action begins afresh', async () => {
    const { bench, clock } = await open({}, { falls: ['5s'] })
    const first = bench.button.waitFor({ edge: 'falling' })
    clock.after(1e9, () => first.cancel())
    expect((await failureOf(first.result())).code).toBe('ERR_CANCELLED')
    expect(await bench.button.waitFor({ edge: 'falling' }).result()).toMatchObject({ time: 5e9, waited: 4000 })
  })

  it('fails when the chip vanishes', async () => {
    const { bench, board, clock } = await open()
    const task = bench.button.waitFor({ edge: 'falling' })
    clock.after(1e9, () => board.unplug())
    expect((await failureOf(task.result())).code).toBe('ERR_CHIP_GONE')
  })
})

describe('waitFor a level', () => {
  it('ends at once when it is there', async () => {
    const { bench } = await open({}, { level: 'high' })
    expect(await bench.button.waitFor({ level: 'high' }).result()).toEqual({ level: 'high', time: 0, waited: 0 })
  })

  it('ends with the edge that brings it', async () => {
    const { bench } = await open({}, { falls: ['7s'] })
    const result = await bench.button.waitFor({ level: 'low' }).result()
    expect(result).toEqual({ edge: 'falling', level: 'low', time: 7e9, waited: 7000 })
  })

  it('takes on and off as logical', async () => {
    const { bench } = await open({ activeLow: true }, { falls: ['7s'] })
    expect(await bench.button.waitFor({ level: 'off' }).result()).toMatchObject({ level: 'high', time: 0 })
    expect(await bench.button.waitFor({ level: 'on' }).result()).toMatchObject({ level: 'low', time: 7e9 })
  })

  it('fails with ERR_NO_EDGE when it does not come in time', async () => {
    const { bench } = await open({}, { level: 'high' })
    const error = await failureOf(bench.button.waitFor({ level: 'low', timeout: '1s' }).result())
    expect(error).toMatchObject({ code: 'ERR_NO_EDGE', message: 'button: no level low came within 1000 ms' })
  })

  it.each([{}, { edge: 'falling', level: 'low' }, { edge: 'up' }, { level: 'low', timeout: 0 }])(
    'or an edge with the input %j is refused',
    async wanted => {
      const opened = await open()
      const refusal = refusalOf(opened, () => opened.bench.call('button', 'waitFor', wanted))
      expect(refusal.place).toBe('button.waitFor')
    },
  )
})

describe('capture', () => {
  it('gives the edges with their times, the level at the beginning, and where the times come from', async () => {
    const { bench } = await open({}, { falls: ['1s', '3s'], rises: ['2s', '9s'] })
    await bench.worker.submit(context => context.sleep('1.5s'), { on: bench.button }).result()
    expect(await bench.button.capture({ for: '2s' }).result()).toEqual({
      from: 1.5e9,
      to: 3.5e9,
      level: 'low',
      edges: [
        { edge: 'rising', time: 2e9 },
        { edge: 'falling', time: 3e9 },
      ],
      lost: 0,
      timestamps: 'kernel-ns',
    })
  })

  it('takes an edge at its very end, and one right after it takes it no more', async () => {
    const { bench } = await open({}, { falls: ['1s'] })
    const tasks = [bench.button.capture({ for: '1s' }), bench.button.capture({ for: '1s' })]
    const results = await Promise.all(tasks.map(task => task.result()))
    expect(results.map(({ edges }) => edges.length)).toEqual([1, 0])
  })

  it('fails when the chip vanishes', async () => {
    const { bench, board, clock } = await open()
    const task = bench.button.capture({ for: '5s' })
    clock.after(1e9, () => board.unplug())
    expect((await failureOf(task.result())).code).toBe('ERR_CHIP_GONE')
  })
})

describe('an input without interrupts', () => {
  const openEdgeless = async () => {
    const driver = new MockDriver()
    const edgeless = {
      name: 'mock' as const,
      open: async (options: BoardOptions) => withoutEdges(await driver.open(options)),
    }
    return await openMockBench({ button: input({ line: 4 }) }, { driver: edgeless })
  }

  it('can be read', async () => {
    const { bench, board } = await openEdgeless()
    board.drive(4, 'high')
    expect(await bench.button.read().result()).toEqual({ level: 'high', on: true })
  })

  it.each([
    ['waitFor', { edge: 'rising' }],
    ['capture', { for: 1 }],
  ])('says why %s cannot be had', async (action, wanted) => {
    const { bench } = await openEdgeless()
    const error = await failureOf(bench.call('button', action, wanted).result())
    expect(error).toMatchObject({ code: 'ERR_UNSUPPORTED', message: expect.stringContaining('no interrupt') })
  })
})
