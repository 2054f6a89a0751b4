/**
 * `pi-worker schema`: prints the JSON Schema of plan files, for completion in editors; with a type of peripheral or a
 * kind of step, what a plan may say of it, for people.
 */

import type { AnyDefinition } from '../bench/definition.js'
import { named } from '../bench/names.js'
import { PiWorkerError } from '../errors.js'
import { peripherals } from '../peripherals/index.js'
import { kindSchema, planSchema } from '../plan/schema.js'
import { stepKinds } from '../plan/step-kinds.js'
import type { StepKind } from '../plan/steps/kind.js'
import { exit } from './exit.js'
import type { Session } from './program.js'
import { schemaPage, stepPage } from './schema-page.js'

export interface SchemaFlags {
  readonly json?: true
}

/** A page is no wider, however wide the terminal: long lines are hard to read. */
const WIDEST = 100
const COLUMNS = 80

/** @throws ERR_UNKNOWN_TYPE */
export function schemaCommand({ io, out }: Session, type: string | undefined, { json }: SchemaFlags): number {
  const page = { colored: out.colored, columns: Math.min(io.stdout.columns ?? COLUMNS, WIDEST) }
  const found = type === undefined ? undefined : find(type)
  if (type !== undefined && found !== undefined && !json) {
    out.write('schema' in found ? stepPage(type, found, page) : schemaPage(found, page))
    return exit.succeeded
  }
  out.write(`${JSON.stringify(schemaOf(found), null, 2)}\n`)
  return exit.succeeded
}

function schemaOf(found: AnyDefinition | StepKind | undefined): object {
  if (found === undefined) return planSchema(peripherals)
  return 'schema' in found ? kindSchema(found) : planSchema({ [found.type]: found })
}

function find(type: string): AnyDefinition | StepKind {
  const known = new Map<string, AnyDefinition | StepKind>([...Object.entries(peripherals), ...stepKinds])
  return named('type of peripheral or step', type, known, (message, suggestion) => {
    const remedy = suggestion === undefined ? undefined : `Write pi-worker schema ${suggestion} if that was meant.`
    return new PiWorkerError('ERR_UNKNOWN_TYPE', message, { place: type, remedy })
  })
}
