/** The check of what a plan file says of its peripherals: under `bench` what they are, under `simulate` what they meet. */

import { check, checkConfig } from '../bench/check.js'
import { type Claim, type Claimant, describeConflict, findConflicts, remedyOf } from '../bench/claims.js'
import type { AnyDefinition, Definitions, PeripheralSpec } from '../bench/definition.js'
import { likeThis } from '../bench/expectation.js'
import { checkPeripheralName } from '../bench/names.js'
import { getOwn, putOwn } from '../bench/plain-data.js'
import { formatPath } from '../bench/problems.js'
import { isNode, type SchemaNode } from '../bench/schema.js'
import { STOP_LINE_NAME } from '../bench/stop/stop-line.js'
import { exampleEntry } from './example-entry.js'
import { formatPlace, type Path } from './place.js'
import { locateFiles, type NamedFile, unreadable } from './plan-files.js'
import { missingName, type ProblemList } from './problem-list.js'
import type { PlanSource } from './source.js'

/** The peripherals of a file, as far as they are right. */
export interface CheckedBench {
  /** The definition of every peripheral that is there, or undefined where its type is not known: a problem of its own. */
  readonly definitions: ReadonlyMap<string, AnyDefinition | undefined>
  /** The checked configurations of those that are right. */
  readonly configs: ReadonlyMap<string, unknown>
  readonly specs: Readonly<Record<string, PeripheralSpec>>
}

/**
 * Checks each peripheral by its definition, and all of them for lines that two of them want.
 * @param others What wants lines besides: the stop line.
 */
export function checkBench(
  source: PlanSource,
  written: unknown,
  types: Definitions,
  problems: ProblemList,
  others: readonly Claimant[] = [],
): CheckedBench {
  const definitions = new Map<string, AnyDefinition | undefined>()
  const configs = new Map<string, unknown>()
  const specs: Record<string, PeripheralSpec> = {}
  const claimants: Claimant[] = [...others]
  const known = new Map(Object.entries(types))
  for (const [name, entry] of entriesOf(written, 'bench', () => benchLikeThis(types), problems)) {
    const path = ['bench', name]
    problems.attempt(path, 'key', () => checkPeripheralName(name))
    const definition = checkType(name, entry, known, problems)
    definitions.set(name, definition)
    if (definition === undefined) continue
    const config = configOf(entry as SchemaNode)
    const checked = checkConfig(definition, config)
    if (checked.problems !== undefined) {
      problems.addAll(checked.problems, path, [name])
    } else {
      configs.set(name, checked.value)
      claimants.push({ name, definition, config: checked.value })
    }
    putOwn(specs, name, { definition, config })
  }
  if (isNode(written) && definitions.size === 0) {
    problems.add(['bench'], 'value', () => ({ code: 'ERR_PLAN_VALUE', message: 'bench needs at least one peripheral' }))
  }
  checkClaims(source, claimants, problems)
  return { definitions, configs, specs }
}

/**
 * What `simulate` says, by peripheral, as it is written, but for the paths of files, which are absolute.
 * @param plan Path of the plan file.
 * @param files Whether files must be there.
 */
export function checkSimulate(
  written: unknown,
  definitions: CheckedBench['definitions'],
  { plan, files }: { readonly plan: string; readonly files: boolean },
  problems: ProblemList,
): Readonly<Record<string, unknown>> {
  const simulate: Record<string, unknown> = {}
  if (written === undefined || written === null) return simulate
  for (const [name, entry] of entriesOf(written, 'simulate', () => simulateLikeThis(definitions), problems)) {
    const path = ['simulate', name]
    if (definitions.size === 0) break // there is no bench, which is said already
    if (!definitions.has(name)) {
      problems.add(path, 'key', () => missingName('ERR_UNKNOWN_PERIPHERAL', 'peripheral', name, definitions.keys()))
      continue
    }
    const definition = definitions.get(name)
    if (definition === undefined) continue
    const checked = check(definition.simulate, entry ?? {})
    if (checked.problems !== undefined) {
      problems.addAll(checked.problems, path, path)
      continue
    }
    const located = locateFiles(definition.simulate, entry ?? {}, plan)
    putOwn(simulate, name, located.value)
    if (files) checkFiles(located.files, path, problems)
  }
  return simulate
}

function checkFiles(files: readonly NamedFile[], above: Path, problems: ProblemList): void {
  for (const { path, file } of files) {
    const why = unreadable(file)
    if (why === undefined) continue
    const at = [...above, ...path]
    const remedy = 'Check the path; in a plan file it counts from the folder of that file.'
    problems.add(at, 'value', () => ({ code: 'ERR_FILE', message: `${formatPath(at)}: ${file} ${why}`, remedy }))
  }
}

/** The entries of a map of peripherals; a problem when it is none. */
function entriesOf(
  written: unknown,
  key: 'bench' | 'simulate',
  remedy: () => string | undefined,
  problems: ProblemList,
): [string, unknown][] {
  if (isNode(written)) return Object.entries(written)
  const message = `${key} must be an object with an entry for each peripheral`
  problems.add([key], 'value', () => ({ code: 'ERR_PLAN_VALUE', message, remedy: remedy() }))
  return []
}

function benchLikeThis(types: Definitions): string | undefined {
  const [type] = Object.values(types)
  return type && `Write it like this: { ${exampleEntry('pump', type)} }.`
}

function simulateLikeThis(definitions: CheckedBench['definitions']): string | undefined {
  const [name, definition] = [...definitions].find(([, known]) => known !== undefined) ?? []
  return definition && likeThis({ properties: { [name as string]: definition.simulate }, required: [name] })
}

function checkType(
  name: string,
  entry: unknown,
  types: ReadonlyMap<string, AnyDefinition>,
  problems: ProblemList,
): AnyDefinition | undefined {
  const path = ['bench', name]
  if (!isNode(entry)) {
    problems.add(path, 'value', () => {
      const type = (typeof entry === 'string' ? types.get(entry) : undefined) ?? [...types.values()][0]
      return {
        code: 'ERR_PLAN_VALUE',
        message: `${name} must be an object with a type`,
        remedy: type && `Write ${exampleEntry(name, type)}.`,
      }
    })
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
      remedy: remedyOf(conflict),
    }))
  }
}

function pathOf({ peripheral, path }: Claim): Path {
  return peripheral === STOP_LINE_NAME ? [peripheral, ...path] : ['bench', peripheral, ...path]
}
