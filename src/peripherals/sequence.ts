/** Lines that play pulse sequences: whatever needs exact edges and has no peripheral of its own. */

import { type Static, type TProperties, Type } from 'typebox'
import type { LineHandle } from '../../drivers/driver.js'
import { definePeripheral } from '../bench/definition.js'
import { refusePlay } from '../bench/guards/refuse-input.js'
import type { BenchBoard } from '../bench/lease.js'
import { getOwn, type Path } from '../bench/plain-data.js'
import type { Refusal } from '../bench/problems.js'
import { Default, DurationSchema, Line, OneOf, type Parsed } from '../bench/schema.js'
import { takesJust } from '../bench/takes.js'
import { listNames, show } from '../bench/wording.js'
import { isPiWorkerError, PiWorkerError } from '../errors.js'
import { nearest } from '../nearest.js'
import { morse, pulses, pwm } from '../pulses/builders.js'
import { compile } from '../pulses/compile.js'
import { Evidence } from '../pulses/evidence.js'
import { playPulses } from '../pulses/play.js'
import { irNec, irNecMs, uart } from '../pulses/protocols.js'
import { durationNs, repeat, type Sequence } from '../pulses/sequence.js'
import { rampSeconds, stepRamp } from '../pulses/step-ramp.js'
import { toMs } from '../worker/duration.js'

interface SequenceDevice {
  readonly name: string
  readonly handle: LineHandle
  readonly lines: readonly string[]
  readonly board: BenchBoard
  /** Logical values of the safe state. */
  readonly safe: number
}

/** Options of builders that name a line. */
const LINE_KEYS = ['line', 'step', 'dir']
/** What comes to no more than 2,000,000 steps of pulses: a step of a motor is two, a repeat code on its carrier 728. */
const MOST_MOTOR_STEPS = 999_999
const MOST_REPEAT_CODES = 2700
const NAME = '^[A-Za-z][A-Za-z0-9_-]*$'
const Name = (description: string) => Type.String({ description, pattern: NAME })
const Names = (description: string) => Type.Array(Name('Name of a line.'), { description })
const Above0 = (description: string, unit: string) => Type.Number({ description, unit, exclusiveMinimum: 0 })

const Step = Type.Object({
  set: Type.Optional(Names('Lines that become active.')),
  clear: Type.Optional(Names('Lines that become inactive.')),
  after: DurationSchema({ description: 'Time until the next step, or until the end.', exclusiveMinimum: 0 }),
})

/** What there may be to play, besides steps: each is a builder of src/pulses with its options. */
const BUILDERS = {
  pulses: Type.Object({
    line: Name('Line to pulse.'),
    width: DurationSchema({ description: 'How long it is active.', exclusiveMinimum: 0 }),
    gap: DurationSchema({ description: 'How long it is inactive after each pulse.', exclusiveMinimum: 0 }),
    count: Type.Integer({ description: 'How many pulses.', minimum: 1 }),
  }),
  pwm: Type.Object({
    line: Name('Line to drive.'),
    frequency: Above0('Frequency.', 'Hz'),
    duty: Type.Number({ description: 'Part of the period that it is active.', minimum: 0, maximum: 1 }),
    for: DurationSchema({ description: 'For how long, rounded to whole periods.', exclusiveMinimum: 0 }),
  }),
  stepRamp: Type.Object({
    step: Name('Line whose rising edge is a step.'),
    dir: Type.Optional(Name('Line that says which way: active for steps above 0.')),
    steps: Type.Integer({
      description: 'How many steps; below 0 the other way.',
      minimum: -MOST_MOTOR_STEPS,
      maximum: MOST_MOTOR_STEPS,
    }),
    maxSpeed: Above0('Steps a second.', '1/s'),
    acceleration: Above0('Steps a second, each second.', '1/s²'),
    startSpeed: Default(Type.Number({ description: 'Speed at both ends.', unit: '1/s', minimum: 0 }), 0),
  }),
  uart: Type.Object({
    line: Name('Line to send on; idle is active.'),
    baud: Above0('Bits a second.', 'Bd'),
    text: Type.Optional(Type.String({ description: 'What to send, as UTF-8.' })),
    bytes: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { description: 'Or as bytes.' })),
  }),
  irNec: Type.Object({
    line: Name('Line of the infrared LED.'),
    address: Type.Integer({ description: 'Address; above 255 in the extended form.', minimum: 0, maximum: 65_535 }),
    command: Type.Integer({ description: 'Command.', minimum: 0, maximum: 255 }),
    repeats: Default(
      Type.Integer({ description: 'How many repeat codes follow.', minimum: 0, maximum: MOST_REPEAT_CODES }),
      0,
    ),
  }),
  morse: Type.Object({
    line: Name('Line to key.'),
    text: Type.String({ description: 'What to send.', minLength: 1 }),
    wpm: Above0('Words a minute.', 'wpm'),
  }),
} as const

const COMMON = {
  repeat: Default(Type.Integer({ description: 'How many times it is played.', minimum: 1 }), 1),
  maxLateness: Type.Optional(
    DurationSchema({ description: 'It fails when an edge came later than this, instead of saying nothing of it.' }),
  ),
}
const what = <P extends TProperties>(properties: P) => Type.Object({ ...properties, ...COMMON })
const Play = Type.Union([
  what({ steps: Type.Array(Step, { description: 'What the lines do, step by step.', minItems: 1 }) }),
  what({ pulses: BUILDERS.pulses }),
  what({ pwm: BUILDERS.pwm }),
  what({ stepRamp: BUILDERS.stepRamp }),
  what({ uart: BUILDERS.uart }),
  what({ irNec: BUILDERS.irNec }),
  what({ morse: BUILDERS.morse }),
])
const State = OneOf(['low', 'high'])

export const sequence = definePeripheral({
  type: 'sequence',
  part: 'sequence',
  title: 'Pulse sequences',
  description: 'Lines that play pulse sequences, with evidence of how exact they were.',
  config: Type.Object({
    lines: Type.Record(Type.String({ pattern: NAME }), Line(), {
      description: 'The lines, by names that the steps use.',
      minProperties: 1,
      maxProperties: 32,
    }),
    activeLow: Default(Type.Boolean({ description: 'Active is low, on all of the lines.' }), false),
    safe: Default(
      Type.Record(Type.String({ pattern: NAME }), State, {
        description: 'The level of each line in the safe state; low for those that are not named.',
      }),
      {},
    ),
  }),
  check: ({ lines, safe }) => {
    const names = Object.keys(lines)
    const stray = Object.keys(safe).find(line => !names.includes(line))
    if (stray === undefined) return undefined
    return { path: ['safe', stray], message: 'is none of its lines', remedy: nameOneOf(names, stray) }
  },
  simulate: Type.Object({}),
  outputs: ({ lines, safe, activeLow }) => ({
    lines: Object.entries(lines).map(([name, line]) => ({ line, safe: safe[name] ?? 'low', activeLow, load: true })),
  }),
  open: async ({ name, config, board }): Promise<SequenceDevice> => {
    const { activeLow } = config
    const lines = Object.keys(config.lines)
    const safe = safeValues(lines, config.safe, activeLow)
    const settings = { direction: 'output', activeLow, initial: safe } as const
    const handle = await board.request({ lines: Object.values(config.lines), settings })
    return { name, handle, lines, board, safe }
  },
  actions: {
    play: {
      title: 'Play pulses',
      description: 'Plays the steps, or what is built; afterwards the lines stay as the last step left them.',
      effect: 'pulse',
      input: Play,
      output: Evidence,
      check: (config, input) => {
        const names = Object.keys(config.lines)
        const refusal = refuseLines(input, names) ?? refusePulses(input, names)
        return refusal ?? refusePlay(config, () => compile(sequenceOf(input), names), names.length)
      },
      takes: (_config, input) => takesJust(lastsMs(input)),
      run: ({ handle, lines, board }, input, task) =>
        playPulses(handle, sequenceOf(input), {
          lines,
          capabilities: board.capabilities,
          signal: task.signal,
          maxLateness: input.maxLateness,
          ...(board.driver === 'mock' && { throttled: () => undefined }),
        }),
    },
  },
  safe: ({ name, handle, safe }) => {
    handle.set(safe)
    if (handle.get() === safe) return
    throw new PiWorkerError('ERR_NOT_SAFE', `${name} does not read back its safe state`, {
      place: name,
      remedy: 'Something else drives a line, or it is shorted: cut the power of the load, then check the wiring.',
    })
  },
})

type PlayInput = Parsed<typeof Play>

function sequenceOf(input: PlayInput): Sequence {
  return repeat(build(input), input.repeat)
}

function build(input: PlayInput): Sequence {
  if ('steps' in input) return { steps: input.steps }
  if ('pulses' in input) return pulses(input.pulses)
  if ('pwm' in input) return pwm(input.pwm)
  if ('stepRamp' in input) return stepRamp(input.stepRamp)
  if ('uart' in input) return uart(input.uart)
  if ('irNec' in input) return irNec(input.irNec)
  return morse(input.morse)
}

/** What is long when it is built is not built for it. */
function lastsMs(input: PlayInput): number {
  return onceMs(input) * input.repeat
}

function onceMs(input: PlayInput): number {
  if ('irNec' in input) return irNecMs(input.irNec.repeats)
  if ('stepRamp' in input) return rampSeconds(input.stepRamp) * 1000
  return toMs(durationNs(build(input)))
}

function refuseLines(input: PlayInput, names: readonly string[]): Refusal | undefined {
  const stray = linesIn(input).find(({ line }) => !names.includes(line))
  if (stray === undefined) return undefined
  const { path, line } = stray
  const message = `must be one of ${listNames(names)}, not ${show(line)}`
  return { path, message, remedy: nameOneOf(names, line), code: 'ERR_BAD_PULSES' }
}

/** Every line that somebody named, and where. */
function linesIn(input: PlayInput): { readonly path: Path; readonly line: string }[] {
  if ('steps' in input) {
    return input.steps.flatMap((step, index) =>
      (['set', 'clear'] as const).flatMap(key =>
        (step[key] ?? []).map((line, at) => ({ path: ['steps', index, key, at], line })),
      ),
    )
  }
  const builder = playedIn(input)
  return Object.entries(getOwn(input, builder) as object)
    .filter(([key]) => LINE_KEYS.includes(key))
    .map(([key, line]) => ({ path: [builder, key], line }))
}

/** The key of what there is to play. */
function playedIn(input: PlayInput): string {
  return ['steps', ...Object.keys(BUILDERS)].find(key => Object.hasOwn(input, key)) as string
}

function nameOneOf(names: readonly string[], wrong: string): string {
  const suggestion = nearest(wrong, names)
  return suggestion === undefined ? `Name one of ${listNames(names)}.` : `Write ${suggestion} if that was meant.`
}

/** What making the pulses has to say of them; how short they may be, only the driver knows, when they are played. */
function refusePulses(input: PlayInput, names: readonly string[]): Refusal | undefined {
  try {
    compile(sequenceOf(input), names)
    return undefined
  } catch (error) {
    if (!isPiWorkerError(error)) throw error
    const { code, message, place = '', remedy = 'Change it.' } = error
    // `steps[1].after` is in the input, unless it is a step that was built.
    const path = [...place.matchAll(/\w+/g)].map(([key]) => (/^\d+$/.test(key) ? Number(key) : key))
    const isThere = path[0] !== undefined && Object.hasOwn(input, path[0])
    const why = isThere ? message.replace(`${place}: `, '') : message
    return { path: isThere ? path : [playedIn(input)], message: `cannot be played: ${why}`, remedy, code }
  }
}

function safeValues(
  lines: readonly string[],
  safe: Readonly<Record<string, Static<typeof State>>>,
  activeLow: boolean,
): number {
  return lines.reduce((bits, line, index) => {
    const active = ((safe[line] ?? 'low') === 'high') !== activeLow
    return (bits | (active ? 1 << index : 0)) >>> 0
  }, 0)
}
