/** Lines for a new bench: which of the header are still free, and what gets in the way of what. */

import { type HeaderPin, headerPins, type LinePin } from '../../drivers/header.js'
import { formatLine } from '../../drivers/lines.js'
import { busLines } from '../bench/bus-lines.js'
import { checkConfig, linesOf } from '../bench/check.js'
import { type Claimant, type Conflict, findConflicts } from '../bench/claims.js'
import type { AnyDefinition, Occupied } from '../bench/definition.js'
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

type Needs = ReturnType<NonNullable<AnyDefinition['needs']>>

/** The lines of the EEPROM of add-on boards: nobody else may have them. */
const RESERVED = [0, 1]

/** The 1-Wire bus is on it where nobody said another one. */
const ONE_WIRE = 4
/** What plays pulses calls its line. */
export const PULSE_LINE = 'out'
/** What is written of types whose example would not say much. */
const USUAL: Readonly<Record<string, object>> = { sequence: { lines: { [PULSE_LINE]: 'GPIO17' } } }
/** In the order in which they are offered: the first is what all tutorials use. */
const HARDWARE_PWM = [18, 12, 13, 19]

/**
 * Lines of the header that nobody has, no bus of the others either: first those that serve nothing else, last those
 * that a bus or the serial console may need.
 * @param definition For a type that wants PWM on one line, those come first that have hardware for it.
 */
export function freeLines(taken: readonly NewPeripheral[], definition?: AnyDefinition): FreeLine[] {
  const used = new Set(taken.flatMap(linesTaken))
  const free = headerPins.flatMap(pin => {
    if (pin.kind !== 'line' || used.has(pin.line) || RESERVED.includes(pin.line)) return []
    return [pin]
  })
  const rank = definition !== undefined && isOnePwm(definition) ? pwmRank(taken) : plainRank
  const sorted = free.map(pin => ({ pin, rank: rank(pin) })).sort((a, b) => a.rank - b.rank)
  return sorted.map(({ pin: { line, pin, functions } }) => ({ line: formatLine(line), pin, functions }))
}

function plainRank({ line, functions }: LinePin): number {
  if (functions.some(use => /^(SDA|SCL|MOSI|MISO|SCLK|CE|TXD|RXD)\d*$/.test(use))) return 3
  return line === ONE_WIRE ? 2 : HARDWARE_PWM.includes(line) ? 1 : 0
}

/** Two lines share each channel of the hardware: when one has it, the other is a line as all others. */
function pwmRank(taken: readonly NewPeripheral[]): (pin: LinePin) => number {
  const driven = taken.filter(({ definition, config }) => wantsPwm(definition, config)).flatMap(linesTaken)
  const channels = new Set(driven.flatMap(line => channelOf(headerPins.find(pin => isLine(pin, line)))))
  return pin => {
    const place = HARDWARE_PWM.indexOf(pin.line)
    const free = place !== -1 && channelOf(pin).every(channel => !channels.has(channel))
    return free ? place - HARDWARE_PWM.length : plainRank(pin)
  }
}

function isLine(pin: HeaderPin, line: number | string): boolean {
  return pin.kind === 'line' && pin.line === line
}

function channelOf(pin: HeaderPin | undefined): string[] {
  return pin?.kind === 'line' ? pin.functions.filter(use => /^PWM\d$/.test(use)) : []
}

/** Whether so configured it drives a line with PWM. */
export function wantsPwm(definition: AnyDefinition, config: unknown): boolean {
  const needs = definition.needs as ((config: unknown) => Needs) | undefined
  const checked = checkConfig(definition, config)
  return checked.problems === undefined && needs?.(checked.value).pwm === true
}

function isOnePwm(definition: AnyDefinition): boolean {
  return linesNeeded(definition).length === 1 && wantsPwm(definition, usualConfig(definition))
}

/** Its own lines, and those that its bus needs. */
function linesTaken({ definition, config }: NewPeripheral): (number | string)[] {
  const occupies = definition.occupies as ((config: unknown) => readonly Occupied[]) | undefined
  const checked = checkConfig(definition, config)
  if (checked.problems !== undefined) return []
  const others = occupies?.(checked.value) ?? []
  return [
    ...linesOf(definition.config, checked.value).map(({ line }) => line),
    ...others.flatMap(({ what }) => busLines(what)).map(({ line }) => line),
  ]
}

function usualConfig(definition: AnyDefinition): object {
  return USUAL[definition.type] ?? exampleConfig(definition)
}

/** Where a configuration that has what it needs names lines. */
export function linesNeeded(definition: AnyDefinition): Path[] {
  return linesIn(definition, usualConfig(definition)).map(({ path }) => path)
}

/** The configuration with what it needs, and these lines in their places. */
export function configWith(definition: AnyDefinition, lines: readonly string[]): Record<string, unknown> {
  const config = structuredClone(usualConfig(definition)) as Record<string, unknown>
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
