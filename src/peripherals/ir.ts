/** An infrared LED that sends as a remote control does. */

import { Type } from 'typebox'
import type { LineHandle } from '../../drivers/driver.js'
import { definePeripheral } from '../bench/definition.js'
import type { BenchBoard } from '../bench/lease.js'
import { Default, DurationSchema, Line } from '../bench/schema.js'
import { takesJust } from '../bench/takes.js'
import { PiWorkerError } from '../errors.js'
import { Evidence } from '../pulses/evidence.js'
import { playPulses } from '../pulses/play.js'
import { irNec, irNecMs } from '../pulses/protocols.js'

interface IrDevice {
  readonly name: string
  readonly handle: LineHandle
  readonly board: BenchBoard
  readonly carrier: number
  readonly duty: number
}

/** What a receiver's amplifier is made for: its LED may be on for a third of the time, and is easily seen. */
const DUTY = 1 / 3

export const ir = definePeripheral({
  type: 'ir',
  part: 'ir',
  title: 'Infrared sender',
  description: 'An infrared LED, through a transistor, that sends NEC codes.',
  config: Type.Object({
    line: Line(),
    activeLow: Default(Type.Boolean({ description: 'The LED is on while the line is low.' }), false),
    carrier: Default(
      Type.Number({
        description: 'Frequency that the receiver listens to.',
        unit: 'Hz',
        minimum: 30_000,
        maximum: 60_000,
      }),
      38_000,
    ),
    duty: Type.Optional(
      Type.Number({
        description:
          'Part of the carrier that the LED is on. Default: a third, or as much more as the driver needs for its ' +
          'shortest pulse.',
        minimum: 0.1,
        maximum: 0.6,
      }),
    ),
  }),
  simulate: Type.Object({}),
  needs: ({ carrier, duty = 0.5 }) => ({ shortestPulseNs: Math.floor((Math.min(duty, 1 - duty) * 1e9) / carrier) }),
  outputs: ({ line, activeLow }) => ({
    lines: [{ line, safe: activeLow ? 'high' : 'low', activeLow, load: true }],
  }),
  open: async ({ name, config, board }): Promise<IrDevice> => {
    const { line, activeLow, carrier } = config
    const settings = { direction: 'output', activeLow, initial: 0 } as const
    const handle = await board.request({ lines: [line], settings })
    // Half a ns more, so that no rounding makes a pulse shorter than it may be.
    const least = ((board.capabilities.shortestPulseNs + 0.5) * carrier) / 1e9
    return { name, handle, board, carrier, duty: config.duty ?? Math.max(DUTY, least) }
  },
  actions: {
    send: {
      title: 'Send a code',
      description: 'A frame, and repeat codes every 108 ms, as while a key is held.',
      effect: 'pulse',
      input: Type.Object({
        address: Type.Integer({
          description: '0 to 255 is sent with its inverse; above, as 16 bits (extended NEC).',
          minimum: 0,
          maximum: 65_535,
        }),
        command: Type.Integer({ description: 'Sent with its inverse.', minimum: 0, maximum: 255 }),
        repeats: Default(Type.Integer({ description: 'How many repeat codes follow.', minimum: 0, maximum: 1000 }), 0),
        maxLateness: Type.Optional(
          DurationSchema({ description: 'It fails when an edge came later than this: the code may not be readable.' }),
        ),
      }),
      output: Evidence,
      takes: (_config, { repeats }) => takesJust(irNecMs(repeats)),
      run: ({ handle, board, carrier, duty }, { address, command, repeats, maxLateness }, task) =>
        playPulses(handle, irNec({ line: 'led', address, command, repeats, carrier, duty }), {
          lines: ['led'],
          capabilities: board.capabilities,
          signal: task.signal,
          maxLateness,
          ...(board.driver === 'mock' && { throttled: () => undefined }),
        }),
    },
  },
  safe: ({ name, handle }) => {
    handle.set(0)
    if (handle.get() === 0) return
    throw new PiWorkerError('ERR_NOT_SAFE', `${name} does not read back that its LED is off`, {
      place: name,
      remedy: 'Something else drives the line, or it is shorted: disconnect the LED, then check the wiring.',
    })
  },
})
