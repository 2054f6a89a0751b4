/** What the tests of the guards share: a peripheral that hands out its handle, and ways to wait and to look. */

import type { LineHandle } from '../../../drivers/driver.js'
import type { MockBoard } from '../../../mocks/board.js'
import { definePeripheral } from '../../../src/bench/definition.js'
import { Default, Line } from '../../../src/bench/schema.js'
import { PiWorkerError } from '../../../src/errors.js'
import { Type } from '../../../src/index.js'
import type { WorkerEvent } from '../../../src/worker/events.js'
import type { Worker } from '../../../src/worker/worker.js'

/** The handles of all valves that were opened, by the names of the peripherals. */
export const handles = new Map<string, LineHandle>()

/** Two lines that switch loads, on one handle. */
export const valve = definePeripheral({
  type: 'valve',
  title: 'Valve',
  config: Type.Object({
    lines: Type.Object({ in: Line(), out: Line() }),
    activeLow: Default(Type.Boolean(), false),
    safe: Default(Type.Integer({ minimum: 0, maximum: 3 }), 0),
  }),
  outputs: ({ lines, activeLow, safe }) => ({
    lines: [lines.in, lines.out].map((line, index) => {
      const isOn = ((safe >> index) & 1) === 1
      return { line, safe: isOn !== activeLow ? 'high' : 'low', activeLow, load: true }
    }),
  }),
  open: async ({ name, config, board }) => {
    const { lines, activeLow, safe } = config
    const settings = { direction: 'output', activeLow, initial: safe } as const
    const handle = await board.request({ lines: [lines.in, lines.out], settings })
    handles.set(name, handle)
    return { handle, safe }
  },
  actions: {
    wait: {
      title: 'Wait',
      effect: 'pulse',
      run: (_device, _input, task) => task.sleep('1h'),
    },
  },
  safe: ({ handle, safe }) => handle.set(safe),
})

export const VALVE = { in: 17, out: 18 } as const

/** The handle of a valve of a bench. */
export function handleOf(name: string): LineHandle {
  return handles.get(name) as LineHandle
}

/** What a call throws: one of ours. */
export function thrownBy(call: () => unknown): PiWorkerError {
  try {
    call()
  } catch (error) {
    if (error instanceof PiWorkerError) return error
    throw error
  }
  throw new TypeError('nothing was thrown')
}

/** When a line changed, in ms, and to what. */
export function changesOf(board: MockBoard, line: number): string[] {
  return [...board.trace.of(line)].map(({ time, level }) => `${level} at ${time / 1e6}`)
}

/** The rules that were broken from now on, as the worker tells of them. */
export function listenForTrips(worker: Worker): string[] {
  const trips: string[] = []
  worker.listen((event: WorkerEvent) => {
    if (event.type === 'limit') trips.push(`${event.queue} ${event.line} ${event.rule}`)
  })
  return trips
}
