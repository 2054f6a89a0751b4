/** A peripheral that does to its two lines whatever it is told, and keeps a book of it. */

import type { LineHandle, LineSettings } from '../../../drivers/driver.js'
import { definePeripheral } from '../../../src/bench/definition.js'
import { Default, Line } from '../../../src/bench/schema.js'
import { Type } from '../../../src/index.js'
import type { TaskContext } from '../../../src/worker/attempt-context.js'
import type { Clock } from '../../../src/worker/clock.js'
import { toNs } from '../../../src/worker/duration.js'
import { sleep } from '../../../src/worker/sleep.js'
import { ENDS, type Job, type Move } from './schedules.js'

/** What was done with success: from then on the line does what it was told to. */
export interface Order {
  readonly line: number
  readonly time: number
  /** The level that it has then, where that is told. */
  readonly high?: boolean
  /** PWM: part of the time that the line is high, and the period in ns. */
  readonly pwm?: { readonly high: number; readonly period: number }
}

/** A play that was begun. */
export interface PlayOrder {
  readonly lines: readonly number[]
  readonly began: number
  ended: number
  complete: boolean
}

export class Book {
  /** What it may be told to do, by number. */
  readonly jobs: readonly Job[]
  readonly orders: Order[] = []
  readonly plays: PlayOrder[] = []
  /** Codes of what was refused. */
  readonly refused: Record<string, number> = {}
  naps = 0

  constructor(jobs: readonly Job[]) {
    this.jobs = jobs
  }
}

/** The books of worlds, by their clocks: configurations and inputs can only hold data. */
export const books = new WeakMap<Clock, Book>()

/** Longer each time by as little as can be, so that no two orders come in one moment. */
function nap({ clock, book }: Device): Promise<void> {
  return sleep(clock, ++book.naps * 1e-6)
}

interface Device {
  /** By place: both lines share one, or each has its own. */
  readonly handles: readonly LineHandle[]
  readonly safe: number
  readonly settings: LineSettings
  readonly clock: Clock
  readonly book: Book
}

export const rig = definePeripheral({
  type: 'rig',
  title: 'Rig',
  config: Type.Object({
    lines: Type.Object({ a: Line(), b: Line() }),
    activeLow: Type.Boolean(),
    separate: Type.Boolean(),
    safe: Default(Type.Integer({ minimum: 0, maximum: 3 }), 0),
  }),
  outputs: ({ lines, activeLow, safe }) => ({
    lines: ENDS.map((end, index) => {
      const isOn = ((safe >> index) & 1) === 1
      return { line: lines[end], safe: isOn !== activeLow ? 'high' : 'low', activeLow, load: true }
    }),
  }),
  open: async ({ config, board, clock }): Promise<Device> => {
    const { lines, activeLow, separate, safe } = config
    const settings = { direction: 'output', activeLow } as const
    const both = [lines.a, lines.b]
    const handles = separate
      ? [
          await board.request({ lines: [lines.a], settings: { ...settings, initial: safe & 1 } }),
          await board.request({ lines: [lines.b], settings: { ...settings, initial: safe >> 1 } }),
        ]
      : [await board.request({ lines: both, settings: { ...settings, initial: safe } })]
    return { handles, safe, settings, clock, book: books.get(clock) as Book }
  },
  actions: {
    go: {
      title: 'Go',
      effect: 'pulse',
      input: Type.Object({ job: Type.Integer() }),
      run: async (device, { job: number }, task) => {
        const job = device.book.jobs[number] as Job
        for (const move of job.moves) {
          try {
            if (move.kind !== 'sleep') await nap(device)
            if (job.heeds) task.signal.throwIfAborted()
            await perform(device, move, job, task)
          } catch (error) {
            note(device.book, error)
            if (job.onError === 'fails' || (job.heeds && task.signal.aborted)) throw error
          }
        }
      },
    },
  },
  safe: async device => {
    await nap(device)
    for (const [index, handle] of device.handles.entries()) {
      const values = device.handles.length === 1 ? device.safe : (device.safe >> index) & 1
      if (handle.settings.direction === 'input' || handle.settings.activeLow !== device.settings.activeLow) {
        handle.reconfigure({ ...device.settings, initial: values })
      } else {
        handle.set(values)
      }
      ordered(device, handle, -1, values)
    }
  },
})

function note(book: Book, error: unknown): void {
  const { code = 'none', details } = error as { code?: string; details?: { rule?: string } }
  const what = details?.rule === undefined ? code : `${code} ${details.rule}`
  book.refused[what] = (book.refused[what] ?? 0) + 1
}

async function perform(device: Device, move: Move, job: Job, task: TaskContext): Promise<void> {
  const { handles, clock, book } = device
  switch (move.kind) {
    case 'sleep':
      await (job.heeds ? task.sleep(move.ms) : sleep(clock, move.ms))
      return
    case 'set':
      each(device, (handle, shift) => {
        const mask = move.mask >> shift
        if (handle.settings.direction === 'input') return
        handle.set(move.values >> shift, mask)
        ordered(device, handle, mask, move.values >> shift)
      })
      return
    case 'reconfigure':
      each(device, (handle, shift) => {
        const { direction, activeLow, initial } = move
        handle.reconfigure({ direction, activeLow, ...(initial !== undefined && { initial: initial >> shift }) })
        ordered(device, handle, -1)
      })
      return
    case 'pwm': {
      const index = ENDS.indexOf(move.end)
      const handle = handles[handles.length === 1 ? 0 : index] as LineHandle
      const line = lineAt(device, index)
      if (handle.settings.direction === 'input') return
      const state = handle.pwm?.(line, { frequency: 1000 / move.period, duty: move.duty })
      const high = handle.settings.activeLow === true ? 1 - move.duty : move.duty
      if (state === undefined) return
      const steady = high <= 0 || high >= 1
      const order = { line, time: clock.now() }
      book.orders.push(steady ? { ...order, high: high >= 1 } : { ...order, pwm: { high, period: toNs(move.period) } })
      return
    }
    case 'play': {
      const playing = Promise.all(
        handles.map((handle, index) => play(device, handle, handles.length === 1 ? 0 : index, move, job, task)),
      )
      if (!move.aside) await playing
      else playing.catch(error => note(book, error))
    }
  }
}

async function play(
  device: Device,
  handle: LineHandle,
  shift: number,
  { steps, repeat }: Extract<Move, { kind: 'play' }>,
  { heeds }: Job,
  task: TaskContext,
): Promise<void> {
  const { clock, book } = device
  if (handle.settings.direction === 'input') return
  const own = steps.map(({ values, mask, ms }) => ({ values: values >> shift, mask: mask >> shift, ns: toNs(ms) }))
  const touched = own.reduce((bits, { mask }) => bits | mask, 0)
  const lines = handle.lines.filter((_, index) => ((touched >> index) & 1) === 1)
  let order: PlayOrder | undefined
  try {
    await handle.play({ steps: own, repeat }, heeds ? task.signal : undefined, began => {
      order = { lines, began, ended: Number.POSITIVE_INFINITY, complete: false }
      book.plays.push(order)
      // PWM of lines that are played on ends with it.
      const high = device.settings.activeLow === true
      for (const line of lines) book.orders.push({ line, time: began, high })
    })
    if (order !== undefined) order.complete = true
  } finally {
    if (order !== undefined) order.ended = clock.now()
  }
}

function each(device: Device, act: (handle: LineHandle, shift: number) => void): void {
  for (const [index, handle] of device.handles.entries()) act(handle, device.handles.length === 1 ? 0 : index)
}

function ordered({ clock, book }: Device, handle: LineHandle, mask: number, values?: number): void {
  const time = clock.now()
  for (const [index, line] of handle.lines.entries()) {
    if (((mask >> index) & 1) === 0) continue
    const isHigh = values !== undefined && ((values >> index) & 1) === (handle.settings.activeLow === true ? 0 : 1)
    book.orders.push({ line, time, ...(values !== undefined && { high: isHigh }) })
  }
}

function lineAt({ handles }: Device, index: number): number {
  return handles.flatMap(({ lines }) => lines)[index] as number
}
