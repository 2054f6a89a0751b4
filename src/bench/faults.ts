/** What can go wrong with a simulated part and its wires, as a plan says it under `simulate`. */

import { type Static, type TProperties, Type } from 'typebox'
import { Default, DurationSchema, OneOf } from './schema.js'

const Probability = (value: number, description: string) =>
  Default(Type.Number({ description, minimum: 0, maximum: 1 }), value)

/** Every fault has a window of time, counted from the opening of the bench. */
const WINDOW = {
  from: Default(DurationSchema({ description: 'When it begins, after the bench was opened.' }), 0),
  for: Type.Optional(
    DurationSchema({ description: 'How long it lasts. Default: as long as the bench is open.', exclusiveMinimum: 0 }),
  ),
}
const ON_LINE = {
  line: Type.Optional(
    Type.String({ description: 'Which of its lines, as the configuration calls it (lines.echo). Default: all.' }),
  ),
}

const fault = <K extends string, P extends TProperties>(kind: K, description: string, properties: P) =>
  Type.Object({ kind: Type.Literal(kind), ...properties, ...WINDOW }, { description })

export const FaultSchema = Type.Union([
  fault('bounce', 'A contact that bounces: after each change that the part makes, the line goes back and forth.', {
    edges: Default(
      Type.Integer({ description: 'Additional edges, as many back as forth.', minimum: 2, maximum: 1000 }),
      6,
    ),
    within: Default(DurationSchema({ description: 'How long it bounces.', exclusiveMinimum: 0 }), 2),
    ...ON_LINE,
  }),
  fault('stuck', 'A short to ground or to the supply: the line keeps one level, whatever the part does.', {
    level: OneOf(['low', 'high'], { description: 'Which.' }),
    ...ON_LINE,
  }),
  fault('glitch', 'Interference: now and then the line has the other level for a moment.', {
    width: Default(DurationSchema({ description: 'How long.', exclusiveMinimum: 0 }), '5us'),
    every: Default(DurationSchema({ description: 'Mean time between two.', exclusiveMinimum: 0 }), 100),
    ...ON_LINE,
  }),
  fault('unplugged', 'The part is not there.', ON_LINE),
  fault('flip', 'Bits turn over on their way, to the part and from it.', {
    probability: Probability(0.1, 'Of each byte to have one wrong bit.'),
  }),
  fault('late', 'The part answers later than it should.', {
    by: DurationSchema({ description: 'How much.', exclusiveMinimum: 0 }),
    ...ON_LINE,
  }),
  fault('nack', 'The part does not acknowledge (buses).', { probability: Probability(1, 'Of each message.') }),
  fault('stretch', 'The part holds the clock of the bus at each message.', {
    by: DurationSchema({ description: 'How long.', exclusiveMinimum: 0 }),
  }),
  fault('brown-out', 'The part loses its power, and has it again with its settings lost.', {}),
  fault('lost-edges', 'The kernel has no room for an edge, as when the machine is too busy.', {
    probability: Probability(0.1, 'Of each edge.'),
    ...ON_LINE,
  }),
  fault('error', 'The kernel refuses a call of the driver.', {
    errno: Default(OneOf(['EIO', 'EBUSY'], { description: 'With which error.' }), 'EIO'),
    probability: Probability(1, 'Of each call.'),
  }),
])

/** A fault as it is written; `kind` says which. */
export type FaultSpec = Static<typeof FaultSchema>
export type FaultKind = FaultSpec['kind']

/** All kinds of faults. */
export const FAULT_KINDS: readonly FaultKind[] = FaultSchema.anyOf.map(({ properties }) => properties.kind.const)

/** What `simulate` may say of every peripheral, beside what its type has. */
export const SIMULATED_BY_ALL = {
  faults: Type.Optional(Type.Array(FaultSchema, { description: 'What goes wrong with it, and when.' })),
  replay: Type.Optional(
    Type.Object(
      {
        file: Type.String({
          description: 'A VCD file; in a plan file its path counts from the folder of that file.',
          minLength: 1,
          examples: ['sensor.vcd'],
          file: true,
        }),
        signal: Type.Optional(Type.String({ description: 'Name of the signal in it. Default: the only one.' })),
        line: Type.Optional(
          Type.String({ description: 'Which of its lines, as the configuration calls it. Default: the only one.' }),
        ),
      },
      { description: 'A recording of the real part, which answers in its place.' },
    ),
  ),
}
