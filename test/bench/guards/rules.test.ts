import { describe, expect, expectTypeOf, test } from 'vitest'
import { MockBoard } from '../../../mocks/board.js'
import type { Specs } from '../../../src/bench/bench.js'
import { definePeripheral } from '../../../src/bench/definition.js'
import { GUARD_KEYS } from '../../../src/bench/guards/keys.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { Type } from '../../../src/index.js'
import { bme280 } from '../../../src/peripherals/bme280.js'
import { input } from '../../../src/peripherals/input.js'
import { motor } from '../../../src/peripherals/motor.js'
import { output } from '../../../src/peripherals/output.js'
import { pca9685 } from '../../../src/peripherals/pca9685.js'
import { pwm } from '../../../src/peripherals/pwm.js'
import { rgb } from '../../../src/peripherals/rgb.js'
import { servo } from '../../../src/peripherals/servo.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { failureOf, openMockBench } from '../setup.js'
import { thrownBy, VALVE, valve } from './setup.js'

/** Why a bench is not opened; nothing is opened then. */
async function refusal(specs: Specs, never: readonly (readonly string[])[] = []) {
  const clock = new VirtualClock()
  const opened: string[] = []
  const driver = {
    name: 'mock',
    open: async () => {
      opened.push('opened')
      return new MockBoard({ clock })
    },
  } as const
  const error = await failureOf(openBench(specs, { driver, clock, interlocks: never.map(names => ({ never: names })) }))
  expect(opened).toEqual([])
  return error
}

describe('the keys', () => {
  test('are there for types with outputs', () => {
    expect(output({ line: 17, maxOn: '5s', requires: { float: 'on' }, hold: 'forever' }).definition.type).toBe('output')
    // @ts-expect-error it is called maxOn
    output({ line: 17, maxOnn: 1 })
    // @ts-expect-error that is no state
    output({ line: 17, requires: { float: 'wet' } })
  })

  test('are not there for types without', async () => {
    // @ts-expect-error an input has no maxOn
    expect((await refusal({ level: input({ line: 4, maxOn: '5s' }) })).message).toMatch(
      /^level: maxOn is not known here/,
    )
  })

  test('are checked, and have their defaults', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17, maxOn: '5s', maxDuty: 0.5 }) })
    expect(bench.pump.config).toMatchObject({ maxOn: 5000, maxDuty: 0.5, hold: 'exit' })
  })

  test.each([
    ['maxOn', { maxOn: 0 }, 'pump: maxOn must be longer than 0 ms, not 0'],
    ['minOff', { minOff: '0s' }, 'pump: minOff must be longer than 0 ms, not "0s"'],
    ['maxDuty', { maxDuty: 0 }, 'pump: maxDuty must be more than 0, not 0'],
    ['maxDuty', { maxDuty: 1.5 }, 'pump: maxDuty must be at most 1, not 1.5'],
    ['maxToggleRate', { maxToggleRate: -1 }, 'pump: maxToggleRate must be more than 0 Hz, not -1'],
    ['requires', { requires: {} }, 'pump: requires must have at least 1 entry, not 0'],
  ])('%s has its bounds', async (_key, limits, message) => {
    const error = await refusal({ pump: output({ line: 17, ...limits } as never) })
    expect([error.message.slice(0, message.length), error.place]).toEqual([message, 'pump'])
  })

  test('cannot be keys of a type itself', () => {
    const error = thrownBy(() =>
      definePeripheral({
        type: 'x',
        title: 'X',
        config: Type.Object({ minOff: Type.Number() }),
        outputs: () => ({ lines: [] }),
        open: () => undefined,
        actions: {},
      }),
    )
    expect(error).toMatchObject({
      code: 'ERR_BAD_DEFINITION',
      message: 'the config of x has a field "minOff"',
      remedy: 'Call it something else: every type with outputs has that already.',
    })
  })

  test('can be keys of a type without outputs, for what it likes', () => {
    const type = definePeripheral({
      type: 'x',
      title: 'X',
      config: Type.Object({ minOff: Type.String() }),
      open: ({ config }) => {
        expectTypeOf(config).toEqualTypeOf<{ minOff: string }>()
      },
      actions: {},
    })
    expect(Object.keys((type.config as { properties: object }).properties)).toEqual(['minOff'])
  })

  test('leave an option that there is not as wrong as it was', () => {
    const type = definePeripheral({
      type: 'x',
      title: 'X',
      config: Type.Object({}),
      open: () => undefined,
      actions: {},
      // @ts-expect-error it is called outputs
      output: () => ({ lines: [] }),
    })
    expect(type.outputs).toBeUndefined()
  })

  test('are all described', () => {
    for (const schema of Object.values(GUARD_KEYS)) expect(schema).toHaveProperty('description', expect.any(String))
  })
})

describe('a limit is refused', () => {
  test('where no line switches a load', async () => {
    expect(await refusal({ arm: servo({ line: 17, maxOn: '5s' }) })).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      message: 'arm: maxOn cannot be kept: none of its lines switches a load',
      place: 'arm',
      remedy: 'Leave out "maxOn", or give it to the peripheral that switches the load.',
    })
  })

  test.each([
    ['a channel of the PWM hardware', { fan: pwm({ channel: 0, maxDuty: 0.5 }) }],
    ['a channel among lines', { fan: rgb({ red: 17, green: { channel: 0 }, blue: 18, maxDuty: 0.5 }) }],
    ['a chip on a bus', { fan: pca9685({ maxDuty: 0.5 }) }],
  ])('on %s, which is no line', async (what, specs) => {
    const part = what === 'a channel among lines' ? 'a channel of the PWM hardware' : what
    expect(await refusal(specs as Specs)).toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: `fan: maxDuty cannot be kept: it drives ${part}, which is no line`,
      remedy: 'Leave out "maxDuty", or drive the load by a line.',
    })
  })

  test('not where the channel only enables what its lines drive', async () => {
    const specs = { drive: motor({ forward: 17, backward: 18, enable: { channel: 0 }, maxOn: '5s' }) }
    await expect(openMockBench(specs)).resolves.toBeDefined()
  })

  test.each([
    ['maxOn', output({ line: 17, safe: 'on', maxOn: '5s' })],
    ['maxOn', output({ line: 17, safe: 'low', activeLow: true, maxOn: '5s' })],
    ['maxDuty', pwm({ line: 17, safe: 0.25, maxDuty: 0.5 })],
    ['requires', output({ line: 17, safe: 'on', requires: { float: 'on' } })],
  ])('when its safe state is on: %s', async (key, it) => {
    expect(await refusal({ it, float: input({ line: 4 }) })).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      message: `it: ${key} would be broken by its safe state, which is on`,
      remedy: `Leave out "${key}", or make its safe state off.`,
    })
  })
})

describe('a condition is refused', () => {
  test('on a name that there is not, and the nearest is suggested', async () => {
    const specs = { heater: output({ line: 17, requires: { flaot: 'on' } }), float: input({ line: 4 }) }
    expect(await refusal(specs)).toMatchObject({
      code: 'ERR_UNKNOWN_PERIPHERAL',
      message: 'heater.requires: no peripheral or line "flaot"; did you mean "float"?',
      place: 'heater.requires.flaot',
      remedy: 'Write float if that was meant.',
    })
  })

  test('on a peripheral with several lines, which are named', async () => {
    const specs = { heater: output({ line: 22, requires: { valve: 'on' } }), valve: valve({ lines: VALVE }) }
    expect(await refusal(specs)).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      message: 'heater requires valve, which has several lines',
      remedy: 'Name one of its lines: valve.lines.in, valve.lines.out.',
    })
  })

  test('on a peripheral without a line', async () => {
    expect(await refusal({ heater: output({ line: 22, requires: { air: 'on' } }), air: bme280({}) })).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      message: 'heater requires air, which has no line that could be watched',
      remedy: 'Name a peripheral with a line of its own, such as an input.',
    })
  })

  test('when several wait for each other', async () => {
    const specs = {
      heater: output({ line: 17, requires: { fan: 'on' } }),
      fan: output({ line: 18, requires: { pump: 'on' } }),
      pump: output({ line: 22, requires: { heater: 'on' } }),
      lamp: output({ line: 23, requires: { heater: 'on' } }),
    }
    expect(await refusal(specs)).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      message: 'heater requires fan, and fan requires pump, and pump requires heater: none of them could ever go on',
      place: 'heater.requires.fan',
      remedy: 'Leave out one of them; for two that must not be on together, use interlocks: never.',
    })
  })

  test('on itself', async () => {
    expect((await refusal({ heater: output({ line: 17, requires: { heater: 'off' } }) })).message).toBe(
      'heater requires heater: none of them could ever go on',
    )
  })

  test('that another rule never lets be met', async () => {
    const specs = { heater: output({ line: 17, requires: { fan: 'high' } }), fan: output({ line: 18 }) }
    expect(await refusal(specs, [['heater', 'fan']])).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      message: 'heater requires that fan is on, and must never be on together with it',
    })
  })
})

describe('an interlock is refused', () => {
  const specs = { heater: output({ line: 17 }), drain: output({ line: 18 }), float: input({ line: 4 }) }

  test.each([
    [
      'with a name that there is not',
      ['heater', 'darin'],
      'ERR_UNKNOWN_PERIPHERAL',
      'interlocks[0].never: no peripheral or line "darin"; did you mean "drain"?',
    ],
    [
      'with what switches nothing',
      ['heater', 'float'],
      'ERR_BAD_CONFIG',
      'float cannot be in an interlock: it has no line that switches a load',
    ],
    ['with one name', ['heater'], 'ERR_BAD_CONFIG', 'interlocks: [0].never must have at least 2 items, not 1'],
    [
      'with a name twice',
      ['heater', 'heater'],
      'ERR_BAD_CONFIG',
      'interlocks: [0].never must not have the same item twice: [0] and [1] are equal',
    ],
  ])('%s', async (_what, names, code, message) => {
    const error = await refusal(specs, [names])
    expect([error.code, error.message]).toEqual([code, message])
  })

  test('with a peripheral and its own line', async () => {
    const error = await refusal({ valve: valve({ lines: VALVE }) }, [['valve', 'valve.lines.in']])
    expect(error.message).toBe('valve.lines.in and valve are the same line, which is on whenever it is on')
  })

  test('with two that are on in their safe states', async () => {
    const both = { heater: output({ line: 17, safe: 'on' }), drain: output({ line: 18, safe: 'high' }) }
    expect(await refusal(both, [['heater', 'drain']])).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      message: 'heater and drain must never be on together, and both are on in their safe states',
      place: 'interlocks[0].never[1]',
      remedy: 'Make the safe state of one of them off.',
    })
  })

  test('that is no list', async () => {
    const clock = new VirtualClock()
    const error = await failureOf(openBench(specs, { driver: 'mock', clock, interlocks: { never: [] } as never }))
    expect([error.code, error.place]).toEqual(['ERR_BAD_CONFIG', 'interlocks'])
  })
})
