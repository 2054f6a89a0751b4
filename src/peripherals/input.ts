/** A digital input: a switch, a float, a motion sensor, anything whose level is read or waited for. */

import { Type } from 'typebox'
import type { Edge, Level, LineHandle } from '../../drivers/driver.js'
import { definePeripheral } from '../bench/definition.js'
import type { BenchBoard } from '../bench/lease.js'
import { Default, DurationSchema, Line, OneOf } from '../bench/schema.js'
import { AT_ONCE, takesJust, takesUpTo } from '../bench/takes.js'
import { isPiWorkerError, PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import type { Timer } from '../worker/clock.js'
import { toMs, toNs } from '../worker/duration.js'
import { EdgeTime, Timeout } from './edge-fields.js'
import { watchEdges } from './edge-watch.js'

interface InputDevice {
  readonly name: string
  readonly handle: LineHandle
  readonly activeLow: boolean
  readonly board: BenchBoard
  /** Why the line has no edges, if it has none. */
  readonly noEdges: PiWorkerError | undefined
}

/** What a wait ends with. */
interface Arrival {
  readonly edge?: Edge['direction']
  readonly level: Level
  readonly time: number
}

const LevelSchema = OneOf(['low', 'high'], { description: 'Level on the line.' })
const EdgeSchema = OneOf(['rising', 'falling'], { description: 'Direction on the line.' })

export const input = definePeripheral({
  type: 'input',
  part: 'input',
  title: 'Digital input',
  description: 'One line that is read: a switch, a float, a motion sensor.',
  config: Type.Object({
    line: Line(),
    activeLow: Default(Type.Boolean({ description: 'On is low: as of a button to ground.' }), false),
    bias: Default(
      OneOf(['as-is', 'disabled', 'pull-up', 'pull-down'], { description: "The chip's own resistor on the line." }),
      'as-is',
    ),
    debounce: Default(DurationSchema({ description: 'Changes shorter than this are not seen.' }), 0),
  }),
  simulate: Type.Object({
    level: Type.Optional(OneOf(['low', 'high'], { description: 'Level from the start.' })),
    falls: Type.Optional(
      Type.Array(DurationSchema(), { description: 'When the line falls, after the bench was opened.' }),
    ),
    rises: Type.Optional(
      Type.Array(DurationSchema(), { description: 'When the line rises, after the bench was opened.' }),
    ),
  }),
  needs: ({ bias, debounce }) => ({ bias, debounce: debounce > 0 }),
  open: async ({ name, config, board }): Promise<InputDevice> => {
    const { line, activeLow, bias, debounce } = config
    const settings = { direction: 'input', activeLow, bias, debounceNs: toNs(debounce) } as const
    const lines = [line]
    try {
      const handle = await board.request({ lines, settings: { ...settings, edges: 'both' } })
      return { name, handle, activeLow, board, noEdges: undefined }
    } catch (error) {
      // Lines of some chips (expanders without an interrupt) can be read all the same.
      if (!isPiWorkerError(error, 'ERR_UNSUPPORTED')) throw error
      return { name, handle: await board.request({ lines, settings }), activeLow, board, noEdges: error }
    }
  },
  actions: {
    read: {
      title: 'Read',
      effect: 'read',
      output: Type.Object({
        level: LevelSchema,
        on: Type.Boolean({ description: 'Whether it is on (logical).' }),
      }),
      takes: () => AT_ONCE,
      run: device => {
        const on = device.handle.get() === 1
        return { level: levelOf(device, on), on }
      },
    },
    waitFor: {
      title: 'Wait for an edge or a level',
      description: 'An edge must come after the action began; a level may be there already.',
      effect: 'read',
      input: Type.Union([
        Type.Object({
          edge: OneOf(['rising', 'falling', 'both'], { description: 'Edge on the line.' }),
          timeout: Timeout,
        }),
        Type.Object({
          level: OneOf(['low', 'high', 'on', 'off'], {
            description: 'low and high are levels on the line, on and off take activeLow into account.',
          }),
          timeout: Timeout,
        }),
      ]),
      output: Type.Object({
        edge: Type.Optional(EdgeSchema),
        level: LevelSchema,
        time: EdgeTime('When it came, as exactly as the driver knows (see its edge times).'),
        waited: Type.Number({ description: 'From the beginning of the action.', unit: 'ms' }),
      }),
      takes: (_config, { timeout }) => takesUpTo(timeout),
      run: async (device, wanted, task) => {
        const began = device.board.now()
        const edge = 'edge' in wanted ? wanted.edge : undefined
        const level = 'level' in wanted ? physical(device, wanted.level) : undefined
        const arrival = await arrive(device, { edge, level, timeout: wanted.timeout, began }, task)
        return { ...arrival, waited: Math.max(0, toMs(arrival.time - began)) }
      },
    },
    capture: {
      title: 'Record edges for a while',
      effect: 'read',
      input: Type.Object({ for: DurationSchema({ description: 'How long.', exclusiveMinimum: 0 }) }),
      output: Type.Object({
        from: EdgeTime('Beginning of the record.'),
        to: EdgeTime('End of the record.'),
        level: OneOf(['low', 'high'], { description: 'Level at the beginning.' }),
        edges: Type.Array(Type.Object({ edge: EdgeSchema, time: EdgeTime('When it came.') })),
        lost: Type.Integer({ description: 'Edges that are known to be missing, at least.' }),
        timestamps: OneOf(['kernel-ns', 'tick-us', 'none'], {
          description: 'Where the times come from: the interrupt, a 1 us tick, or when the program saw the edge.',
        }),
      }),
      takes: (_config, { for: ms }) => takesJust(ms),
      run: (device, { for: ms }, task) => capture(device, toNs(ms), task),
    },
  },
})

interface Wanted {
  readonly edge: 'rising' | 'falling' | 'both' | undefined
  readonly level: Level | undefined
  readonly timeout: number | undefined
  readonly began: number
}

async function arrive(device: InputDevice, wanted: Wanted, task: TaskContext): Promise<Arrival> {
  const { edge, level, timeout, began } = wanted
  if (device.noEdges !== undefined) throw device.noEdges
  let end = (): void => {}
  let timer: Timer | undefined
  let onAbort = (): void => {}
  try {
    return await new Promise<Arrival>((resolve, reject) => {
      end = watchEdges({
        handle: device.handle,
        since: began,
        edge: ({ direction, time }) => {
          const now = direction === 'rising' ? 'high' : 'low'
          if (edge === 'both' || edge === direction || level === now) resolve({ edge: direction, level: now, time })
        },
        failed: ({ error }) => reject(error),
      })
      // Asked after the watch began, so that no change falls between the two.
      if (level !== undefined && levelOf(device, device.handle.get() === 1) === level) {
        resolve({ level, time: device.board.now() })
      }
      onAbort = () => reject(task.signal.reason)
      if (task.signal.aborted) onAbort()
      else task.signal.addEventListener('abort', onAbort, { once: true })
      if (timeout !== undefined) timer = task.clock.after(toNs(timeout), () => reject(noEdge(device, wanted)))
    })
  } finally {
    timer?.cancel()
    task.signal.removeEventListener('abort', onAbort)
    end()
  }
}

function noEdge({ name }: InputDevice, { edge, level, timeout }: Wanted): PiWorkerError {
  const what = level === undefined ? (edge === 'both' ? 'no edge' : `no ${edge} edge`) : `no level ${level}`
  return new PiWorkerError('ERR_NO_EDGE', `${name}: ${what} came within ${timeout} ms`, { place: name })
}

async function capture(device: InputDevice, ns: number, task: TaskContext) {
  const { board, handle, noEdges } = device
  if (noEdges !== undefined) throw noEdges
  const from = board.now()
  const to = from + ns
  const edges: { edge: Edge['direction']; time: number }[] = []
  let lost = 0
  let failure: Error | undefined
  const end = watchEdges({
    handle,
    since: from,
    edge: ({ direction, time }) => {
      if (time <= to) edges.push({ edge: direction, time })
    },
    lost: ({ count, time }) => {
      if (time <= to) lost += count
    },
    failed: ({ error }) => {
      failure = error
    },
  })
  try {
    const level = levelOf(device, handle.get() === 1)
    // The edges of the last moments may still be on their way to us.
    await task.sleep(toMs(ns + board.capabilities.edgeDelayNs))
    if (failure !== undefined) throw failure
    return { from, to, level, edges, lost, timestamps: board.capabilities.edgeTimestamps }
  } finally {
    end()
  }
}

function levelOf({ activeLow }: InputDevice, on: boolean): Level {
  return on !== activeLow ? 'high' : 'low'
}

function physical(device: InputDevice, level: 'low' | 'high' | 'on' | 'off'): Level {
  return level === 'low' || level === 'high' ? level : levelOf(device, level === 'on')
}
