/** What is known at one place of a plan: variables, axes, and what may have been done before. */

import type { Variable } from './expressions/value.js'
import type { ParamSlot } from './plan.js'

/** Steps that may be done in another order than they are written, because they are done again or beside each other. */
export interface Group {
  readonly from: number
  /** The number of actions up to its end; while it is being read, infinite. */
  to: number
}

export interface Scope {
  readonly variables: ReadonlyMap<string, Variable>
  readonly params: ReadonlyMap<string, ParamSlot>
  /** From the outermost. */
  readonly axes: readonly Variable[]
  readonly inLoop: boolean
  /** Whether the steps here are done whatever the values are. */
  readonly certain: boolean
  /** The outermost around the place. */
  readonly group: Group | undefined
}

/** The parameters that steps of a file change, so that what they are cannot be foretold. */
export function changedParams(written: unknown): ReadonlySet<string> {
  const names = new Set<string>()
  visit(written, names)
  return names
}

/** The files that steps of a file include, as they are written. */
export function includedFiles(written: unknown): string[] {
  if (typeof written !== 'object' || written === null) return []
  return Object.entries(written).flatMap(([key, item]) =>
    key === 'include' && typeof item === 'string' ? [item] : includedFiles(item),
  )
}

/** The actions that the steps of a file name: `pump.on`, alone or with an input. */
export function namedActions(written: unknown): ReadonlySet<string> {
  const names = new Set<string>()
  const look = (value: unknown): void => {
    if (typeof value === 'string' && ACTION.test(value)) names.add(value)
    if (typeof value !== 'object' || value === null) return
    for (const [key, item] of Object.entries(value)) {
      if (ACTION.test(key)) names.add(key)
      look(item)
    }
  }
  look(written)
  return names
}

const ACTION = /^[A-Za-z][\w-]*\.[a-z]\w*$/

function visit(value: unknown, names: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'object' || item === null) continue
    if (key === 'set') for (const name of Object.keys(item)) names.add(name)
    const { param } = item as { readonly param?: unknown }
    if (key === 'prompt' && typeof param === 'string') names.add(param)
    visit(item, names)
  }
}
