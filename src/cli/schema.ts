/**
 * `pi-worker schema`: prints the JSON Schema of plan files, for completion in editors; with a TYPE, what a plan may say
 * of that type of peripheral, for people.
 */

import type { AnyDefinition } from '../bench/definition.js'
import { named } from '../bench/names.js'
import { PiWorkerError } from '../errors.js'
import { peripherals } from '../peripherals/index.js'
import { planSchema } from '../plan/schema.js'
import { exit } from './exit.js'
import type { Session } from './program.js'
import { schemaPage } from './schema-page.js'

export interface SchemaFlags {
  readonly json?: true
}

/** A page is no wider, however wide the terminal: long lines are hard to read. */
const WIDEST = 100
const COLUMNS = 80

/** @throws ERR_UNKNOWN_TYPE */
export function schemaCommand({ io, out }: Session, type: string | undefined, { json }: SchemaFlags): number {
  const definition = type === undefined ? undefined : find(type)
  if (definition !== undefined && !json) {
    out.write(schemaPage(definition, { colored: out.colored, columns: Math.min(io.stdout.columns ?? COLUMNS, WIDEST) }))
    return exit.succeeded
  }
  const definitions = definition === undefined ? peripherals : { [definition.type]: definition }
  out.write(`${JSON.stringify(planSchema(definitions), null, 2)}\n`)
  return exit.succeeded
}

function find(type: string): AnyDefinition {
  return named('type of peripheral', type, new Map(Object.entries(peripherals)), (message, suggestion) => {
    const remedy = suggestion === undefined ? undefined : `Write pi-worker schema ${suggestion} if that was meant.`
    return new PiWorkerError('ERR_UNKNOWN_TYPE', message, { place: type, remedy })
  })
}
