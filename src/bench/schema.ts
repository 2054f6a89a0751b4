/**
 * The schemas of configurations, inputs and outputs: TypeBox builders for lines and durations, the types that follow
 * from a schema, and the JSON Schema that is published.
 */

import type { TIntersect, TTuple, TUnion, TUnsafe } from 'typebox'
import { type Static, type TArray, type TObject, type TOptional, type TRecord, type TSchema, Type } from 'typebox'
import { MAX_LINE } from '../../drivers/lines.js'
import { DURATION_PATTERN, type Duration, MAX_DURATION_MS } from '../worker/duration.js'

/** Bounds of a duration, in ms. */
export interface DurationLimits {
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
}

/** What a schema may say for people. */
export interface Annotations {
  readonly title?: string
  readonly description?: string
}

/** A duration: written `200`, `'200ms'`; parsed into ms. */
export type TDuration = TUnsafe<Duration> & { readonly duration: DurationLimits }
/** A line: written `17`, `'GPIO17'`, `'J8:11'` or its own name; parsed into its BCM number. */
export type TLine = TUnsafe<number | string> & { readonly line: true }
/** A property that may be left out and then has a value all the same. */
export type TDefault<T extends TSchema> = TOptional<T> & { readonly default: Static<T> }

/** What a caller may write where `T` is asked for. */
export type Input<T extends TSchema> = Static<T>

/**
 * What the check makes of an `Input<T>`: durations in ms, defaults filled in, lines as `L`. A peripheral's `open` gets
 * BCM numbers; before a board is open, a line's own name is still text.
 */
export type Parsed<T, L = number> = T extends { readonly line: true }
  ? L
  : T extends { readonly duration: DurationLimits }
    ? number
    : T extends TObject<infer P>
      ? ParsedProperties<P, L>
      : T extends TArray<infer I>
        ? Parsed<I, L>[]
        : T extends TUnion<infer U>
          ? { [K in keyof U]: Parsed<U[K], L> }[number]
          : T extends TRecord<string, infer V>
            ? Record<string, Parsed<V, L>>
            : T extends TTuple<infer I>
              ? { [K in keyof I]: Parsed<I[K], L> }
              : T extends TIntersect<infer A>
                ? ParsedAll<A, L>
                : T extends TSchema
                  ? Static<T>
                  : never

type ParsedProperties<P, L> = Flat<
  { [K in keyof P as IsOptional<P[K]> extends true ? never : K]: Parsed<P[K], L> } & {
    [K in keyof P as IsOptional<P[K]> extends true ? K : never]?: Parsed<P[K], L>
  }
>
type ParsedAll<A, L> = A extends [infer First, ...infer Rest] ? Parsed<First, L> & ParsedAll<Rest, L> : unknown
type IsOptional<T> = T extends { readonly default: unknown } ? false : T extends TOptional ? true : false
type Flat<T> = { [K in keyof T]: T[K] } & {}

/** A line, in any of its spellings. */
export function Line(annotations: Annotations = {}): TLine {
  return custom<TLine>({
    title: 'Line',
    description: "A GPIO line: its BCM number (17, GPIO17, BCM17), its header pin (J8:11), or the line's own name.",
    ...annotations,
    type: ['integer', 'string'],
    minimum: 0,
    maximum: MAX_LINE,
    minLength: 1,
    examples: ['GPIO17', 17, 'J8:11'],
    line: true,
  })
}

/** Beginning of a pattern for a number that has another digit than 0. */
const NOT_ZERO = '^(?=[\\d.]*[1-9])'

/** Every duration's description ends with it. */
export const DURATION_UNITS = 'Milliseconds, or a number with a unit: 10us, 200ms, 2s, 5m, 3h, 7d.'

/** A duration; bounds are in ms. Without bounds it may be 0. */
export function DurationSchema(options: DurationLimits & Annotations = {}): TDuration {
  const { title = 'Duration', description, exclusiveMinimum, maximum } = options
  const minimum = options.minimum ?? (exclusiveMinimum === undefined ? 0 : undefined)
  const limits: DurationLimits = {
    ...(minimum !== undefined && { minimum }),
    ...(exclusiveMinimum !== undefined && { exclusiveMinimum }),
    ...(maximum !== undefined && { maximum }),
  }
  const zero = !((minimum ?? 0) > 0 || (exclusiveMinimum ?? -1) >= 0)
  return custom<TDuration>({
    title,
    description: description === undefined ? DURATION_UNITS : `${description} ${DURATION_UNITS}`,
    type: ['number', 'string'],
    maximum: MAX_DURATION_MS,
    ...limits,
    pattern: zero ? DURATION_PATTERN : NOT_ZERO + DURATION_PATTERN.slice(1),
    unit: 'ms',
    examples: ['200ms'],
    duration: limits,
  })
}

/** A property that may be left out; `value` (as it would be written) is then taken for it. */
export function Default<T extends TSchema>(schema: T, value: Static<T>): TDefault<T> {
  // A copy with TypeBox's own marks, which are not enumerable.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema))
  return Type.Optional(Object.assign(copy, { default: value })) as TSchema as TDefault<T>
}

/** A closed choice of words. */
export function OneOf<const V extends readonly string[]>(values: V, annotations: Annotations = {}): TUnsafe<V[number]> {
  return Type.Unsafe<V[number]>({ type: 'string', enum: [...values], ...annotations })
}

/**
 * The schema as plain JSON Schema (2020-12) for editors and other programs. Objects are closed, as the check has them:
 * a key that a schema does not name is an error, unless it says `additionalProperties` itself. It takes all that the
 * check takes, and a little more: which texts are lines, and how long a text with a unit is, only the check can say.
 */
export function toJsonSchema(schema: TSchema): Record<string, unknown> {
  return closed(schema as SchemaNode, ({ line, duration, ...published }) => published)
}

/**
 * Words that our schemas have beside those of JSON Schema, and that change nothing in what fits: `unit` of a number;
 * `base: 16`, in which people write it; `file: true`, a text that is the path of a file.
 */
export const NOTES: readonly string[] = ['unit', 'base', 'file']

export type SchemaNode = Record<string, unknown>
const SCHEMA_MAPS = ['properties', 'patternProperties', '$defs'] as const
const CHOICES = ['anyOf', 'oneOf'] as const
const SCHEMAS = ['items', 'additionalProperties', 'not', 'contains'] as const
/** What makes a node one that is not looked into: our own, references, and TypeBox's marks of what JSON Schema lacks. */
const LEAVES = ['line', 'duration', '$ref', '~refine', '~codec'] as const

/** A copy with closed objects, in which `leaf` may replace the nodes that are not looked into. */
export function closed(node: SchemaNode, leaf: (node: SchemaNode) => SchemaNode, open = false): SchemaNode {
  if (LEAVES.some(key => key in node)) return leaf(node)
  const copy: SchemaNode = { ...node }
  for (const key of SCHEMA_MAPS) {
    const map = node[key]
    if (isNode(map)) copy[key] = Object.fromEntries(Object.entries(map).map(([name, at]) => [name, nested(at, leaf)]))
  }
  for (const key of CHOICES) {
    const choice = node[key]
    if (Array.isArray(choice)) copy[key] = choice.map(at => nested(at, leaf, open))
  }
  for (const key of SCHEMAS) if (isNode(node[key])) copy[key] = nested(node[key], leaf)
  if (Array.isArray(node.items)) {
    // TypeBox writes tuples as JSON Schema had them before 2020.
    copy.prefixItems = node.items.map(at => nested(at, leaf))
    copy.items = node.additionalItems ?? false
    delete copy.additionalItems
  }
  // The parts of an intersection know only some of the keys; the whole knows them all.
  if (Array.isArray(node.allOf)) {
    copy.allOf = node.allOf.map(at => nested(at, leaf, true))
    if (!open) copy.unevaluatedProperties ??= false
  } else if (!open && (isNode(node.properties) || isNode(node.patternProperties))) {
    copy.additionalProperties ??= false
  }
  return copy
}

export function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nested(value: unknown, leaf: (node: SchemaNode) => SchemaNode, open = false): unknown {
  return isNode(value) ? closed(value, leaf, open) : value
}

/** TypeBox knows the type only through `Unsafe`; the keywords of ours that tell it to the check are added here. */
function custom<T extends TSchema>(schema: SchemaNode): T {
  return Type.Unsafe(schema) as TSchema as T
}
