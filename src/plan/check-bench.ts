/** The check of what a plan file says of its peripherals: under `bench` what they are, under `simulate` what they meet. */

import { check } from '../bench/check.js'
import { type Claim, type Claimant, describeConflict, findConflicts } from '../bench/claims.js'
import type { AnyDefinition, Definitions, PeripheralSpec } from '../bench/definition.js'
import { checkPeripheralName } from '../bench/names.js'
import { getOwn, putOwn } from '../bench/plain-data.js'
import { isNode, type SchemaNode } from '../bench/schema.js'
import { formatPlace, type Path } from './place.js'
import { missingName, type ProblemList } from './problem-list.js'
import type { PlanSource } from './source.js'

/** The peripherals of a file, as far as they are right. */
export interface CheckedBench {
  /** The definition of every peripheral that is there, or undefined where its type is not known. */
  readonly definitions: ReadonlyMap<string, AnyDefinition | undefined>
  readonly specs: Readonly<Record<string, PeripheralSpec>>
}

/** Checks each peripheral by its definition, and all of them for lines that two of them want. */
export function checkBench(
  source: PlanSource,
  written: unknown,
  types: Definitions,
  problems: ProblemList,
): CheckedBench {
  const definitions = new Map<string, AnyDefinition | undefined>()
  const specs: Record<string, PeripheralSpec> = {}
  const claimants: Claimant[] = []
  const known = new Map(Object.entries(types))
  for (const [name, entry] of entriesOf(written, 'bench', problems)) {
    const path = ['bench', name]
    problems.attempt(path, 'key', () => checkPeripheralName(name))
    const definition = checkType(name, entry, known, problems)
    definitions.set(name, definition)
    if (definition === undefined) continue
    const config = configOf(entry as SchemaNode)
    const checked = check(definition.config, config)
    if (checked.problems !== undefined) problems.addAll(checked.problems, path, [name])
    else claimants.push({ name, definition, config: checked.value })
    putOwn(specs, name, { definition, config })
  }
  if (isNode(written) && definitions.size === 0) {
    problems.add(['bench'], 'value', () => ({ code: 'ERR_PLAN_VALUE', message: 'bench needs at least one peripheral' }))
  }
  checkClaims(source, claimants, problems)
  return { definitions, specs }
}

/** What `simulate` says, by peripheral, as it is written. */
export function checkSimulate(
  written: unknown,
  definitions: CheckedBench['definitions'],
  problems: ProblemList,
): Readonly<Record<string, unknown>> {
  const simulate: Record<string, unknown> = {}
  if (written === undefined || written === null) return simulate
  for (const [name, entry] of entriesOf(written, 'simulate', problems)) {
    const path = ['simulate', name]
    if (definitions.size === 0) break // there is no bench, which is said already
    if (!definitions.has(name)) {
      problems.add(path, 'key', () => missingName('ERR_UNKNOWN_PERIPHERAL', 'peripheral', name, definitions.keys()))
      continue
    }
    const definition = definitions.get(name)
    if (definition === undefined) continue
    const checked = check(definition.simulate, entry ?? {})
    if (checked.problems !== undefined) problems.addAll(checked.problems, path, path)
    else putOwn(simulate, name, entry ?? {})
  }
  return simulate
}

/** The entries of a map of peripherals; a problem when it is none. */
function entriesOf(written: unknown, key: 'bench' | 'simulate', problems: ProblemList): [string, unknown][] {
  if (isNode(written)) return Object.entries(written)
  const message = `${key} must be an object with an entry for each peripheral`
  problems.add([key], 'value', () => ({ code: 'ERR_PLAN_VALUE', message, remedy: 'Write pump: { ... } under it.' }))
  return []
}

function checkType(
  name: string,
  entry: unknown,
  types: ReadonlyMap<string, AnyDefinition>,
  problems: ProblemList,
): AnyDefinition | undefined {
  const path = ['bench', name]
  if (!isNode(entry)) {
    problems.add(path, 'value', () => ({
      code: 'ERR_PLAN_VALUE',
      message: `${name} must be an object with a type`,
      remedy: `Write ${name}: { type: ${[...types.keys()].join(' | ')}, ... }.`,
    }))
    return undefined
  }
  const type = getOwn(entry, 'type')
  if (type === undefined) {
    problems.add(path, 'key', () => ({
      code: 'ERR_PLAN_VALUE',
      message: `${name} needs "type"`,
      remedy: `Add type: ${[...types.keys()].join(' | ')}.`,
    }))
    return undefined
  }
  const definition = typeof type === 'string' ? types.get(type) : undefined
  if (definition === undefined) {
    const text = typeof type === 'string' ? type : JSON.stringify(type)
    problems.add([...path, 'type'], 'value', () =>
      missingName('ERR_UNKNOWN_TYPE', 'type of peripheral', text, types.keys()),
    )
  }
  return definition
}

function configOf(entry: SchemaNode): SchemaNode {
  const config: SchemaNode = {}
  for (const [key, value] of Object.entries(entry)) if (key !== 'type') putOwn(config, key, value)
  return config
}

function checkClaims(source: PlanSource, claimants: readonly Claimant[], problems: ProblemList): void {
  for (const conflict of findConflicts(claimants)) {
    problems.add(pathOf(conflict.second), 'value', () => ({
      code: 'ERR_LINE_CLAIMED',
      message: `${describeConflict(conflict)}; the first is at ${formatPlace(source.place(pathOf(conflict.first)))}`,
    }))
  }
}

function pathOf({ peripheral, path }: Claim): Path {
  return ['bench', peripheral, ...path]
}
