/** The schema of plan files, made from the definitions of peripherals and the table of steps: for completion in editors. */

import { type TObject, Type } from 'typebox'
import type { Action, AnyDefinition, Definitions } from '../bench/definition.js'
import { Interlocks } from '../bench/guards/interlocks.js'
import { problemsOf } from '../bench/problems.js'
import { type SchemaNode, toJsonSchema } from '../bench/schema.js'
import { stopLine } from '../bench/stop/stop-line.js'
import { ParamSpec } from './params.js'
import { withExpressions } from './schema-expressions.js'
import { ACTION_KEYS, BOUNDS, COMPUTED_KEYS, stepKinds } from './step-kinds.js'
import { type StepKind, Steps } from './steps/kind.js'

/** The top level of a plan file. */
export const PLAN_FILE = Type.Object({
  name: Type.Optional(
    Type.String({ minLength: 1, title: 'Name', description: "What the plan is called. Default: the file's name." }),
  ),
  bench: Type.Unknown({ title: 'Bench', description: 'The peripherals, by name.' }),
  interlocks: Type.Optional(Type.Unknown({ title: 'Interlocks', description: 'What must never be on together.' })),
  stop: Type.Optional(
    Type.Unknown({
      title: 'Stop line',
      description: 'The input of a stop button that is normally closed: while it is open, nothing runs.',
    }),
  ),
  params: Type.Optional(
    Type.Unknown({
      title: 'Parameters',
      description: 'What can be changed without changing the plan, by name: --param dose=5.',
    }),
  ),
  resumable: Type.Optional(
    Type.Boolean({
      title: 'Resumable',
      description:
        'Whether an interrupted run may go on after its last row: what stands before the loop of the rows is done again.',
    }),
  ),
  plan: Steps('The steps, one after another.'),
  simulate: Type.Optional(
    Type.Unknown({
      title: 'Simulate',
      description: 'What the mock driver is told of the outside, by peripheral. Real drivers do not look at it.',
    }),
  ),
})

/** A peripheral's name, as `names.ts` has it. */
const NAME = '[A-Za-z][A-Za-z0-9_-]*'

/** JSON Schema (2020-12) of the plan files that may name these types of peripherals. */
export function planSchema(definitions: Definitions): Record<string, unknown> {
  const file = toJsonSchema(PLAN_FILE)
  const all = Object.values(definitions)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Plan file of pi-worker',
    ...file,
    properties: {
      ...(file.properties as SchemaNode),
      bench: {
        ...PLAN_FILE.properties.bench,
        type: 'object',
        minProperties: 1,
        propertyNames: { pattern: `^${NAME}$` },
        additionalProperties: { anyOf: all.map(peripheralSchema) },
      },
      interlocks: { ...toJsonSchema(Interlocks), ...PLAN_FILE.properties.interlocks },
      stop: { ...toJsonSchema(stopLine.config), ...PLAN_FILE.properties.stop },
      params: {
        ...PLAN_FILE.properties.params,
        type: ['object', 'null'],
        propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
        additionalProperties: { anyOf: [{ type: ['number', 'boolean', 'string'] }, toJsonSchema(ParamSpec)] },
      },
      simulate: {
        ...PLAN_FILE.properties.simulate,
        type: ['object', 'null'],
        additionalProperties: { anyOf: [{ type: 'null' }, ...[...all, stopLine].flatMap(simulateSchema)] },
      },
    },
    $defs: { steps: { type: 'array', minItems: 1, items: { anyOf: stepSchemas(all) } } },
  }
}

/** An entry of `bench`: the configuration of its type, and which type it is. */
function peripheralSchema({ type, title, description, config }: AnyDefinition): SchemaNode {
  const schema = toJsonSchema(config)
  return {
    title,
    ...(description !== undefined && { description }),
    ...schema,
    properties: { type: { const: type }, ...(schema.properties as SchemaNode) },
    required: ['type', ...(Array.isArray(schema.required) ? schema.required : [])],
  }
}

function simulateSchema({ title, simulate }: AnyDefinition): SchemaNode[] {
  return [{ title: `${title}, simulated`, ...toJsonSchema(simulate) }]
}

/** Every kind of step, and the actions of all types: which of them a peripheral has, only the check of a file can say. */
function stepSchemas(definitions: readonly AnyDefinition[]): SchemaNode[] {
  const actions = new Map<string, Action[]>()
  for (const definition of definitions) {
    for (const [name, action] of Object.entries(definition.actions)) {
      actions.set(name, [...(actions.get(name) ?? []), action])
    }
  }
  const bare = [...actions].flatMap(([name, all]) => (all.some(needsNoInput) ? [name] : []))
  return [
    ...[...stepKinds.values()].map(kindSchema),
    {
      title: 'Action',
      description: 'An action of a peripheral and its input, and what may stand beside it.',
      type: 'object',
      minProperties: 1,
      properties: besideProperties(ACTION_KEYS),
      patternProperties: Object.fromEntries(
        [...actions].map(([name, all]) => [`^${NAME}\\.${name}$`, inputSchema(all)]),
      ),
      additionalProperties: false,
      not: { propertyNames: { pattern: '^[^.]*$' } },
      anyOf: oneMoreThan(Object.keys(ACTION_KEYS.properties)),
    },
    { title: 'Action without input', type: 'string', pattern: `^${NAME}\\.(${bare.join('|')})$` },
  ]
}

/** What may stand beside a step: its numbers may be expressions. */
function besideProperties(beside: TObject): SchemaNode {
  const properties = toJsonSchema(beside).properties as SchemaNode
  return Object.fromEntries(
    Object.entries(properties).map(([key, at]) => [key, COMPUTED_KEYS.includes(key) ? withExpressions(at) : at]),
  )
}

/** For each choice of these keys, with which there is nothing more than one other: JSON Schema cannot count otherwise. */
function oneMoreThan(keys: readonly string[]): SchemaNode[] {
  const choices: string[][] = [[]]
  for (const key of keys) choices.push(...choices.map(choice => [...choice, key]))
  return choices.map(choice => ({ required: choice, maxProperties: choice.length + 1 }))
}

/** Expressions may stand wherever they are worked out before the step, and wherever the kind looks for them itself. */
export function kindSchema({ schema, options: { late = [] } }: StepKind): SchemaNode {
  const published = toJsonSchema(schema) as SchemaNode
  const properties = Object.entries(published.properties as SchemaNode).map(([key, field]) => [
    key,
    late === 'all' || late.includes(key) ? field : withExpressions(field),
  ])
  return { ...published, properties: { ...besideProperties(BOUNDS), ...Object.fromEntries(properties) } }
}

/** The inputs of the actions of one name; left empty when one of them needs nothing. */
function inputSchema(actions: readonly Action[]): SchemaNode {
  const inputs = actions.map(({ title, description, input }) => ({
    title,
    ...(description !== undefined && { description }),
    ...(withExpressions(toJsonSchema(input)) as SchemaNode),
  }))
  return { anyOf: actions.some(needsNoInput) ? [{ type: 'null' }, ...inputs] : inputs }
}

function needsNoInput({ input }: Action): boolean {
  return problemsOf(input, {}).length === 0
}
