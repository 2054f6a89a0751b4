/** A quadrature encoder: a rotary knob, the encoder of a motor or a wheel, a linear scale. */

import { Type } from 'typebox'
import type { LineHandle } from '../../drivers/driver.js'
import { definePeripheral } from '../bench/definition.js'
import type { BenchBoard } from '../bench/lease.js'
import { Default, DurationSchema, Line, OneOf } from '../bench/schema.js'
import { AT_ONCE, takesUpTo } from '../bench/takes.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs, toNs } from '../worker/duration.js'
import { Calibration, calibrate, refuseCalibration } from './calibration.js'
import { EdgeTime, Timeout } from './edge-fields.js'
import { waitForEdges } from './edge-wait.js'
import { EncoderPosition } from './encoder-position.js'

interface EncoderDevice {
  readonly name: string
  readonly board: BenchBoard
  readonly handle: LineHandle
  readonly position: EncoderPosition
  readonly stepsPerDetent: number
  readonly windowNs: number
  readonly perStep: number | undefined
  readonly unit: string | undefined
  readonly calibration: Calibration | undefined
}

const Position = Type.Integer({
  description: 'Steps from where the count began; one edge of either line is one step.',
})
const Where = {
  position: Position,
  detents: Type.Number({ description: 'The position in detents: a fraction between two of them.' }),
  errors: Type.Integer({
    description: 'Transitions that the gray code does not have: after each, the position may be wrong by some steps.',
  }),
  lost: Type.Integer({ description: 'Edges that are known to be missing, at least: as for errors.' }),
  amount: Type.Optional(
    Type.Number({ description: 'The position in `unit`; only with `perStep` in the configuration.' }),
  ),
  unit: Type.Optional(Type.String({ description: 'Unit of the amount, as configured.' })),
}

export const encoder = definePeripheral({
  type: 'encoder',
  part: 'encoder',
  title: 'Quadrature encoder',
  description: 'Position and speed of a knob, motor or scale with lines A and B; counted all the time.',
  config: Type.Object({
    lines: Type.Object({
      a: Line({ description: 'Line A: leads on the way up.' }),
      b: Line({ description: 'Line B.' }),
    }),
    stepsPerDetent: Default(
      Type.Integer({ description: 'Edges of both lines from one detent to the next: 4 of most knobs.', minimum: 1 }),
      4,
    ),
    reverse: Default(Type.Boolean({ description: 'Count the other way round.' }), false),
    bias: Default(
      OneOf(['as-is', 'disabled', 'pull-up', 'pull-down'], { description: "The chip's own resistors on both lines." }),
      'pull-up',
    ),
    debounce: Default(
      DurationSchema({
        description: 'Changes shorter than this are not seen. Must be shorter than the fastest step.',
      }),
      0,
    ),
    speedWindow: Default(
      DurationSchema({ description: 'The speed is that of the steps in this time.', exclusiveMinimum: 0 }),
      100,
    ),
    perStep: Type.Optional(Type.Number({ description: 'What one step stands for: 0.15 (degrees).' })),
    unit: Type.Optional(Type.String({ description: 'Unit of `perStep`.', minLength: 1 })),
    calibration: Type.Optional(Calibration),
  }),
  check: ({ calibration }) => refuseCalibration(calibration, ['calibration']),
  simulate: Type.Object({
    turns: Type.Optional(
      Type.Array(
        Type.Object({
          at: DurationSchema({ description: 'When it begins, after the bench was opened.' }),
          steps: Type.Integer({ description: 'How many steps (edges): negative ones go down.' }),
          speed: Type.Number({ description: 'Steps a second.', exclusiveMinimum: 0 }),
        }),
        { description: 'How it is turned; one turn must be over before the next begins.' },
      ),
    ),
  }),
  needs: ({ bias, debounce }) => ({ bias, debounce: debounce > 0 }),
  open: async ({ name, config, board }): Promise<EncoderDevice> => {
    const { lines, reverse, bias, debounce, stepsPerDetent, speedWindow, perStep, unit, calibration } = config
    // One request for both, so that their edges come in one order.
    const settings = { direction: 'input', edges: 'both', bias, debounceNs: toNs(debounce) } as const
    const handle = await board.request({ lines: [lines.a, lines.b], settings, eventBuffer: 1024 })
    const position = new EncoderPosition(handle, reverse)
    return { name, board, handle, position, stepsPerDetent, windowNs: toNs(speedWindow), perStep, unit, calibration }
  },
  actions: {
    read: {
      title: 'Read the position',
      effect: 'read',
      output: Type.Object({
        ...Where,
        speed: Type.Number({ description: 'Signed; 0 when fewer than two steps came lately.', unit: 'steps/s' }),
        timestamps: OneOf(['kernel-ns', 'tick-us', 'none'], {
          description: 'Where the times behind the speed come from: the interrupt, a 1 us tick, or the program.',
        }),
      }),
      takes: () => AT_ONCE,
      run: async (device, _input, task) => {
        const { board, position, windowNs } = device
        await settle(device, task)
        const where = whereIs(device)
        const { edgeTimestamps: timestamps } = board.capabilities
        return { ...where, speed: position.speed(board.now(), windowNs), timestamps }
      },
    },
    waitForMove: {
      title: 'Wait until it moves',
      effect: 'read',
      input: Type.Object({
        steps: Default(
          Type.Integer({ description: 'How far it must be from where it was when the action began.', minimum: 1 }),
          1,
        ),
        timeout: Timeout,
      }),
      output: Type.Object({
        ...Where,
        moved: Type.Integer({ description: 'Steps since the action began.' }),
        time: EdgeTime('When the last of them came.'),
        waited: Type.Number({ description: 'From the beginning of the action.', unit: 'ms' }),
      }),
      takes: (_config, { timeout }) => takesUpTo(timeout),
      run: (device, { steps, timeout }, task) => waitForMove(device, steps, timeout, task),
    },
    set: {
      title: 'Set the position',
      description: 'Calls it so where the encoder is now, and begins the counts of errors and lost edges anew.',
      effect: 'idempotent',
      input: Type.Object({ position: Default(Position, 0) }),
      output: Type.Object(Where),
      takes: () => AT_ONCE,
      run: async (device, { position }, task) => {
        await settle(device, task)
        device.position.set(position)
        return whereIs(device)
      },
    },
  },
  // It drives nothing.
  safe: () => undefined,
})

/** The edges of the last moments may still be on their way to us. */
async function settle({ board }: EncoderDevice, task: TaskContext): Promise<void> {
  if (board.capabilities.edgeDelayNs > 0) await task.sleep(toMs(board.capabilities.edgeDelayNs))
}

function whereIs({ position: at, stepsPerDetent, perStep, unit, calibration }: EncoderDevice) {
  at.check()
  const { position, errors, lost } = at
  return {
    position,
    detents: position / stepsPerDetent,
    errors,
    lost,
    ...(perStep !== undefined && { amount: calibrate(position * perStep, calibration) }),
    ...(perStep !== undefined && unit !== undefined && { unit }),
  }
}

async function waitForMove(device: EncoderDevice, steps: number, timeout: number | undefined, task: TaskContext) {
  const { name, board, handle, position } = device
  position.check()
  const began = board.now()
  const start = position.position
  const time = await waitForEdges(
    {
      handle,
      since: began,
      // The position heard of the edge before: it listens since the opening.
      edge: edge => (Math.abs(position.position - start) >= steps ? edge.time : undefined),
      timeoutNs: timeout === undefined ? undefined : toNs(timeout),
      timedOut: (): never => {
        const moved = Math.abs(position.position - start)
        const message = `${name}: it moved ${moved} of ${steps} steps within ${timeout} ms`
        throw new PiWorkerError('ERR_NO_EDGE', message, { place: name })
      },
    },
    task,
  )
  return {
    ...whereIs(device),
    moved: position.position - start,
    time,
    waited: Math.max(0, toMs(time - began)),
  }
}
