/** The check of configurations and inputs, and what it makes of them; the check of outputs. */

import type { TSchema } from 'typebox'
import { parseLine } from '../../drivers/lines.js'
import { parseDuration } from '../worker/duration.js'
import type { Action, AnyDefinition } from './definition.js'
import { findUnholdable, type Path } from './plain-data.js'
import { type Problem, problemsOf, type Refusal } from './problems.js'
import type { Parsed } from './schema.js'
import { type Leaves, transform } from './transform.js'

/** The outcome of a check: either the value as it is to be used, or what is wrong with what was written. */
export type Checked<T> =
  | { readonly value: T; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly value?: undefined }

const MEANING: Leaves = { duration: value => parseDuration(value), line: meaningOfLine }

/**
 * Checks what somebody wrote. The value is a copy with defaults filled in, durations in ms, and lines as BCM numbers
 * or, where only a board can know the number, as their own names. What was written is never changed.
 * @param refuse What it has to say of a value that fits the schema.
 * @throws ERR_BAD_DEFINITION when the schema itself cannot be used
 */
export function check<T extends TSchema>(
  schema: T,
  written: unknown,
  refuse?: (value: Parsed<T, number | string>) => Refusal | undefined,
): Checked<Parsed<T, number | string>> {
  const problems = allProblems(schema, written)
  if (problems.length > 0) return { problems }
  const value = transform(schema, written, MEANING) as Parsed<T, number | string>
  const refusal = refuse?.(value)
  if (refusal === undefined) return { value }
  // What is about all of it is shown at its name.
  const kind = refusal.path.length === 0 ? 'missing' : 'value'
  return { problems: [{ ...refusal, kind, code: refusal.code ?? 'ERR_PLAN_VALUE' }] }
}

/** Checks the configuration of a peripheral. @throws ERR_BAD_DEFINITION when its schema cannot be used */
export function checkConfig({ config, check: refuse }: AnyDefinition, written: unknown): Checked<unknown> {
  return check(config, written, refuse as ((value: unknown) => Refusal | undefined) | undefined)
}

/**
 * Checks the input of an action.
 * @param config The peripheral's, checked; undefined when it is wrong, and then only the schema speaks.
 * @throws ERR_BAD_DEFINITION when the schema cannot be used
 */
export function checkInput({ input, check: refuse }: Action, config: unknown, written: unknown): Checked<unknown> {
  const ask = refuse as ((config: unknown, value: unknown) => Refusal | undefined) | undefined
  return check(input, written, value => (config === undefined ? undefined : ask?.(config, value)))
}

/**
 * What is wrong with the output of an action: it does not fit, or JSON would lose or refuse it.
 * @throws ERR_BAD_DEFINITION when the schema itself cannot be used
 */
export function checkOutput(schema: TSchema | undefined, output: unknown): readonly Problem[] {
  return allProblems(schema, output)
}

/** A checked value with every line that is still a name replaced by its BCM number. */
export function resolveLines<T extends TSchema>(
  schema: T,
  value: Parsed<T, number | string>,
  resolve: (line: number | string) => number,
): Parsed<T> {
  return transform(schema, value, { duration: ms => ms, line: resolve }) as Parsed<T>
}

/** A line of a checked value, and where it stands there. */
export interface LineUse {
  readonly line: number | string
  readonly path: Path
}

/** Every line of a checked value, in the order of its schema. */
export function linesOf(schema: TSchema, value: unknown): LineUse[] {
  const uses: LineUse[] = []
  transform(schema, value, {
    duration: ms => ms,
    line: (line, path) => {
      uses.push({ line, path })
      return line
    },
  })
  return uses
}

/** What the schema says comes first, for it knows what is wanted in the place of NaN or a function. */
function allProblems(schema: TSchema | undefined, value: unknown): readonly Problem[] {
  const place = findUnholdable(value)
  const problems = schema === undefined || place?.opaque === true ? [] : problemsOf(schema, value)
  if (place === undefined) return problems
  const at = JSON.stringify(place.path)
  if (problems.some(problem => JSON.stringify(problem.path) === at)) return problems
  return [...problems, { path: place.path, message: place.message, kind: 'value', code: 'ERR_PLAN_VALUE' }]
}

function meaningOfLine(spelling: number | string): number | string {
  const parsed = parseLine(spelling)
  return parsed.kind === 'bcm' ? parsed.line : parsed.name
}
