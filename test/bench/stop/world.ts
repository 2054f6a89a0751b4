/** Lives through one schedule on a bench of the mock, and reads on the trace what was broken. */

import { Type } from 'typebox'
import type { LineHandle } from '../../../drivers/driver.js'
import type { MockBoard } from '../../../mocks/board.js'
import { MockDriver } from '../../../mocks/driver.js'
import { definePeripheral } from '../../../src/bench/definition.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { Line } from '../../../src/bench/schema.js'
import { isPiWorkerError, PiWorkerError } from '../../../src/errors.js'
import { motor, output, pwm, sequence } from '../../../src/peripherals/index.js'
import type { Task } from '../../../src/worker/task.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import type { Moment, Schedule } from './schedules.js'

/** It never heeds its signal, and drives its line whenever it can: when it is stopped, in every ms, and after it was given up. */
const rogue = definePeripheral({
  type: 'rogue',
  title: 'Rogue',
  config: Type.Object({ line: Line() }),
  outputs: ({ line }) => ({ lines: [{ line, safe: 'low' as const, activeLow: false, load: true }] }),
  open: async ({ config, board }) => ({
    handle: await board.request({ lines: [config.line], settings: { direction: 'output' } }),
  }),
  actions: {
    run: {
      title: 'Run',
      effect: 'idempotent',
      input: Type.Object({ times: Type.Integer() }),
      run: async ({ handle }, { times }, task) => {
        const flip = (): void => attempt(handle)
        task.signal.addEventListener('abort', flip)
        for (let time = 0; time < times; time++) {
          flip()
          await task.clock.reach(task.clock.now() + 1e6)
        }
      },
    },
  },
  safe: async ({ handle }) => {
    handle.set(0)
  },
})

/** Its safe state is reached step by step, in its own time, and it declares nothing. */
const slow = definePeripheral({
  type: 'slow',
  title: 'Slow',
  config: Type.Object({ line: Line() }),
  open: async ({ config, board, clock }) => ({
    handle: await board.request({ lines: [config.line], settings: { direction: 'output', initial: 1 } }),
    clock,
  }),
  actions: {
    run: {
      title: 'Run',
      effect: 'idempotent',
      run: async ({ handle }, _, task) => {
        for (let time = 0; time < 20; time++) {
          handle.set(1 - handle.get())
          await task.sleep('1ms')
        }
      },
    },
  },
  safe: async ({ handle, clock }) => {
    await clock.reach(clock.now() + 1e6)
    handle.set(1)
  },
})

function attempt(handle: LineHandle): void {
  try {
    handle.set(1 - handle.get())
  } catch (error) {
    if (!isPiWorkerError(error)) throw error
  }
}

/** The level of each output in its safe state. `slow` is another matter: what declares nothing is safe when `safe` says so. */
const SAFE: Readonly<Record<number, 'low' | 'high'>> = {
  17: 'low',
  18: 'high',
  19: 'low',
  20: 'low',
  21: 'low',
  22: 'low',
}

const specs = {
  pump: output({ line: 17 }),
  valve: output({ line: 18, safe: 'high' }),
  pulses: sequence({ lines: { led: 19 } }),
  fan: pwm({ line: 20, frequency: 500 }),
  rogue: rogue({ line: 21 }),
  bridge: motor({ forward: 22, backward: 23 }),
  slow: slow({ line: 24 }),
}
const NAMES = Object.keys(specs)

const CALLS: readonly (readonly [string, string, unknown])[] = [
  ['pump', 'on', {}],
  ['pump', 'pulse', { width: '10ms' }],
  ['pump', 'blink', { on: '1ms', off: '1ms', count: 20 }],
  ['valve', 'off', {}],
  ['valve', 'pulse', { width: '5ms' }],
  ['pulses', 'play', { pulses: { line: 'led', width: '1ms', gap: '1ms', count: 20 } }],
  ['fan', 'set', { duty: 0.5 }],
  ['fan', 'fade', { to: 1, over: '20ms' }],
  ['rogue', 'run', { times: 30 }],
  ['bridge', 'forward', {}],
  ['bridge', 'backward', { for: '10ms' }],
  ['slow', 'run', {}],
]

/** Gives every rule that was broken. */
export async function live({ moments, whenStopped, presses }: Schedule): Promise<readonly string[]> {
  const clock = new VirtualClock()
  const bench = await openBench(specs, {
    driver: new MockDriver(),
    clock,
    whenStopped,
    stopLine: { line: 5 },
    simulate: { stop: { presses: [...presses].sort((a, b) => a - b).map(at => ({ at: at * 9, for: 3 })) } },
  })
  const board = bench.board as MockBoard
  const broken: string[] = []
  const tasks: Task[] = []
  let over = false
  /** Where in the trace a stop began that has not been reset. */
  let since: number | undefined
  bench.worker.listen(event => {
    if (event.type === 'stop') since ??= board.trace.length
    if (event.type === 'running' && since !== undefined) broken.push(`${event.name} was begun after the stop`)
    if (event.type !== 'stopReset') return
    broken.push(...changesSince(board, since ?? 0))
    since = undefined
  })
  const act = (moment: Moment): void => {
    if (moment.kind === 'call') {
      const { what, keep, grace } = moment
      const [name, action, input] = CALLS[what] as (typeof CALLS)[number]
      tasks.push(bench.call(name, action, input, { grace, onFailure: keep ? 'keep' : 'safe' }))
    } else if (moment.kind === 'cancel') tasks[moment.which]?.cancel()
    else if (moment.kind === 'interrupt') bench.peripheral(NAMES[moment.queue] as string).queue.interrupt(tripped())
    else if (moment.kind === 'resetQueue') quietly(bench.peripheral(NAMES[moment.queue] as string).queue.reset())
    else if (moment.kind === 'safe') quietly(bench.safe())
    else if (moment.kind === 'reset') quietly(bench.reset({ acknowledge: 'the test', waiting: moment.waiting }))
    else if (moment.kind === 'stopOnChange') {
      const end = bench.onLevel(async line => {
        // In the middle of the call that begins PWM, the mock does not know of it yet.
        if (SAFE[line] === undefined || over || (line === 20 && moment.turns === 0)) return
        end()
        for (let turn = 0; turn < moment.turns; turn++) await undefined
        act({ kind: 'stop', at: 0 })
      })
    } else {
      since ??= board.trace.length
      void bench.stop('the test')
      for (const [line, level] of Object.entries(SAFE)) {
        if (board.level(Number(line)) !== level) broken.push(`GPIO${line} is not ${level} when the stop returns`)
      }
    }
  }
  for (const moment of moments) clock.after(moment.at * 1e6, () => act(moment))
  await clock.idle()
  over = true
  act({ kind: 'stop', at: 0 })
  await clock.idle()
  await bench.reset({ acknowledge: 'the end' })
  const again = [bench.pump.on(), bench.rogue.run({ times: 1 })]
  for (const task of again) quietly(task.result().catch(error => broken.push(`after the reset: ${error.message}`)))
  await clock.idle()
  await bench.close({ abort: true })
  return broken
}

/** Changes away from the safe level. */
function changesSince(board: MockBoard, from: number): string[] {
  const wrong: string[] = []
  for (let index = from; index < board.trace.length; index++) {
    const { line, level, time } = board.trace.at(index) as NonNullable<ReturnType<MockBoard['trace']['at']>>
    const safe = SAFE[line]
    if (safe !== undefined && level !== safe) wrong.push(`GPIO${line} ${level} at ${time / 1e6} ms, in a stop`)
  }
  return wrong
}

function tripped(): PiWorkerError {
  return new PiWorkerError('ERR_IO', 'a guard would not have it go on')
}

function quietly(promise: Promise<unknown>): void {
  promise.catch(error => {
    if (!isPiWorkerError(error)) throw error
  })
}
