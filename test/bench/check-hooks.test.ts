/** What a definition has to say of values that fit their schemas: it is asked before anything opens or moves. */

import { Type } from 'typebox'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { MockDriver } from '../../mocks/driver.js'
import { definePeripheral } from '../../src/bench/definition.js'
import { openBench } from '../../src/bench/open-bench.js'
import { Default, DurationSchema, Line } from '../../src/bench/schema.js'
import { output } from '../../src/peripherals/index.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { failureOf, openMockBench, refusalOf } from './setup.js'

/** A tap that opens no wider than it is configured to. */
function tapWith(calls: unknown[] = []) {
  return definePeripheral({
    type: 'tap',
    title: 'Tap',
    config: Type.Object({ line: Line(), widest: Default(Type.Number(), 90), least: Default(Type.Number(), 0) }),
    check: config => {
      expectTypeOf(config.line).toEqualTypeOf<number | string>()
      if (config.least <= config.widest) return undefined
      return { path: ['least'], message: `must be at most ${config.widest}`, remedy: 'Give least <= widest.' }
    },
    open: ({ board, config }) => board.request({ lines: [config.line], settings: { direction: 'output', initial: 0 } }),
    actions: {
      turn: {
        title: 'Turn',
        effect: 'idempotent',
        input: Type.Object({ angle: Type.Number(), over: Default(DurationSchema(), '1s') }),
        check: (config, input) => {
          expectTypeOf(input.angle).toEqualTypeOf<number>()
          calls.push({ config, input })
          if (input.angle <= config.widest) return undefined
          return {
            path: ['angle'],
            message: `must be at most ${config.widest}, not ${input.angle}`,
            remedy: 'Turn it less.',
            ...(input.angle > 360 && { code: 'ERR_UNSUPPORTED' }),
          }
        },
        run: handle => handle.set(1),
      },
    },
    safe: handle => handle.set(0),
  })
}

describe('the check of a configuration', () => {
  it('refuses the bench before any line of any peripheral is taken', async () => {
    const driver = new MockDriver()
    const clock = new VirtualClock()
    const specs = { pump: output({ line: 17, safe: 'high' }), tap: tapWith()({ line: 4, least: 91 }) }
    expect(await failureOf(openBench(specs, { driver, clock }))).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      message: 'tap: least must be at most 90',
      remedy: 'Give least <= widest.',
      place: 'tap',
    })
  })
})

describe('the check of an input', () => {
  it('refuses the call with place and remedy, and there is no task and no change of a line', async () => {
    const opened = await openMockBench({ tap: tapWith()({ line: 4 }) })
    expect(refusalOf(opened, () => opened.bench.tap.turn({ angle: 91 }))).toMatchObject({
      code: 'ERR_BAD_INPUT',
      message: 'tap.turn: angle must be at most 90, not 91',
      remedy: 'Turn it less.',
      place: 'tap.turn',
    })
    expect(opened.bench.worker.size).toBe(0)
  })

  it('is given configuration and input as they will be used: with defaults, durations in ms, lines as numbers', async () => {
    const calls: unknown[] = []
    const { bench } = await openMockBench({ tap: tapWith(calls)({ line: 'GPIO4' }) })
    await bench.tap.turn({ angle: 10, over: '2s' }).result()
    expect(calls).toEqual([{ config: { line: 4, widest: 90, least: 0 }, input: { angle: 10, over: 2000 } }])
  })

  it('may have a code of its own', async () => {
    const opened = await openMockBench({ tap: tapWith()({ line: 4 }) })
    expect(refusalOf(opened, () => opened.bench.tap.turn({ angle: 400 })).code).toBe('ERR_UNSUPPORTED')
  })

  it('is not asked about what does not fit the schema', async () => {
    const calls: unknown[] = []
    const opened = await openMockBench({ tap: tapWith(calls)({ line: 4 }) })
    const { message } = refusalOf(opened, () => opened.bench.tap.turn({ angle: 'wide' as never }))
    expect(message).toBe('tap.turn: angle must be a number, not "wide"')
    expect(calls).toEqual([])
  })
})
