import { describe, expect, it } from 'vitest'
import { input, motor, output } from '../../../src/peripherals/index.js'
import { failureOf, openMockBench } from '../setup.js'

const SECOND = 1e9

describe('the status of a bench', () => {
  it('is JSON that says how each peripheral is', async () => {
    const { bench, clock } = await openMockBench({
      pump: output({ line: 17 }),
      bridge: motor({ forward: 18, backward: 19 }),
      level: input({ line: 4, bias: 'pull-up' }),
    })
    const began = new Date(clock.wall()).toISOString()
    const task = bench.pump.pulse({ width: '1h' })
    bench.pump.on()
    await clock.reach(SECOND)
    const status = bench.status()
    expect(JSON.parse(JSON.stringify(status))).toEqual(status)
    expect(status).toMatchObject({
      name: null,
      pid: process.pid,
      driver: 'mock',
      stopped: null,
      stopLine: null,
      plans: [],
    })
    expect(status.peripherals.pump).toEqual({
      type: 'output',
      state: 'running',
      task: { id: task.id, name: 'pump.pulse', since: began },
      waiting: 1,
      quarantine: null,
      lines: [{ line: 17, name: 'pump', level: 'high' }],
    })
    expect(status.peripherals.bridge?.lines.map(({ name, level }) => [name, level])).toEqual([
      ['bridge.forward', 'low'],
      ['bridge.backward', 'low'],
    ])
    expect(status.peripherals.level).toMatchObject({ state: 'idle', task: null, lines: [{ level: 'high' }] })
  })

  it('says that a peripheral is stopping, and that it is held while the bench is stopped', async () => {
    const { bench, clock } = await openMockBench({ pump: output({ line: 17 }) }, { stopLine: { line: 5 } })
    bench.worker.submit(() => clock.reach(3 * SECOND), { on: bench.pump })
    await clock.reach(SECOND)
    const since = new Date(clock.wall()).toISOString()
    const stopped = bench.stop('smoke', { by: 'Ann' })
    expect(bench.status().peripherals.pump?.state).toBe('stopping')
    await stopped
    await clock.reach(3 * SECOND + 1)
    expect(bench.status()).toMatchObject({
      stopped: {
        reason: 'smoke',
        by: 'Ann',
        since,
      },
      stopLine: { line: 5, open: null },
      peripherals: { pump: { state: 'held', task: null } },
    })
  })

  it('says why a peripheral is quarantined, since when, and whether it can be reset', async () => {
    const { bench, clock } = await openMockBench({ pump: output({ line: 17 }) })
    let settle: (() => void) | undefined
    const stuck = () => new Promise<void>(resolve => (settle = resolve))
    const task = bench.worker.submit(stuck, { on: bench.pump, timeout: '1s', grace: '1s', name: 'pour' })
    await failureOf(task.result())
    const quarantine = {
      reason: 'pour did not stop within 1000 ms and was given up',
      code: 'ERR_ABANDONED',
      since: new Date(clock.wall()).toISOString(),
      noReset: 'pump cannot be reset: the abandoned task pour could still act',
    }
    expect(bench.status().peripherals.pump).toMatchObject({ state: 'quarantined', task: null, quarantine })
    settle?.()
    await clock.idle()
    expect(bench.status().peripherals.pump).toMatchObject({ quarantine: { ...quarantine, noReset: null } })
    await bench.pump.queue.reset()
    expect(bench.status().peripherals.pump).toMatchObject({ state: 'idle', quarantine: null })
  })

  it('is told of what is broken too: a level that cannot be read is none', async () => {
    const { bench, board } = await openMockBench({ pump: output({ line: 17 }) })
    Object.assign(board, { level: undefined })
    board.unplug()
    expect(bench.status().peripherals.pump?.lines).toEqual([{ line: 17, name: 'pump', level: null }])
  })
})
