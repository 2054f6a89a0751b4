import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import type { Capabilities, Driver } from '../../drivers/driver.js'
import { MockBoard } from '../../mocks/board.js'
import { MockDriver } from '../../mocks/driver.js'
import { definePeripheral } from '../../src/bench/definition.js'
import { openBench } from '../../src/bench/open-bench.js'
import { Line } from '../../src/bench/schema.js'
import { PiWorkerError } from '../../src/errors.js'
import { input, output } from '../../src/peripherals/index.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { failureOf, openMockBench } from './setup.js'

/** A driver that remembers its board, so that tests can look at what a refused bench left. */
function spy(options: { readonly capabilities?: Partial<Capabilities>; readonly name?: 'onoff' } = {}) {
  const opened: MockBoard[] = []
  const driver: Driver = {
    name: options.name ?? 'mock',
    async open({ clock }) {
      const board = new MockBoard({ clock })
      board.occupy(5, 'somebody')
      Object.assign(board, { driver: this.name, capabilities: { ...board.capabilities, ...options.capabilities } })
      opened.push(board)
      return board
    },
  }
  return { driver, opened }
}

const open = (specs: Parameters<typeof openBench>[0], driver: Driver = new MockDriver()) =>
  openBench(specs, { driver, clock: new VirtualClock() })

describe('an option that there is not', () => {
  it.each([
    ['drvier', 'Write driver.'],
    ['whatever', 'Leave it out; there are driver, '],
  ])('is refused before anything is opened: %s', async (name, remedy) => {
    const { driver, opened } = spy()
    const error = await failureOf(openBench({ pump: output({ line: 17 }) }, { driver, [name]: 'mock' }))
    expect(error).toMatchObject({ code: 'ERR_BAD_OPTION', place: name, remedy: expect.stringContaining(remedy) })
    expect(opened).toEqual([])
  })
})

describe('a bench that opens', () => {
  it('has a member for each peripheral, with its lines and configuration', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 'GPIO17' }), level: input({ line: 'J8:7' }) })
    expect(bench.names).toEqual(['pump', 'level'])
    expect(bench.pump).toMatchObject({ name: 'pump', type: 'output', lines: [17] })
    expect(bench.level.config).toEqual({ line: 4, activeLow: false, bias: 'as-is', debounce: 0 })
    expect(bench.peripheral('pump')).toBe(bench.pump)
  })

  it('has its outputs in their safe states from the first moment on', async () => {
    const { board } = await openMockBench({
      a: output({ line: 17, safe: 'high' }),
      b: output({ line: 18, safe: 'low' }),
    })
    expect([board.level(17), board.level(18)]).toEqual(['high', 'low'])
    expect([...board.trace.of(17)].map(({ level, time }) => [level, time])).toEqual([['high', 0]])
    expect([...board.trace.of(18)]).toEqual([])
  })

  it('says which driver it is on and why', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    expect(bench.choice).toContain('mock')
    expect(bench.board.driver).toBe('mock')
  })

  it('finds a line by its own name', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 'PUMP' }) }, {}, { names: { 23: 'PUMP' } })
    expect(bench.pump.lines).toEqual([23])
  })

  it('runs on the mock with own names that its chip has not: they get lines that are free', async () => {
    const specs = { pump: output({ line: 'PUMP' }), lamp: output({ line: 57 }), level: input({ line: 'FLOAT' }) }
    const { bench } = await openMockBench(specs, { simulate: { level: { falls: ['1s'] } } })
    expect([...bench.pump.lines, ...bench.level.lines]).toEqual([56, 55])
    expect(await bench.level.waitFor({ edge: 'falling', timeout: '2s' }).result()).toMatchObject({ time: 1e9 })
  })

  it('names every line after its peripheral', async () => {
    const motor = definePeripheral({
      type: 'motor',
      title: 'Motor',
      config: Type.Object({ forward: Line(), back: Line() }),
      open: () => ({}),
      actions: {},
    })
    const { bench } = await openMockBench({ pump: output({ line: 17 }), motor: motor({ forward: 5, back: 6 }) })
    expect(bench.signals).toEqual([
      { line: 17, name: 'pump' },
      { line: 5, name: 'motor.forward' },
      { line: 6, name: 'motor.back' },
    ])
  })
})

describe('a bench that cannot work is refused', () => {
  it('with a name that a bench has itself', async () => {
    expect(await failureOf(open({ close: output({ line: 17 }) }))).toMatchObject({
      code: 'ERR_BAD_NAME',
      place: 'close',
    })
  })

  it('with a configuration that does not fit', async () => {
    const error = await failureOf(open({ pump: output({ line: 17, safe: 'maybe' as 'low' }) }))
    expect(error).toMatchObject({ code: 'ERR_BAD_CONFIG', place: 'pump', message: expect.stringContaining('safe') })
  })

  it.each([{ type: 'output', line: 17 }, undefined, 17, output])('with a peripheral that is %o', async spec => {
    const error = await failureOf(open({ pump: spec as never }))
    expect(error).toMatchObject({ code: 'ERR_BAD_CONFIG', place: 'pump', remedy: expect.stringContaining('output({') })
  })

  it('with a line that no Pi has', async () => {
    const error = await failureOf(open({ pump: output({ line: 99 }) }))
    expect(error).toMatchObject({ code: 'ERR_UNKNOWN_LINE', place: 'pump' })
  })

  it('with a duration that is none', async () => {
    const error = await failureOf(open({ level: input({ line: 4, debounce: '5 minutes' as '5m' }) }))
    expect(error).toMatchObject({ code: 'ERR_BAD_DURATION', place: 'level' })
  })

  it('with two peripherals on one line, however it is written', async () => {
    const error = await failureOf(open({ pump: output({ line: 17 }), lamp: output({ line: 'J8:11' }) }))
    expect(error).toMatchObject({
      code: 'ERR_LINE_CLAIMED',
      place: 'lamp',
      message: 'pump.line and lamp.line both want GPIO17',
    })
  })

  it('with two on one line that only the board knows to be the same', async () => {
    const driver = new MockDriver({ names: { 17: 'PUMP' } })
    const error = await failureOf(open({ pump: output({ line: 'PUMP' }), lamp: output({ line: 17 }) }, driver))
    expect(error).toMatchObject({ code: 'ERR_LINE_CLAIMED', place: 'lamp' })
  })

  it('with a simulation of a peripheral that is not there', async () => {
    const options = { driver: 'mock', clock: new VirtualClock(), simulate: { levle: {} } } as const
    const error = await failureOf(openBench({ level: input({ line: 4 }) }, options))
    expect(error).toMatchObject({ code: 'ERR_UNKNOWN_PERIPHERAL', message: expect.stringContaining('"level"') })
  })

  it('with a simulation that does not fit', async () => {
    const options = { driver: 'mock', clock: new VirtualClock(), simulate: { level: { falls: '7s' } } } as const
    const error = await failureOf(openBench({ level: input({ line: 4 }) }, options))
    expect(error).toMatchObject({ code: 'ERR_BAD_CONFIG', place: 'simulate.level' })
  })

  it('with a need that the driver does not meet: the peripheral, the need and the driver are named', async () => {
    const { driver, opened } = spy({ name: 'onoff', capabilities: { bias: ['as-is'] } })
    const error = await failureOf(
      open({ pump: output({ line: 17 }), level: input({ line: 4, bias: 'pull-up' }) }, driver),
    )
    expect(error).toMatchObject({
      code: 'ERR_UNSUPPORTED',
      place: 'level',
      message: expect.stringMatching(/level.*bias pull-up.*onoff/),
      remedy: expect.stringContaining('gpiochip'),
    })
    expect(opened[0]?.lineInfo).toBeDefined()
    expect(() => opened[0]?.lineInfo(17)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
  })

  it('with a line that somebody else holds, and nothing stays held', async () => {
    const { driver, opened } = spy()
    const error = await failureOf(open({ pump: output({ line: 17, safe: 'high' }), level: input({ line: 5 }) }, driver))
    expect(error).toMatchObject({
      code: 'ERR_LINE_BUSY',
      place: 'level',
      message: expect.stringContaining('somebody'),
      details: { consumer: 'somebody', peripheral: 'level' },
    })
    expect(opened[0]?.level(17)).toBe('low')
  })

  it('when a definition of the user throws while it opens', async () => {
    const odd = definePeripheral({
      type: 'odd',
      title: 'Odd',
      config: Type.Object({}),
      open: () => {
        throw new TypeError('no such thing')
      },
      actions: {},
    })
    const error = await failureOf(open({ odd: odd({}) }))
    expect(error).toMatchObject({
      code: 'ERR_BAD_DEFINITION',
      place: 'odd',
      message: expect.stringContaining('no such thing'),
    })
  })

  it('with an action whose schema cannot be used, before it is ever called', async () => {
    const odd = definePeripheral({
      type: 'odd',
      title: 'Odd',
      config: Type.Object({}),
      open: () => ({}),
      actions: { look: { title: 'Look', effect: 'read', output: Type.Unsafe({ type: 'nothing' }), run: () => 1 } },
    })
    expect(await failureOf(open({ odd: odd({}) }))).toMatchObject({ code: 'ERR_BAD_DEFINITION', place: 'odd' })
  })

  it('by a driver that cannot be opened, with its own error', async () => {
    const driver: Driver = {
      name: 'gpiochip',
      open: () => Promise.reject(new PiWorkerError('ERR_PERMISSION', 'alice may not open /dev/gpiochip0')),
    }
    expect(await failureOf(open({ pump: output({ line: 17 }) }, driver))).toMatchObject({ code: 'ERR_PERMISSION' })
  })
})

describe('a bench that no driver can serve', () => {
  // Nothing is opened: no driver has both.
  const greedy = definePeripheral({
    type: 'greedy',
    title: 'Greedy',
    config: Type.Object({ line: Line() }),
    needs: () => ({ pwm: true, drive: 'open-drain' }),
    open: async () => undefined,
    actions: { rest: { title: 'Rest', effect: 'idempotent', run: () => undefined } },
    safe: () => undefined,
  })

  it('names with auto, too, the peripheral, its need and each driver', async () => {
    const specs = { fan: greedy({ line: 18 }), lamp: output({ line: 17 }) }
    const error = await failureOf(openBench(specs, { driver: 'auto' }))
    expect(error).toMatchObject({ code: 'ERR_NO_DRIVER', place: 'fan' })
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /gpiochip: fan needs PWM, which gpiochip cannot do.*pigpio: fan needs drive open-drain, which pigpio.*onoff: fan needs drive open-drain and PWM, which onoff/s,
      ),
      remedy: 'Ask for less: no driver has all of this on this machine.',
    })
    expect((error as PiWorkerError).message).not.toContain('lamp')
  })
})
