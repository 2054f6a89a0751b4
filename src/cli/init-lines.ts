/** Lines for a new bench: which of the header are still free, and what gets in the way of what. */

import { headerPins } from '../../drivers/header.js'
import { formatLine } from '../../drivers/lines.js'
import { checkConfig, linesOf } from '../bench/check.js'
import { type Claimant, type Conflict, findConflicts } from '../bench/claims.js'
import type { AnyDefinition } from '../bench/definition.js'
import type { Path } from '../bench/plain-data.js'
import { exampleConfig } from '../plan/example-entry.js'

/** A peripheral that is to be in the file. */
export interface NewPeripheral {
  readonly name: string
  readonly definition: AnyDefinition
  /** As it will be written. */
  readonly config: Readonly<Record<string, unknown>>
}

export interface FreeLine {
  /** `GPIO17` */
  readonly line: string
  readonly pin: number
  /** What else it serves: `SDA1`. */
  readonly functions: readonly string[]
}

/** The lines of the EEPROM of add-on boards: nobody else may have them. */
const RESERVED = [0, 1]

/** Lines that a bus or the serial console may need are offered last. */
function isBus(use: string): boolean {
  return /^(SDA|SCL|MOSI|MISO|SCLK|CE|TXD|RXD)\d*$/.test(use)
}

/** Lines of the header that nobody has, those first that no bus needs. */
export function freeLines(taken: readonly NewPeripheral[]): FreeLine[] {
  const used = new Set(taken.flatMap(({ definition, config }) => linesIn(definition, config).map(({ line }) => line)))
  const free = headerPins.flatMap(pin => {
    if (pin.kind !== 'line' || used.has(pin.line) || RESERVED.includes(pin.line)) return []
    return [{ line: formatLine(pin.line), pin: pin.pin, functions: pin.functions }]
  })
  return free.sort((a, b) => a.functions.filter(isBus).length - b.functions.filter(isBus).length)
}

/** Where a configuration that has what it needs names lines. */
export function linesNeeded(definition: AnyDefinition): Path[] {
  return linesIn(definition, exampleConfig(definition)).map(({ path }) => path)
}

/** The configuration with what it needs, and these lines in their places. */
export function configWith(definition: AnyDefinition, lines: readonly string[]): Record<string, unknown> {
  const config = structuredClone(exampleConfig(definition)) as Record<string, unknown>
  for (const [index, path] of linesNeeded(definition).entries()) putAt(config, path, lines[index])
  return config
}

/** The first thing that another peripheral has already. */
export function conflictOf(all: readonly NewPeripheral[]): Conflict | undefined {
  const claimants = all.flatMap(({ name, definition, config }): Claimant[] => {
    const checked = checkConfig(definition, config)
    return checked.problems === undefined ? [{ name, definition, config: checked.value }] : []
  })
  return findConflicts(claimants)[0]
}

function linesIn(definition: AnyDefinition, config: unknown) {
  const checked = checkConfig(definition, config)
  return checked.problems === undefined ? linesOf(definition.config, checked.value) : []
}

export function putAt(target: Record<string, unknown>, path: Path, value: unknown): void {
  const [key, ...rest] = path
  if (key === undefined) return
  if (rest.length === 0) target[key] = value
  else putAt(target[key] as Record<string, unknown>, rest, value)
}
