/** Definitions of peripherals: what is refused, what is kept, and the types of the calls that follow. */

import { Type } from 'typebox'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { LineHandle } from '../../drivers/driver.js'
import type { Bench, BenchOf } from '../../src/bench/bench.js'
import { definePeripheral, type OpenContext } from '../../src/bench/definition.js'
import type { BenchBoard } from '../../src/bench/lease.js'
import type { CallOptions, PeripheralOf } from '../../src/bench/peripheral.js'
import { Default, DurationSchema, Line, OneOf } from '../../src/bench/schema.js'
import { PiWorkerError } from '../../src/errors.js'
import { input, output, peripherals } from '../../src/peripherals/index.js'
import type { TaskContext } from '../../src/worker/attempt-context.js'
import type { Duration } from '../../src/worker/duration.js'
import type { Task } from '../../src/worker/task.js'
import { openMockBench } from './setup.js'

const read = { title: 'Read', effect: 'read', run: () => {} } as const
const right = {
  type: 'valve',
  title: 'Valve',
  config: Type.Object({ line: Line() }),
  open: () => ({}),
  actions: { read },
}

/** What JavaScript, which has no types, may call it with. */
function refusalOf(options: object): PiWorkerError {
  try {
    definePeripheral(options as Parameters<typeof definePeripheral>[0])
  } catch (error) {
    if (error instanceof PiWorkerError) return error
    throw error
  }
  return expect.fail('the definition was taken')
}

const withAction = (action: unknown) => ({ ...right, actions: { flow: action } })

describe('a definition is refused', () => {
  it.each([
    ['when it is empty', {}, 'undefined is no name for a type'],
    ['with a type in capitals', { ...right, type: 'Valve' }, '"Valve" is no name for a type'],
    ['with a type that has spaces', { ...right, type: 'my valve' }, '"my valve" is no name for a type'],
    ['with a type that is no text', { ...right, type: 5 }, '5 is no name for a type'],
    ['without a title', { ...right, title: '' }, 'valve has no title'],
    ['without a config', { ...right, config: undefined }, 'the config of valve is no object schema'],
    ['with a config that is a text', { ...right, config: Type.String() }, 'the config of valve is no object schema'],
    [
      'with a config that is no schema',
      { ...right, config: { line: Line() } },
      'the config of valve is no object schema',
    ],
    [
      'with a config that hides its type',
      { ...right, config: Type.Object({ type: Type.String() }) },
      'the config of valve has a field "type"',
    ],
    [
      'with a simulation that is no object',
      { ...right, simulate: Type.Number() },
      'simulate of valve is no object schema',
    ],
    ['without open', { ...right, open: undefined }, 'valve has no open()'],
    ['with needs that is no function', { ...right, needs: { bias: 'pull-up' } }, 'needs of valve is no function'],
    ['with safe that is no function', { ...right, safe: 'low' }, 'safe of valve is no function'],
    ['without actions', { ...right, actions: undefined }, 'valve has no actions'],
    ['with a list of actions', { ...right, actions: [read] }, 'valve has no actions'],
    ['with an action that is nothing', withAction(null), 'valve.flow is no action'],
    ['with a function for an action', withAction(() => 1), 'valve.flow is no action'],
    ['with an action without a title', withAction({ ...read, title: undefined }), 'valve.flow has no title'],
    ['with an action without an effect', withAction({ ...read, effect: undefined }), 'valve.flow has no effect'],
    ['with an effect that there is not', withAction({ ...read, effect: 'none' }), 'valve.flow has no effect'],
    ['with an action that does nothing', withAction({ ...read, run: undefined }), 'valve.flow has no run()'],
    [
      'with an input that is no object',
      withAction({ ...read, input: Type.Number() }),
      'the input of valve.flow is no object schema',
    ],
    [
      'with an input that may be no object',
      withAction({ ...read, input: Type.Union([Type.Object({}), Type.Null()]) }),
      'the input of valve.flow is no object schema',
    ],
    [
      'with an output that is no schema',
      withAction({ ...read, output: 'mm' }),
      'the output of valve.flow is no schema',
    ],
    [
      'with an action named like nothing',
      { ...right, actions: { 'wait-for': read } },
      '"wait-for" is no name for an action',
    ],
    ['with an action in capitals', { ...right, actions: { Read: read } }, '"Read" is no name for an action'],
    [
      'with an action that a peripheral has',
      { ...right, actions: { queue: read } },
      'an action cannot be called "queue"',
    ],
    [
      'with an action that makes it a promise',
      { ...right, actions: Object.fromEntries([['then', read]]) },
      'an action cannot be called "then"',
    ],
    [
      'with an action that every object has',
      { ...right, actions: { constructor: read } },
      'an action cannot be called "constructor"',
    ],
    [
      'with an action called __proto__',
      { ...right, actions: JSON.parse('{ "__proto__": {} }') },
      '"__proto__" is no name for an action',
    ],
    [
      'without a safe state, when it does more than read',
      { ...right, actions: { read, open: { ...read, effect: 'idempotent' } } },
      'valve has no safe(), but open does more than read',
    ],
  ])('%s', (_what, options, message) => {
    const error = refusalOf(options)
    expect([error.code, error.message]).toEqual(['ERR_BAD_DEFINITION', message])
    expect(error.remedy).toMatch(/^[A-Z].*\.$|stepMotor|waitFor/)
  })

  it('with the place in it', () => {
    expect(refusalOf({ ...right, title: '' }).place).toBe('valve')
    expect(refusalOf(withAction({ ...read, title: '' })).place).toBe('valve.flow')
  })
})

describe('a definition', () => {
  const valve = definePeripheral(right)

  it('may have nothing but actions that read, and no safe state then', () => {
    expect(valve.safe).toBeUndefined()
  })

  it('has an empty input for an action that has none', () => {
    expect(valve.actions.read.input).toMatchObject({ type: 'object', properties: {} })
    expect(valve.actions.read.output).toBeUndefined()
  })

  it('may have an input that is a choice between objects', () => {
    const choice = Type.Union([Type.Object({ a: Type.Number() }), Type.Intersect([Type.Object({}), Type.Object({})])])
    expect(() => definePeripheral({ ...right, actions: { read: { ...read, input: choice } } })).not.toThrow()
  })

  it('cannot be changed', () => {
    expect(Object.isFrozen(valve)).toBe(true)
    expect(Object.isFrozen(valve.actions)).toBe(true)
    expect(Object.isFrozen(valve.actions.read)).toBe(true)
  })

  it('compiles no schema and opens nothing', () => {
    const open = () => expect.fail('it was opened')
    expect(() => definePeripheral({ ...right, config: Type.Object({ a: Type.BigInt() }), open })).not.toThrow()
  })

  it('called with a configuration is a spec, unchecked and as it was written', () => {
    const config = { line: 'GPIO99' }
    const spec = valve(config)
    expect(spec).toEqual({ definition: valve, config })
    expect(Object.isFrozen(spec)).toBe(true)
  })

  it('is there for every built-in type, under its name', () => {
    for (const [type, definition] of Object.entries(peripherals)) {
      expect(definition.type).toBe(type)
      for (const action of Object.values(definition.actions)) expect(action.title).not.toBe('')
    }
  })
})

describe('the types of a definition', () => {
  const types = definePeripheral({
    type: 'typed',
    title: 'Typed',
    config: Type.Object({
      line: Line(),
      lines: Type.Array(Line()),
      every: DurationSchema(),
      grace: Default(DurationSchema(), '1s'),
      mode: Default(OneOf(['slow', 'fast']), 'slow'),
      note: Type.Optional(Type.String()),
    }),
    needs: config => {
      expectTypeOf(config.grace).toEqualTypeOf<number>()
      return {}
    },
    open: async context => {
      expectTypeOf(context).toEqualTypeOf<OpenContext<typeof context.config>>()
      expectTypeOf(context.config).toEqualTypeOf<{
        line: number
        lines: number[]
        every: number
        grace: number
        mode: 'slow' | 'fast'
        note?: string
      }>()
      expectTypeOf(context.board).toEqualTypeOf<BenchBoard>()
      return { handle: undefined as unknown as LineHandle, count: 0 }
    },
    actions: {
      stop: {
        title: 'Stop',
        effect: 'idempotent',
        run: (device, input) => {
          expectTypeOf(device).toEqualTypeOf<{ handle: LineHandle; count: number }>()
          expectTypeOf(input).toEqualTypeOf<Readonly<Record<string, never>>>()
        },
      },
      step: {
        title: 'Step',
        effect: 'pulse',
        input: Type.Object({ for: DurationSchema(), at: Default(Line(), 17), count: Type.Optional(Type.Integer()) }),
        output: Type.Object({ achieved: Type.Number({ unit: 'ms' }) }),
        run: async (_device, input, task) => {
          expectTypeOf(input).toEqualTypeOf<{ for: number; at: number; count?: number }>()
          expectTypeOf(task).toEqualTypeOf<TaskContext>()
          return { achieved: input.for }
        },
      },
      either: {
        title: 'Either',
        effect: 'read',
        input: Type.Union([Type.Object({ a: DurationSchema() }), Type.Object({ b: Line() })]),
        output: Type.Union([Type.Literal('a'), Type.Null()]),
        run: (_device, input) => {
          expectTypeOf(input).toEqualTypeOf<{ a: number } | { b: number }>()
          return 'a' in input ? ('a' as const) : null
        },
      },
    },
    safe: device => {
      expectTypeOf(device.count).toEqualTypeOf<number>()
    },
  })

  it('give the configuration that a caller writes', () => {
    expectTypeOf(types).parameter(0).toEqualTypeOf<{
      line: number | string
      lines: (number | string)[]
      every: Duration
      grace?: Duration
      mode?: 'slow' | 'fast'
      note?: string
    }>()
    expectTypeOf(types.type).toEqualTypeOf<'typed'>()
    expectTypeOf<keyof typeof types.actions>().toEqualTypeOf<'stop' | 'step' | 'either'>()
  })

  it('give the calls: inputs as they are written, tasks with their results', () => {
    type Typed = PeripheralOf<typeof types>
    expectTypeOf<Typed['stop']>().toEqualTypeOf<(input?: object, options?: CallOptions) => Task<undefined>>
    expectTypeOf<Parameters<Typed['step']>[0]>().toEqualTypeOf<{
      for: Duration
      at?: number | string
      count?: number
    }>()
    expectTypeOf<ReturnType<Typed['step']>>().toEqualTypeOf<Task<{ achieved: number }>>()
    expectTypeOf<Parameters<Typed['either']>[0]>().toEqualTypeOf<{ a: Duration } | { b: number | string }>()
    expectTypeOf<ReturnType<Typed['either']>>().toEqualTypeOf<Task<'a' | null>>()
  })

  it('refuse a device or a result that does not fit', () => {
    type Options = Parameters<typeof definePeripheral<'x', typeof types.config, { a: 1 }, unknown, { go: never }>>[0]
    expectTypeOf<() => { a: 2 }>().not.toExtend<Options['open']>()
    expectTypeOf<() => Promise<{ a: 1 }>>().toExtend<Options['open']>()
  })
})

describe('the types of an open bench', () => {
  it('have every peripheral with its actions', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }), level: input({ line: 4 }) })
    expectTypeOf(bench).toExtend<Bench>()
    expectTypeOf<Exclude<keyof typeof bench, keyof Bench>>().toEqualTypeOf<'pump' | 'level'>()

    const task = bench.pump.pulse({ width: '200ms' })
    expectTypeOf(task).toEqualTypeOf<Task<{ requested: number; achieved: number }>>()
    const result = await task.result()
    expectTypeOf(result).toEqualTypeOf<{ requested: number; achieved: number }>()
    expect(result).toEqual({ requested: 200, achieved: 200 })

    expectTypeOf(bench.pump.on).toBeCallableWith()
    expectTypeOf(bench.pump.on).toBeCallableWith({}, { priority: 5, timeout: '1s' })
    expectTypeOf(bench.level.read).returns.toEqualTypeOf<Task<{ level: 'low' | 'high'; on: boolean }>>()
    expectTypeOf(bench.level.waitFor).toBeCallableWith({ edge: 'falling', timeout: '10s' })
    expectTypeOf(bench.level.waitFor).toBeCallableWith({ level: 'on' })
  })

  it('refuse inputs and configurations that are wrong', () => {
    type Open = BenchOf<{ pump: ReturnType<typeof output>; level: ReturnType<typeof input> }>
    type Pulse = Parameters<Open['pump']['pulse']>
    expectTypeOf<[{ width: '200ms' }]>().toExtend<Pulse>()
    expectTypeOf<[{ width: 200 }]>().toExtend<Pulse>()
    expectTypeOf<[]>().not.toExtend<Pulse>()
    expectTypeOf<[Record<never, never>]>().not.toExtend<Pulse>()
    expectTypeOf<[{ width: '200x' }]>().not.toExtend<Pulse>()
    expectTypeOf<[{ width: true }]>().not.toExtend<Pulse>()
    expectTypeOf<[{ width: 1 }, { effect: 'read' }]>().not.toExtend<Pulse>()
    type WaitFor = Parameters<Open['level']['waitFor']>
    expectTypeOf<[{ edge: 'up' }]>().not.toExtend<WaitFor>()
    expectTypeOf<[{ timeout: 5 }]>().not.toExtend<WaitFor>()
    type Config = Parameters<typeof output>[0]
    expectTypeOf<{ line: 17; safe: 'low' }>().toExtend<Config>()
    expectTypeOf<{ line: 17; safe: 'of' }>().not.toExtend<Config>()
    expectTypeOf<{ safe: 'low' }>().not.toExtend<Config>()
    expectTypeOf<Open>().not.toHaveProperty('pmup')
    expectTypeOf<Open['pump']>().not.toHaveProperty('explode')
  })
})
