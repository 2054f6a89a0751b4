import { describe, expect, test } from 'vitest'
import { MockBoard } from '../../../mocks/board.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { input } from '../../../src/peripherals/input.js'
import { motor } from '../../../src/peripherals/motor.js'
import { output } from '../../../src/peripherals/output.js'
import { pwm } from '../../../src/peripherals/pwm.js'
import { sleep } from '../../../src/worker/sleep.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { failureOf, openMockBench, withoutEdges } from '../setup.js'
import { changesOf, handleOf, listenForTrips, thrownBy, VALVE, valve } from './setup.js'

describe('never together', () => {
  const never = (...names: string[]) => ({ interlocks: [{ never: names }] })

  test('the second is refused while the first is on, and says by which', async () => {
    const specs = { heater: output({ line: 17 }), drain: output({ line: 18, activeLow: true }) }
    const { bench, board } = await openMockBench(specs, never('heater', 'drain'))
    await bench.heater.on().result()
    expect(await failureOf(bench.drain.on().result())).toMatchObject({
      code: 'ERR_INTERLOCK',
      message: 'drain and heater cannot go on together: they must never be on together',
      place: 'drain',
      remedy: 'Switch heater off first; see the interlocks of the bench.',
      details: { rule: 'never', peripheral: 'drain', line: 18 },
    })
    expect(board.level(18)).toBe('high')
    await bench.heater.off().result()
    await expect(bench.drain.on().result()).resolves.toEqual({ on: true })
  })

  test('lines of one peripheral can be named by their own names', async () => {
    const { board } = await openMockBench(
      { valve: valve({ lines: VALVE }) },
      never('valve.lines.in', 'valve.lines.out'),
    )
    const handle = handleOf('valve')
    expect(thrownBy(() => handle.set(0b11)).code).toBe('ERR_INTERLOCK')
    handle.set(0b01)
    handle.set(0b10)
    expect([board.level(17), board.level(18)]).toEqual(['low', 'high'])
    expect([...board.trace].map(({ line, level }) => `${line} ${level}`)).toEqual(['17 high', '17 low', '18 high'])
  })

  test('the lines of one member may be on together', async () => {
    const specs = { valve: valve({ lines: VALVE }), drain: output({ line: 22 }) }
    const { bench } = await openMockBench(specs, never('valve', 'drain'))
    handleOf('valve').set(0b11)
    handleOf('valve').set(0b01)
    expect((await failureOf(bench.drain.on().result())).code).toBe('ERR_INTERLOCK')
  })

  test('both sides of a bridge can be kept apart below the motor that keeps them apart itself', async () => {
    const specs = { drive: motor({ forward: 17, backward: 18 }) }
    const { bench } = await openMockBench(specs, never('drive.forward', 'drive.backward'))
    await bench.drive.forward({ for: '1s' }).result()
    await expect(bench.drive.backward({ for: '1s' }).result()).resolves.toMatchObject({ ran: 1000 })
  })

  test('PWM counts as on', async () => {
    const specs = { fan: pwm({ line: 17 }), drain: output({ line: 18 }) }
    const { bench } = await openMockBench(specs, never('fan', 'drain'))
    await bench.fan.set({ duty: 0.1 }).result()
    expect((await failureOf(bench.drain.on().result())).code).toBe('ERR_INTERLOCK')
    await bench.fan.off().result()
    await bench.drain.on().result()
    expect((await failureOf(bench.fan.set({ duty: 0.1 }).result())).code).toBe('ERR_INTERLOCK')
  })

  test('while pulses are played, all lines that they switch on count as on', async () => {
    const specs = { valve: valve({ lines: VALVE }), drain: output({ line: 22 }) }
    const { bench, clock } = await openMockBench(specs, never('valve', 'drain'))
    const steps = [0, 0b01, 0].map(values => ({ values, ns: 1e9 }))
    const played = handleOf('valve').play({ steps })
    expect((await failureOf(bench.drain.on().result())).code).toBe('ERR_INTERLOCK')
    await played
    await bench.drain.on().result()
    expect((await failureOf(handleOf('valve').play({ steps }))).code).toBe('ERR_INTERLOCK')
    await sleep(clock, 1)
  })

  test('pulses in which they change over in one step are refused', async () => {
    const { board } = await openMockBench(
      { valve: valve({ lines: VALVE }) },
      never('valve.lines.in', 'valve.lines.out'),
    )
    const steps = [0b01, 0b10].map(values => ({ values, ns: 1e6 }))
    expect((await failureOf(handleOf('valve').play({ steps }))).message).toBe(
      'valve.lines.out and valve.lines.in would be on at the same time, or change over in one step: ' +
        'they must never be on together',
    )
    expect(board.trace.length).toBe(0)
  })

  test('one that is on in its safe state goes before: for it the others go off', async () => {
    const specs = { heater: output({ line: 17 }), drain: output({ line: 18, safe: 'on' }) }
    const { bench, board, clock } = await openMockBench(specs, never('heater', 'drain'))
    const trips = listenForTrips(bench.worker)
    await bench.drain.off().result()
    const heating = bench.heater.pulse({ width: '1m' })
    await sleep(clock, 1000)
    await bench.drain.on().result()
    expect((await failureOf(heating.result())).code).toBe('ERR_INTERLOCK')
    expect(trips).toEqual(['heater heater never'])
    expect([...board.trace].slice(-2).map(({ line, level, time }) => [line, level, time])).toEqual([
      [17, 'low', 1e9],
      [18, 'high', 1e9],
    ])
  })
})

describe('requires', () => {
  const tank = (requires: Record<string, 'on' | 'off' | 'high' | 'low'>) => ({
    heater: output({ line: 17, requires }),
    float: input({ line: 24, activeLow: true, bias: 'pull-up' }),
  })

  test.each([
    ['high', 'low'],
    ['low', 'high'],
    ['on', 'high'],
    ['off', 'low'],
  ] as const)('%s is not met while the line is %s', async (state, level) => {
    const { bench, board } = await openMockBench(tank({ float: state }))
    board.drive(24, level)
    expect(await failureOf(bench.heater.on().result())).toMatchObject({
      code: 'ERR_INTERLOCK',
      message: `heater cannot go on: it requires float ${state}, and float is not`,
      place: 'heater',
      details: { rule: 'requires' },
    })
    board.drive(24, level === 'low' ? 'high' : 'low')
    await expect(bench.heater.on().result()).resolves.toEqual({ on: true })
  })

  test('its loss switches off at once, ends what runs, and is told', async () => {
    const { bench, board, clock } = await openMockBench(tank({ float: 'high' }))
    const trips = listenForTrips(bench.worker)
    const heating = bench.heater.pulse({ width: '1h' })
    await sleep(clock, 5000)
    board.drive(24, 'low')
    await expect(heating.result()).rejects.toMatchObject({
      code: 'ERR_INTERLOCK',
      message: 'heater was switched off: it requires float high, and float went low',
    })
    expect(heating.state).toBe('failed')
    expect(changesOf(board, 17)).toEqual(['high at 0', 'low at 5000'])
    expect(trips).toEqual(['heater heater requires'])
  })

  test('its loss for a moment is enough', async () => {
    const { bench, board } = await openMockBench(tank({ float: 'high' }))
    await bench.heater.on().result()
    board.drive(24, 'low')
    board.drive(24, 'high')
    await Promise.resolve()
    expect(board.level(17)).toBe('low')
  })

  test('what comes and goes while nothing is on ends nothing', async () => {
    const { bench, board, clock } = await openMockBench(tank({ float: 'high' }))
    const trips = listenForTrips(bench.worker)
    await bench.heater.on().result()
    await bench.heater.off().result()
    board.drive(24, 'low')
    await sleep(clock, 1)
    expect(trips).toEqual([])
    expect(bench.heater.queue.quarantined).toBe(false)
  })

  test('its loss aborts pulses that are played', async () => {
    const specs = { valve: valve({ lines: VALVE, requires: { float: 'high' } }), float: input({ line: 24 }) }
    const { board, clock } = await openMockBench(specs)
    board.drive(24, 'high')
    const steps = [0b01, 0].map(values => ({ values, ns: 4e6 }))
    const played = failureOf(handleOf('valve').play({ steps, repeat: 100 }))
    await sleep(clock, 9)
    board.drive(24, 'low')
    expect((await played).code).toBe('ERR_INTERLOCK')
    await sleep(clock, 100)
    expect(changesOf(board, 17)).toEqual(['high at 0', 'low at 4', 'high at 8', 'low at 9'])
  })

  test('the peripheral that is required hears of the edges that it asked for, and of no others', async () => {
    const { bench, board, clock } = await openMockBench(tank({ float: 'high' }))
    const waited = bench.float.waitFor({ edge: 'rising', timeout: '1m' })
    await sleep(clock, 1)
    board.drive(24, 'low')
    await sleep(clock, 1)
    expect(waited.finished).toBe(false)
    board.drive(24, 'high')
    await expect(waited.result()).resolves.toMatchObject({ edge: 'rising' })
  })

  test('an output may be required: before it goes, who requires it goes off', async () => {
    const specs = { heater: output({ line: 17, requires: { fan: 'on' } }), fan: output({ line: 18, activeLow: true }) }
    const { bench, board } = await openMockBench(specs)
    expect((await failureOf(bench.heater.on().result())).code).toBe('ERR_INTERLOCK')
    await bench.fan.on().result()
    await bench.heater.on().result()
    await bench.fan.off().result()
    expect([...board.trace].map(({ line, level }) => `${line} ${level}`).slice(-2)).toEqual(['17 low', '18 high'])
  })

  test('PWM of an output is on, and neither high nor low', async () => {
    const fan = pwm({ line: 18, frequency: 100 })
    const { bench } = await openMockBench({
      heater: output({ line: 17, requires: { fan: 'on' } }),
      other: output({ line: 22, requires: { fan: 'high' } }),
      fan,
    })
    await bench.fan.set({ duty: 0.5 }).result()
    await expect(bench.heater.on().result()).resolves.toEqual({ on: true })
    expect((await failureOf(bench.other.on().result())).code).toBe('ERR_INTERLOCK')
    await bench.fan.set({ duty: 1 }).result()
    await expect(bench.other.on().result()).resolves.toEqual({ on: true })
  })

  test('an output that plays pulses is neither on nor off', async () => {
    const specs = {
      heater: output({ line: 22, requires: { 'valve.lines.in': 'off' } }),
      valve: valve({ lines: VALVE }),
    }
    const { bench, board, clock } = await openMockBench(specs)
    const trips = listenForTrips(bench.worker)
    await bench.heater.on().result()
    const played = handleOf('valve').play({ steps: [0, 0b01, 0].map(values => ({ values, mask: 1, ns: 1e6 })) })
    expect(trips).toEqual(['heater heater requires'])
    expect((await failureOf(bench.heater.on().result())).code).toBe('ERR_INTERLOCK')
    await played
    await expect(bench.heater.on().result()).resolves.toEqual({ on: true })
    await sleep(clock, 1)
    expect(board.level(22)).toBe('high')
  })

  test('PWM that is ordered while pulses are played is not trusted', async () => {
    const specs = { heater: output({ line: 22, requires: { 'valve.lines.in': 'on' } }), valve: valve({ lines: VALVE }) }
    const { bench } = await openMockBench(specs)
    const handle = handleOf('valve')
    const played = handle.play({ steps: [0, 0].map(values => ({ values, mask: 1, ns: 1e6 })) })
    handle.pwm?.(17, { frequency: 100, duty: 0.5 })
    expect((await failureOf(bench.heater.on().result())).code).toBe('ERR_INTERLOCK')
    await played
  })

  test('conditions hang together in a chain, and go off from its end', async () => {
    const { bench, board } = await openMockBench({
      heater: output({ line: 17, requires: { fan: 'on' } }),
      fan: output({ line: 18, requires: { door: 'high' } }),
      door: input({ line: 24 }),
    })
    board.drive(24, 'high')
    await bench.fan.on().result()
    await bench.heater.on().result()
    board.drive(24, 'low')
    await Promise.resolve()
    expect([...board.trace].slice(-2).map(({ line, level }) => `${line} ${level}`)).toEqual(['17 low', '18 low'])
  })

  test('nothing goes on before the condition can be read', async () => {
    const early = valve({ lines: VALVE, requires: { float: 'high' } })
    const messages: string[] = []
    const eager = {
      ...early,
      definition: Object.freeze({
        ...early.definition,
        open: async (context: never) => {
          const device = await (early.definition.open as (context: never) => Promise<unknown>)(context)
          messages.push(thrownBy(() => handleOf('valve').set(0b01)).message)
          return device
        },
      }),
    } as typeof early
    await openMockBench({ valve: eager, float: input({ line: 24 }) })
    expect(messages).toEqual(['valve.lines.in cannot go on: it requires float high, and float cannot be read yet'])
  })

  test('a line that cannot tell of edges is refused when the bench is opened', async () => {
    const clock = new VirtualClock()
    const board = withoutEdges(new MockBoard({ clock }))
    const driver = { name: 'mock', open: async () => board } as const
    expect(await failureOf(openBench(tank({ float: 'high' }), { driver, clock }))).toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: 'float: heater requires a line that cannot be watched: the lines have no interrupt, so no edges',
      place: 'float',
      remedy: 'Use a line with an interrupt for it, so that the loss of the condition is noticed at once.',
    })
  })

  test('when edges cannot be heard any more, what requires them goes off', async () => {
    const { bench, board } = await openMockBench({
      heater: output({ line: 17, requires: { float: 'high' } }),
      float: input({ line: 24 }),
    })
    board.drive(24, 'high')
    const trips = listenForTrips(bench.worker)
    await bench.heater.on().result()
    board.unplug()
    await Promise.resolve()
    expect(trips).toEqual(['heater heater requires'])
  })
})
