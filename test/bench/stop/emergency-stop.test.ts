import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import type { LineHandle } from '../../../drivers/driver.js'
import { definePeripheral } from '../../../src/bench/definition.js'
import { DurationSchema, Line } from '../../../src/bench/schema.js'
import { PiWorkerError } from '../../../src/errors.js'
import { encoder, input, motor, output, pca9685, pwm, sequence } from '../../../src/peripherals/index.js'
import type { WorkerEvent } from '../../../src/worker/events.js'
import { failureOf, openMockBench } from '../setup.js'

const SECOND = 1e9
const ACK = { acknowledge: 'the test' }

/** A valve whose functions do what a stop must not let them do. */
const valve = definePeripheral({
  type: 'valve',
  title: 'Valve',
  config: Type.Object({ line: Line() }),
  outputs: ({ line }) => ({ lines: [{ line, safe: 'low' as const, activeLow: false, load: true }] }),
  open: async ({ config, board }) => ({
    handle: await board.request({ lines: [config.line], settings: { direction: 'output' } }),
  }),
  actions: {
    open: { title: 'Open', effect: 'idempotent', run: ({ handle }) => handle.set(1) },
    /** Moves the line when it hears of the stop, and again later. */
    defy: {
      title: 'Defy',
      effect: 'pulse',
      input: Type.Object({ for: DurationSchema() }),
      run: async ({ handle }, input, task) => {
        const tries: string[] = []
        const move = (): void => void attempt(handle, tries)
        task.signal.addEventListener('abort', move)
        handle.set(1)
        await task.clock.reach(task.clock.now() + input.for * 1e6)
        move()
      },
    },
  },
  safe: ({ handle }) => handle.set(0),
})

function attempt(handle: LineHandle, tries: string[]): void {
  try {
    handle.set(1)
    tries.push('moved')
  } catch {
    tries.push('refused')
  }
}

const levels = (
  board: { readonly trace: { of(line: number): Iterable<{ level: string; time: number }> } },
  line: number,
) => [...board.trace.of(line)].map(({ level, time }) => `${time / 1e6} ${level}`)

describe('an emergency stop', () => {
  it('is not ended by who ends a stop of the worker of his own', async () => {
    const { bench, board } = await openMockBench({ pump: output({ line: 17 }) })
    const goOn = bench.worker.stop({ error: () => new PiWorkerError('ERR_STOPPED', 'mine'), waiting: 'fail' })
    await bench.stop('fire')
    goOn()
    expect(await failureOf(bench.pump.on().result())).toMatchObject({ code: 'ERR_STOPPED' })
    expect(board.level(17)).toBe('low')
    await bench.reset(ACK)
    await expect(bench.pump.on().result()).resolves.toEqual({ on: true })
  })

  it('has every output at its safe level when the call returns', async () => {
    const { bench, board, clock } = await openMockBench({
      pump: output({ line: 17 }),
      heater: output({ line: 18, activeLow: true }),
      alarm: output({ line: 19, safe: 'on' }),
    })
    bench.pump.pulse({ width: '1h' })
    bench.heater.on()
    await bench.alarm.off().result()
    await clock.reach(SECOND)
    expect([17, 18, 19].map(line => board.level(line))).toEqual(['high', 'low', 'low'])
    const stopped = bench.stop('smoke')
    expect([17, 18, 19].map(line => board.level(line))).toEqual(['low', 'high', 'high'])
    await stopped
    expect(clock.now()).toBe(SECOND)
  })

  it('ends what runs with ERR_STOPPED and its reason, and what waits too', async () => {
    const { bench, clock } = await openMockBench({ pump: output({ line: 17 }) })
    const [running, waiting] = [bench.pump.pulse({ width: '1h' }), bench.pump.on()]
    const plain = bench.worker.submit(({ sleep }) => sleep('1h'))
    await clock.reach(SECOND)
    await bench.stop('smoke', { by: 'Ann' })
    for (const task of [running, waiting, plain]) {
      expect(await failureOf(task.result())).toMatchObject({
        code: 'ERR_STOPPED',
        message: 'the bench was stopped by Ann: smoke',
      })
      expect(task.state).toBe('failed')
    }
    expect(waiting.runningAt).toBeUndefined()
  })

  it('lets nobody who still runs move anything, at once or later', async () => {
    const { bench, board, clock } = await openMockBench({ valve: valve({ line: 17 }) })
    bench.valve.defy({ for: '2s' })
    await clock.reach(SECOND)
    await bench.stop('smoke')
    await clock.idle()
    expect(levels(board, 17)).toEqual(['0 high', '1000 low'])
  })

  it('ends pulses that are played, and PWM', async () => {
    const { bench, board, clock } = await openMockBench({
      led: sequence({ lines: { led: 17 } }),
      fan: pwm({ line: 18, frequency: 100 }),
    })
    bench.led.play({ pulses: { line: 'led', width: '300ms', gap: '300ms', count: 1000 } })
    await bench.fan.set({ duty: 0.5 }).result()
    await clock.reach(SECOND + 1)
    expect(board.level(18)).toBe('high')
    await bench.stop('smoke')
    await clock.reach(10 * SECOND)
    expect([levels(board, 17).at(-1), levels(board, 18).at(-1)]).toEqual(['900 low', '1000.000001 low'])
  })

  it('ends a transaction of a bus in the middle, and makes its chip safe', async () => {
    const { bench, clock } = await openMockBench({ driver: pca9685({ address: 0x40 }) })
    await bench.driver.set({ channel: 0, duty: 0.5 }).result()
    await bench.stop('smoke')
    await bench.reset(ACK)
    expect((await bench.driver.state().result()).channels[0]).toMatchObject({ duty: 0 })
    expect(clock.now()).toBeLessThan(SECOND)
  })

  it('is latched: what is submitted is refused and never runs', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }), level: input({ line: 4 }) })
    await bench.stop('smoke')
    const ran: string[] = []
    const tasks = [bench.pump.on(), bench.level.read(), bench.worker.run(() => ran.push('plain'))]
    for (const task of tasks) expect(await failureOf(task.result())).toMatchObject({ code: 'ERR_STOPPED' })
    expect(ran).toEqual([])
  })

  it('ends a task that is begun in the same turn by its own function', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    const task = bench.worker.submit(async ({ sleep }) => {
      void bench.stop('I saw smoke')
      await sleep('1h')
    })
    expect(await failureOf(task.result())).toMatchObject({ code: 'ERR_STOPPED' })
  })

  it('lets inputs count on', async () => {
    const turns = [{ at: '2s', steps: 3, speed: 10 }]
    const { bench, clock } = await openMockBench(
      { knob: encoder({ lines: { a: 5, b: 6 } }) },
      { simulate: { knob: { turns } } },
    )
    await bench.knob.set({ position: 100 }).result()
    await bench.stop('smoke')
    await clock.reach(3 * SECOND)
    await bench.reset(ACK)
    expect(await bench.knob.read().result()).toMatchObject({ position: 103 })
  })

  it('tells of itself and of its reset, with who and why', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    const events: WorkerEvent[] = []
    bench.worker.listen(event => events.push(event))
    await bench.stop('smoke  in\nthe lab', { by: 'Ann' })
    await bench.reset({ acknowledge: 'aired', by: 'Ben' })
    expect(events.filter(({ type }) => type === 'stop' || type === 'stopReset')).toMatchObject([
      { type: 'stop', reason: 'smoke in the lab', by: 'Ann', time: expect.any(Number) },
      { type: 'stopReset', acknowledge: 'aired', by: 'Ben' },
    ])
  })

  it('keeps its first reason when it is stopped again', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    await bench.stop('first')
    await bench.stop('second')
    expect(bench.stopped).toMatchObject({ reason: 'first' })
    expect(await failureOf(bench.pump.on().result())).toMatchObject({ message: expect.stringContaining('first') })
  })

  it('needs no reason to work', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    await bench.stop(undefined as never)
    expect(bench.stopped).toMatchObject({ reason: 'no reason was given' })
  })

  it('says which peripheral is not safe, and quarantines it; unawaited, that harms nobody', async () => {
    const specs = { pump: output({ line: 17, safe: 'high' }), lamp: output({ line: 18 }) }
    const { bench, board } = await openMockBench(specs)
    board.drive(17, 'low')
    void bench.stop('unawaited')
    expect(await failureOf(bench.stop('smoke'))).toMatchObject({ code: 'ERR_NOT_SAFE', place: 'pump' })
    expect([bench.pump.queue.quarantined, bench.lamp.queue.quarantined]).toEqual([true, false])
  })

  it('makes safe what a task would have kept', async () => {
    const { bench, board, clock } = await openMockBench({ pump: output({ line: 17 }) })
    bench.pump.pulse({ width: '1h' }, { onFailure: 'keep' })
    await clock.reach(SECOND)
    await bench.stop('smoke')
    expect(board.level(17)).toBe('low')
  })

  it('in the middle of a safe state lets it begin anew', async () => {
    const { bench, clock } = await openMockBench({ bridge: motor({ forward: 17, backward: 18, deadTime: '5ms' }) })
    const events: WorkerEvent[] = []
    bench.worker.listen(event => events.push(event))
    const task = bench.bridge.forward({ for: '1h' })
    await clock.reach(SECOND)
    task.cancel()
    await Promise.resolve()
    await bench.stop('smoke')
    await failureOf(task.result())
    expect(events.filter(({ type }) => type === 'notSafe' || type === 'quarantined')).toEqual([])
  })

  it('is refused by a bench that is closed, whose lines are gone', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    await bench.close()
    expect(await failureOf(bench.stop('smoke'))).toMatchObject({ code: 'ERR_CLOSED' })
    expect(await failureOf(bench.reset(ACK))).toMatchObject({ code: 'ERR_CLOSED' })
  })

  it('does not keep a bench from closing, whatever waits', async () => {
    const { bench, clock } = await openMockBench({ pump: output({ line: 17 }) }, { whenStopped: 'keep' })
    bench.pump.pulse({ width: '1h' })
    const waiting = bench.pump.on()
    await clock.reach(SECOND)
    await bench.stop('smoke')
    await bench.close()
    expect(waiting.error).toMatchObject({ code: 'ERR_STOPPED' })
  })

  it('during 100 running tasks on 20 peripherals makes all safe in no time of the clock, nothing runs after it, and a reset works', async () => {
    const lines = Array.from({ length: 20 }, (_, index) => index + 4)
    const specs = Object.fromEntries(lines.map(line => [`load${line}`, output({ line })]))
    const { bench, board, clock } = await openMockBench(specs)
    const tasks = lines.map(line => bench.call(`load${line}`, 'blink', { on: '7ms', off: '3ms', count: 1e6 }))
    let ticks = 0
    for (let index = 0; index < 80; index++) {
      tasks.push(
        bench.worker.submit(async ({ sleep }) => {
          for (;;) {
            await sleep('1ms')
            ticks++
          }
        }),
      )
    }
    await clock.reach(SECOND + 1)
    expect(tasks.filter(({ state }) => state === 'running')).toHaveLength(100)
    const began = clock.now()
    const stopped = bench.stop('smoke')
    expect(lines.map(line => board.level(line))).toEqual(lines.map(() => 'low'))
    await stopped
    expect(clock.now() - began).toBe(0)
    const { length } = board.trace
    const seen = ticks
    await clock.reach(clock.now() + 60 * SECOND)
    expect([board.trace.length, ticks]).toEqual([length, seen])
    expect(tasks.every(({ state }) => state === 'failed')).toBe(true)
    await bench.reset(ACK)
    await Promise.all(lines.map(line => bench.call(`load${line}`, 'on').result()))
    expect(lines.map(line => board.level(line))).toEqual(lines.map(() => 'high'))
  })
})

describe('a reset of a stopped bench', () => {
  it('does nothing to one that is not stopped', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    const task = bench.pump.pulse({ width: '1s' })
    await bench.reset(ACK)
    expect(await task.result()).toMatchObject({ achieved: 1000 })
  })

  it.each([undefined, {}, { acknowledge: '' }, { acknowledge: '  ' }, { acknowledge: true }])(
    'is refused without an acknowledgement: %j',
    async options => {
      const { bench } = await openMockBench({ pump: output({ line: 17 }) })
      await bench.stop('smoke')
      expect(await failureOf(bench.reset(options as never))).toMatchObject({
        code: 'ERR_RESET_REFUSED',
        remedy: expect.stringContaining('acknowledge'),
      })
      expect(bench.stopped).toBeDefined()
    },
  )

  it('lets tasks that were kept waiting have their turn, or fails them', async () => {
    for (const waiting of ['keep', 'fail'] as const) {
      const { bench, clock } = await openMockBench({ pump: output({ line: 17 }) }, { whenStopped: 'keep' })
      bench.pump.pulse({ width: '1h' })
      const next = bench.pump.on()
      await clock.reach(SECOND)
      await bench.stop('smoke')
      await clock.reach(2 * SECOND)
      expect(next.state).toBe('queued')
      await bench.reset({ ...ACK, waiting })
      if (waiting === 'keep') expect(await next.result()).toEqual({ on: true })
      else expect(await failureOf(next.result())).toMatchObject({ code: 'ERR_STOPPED' })
    }
  })

  it('waits for those that were ended, and resets the queue of one that had to be given up', async () => {
    const { bench, board, clock } = await openMockBench({ valve: valve({ line: 17 }) })
    const task = bench.valve.defy({ for: '1h' })
    await clock.reach(SECOND)
    await bench.stop('smoke')
    await bench.reset(ACK)
    expect([task.state, clock.now()]).toEqual(['indeterminate', 6 * SECOND])
    await bench.valve.open().result()
    expect(board.level(17)).toBe('high')
  })

  it('is refused while an abandoned function could still act', async () => {
    const { bench, clock } = await openMockBench({ pump: output({ line: 17 }) })
    let settle: (() => void) | undefined
    const task = bench.worker.submit(() => new Promise<void>(resolve => (settle = resolve)), { on: bench.pump })
    await clock.reach(SECOND)
    await bench.stop('smoke')
    expect(await failureOf(bench.reset(ACK))).toMatchObject({ code: 'ERR_RESET_REFUSED', place: 'pump' })
    expect([task.state, bench.stopped?.reason]).toEqual(['indeterminate', 'smoke'])
    settle?.()
    await clock.idle()
    await bench.reset(ACK)
    expect(await bench.pump.on().result()).toEqual({ on: true })
  })

  it('is refused when the bench is stopped again meanwhile', async () => {
    const { bench, clock } = await openMockBench({ valve: valve({ line: 17 }) })
    bench.valve.defy({ for: '1h' })
    await clock.reach(SECOND)
    await bench.stop('first')
    const reset = bench.reset(ACK)
    clock.after(SECOND, () => void bench.stop('second'))
    expect(await failureOf(reset)).toMatchObject({ code: 'ERR_RESET_REFUSED' })
    expect(bench.stopped).toBeDefined()
  })

  it('fails when something is not safe, and the bench stays stopped', async () => {
    const { bench, board } = await openMockBench({ pump: output({ line: 17, safe: 'high' }) })
    await bench.stop('smoke')
    board.drive(17, 'low')
    expect(await failureOf(bench.reset(ACK))).toMatchObject({ code: 'ERR_NOT_SAFE', place: 'pump' })
    expect(bench.stopped).toBeDefined()
    board.drive(17, 'floating')
    await bench.reset(ACK)
    expect(bench.stopped).toBeUndefined()
  })
})

describe('whenStopped', () => {
  it('is checked before anything is opened', async () => {
    const opening = openMockBench({ pump: output({ line: 17 }) }, { whenStopped: 'drop' as never })
    expect(await failureOf(opening)).toMatchObject({ code: 'ERR_BAD_OPTION', place: 'whenStopped' })
  })
})
