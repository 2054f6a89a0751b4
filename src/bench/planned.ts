/** The peripherals of a bench that is to be opened, checked one by one: what they are, and what simulates them. */

import { PiWorkerError } from '../errors.js'
import type { Specs } from './bench.js'
import { check, checkConfig } from './check.js'
import type { AnyDefinition, PeripheralSpec } from './definition.js'
import { checkPeripheralName, named } from './names.js'
import { atPeripheral, problemError } from './peripheral-errors.js'
import { validatorFor } from './validator.js'

/** A peripheral whose configuration is known to fit; lines may still be own names, which only a board knows. */
export interface Planned {
  readonly name: string
  readonly definition: AnyDefinition
  readonly config: Readonly<Record<string, unknown>>
  readonly simulate: Readonly<Record<string, unknown>> | undefined
}

/** @throws ERR_BAD_NAME, ERR_BAD_CONFIG, ERR_BAD_DURATION, ERR_UNKNOWN_LINE, ERR_UNKNOWN_PERIPHERAL */
export function checkSpecs(specs: Specs, simulate: Readonly<Record<string, unknown>>): Planned[] {
  const byName = new Map(Object.entries(specs))
  for (const name of Object.keys(simulate)) {
    named('peripheral', name, byName, message => {
      return new PiWorkerError('ERR_UNKNOWN_PERIPHERAL', `simulate: the bench has ${message}`, { place: name })
    })
  }
  return [...byName].map(([name, spec]) => {
    checkPeripheralName(name)
    const { definition, config: written } = checkSpec(name, spec)
    compileActions(name, definition)
    const checked = checkConfig(definition, written)
    if (checked.problems !== undefined) throw problemError('ERR_BAD_CONFIG', name, checked.problems)
    const config = checked.value as Planned['config']
    return { name, definition, config, simulate: checkSimulation(name, definition, simulate[name]) }
  })
}

/** In plain JavaScript, or after a look at a plan file, it may be anything. */
function checkSpec(name: string, spec: PeripheralSpec): PeripheralSpec {
  const given: unknown = spec
  if (typeof given === 'object' && given !== null && 'definition' in given && 'config' in given) return spec
  throw new PiWorkerError('ERR_BAD_CONFIG', `${name} is no peripheral: it was not made by calling its type`, {
    place: name,
    remedy: `Write ${name}: output({ line: 'GPIO17' }), with output or another type from pi-worker.`,
  })
}

/** Once, before anything runs: compiling a schema takes milliseconds, by which the pulses of others would be late. */
function compileActions(name: string, definition: AnyDefinition): void {
  try {
    for (const { input, output } of Object.values(definition.actions)) {
      validatorFor(input)
      if (output !== undefined) validatorFor(output)
    }
  } catch (error) {
    throw atPeripheral(name, error)
  }
}

function checkSimulation(name: string, definition: AnyDefinition, written: unknown): Planned['simulate'] {
  if (written === undefined) return undefined
  const place = `simulate.${name}`
  const checked = check(definition.simulate, written)
  if (checked.problems !== undefined) throw problemError('ERR_BAD_CONFIG', place, checked.problems)
  return checked.value as Planned['simulate']
}
