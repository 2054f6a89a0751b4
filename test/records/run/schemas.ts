/** What every line of `documents.jsonl` must fit: our own schema of what is written, and Bluesky's when it is there. */

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

/** Bluesky's schemas stand beside the project and are not part of it. */
const EVENT_MODEL = resolve(import.meta.dirname, '../../../../shared/event-model')
export const hasEventModel = existsSync(EVENT_MODEL)

const KINDS = ['start', 'descriptor', 'event', 'stop'] as const
type Kind = (typeof KINDS)[number]

const FILES: Readonly<Record<Kind, string>> = {
  start: 'run_start.json',
  descriptor: 'event_descriptor.json',
  event: 'event.json',
  stop: 'run_stop.json',
}

const uid = { type: 'string', pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[48][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' }
const time = { type: 'number', exclusiveMinimum: 9e8 }
const keyed = (item: object): object => ({
  type: 'object',
  patternProperties: { '^[^./]+$': item },
  additionalProperties: false,
})
const dataKey = {
  type: 'object',
  properties: {
    dtype: { enum: ['number', 'boolean', 'string'] },
    shape: { type: 'array', maxItems: 0 },
    source: { type: 'string', minLength: 1 },
    units: { type: ['string', 'null'] },
    description: { type: 'string' },
    dtype_numpy: { enum: ['<f8', '|b1'] },
    column: { type: 'string' },
    axis: { type: 'boolean' },
    role: { enum: ['elapsed', 'position'] },
  },
  required: ['dtype', 'shape', 'source', 'units'],
  oneOf: [{ required: ['column', 'axis'] }, { required: ['role'] }],
  additionalProperties: false,
}

const closed = (properties: object, optional: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter(key => !optional.includes(key)),
  additionalProperties: false,
})

const OWN: Readonly<Record<Kind, object>> = {
  start: closed({
    uid,
    time,
    plan_name: { type: 'string' },
    plan_type: { const: 'pi-worker plan' },
    plan_args: keyed({ type: ['number', 'boolean', 'string'] }),
    pi_worker: { type: 'string' },
    driver: { type: 'string' },
    seed: { type: ['integer', 'null'] },
    rehearsal: { type: 'boolean' },
    git_commit: { type: ['string', 'null'] },
    hints: closed({ dimensions: { type: 'array', minItems: 1 } }),
  }),
  descriptor: closed({
    uid,
    run_start: uid,
    time,
    name: { type: 'string' },
    data_keys: keyed(dataKey),
    object_keys: keyed({ type: 'array', items: { type: 'string' } }),
    configuration: keyed(closed({ data: { maxProperties: 0 }, data_keys: {}, timestamps: {} })),
    hints: keyed(closed({ fields: { type: 'array', items: { type: 'string' }, minItems: 1 } })),
  }),
  event: closed({
    descriptor: uid,
    seq_num: { type: 'integer', minimum: 1 },
    uid,
    time,
    data: keyed({ type: ['number', 'boolean', 'string', 'null'] }),
    timestamps: keyed(time),
    filled: { maxProperties: 0 },
  }),
  stop: closed({
    uid,
    run_start: uid,
    time,
    exit_status: { enum: ['success', 'abort', 'fail'] },
    reason: { type: 'string' },
    num_events: { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } },
  }),
}

function validators(schemaOf: (kind: Kind) => object): ReadonlyMap<string, ValidateFunction> {
  return new Map(KINDS.map(kind => [kind, new Ajv2020({ strict: false }).compile(schemaOf(kind))]))
}

/** What is wrong with the documents of a text, as sentences. */
function problems(text: string, schemas: ReadonlyMap<string, ValidateFunction>): string[] {
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line, index) => {
      const [kind, document] = JSON.parse(line) as [string, unknown]
      const validate = schemas.get(kind)
      if (validate === undefined) return [`${index + 1}: ${kind} is no kind of document`]
      return validate(document) ? [] : [`${index + 1}: ${kind} ${JSON.stringify(validate.errors)}`]
    })
}

export function ownProblems(text: string): string[] {
  return problems(
    text,
    validators(kind => OWN[kind]),
  )
}

/** By the schemas that Bluesky publishes. */
export function eventModelProblems(text: string): string[] {
  return problems(
    text,
    validators(kind => JSON.parse(readFileSync(join(EVENT_MODEL, FILES[kind]), 'utf8')) as object),
  )
}
