import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import { BridgeMotor } from '../../mocks/parts/motor.js'
import { motor } from '../../src/peripherals/motor.js'
import { failureOf, openMockBench, refusalOf } from '../bench/setup.js'

type Config = Parameters<typeof motor>[0]

const FORWARD = 23
const BACKWARD = 24

async function open(config: Partial<Config> = {}) {
  // The resistors of a bridge with active-low inputs: without them both sides would be on while nobody holds the lines.
  const resistors = config.activeLow === true ? ({ [FORWARD]: 'pull-up', [BACKWARD]: 'pull-up' } as const) : {}
  const specs = { wheel: motor({ forward: FORWARD, backward: BACKWARD, ...config }) }
  const opened = await openMockBench(specs, {}, { resistors })
  return { ...opened, bridge: bridgeOf(opened.board) }
}

function bridgeOf(board: MockBoard): BridgeMotor {
  const part = board.part('wheel')
  if (part instanceof BridgeMotor) return part
  throw new TypeError('no bridge')
}

const traceOf = (board: MockBoard): string[] =>
  [...board.trace].map(
    ({ line, level, time }) => `${line === FORWARD ? 'forward' : 'backward'} ${level} @${time / 1e6}`,
  )

describe('a motor', () => {
  it('turns forward, and backward after the dead time', async () => {
    const { bench, board, bridge } = await open()
    expect(await bench.wheel.forward({ for: '100ms' }).result()).toEqual({ state: 'stopped', speed: 0, ran: 100 })
    expect(await bench.wheel.backward().result()).toEqual({ state: 'backward', speed: 1, ran: null })
    expect([bridge.state, bridge.drive]).toEqual(['backward', -1])
    expect(await bench.wheel.stop().result()).toEqual({ state: 'stopped', speed: 0 })
    expect(bridge.state).toBe('coasts')
    // It waits for the dead time before the first side too: what was on before it opened, nobody knows.
    expect(traceOf(board)).toEqual(['forward high @1', 'forward low @101', 'backward high @102', 'backward low @102'])
  })

  it('goes on at once in the direction that it had', async () => {
    const { bench, board } = await open({ deadTime: '50ms' })
    await bench.wheel.forward({ for: '10ms' }).result()
    await bench.wheel.forward({ for: '10ms' }).result()
    expect(traceOf(board)).toEqual(['forward high @50', 'forward low @60', 'forward high @60', 'forward low @70'])
  })

  it('has its sides the other way round when they are active low', async () => {
    const { bench, board, bridge } = await open({ activeLow: true })
    expect([board.level(FORWARD), board.level(BACKWARD)]).toEqual(['high', 'high'])
    await bench.wheel.forward().result()
    expect([board.level(FORWARD), bridge.state]).toEqual(['low', 'forward'])
  })

  it.each<[string, NonNullable<Config['enable']>]>([
    ['a line', 18],
    ['a channel', { channel: 1 }],
  ])('has speeds through %s', async (_what, enable) => {
    const { bench, bridge, clock } = await open({ enable, frequency: 500 })
    expect(await bench.wheel.forward({ speed: 0.25 }).result()).toMatchObject({ state: 'forward', speed: 0.25 })
    await clock.reach(clock.now() + 20e6)
    expect(bridge.drive).toBe(0.25)
    await bench.wheel.backward({ speed: 0.75 }).result()
    await clock.reach(clock.now() + 20e6)
    expect(bridge.drive).toBe(-0.75)
    await bench.wheel.stop().result()
    await clock.reach(clock.now() + 20e6)
    expect([bridge.state, bridge.drive]).toEqual(['coasts', 0])
  })

  it('brakes with both sides off and the bridge enabled, for as long as it is told', async () => {
    const { bench, bridge, clock } = await open({ enable: 18 })
    await bench.wheel.forward().result()
    const brake = bench.wheel.brake({ for: '200ms' })
    const seen: string[] = []
    clock.after(100e6, () => seen.push(bridge.state))
    await brake.result()
    expect([...seen, bridge.state]).toEqual(['brakes', 'coasts'])
  })

  it('stops at once when a task is cancelled, and can be used again', async () => {
    const { bench, bridge, clock } = await open({ enable: 18 })
    const run = bench.wheel.forward({ speed: 0.5, for: '1h' })
    clock.after(33e6, () => run.cancel())
    expect(await failureOf(run.result())).toMatchObject({ code: 'ERR_CANCELLED' })
    await clock.reach(clock.now() + 20e6)
    expect([bridge.state, bridge.onNs('forward')]).toEqual(['coasts', 32e6])
    expect(await bench.wheel.backward({ for: '5ms' }).result()).toMatchObject({ ran: 5 })
  })

  it('never comes to switch on when it is cancelled in the dead time', async () => {
    const { bench, board, clock } = await open({ deadTime: '1s' })
    const run = bench.wheel.forward()
    clock.after(0.5e9, () => run.cancel())
    await failureOf(run.result())
    await clock.reach(3e9)
    expect(traceOf(board)).toEqual([])
  })

  it.each([
    [
      'a speed without an enable input',
      {},
      'forward',
      { speed: 0.5 },
      'speed must be 1, not 0.5: there is no enable input',
    ],
    [
      'a speed with an enable line that is only switched',
      { enable: 18, pwm: false },
      'backward',
      { speed: 0.5 },
      'speed must be 1, not 0.5: the enable line has no PWM',
    ],
    ['braking without an enable input', {}, 'brake', {}, 'needs an enable input, and there is none'],
  ])('refuses %s at the call', async (_what, config, action, input, why) => {
    const opened = await open(config)
    expect(refusalOf(opened, () => opened.bench.call('wheel', action, input))).toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: `wheel.${action}: ${why}`,
      place: `wheel.${action}`,
      remedy: expect.stringContaining('"enable"'),
    })
  })

  it('takes full speed without an enable input, said or not', async () => {
    const { bench } = await open()
    expect(await bench.wheel.forward({ speed: 1 }).result()).toMatchObject({ state: 'forward', speed: 1 })
  })

  it.each([{ speed: 0 }, { speed: 1.1 }, { speed: -1 }, { for: 0 }, { for: 'long' }])(
    'refuses %o at the call',
    async input => {
      const opened = await open()
      const refusal = refusalOf(opened, () => opened.bench.call('wheel', 'forward', input))
      expect(refusal.place).toBe('wheel.forward')
    },
  )

  it('is not safe when a side does not go off', async () => {
    const { bench, board } = await open({ activeLow: true })
    board.drive(FORWARD, 'low')
    expect(await failureOf(bench.safe())).toMatchObject({ code: 'ERR_NOT_SAFE', place: 'wheel' })
  })

  it('never has both sides on, and keeps its dead time, whatever it is told and whenever it is cancelled', async () => {
    const command = fc.record({
      action: fc.constantFrom('forward', 'backward', 'stop', 'brake'),
      runs: fc.option(fc.integer({ min: 1, max: 5_000_000 }), { nil: undefined }),
      cancelAfter: fc.option(fc.integer({ min: 0, max: 6_000_000 }), { nil: undefined }),
      pause: fc.integer({ min: 0, max: 2_000_000 }),
    })
    const runs = fc.record({
      commands: fc.array(command, { minLength: 1, maxLength: 12 }),
      activeLow: fc.boolean(),
      deadTime: fc.integer({ min: 0, max: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(runs, async ({ commands, activeLow, deadTime }) => {
        const { bench, board, bridge, clock } = await open({ activeLow, deadTime, enable: { channel: 0 } })
        for (const { action, runs, cancelAfter, pause } of commands) {
          const task = bench.call('wheel', action, action === 'stop' || runs === undefined ? {} : { for: runs / 1e6 })
          const cancel = cancelAfter === undefined ? undefined : clock.after(cancelAfter, () => task.cancel())
          await task.result().catch(() => undefined)
          cancel?.cancel()
          await clock.reach(clock.now() + pause)
        }
        await bench.close()
        expect(bothOn(board, activeLow)).toEqual([])
        expect(bridge.shootThroughs).toEqual([])
        expect(bridge.shortestDeadNs).toBeGreaterThanOrEqual(deadTime * 1e6)
      }),
      { numRuns: 150, seed: 4 },
    )
  }, 60_000)
})

/** Times at which the trace has both sides on, without the help of the part. */
function bothOn(board: MockBoard, activeLow: boolean): number[] {
  const active = activeLow ? 'low' : 'high'
  const on = new Map<number, boolean>()
  const times: number[] = []
  for (const { line, level, time } of board.trace) {
    on.set(line, level === active)
    if (on.get(FORWARD) === true && on.get(BACKWARD) === true) times.push(time)
  }
  return times
}
