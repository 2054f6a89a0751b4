/** A button, a key or a reed switch: something that is pressed for a while and let go. */

import { Type } from 'typebox'
import { definePeripheral } from '../bench/definition.js'
import { Default, DurationSchema, Line, OneOf } from '../bench/schema.js'
import { AT_ONCE, takesJust, takesUpTo } from '../bench/takes.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs, toNs } from '../worker/duration.js'
import { ButtonWatch } from './button-watch.js'
import { EdgeTime, Timeout } from './edge-fields.js'
import { waitForEdges } from './edge-wait.js'
import { watchEdges } from './edge-watch.js'

interface ButtonDevice {
  readonly watch: ButtonWatch
  /** How long a press must last to be a hold, in ns, unless the action says otherwise. */
  readonly holdNs: number
}

/** Presses of a `count` that are listed one by one; `presses` counts them all. */
const LISTED_PRESSES = 1000

const Ms = (description: string) => Type.Number({ description, unit: 'ms' })
const Waited = Ms('From the beginning of the action.')

export const button = definePeripheral({
  type: 'button',
  part: 'button',
  title: 'Button',
  description: 'A button, key or reed switch on one line: presses, how long they last, and holds.',
  config: Type.Object({
    line: Line(),
    activeLow: Default(Type.Boolean({ description: 'Pressed is low: a button from the line to ground.' }), true),
    bias: Default(
      OneOf(['as-is', 'disabled', 'pull-up', 'pull-down'], {
        description: "The chip's own resistor, which holds the line while the button is up.",
      }),
      'pull-up',
    ),
    debounce: Default(
      DurationSchema({
        description:
          'Changes shorter than this are bounces and not seen; where the kernel debounces, both ends of a press are ' +
          'seen that much later.',
      }),
      5,
    ),
    hold: Default(DurationSchema({ description: 'A press of this length is a hold.', exclusiveMinimum: 0 }), 1000),
  }),
  simulate: Type.Object({
    presses: Type.Optional(
      Type.Array(
        Type.Object({
          at: DurationSchema({ description: 'When it is pressed, after the bench was opened.' }),
          for: DurationSchema({ description: 'How long it is down.', exclusiveMinimum: 0 }),
        }),
        { description: 'What the finger does; one press must be over before the next begins.' },
      ),
    ),
  }),
  needs: ({ bias, debounce }) => ({ bias, debounce: debounce > 0 }),
  open: async ({ name, config, board }): Promise<ButtonDevice> => {
    const { line, activeLow, bias, debounce, hold } = config
    const settings = { direction: 'input', edges: 'both', activeLow, bias, debounceNs: toNs(debounce) } as const
    const handle = await board.request({ lines: [line], settings })
    return { watch: new ButtonWatch({ name, handle, board, activeLow }), holdNs: toNs(hold) }
  },
  actions: {
    read: {
      title: 'Read',
      effect: 'read',
      output: Type.Object({
        pressed: Type.Boolean(),
        for: Type.Optional(
          Ms('How long it has been so; since the bench was opened at least. Left out when that is not known.'),
        ),
        held: Type.Boolean({ description: 'Whether it is pressed and the press is a hold by now.' }),
      }),
      takes: () => AT_ONCE,
      run: ({ watch, holdNs }) => {
        const { pressed, since } = watch.state()
        if (since === undefined) return { pressed, held: false }
        const lasted = Math.max(0, watch.board.now() - since)
        return { pressed, for: toMs(lasted), held: pressed && lasted >= holdNs }
      },
    },
    waitForPress: {
      title: 'Wait for the next press',
      description: 'The press must begin after the action did: a button that is down already must be let go first.',
      effect: 'read',
      input: Type.Object({ timeout: Timeout }),
      output: Type.Object({ time: EdgeTime('When it was pressed.'), waited: Waited }),
      takes: (_config, { timeout }) => takesUpTo(timeout),
      run: async ({ watch }, { timeout }, task) => {
        const began = watch.board.now()
        const time = await waitForEdges(
          {
            handle: watch.handle,
            since: began,
            edge: edge => (watch.isPress(edge) ? edge.time : undefined),
            ...limit(watch, timeout, 'press'),
          },
          task,
        )
        return { time, waited: waitedUntil(time, began) }
      },
    },
    waitForRelease: {
      title: 'Wait until it is up',
      description: 'Ends at once when it is up already.',
      effect: 'read',
      input: Type.Object({ timeout: Timeout }),
      output: Type.Object({
        time: EdgeTime('When it was let go, or when it was found up.'),
        pressedFor: Type.Optional(
          Ms('How long the press was that ended; left out when it was up already, or when its beginning was missed.'),
        ),
        waited: Waited,
      }),
      takes: (_config, { timeout }) => takesUpTo(timeout),
      run: async ({ watch }, { timeout }, task) => {
        const began = watch.board.now()
        const { pressed, since } = watch.state()
        const end = await waitForEdges(
          {
            handle: watch.handle,
            since: began,
            edge: edge => (watch.isPress(edge) ? undefined : { time: edge.time, seen: true }),
            begun: () => (watch.state().pressed ? undefined : { time: began, seen: false }),
            ...limit(watch, timeout, 'release'),
          },
          task,
        )
        const known = end.seen && pressed && since !== undefined
        const waited = waitedUntil(end.time, began)
        return { time: end.time, waited, ...(known && { pressedFor: toMs(end.time - since) }) }
      },
    },
    waitForHold: {
      title: 'Wait until it is held down',
      description: 'A press that is under way when the action begins counts from its own beginning.',
      effect: 'read',
      input: Type.Object({
        for: Type.Optional(
          DurationSchema({ description: 'How long it must be down. Default: `hold`.', exclusiveMinimum: 0 }),
        ),
        timeout: Timeout,
      }),
      output: Type.Object({
        pressed: EdgeTime('When the press began.'),
        time: EdgeTime('When it had lasted long enough.'),
        waited: Waited,
      }),
      takes: (_config, { timeout }) => takesUpTo(timeout),
      run: ({ watch, holdNs }, { for: ms, timeout }, task) =>
        waitForHold(watch, ms === undefined ? holdNs : toNs(ms), timeout, task),
    },
    count: {
      title: 'Count presses for a while',
      effect: 'read',
      input: Type.Object({ for: DurationSchema({ description: 'How long.', exclusiveMinimum: 0 }) }),
      output: Type.Object({
        presses: Type.Integer({ description: 'Presses that began in that time.' }),
        list: Type.Array(
          Type.Object({
            time: EdgeTime('When it was pressed.'),
            for: Type.Optional(Ms('How long; left out when it was still down at the end, or when edges were lost.')),
          }),
          { description: `The first ${LISTED_PRESSES} of them.` },
        ),
        lost: Type.Integer({ description: 'Edges that are known to be missing, at least.' }),
        timestamps: OneOf(['kernel-ns', 'tick-us', 'none'], {
          description: 'Where the times come from: the interrupt, a 1 us tick, or when the program saw the edge.',
        }),
      }),
      takes: (_config, { for: ms }) => takesJust(ms),
      run: ({ watch }, { for: ms }, task) => countPresses(watch, toNs(ms), task),
    },
  },
})

function waitedUntil(time: number, began: number): number {
  return Math.max(0, toMs(time - began))
}

/** The end of a wait that took too long. */
function limit(watch: ButtonWatch, timeout: number | undefined, what: string) {
  return {
    timeoutNs: timeout === undefined ? undefined : toNs(timeout),
    timedOut: (): never => {
      throw new PiWorkerError('ERR_NO_EDGE', `${watch.name}: no ${what} came within ${timeout} ms`, {
        place: watch.name,
      })
    },
  }
}

async function waitForHold(watch: ButtonWatch, holdNs: number, timeout: number | undefined, task: TaskContext) {
  const { board, handle, name } = watch
  const began = board.now()
  const deadline = timeout === undefined ? Number.POSITIVE_INFINITY : began + toNs(timeout)
  // Whatever comes between two waits is in the watch's state, so nothing is missed.
  for (;;) {
    const { pressed, since = began } = watch.state()
    const time = pressed ? Math.max(since + holdNs, began) : Number.POSITIVE_INFINITY
    const until = Math.min(time, deadline)
    const outcome = await waitForEdges<'held' | 'changed' | 'late'>(
      {
        handle,
        since: began,
        edge: edge => (!watch.isPress(edge) && edge.time >= time ? 'held' : 'changed'),
        // The edge of a release just in time may still be on its way to us when the time is up.
        timeoutNs:
          until === Number.POSITIVE_INFINITY ? undefined : until - board.now() + board.capabilities.edgeDelayNs,
        timedOut: () => (time <= deadline ? 'held' : 'late'),
      },
      task,
    )
    if (outcome === 'held') return { pressed: since, time, waited: waitedUntil(time, began) }
    if (outcome === 'late' || board.now() > deadline) {
      throw new PiWorkerError('ERR_NO_EDGE', `${name}: it was not held within ${timeout} ms`, { place: name })
    }
  }
}

async function countPresses(watch: ButtonWatch, ns: number, task: TaskContext) {
  const { board, handle } = watch
  const from = board.now()
  const to = from + ns
  const list: { time: number; for?: number }[] = []
  let presses = 0
  let lost = 0
  /** The press that is under way, if it began after `from`; as `list` has it, or one that is no longer listed. */
  let down: { time: number; for?: number } | undefined
  let failure: Error | undefined
  const end = watchEdges({
    handle,
    since: from,
    edge: edge => {
      if (edge.time > to) return
      if (!watch.isPress(edge)) {
        if (down !== undefined) down.for = toMs(edge.time - down.time)
        down = undefined
        return
      }
      presses++
      down = { time: edge.time }
      if (list.length < LISTED_PRESSES) list.push(down)
    },
    lost: event => {
      if (event.time > to) return
      lost += event.count
      down = undefined
    },
    failed: ({ error }) => {
      failure = error
    },
  })
  try {
    await task.sleep(toMs(ns + board.capabilities.edgeDelayNs))
    if (failure !== undefined) throw failure
    return { presses, list, lost, timestamps: board.capabilities.edgeTimestamps }
  } finally {
    end()
  }
}
