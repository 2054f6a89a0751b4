import { describe, expect, it } from 'vitest'
import { input, output } from '../../src/peripherals/index.js'
import { startPlan } from '../../src/plan/run.js'
import { SystemClock } from '../../src/worker/clock.js'
import { failureOf, openMockBench } from '../bench/setup.js'
import { act, FakeBench, lasting, parallel, repeat, wait } from './fake-bench.js'

/** Starts a plan on a bench and pauses it from one time to another, in ms. */
function pausing(
  bench: FakeBench,
  steps: Parameters<typeof act>[0] extends string ? ReturnType<typeof act>[] : never,
  from: number,
  to?: number,
) {
  const plan = startPlan(bench, { name: 'Test', steps })
  bench.clock.after(from * 1e6, () => void plan.pause().then(() => bench.note(plan.state)))
  if (to !== undefined) bench.clock.after(to * 1e6, () => plan.resume())
  return plan
}

describe('a plan that is paused', () => {
  it('lets the step that is under way end, and begins the next when it is resumed', async () => {
    const bench = new FakeBench({ 'pump.run': lasting(100), 'lamp.run': lasting(10) })
    const { outcome } = await pausing(bench, [act('pump.run'), act('lamp.run')], 50, 500).result
    expect([outcome, bench.log]).toEqual(['succeeded', ['0 pump.run', '100 paused', '500 lamp.run']])
  })

  it('is held up in every branch, and paused when the last of them is', async () => {
    const bench = new FakeBench({ 'a.run': lasting(100), 'b.run': lasting(30), 'c.run': lasting(10) })
    const branches = parallel(repeat(2, undefined, act('a.run')), repeat(2, undefined, act('b.run')))
    await pausing(bench, [branches, act('c.run')], 10, 500).result
    expect(bench.log).toEqual(['0 a.run', '0 b.run', '100 paused', '500 b.run', '500 a.run', '600 c.run'])
  })

  it('is paused when some branches are over and the others are held up', async () => {
    const bench = new FakeBench({ 'a.run': lasting(100), 'b.run': lasting(30), 'c.run': lasting(10) })
    const branches = parallel(act('a.run'), repeat(2, undefined, act('b.run')))
    await pausing(bench, [branches, act('c.run')], 10, 500).result
    expect(bench.log).toEqual(['0 a.run', '0 b.run', '100 paused', '500 b.run', '530 c.run'])
  })

  it('waits a wait that is under way to its end', async () => {
    const bench = new FakeBench({ 'a.run': lasting(10) })
    await pausing(bench, [wait(100), act('a.run')], 50, 300).result
    expect(bench.log).toEqual(['100 paused', '300 a.run'])
  })

  it('goes on with the rounds of a repeat as if the pause had taken no time', async () => {
    const bench = new FakeBench({ 'a.run': lasting(10) })
    const result = await pausing(bench, [repeat(4, 100, act('a.run'))], 150, 1000).result
    expect(bench.log).toEqual(['0 a.run', '100 a.run', '200 paused', '1050 a.run', '1150 a.run'])
    expect(result.overruns).toBe(0)
  })

  it('that is resumed before it was paused goes on as if nothing had been', async () => {
    const bench = new FakeBench({ 'a.run': lasting(100) })
    await pausing(bench, [act('a.run'), act('a.run')], 50, 60).result
    expect(bench.log).toEqual(['0 a.run', '60 running', '100 a.run'])
  })

  it('may end before it is paused', async () => {
    const bench = new FakeBench({ 'a.run': lasting(100) })
    const plan = pausing(bench, [act('a.run')], 50)
    expect((await plan.result).outcome).toBe('succeeded')
    await bench.clock.idle()
    expect(bench.log).toEqual(['0 a.run', '100 over'])
  })

  it('can be stopped all the same', async () => {
    const bench = new FakeBench({ 'a.run': lasting(100) })
    const stop = new AbortController()
    const plan = startPlan(bench, { name: 'Test', steps: [act('a.run'), act('a.run')] }, { signal: stop.signal })
    void plan.pause()
    bench.clock.after(500e6, () => stop.abort())
    expect((await plan.result).outcome).toBe('cancelled')
    expect(bench.log).toEqual(['0 a.run', '500 safe'])
  })

  it('is not taken for one that waits for nothing, when nothing else happens', async () => {
    const bench = new FakeBench({ 'a.run': lasting(100), 'b.run': () => new Promise(() => {}) })
    const plan = startPlan(bench, { name: 'Test', steps: [act('a.run'), act('b.run')] })
    await plan.pause()
    await bench.clock.idle()
    expect(plan.state).toBe('paused')
    plan.resume()
    expect((await plan.result).error).toMatchObject({ code: 'ERR_CLOCK_IDLE' })
  })

  it('keeps its outputs, or has all made safe when nothing of it runs any more', async () => {
    for (const outputs of ['keep', 'safe'] as const) {
      const { bench, board } = await openMockBench({ pump: output({ line: 17 }), lamp: output({ line: 18 }) })
      const steps = [parallel(act('pump.pulse', { width: '1s' }), act('pump.on')), act('lamp.on')]
      const plan = startPlan(bench, { name: 'Test', steps })
      await plan.pause({ outputs })
      expect([plan.state, board.level(17), board.level(18)]).toEqual([
        'paused',
        outputs === 'keep' ? 'high' : 'low',
        'low',
      ])
      plan.resume()
      await plan.result
      expect(board.level(18)).toBe('high')
    }
  })

  it('stays paused when something cannot be made safe, and says so', async () => {
    const { bench, board } = await openMockBench({ pump: output({ line: 17, safe: 'high' }) })
    const plan = startPlan(bench, { name: 'Test', steps: [wait(10), wait(10)] })
    board.drive(17, 'low')
    expect(await failureOf(plan.pause({ outputs: 'safe' }))).toMatchObject({ code: 'ERR_NOT_SAFE' })
    expect(plan.state).toBe('paused')
  })

  it('tells of it', async () => {
    const { bench } = await openMockBench({ level: input({ line: 4 }) })
    const events: unknown[] = []
    bench.worker.listen(({ type, ...event }) => events.push([type, 'plan' in event ? event.plan : undefined]))
    const plan = startPlan(bench, { name: 'Test', steps: [wait(10), wait(10)] })
    await plan.pause()
    plan.resume()
    plan.resume()
    expect(events).toEqual([
      ['paused', 'Test'],
      ['resumed', 'Test'],
    ])
  })

  it('cannot be paused when it is over', async () => {
    const bench = new FakeBench({})
    const plan = startPlan(bench, { name: 'Test', steps: [wait(10)] })
    await plan.result
    expect(await failureOf(plan.pause())).toMatchObject({ code: 'ERR_NOT_RUNNING', place: 'Test' })
    expect(await failureOf(plan.pause({ outputs: 'off' as never }))).toMatchObject({ code: 'ERR_BAD_OPTION' })
  })

  it('can be paused by whoever has the bench', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    expect(await failureOf(bench.pause())).toMatchObject({ code: 'ERR_NOT_RUNNING' })
    expect(() => bench.resume()).toThrow(expect.objectContaining({ code: 'ERR_NOT_RUNNING' }))
    const plan = startPlan(bench, { name: 'Test', steps: [wait(10), act('pump.on')] })
    expect(bench.status().plans).toEqual([{ name: 'Test', state: 'running' }])
    await bench.pause()
    expect(bench.status().plans).toEqual([{ name: 'Test', state: 'paused' }])
    bench.resume()
    expect((await plan.result).outcome).toBe('succeeded')
    expect(bench.status().plans).toEqual([])
  })

  it('keeps the program alive in real time', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    const clock = new SystemClock()
    const timers: string[] = []
    const after = clock.after.bind(clock)
    clock.after = (ns, callback, options) => {
      const timer = after(ns, callback, options)
      timers.push('made')
      return {
        cancel: () => {
          timers.push('cancelled')
          timer.cancel()
        },
      }
    }
    const fake = { clock, call: bench.call.bind(bench), safe: async () => undefined }
    const plan = startPlan(fake, { name: 'Test', steps: [act('pump.on'), act('pump.off')] })
    await plan.pause()
    expect(timers).toEqual(['made'])
    plan.resume()
    await plan.result
    expect(timers).toEqual(['made', 'cancelled'])
  })
})

describe('an emergency stop', () => {
  it('ends a plan at once, in the middle of a wait too', async () => {
    const { bench, clock } = await openMockBench({ pump: output({ line: 17 }) })
    const plan = startPlan(bench, { name: 'Test', steps: [act('pump.on'), wait(3_600_000), act('pump.on')] })
    clock.after(1e9, () => void bench.stop('smoke'))
    const { outcome, error, tasks } = await plan.result
    expect([outcome, tasks.length, clock.now()]).toEqual(['failed', 1, 1e9])
    expect(error).toMatchObject({ code: 'ERR_STOPPED' })
  })

  it('ends a plan that is paused', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    const plan = startPlan(bench, { name: 'Test', steps: [wait(10), act('pump.on')] })
    await plan.pause()
    void bench.stop('smoke')
    expect((await plan.result).error).toMatchObject({ code: 'ERR_STOPPED' })
  })
})
