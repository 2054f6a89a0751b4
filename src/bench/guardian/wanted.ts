/** What of a bench a guardian is to guard, from the outputs that its definitions tell. */

import type { Handover, SafeLevel } from '../../../drivers/handover.js'
import { PiWorkerError } from '../../errors.js'
import { toNs } from '../../worker/duration.js'
import { linesOf } from '../check.js'
import type { Claimant } from '../claims.js'
import type { AnyDefinition } from '../definition.js'
import type { Outputs } from '../outputs.js'
import type { Parsed } from '../schema.js'
import { stopLine } from '../stop/stop-line.js'
import type { GuardedItem, Hold, Watch } from './protocol.js'

/** A line that is driven, and what is to become of it. */
export interface GuardedLine {
  readonly peripheral: string
  readonly safe: SafeLevel
  readonly hold: Hold
}

export interface Wanted {
  /** By BCM number. */
  readonly lines: ReadonlyMap<number, GuardedLine>
  /** Whose a line is, by its BCM number: of all lines, whether they are driven or not. */
  readonly owners: ReadonlyMap<number, Owner>
  /** What is no line: channels of the PWM hardware, messages on buses. */
  readonly others: readonly Omit<GuardedItem, 'id'>[]
  readonly stopLine?: (Watch & { readonly line: number }) | undefined
}

export interface Owner {
  readonly name: string
  readonly type: string
}

const PWM_FOLDER = '/sys/class/pwm'

/**
 * A definition that acts and does not tell its outputs is refused when it has no line. With lines, it may drive none: then
 * it is refused when it drives one.
 * @throws ERR_GUARDIAN: a safe state that is no data, or one that nobody could hold
 */
export function wantedOf(peripherals: readonly Claimant[]): Wanted {
  const lines = new Map<number, GuardedLine>()
  const owners = new Map<number, Owner>()
  const others: Omit<GuardedItem, 'id'>[] = []
  let watched: Wanted['stopLine']
  for (const peripheral of peripherals) {
    const { name, definition, config } = peripheral
    const { type } = definition
    const own = linesOf(definition.config, config)
    if (definition === (stopLine as AnyDefinition)) {
      const { line, open, debounce } = config as unknown as Parsed<typeof stopLine.config>
      watched = { line: line as number, open, debounceNs: toNs(debounce) }
    }
    for (const { line } of own) owners.set(line as number, { name, type })
    const outputs = outputsOf(peripheral)
    if (outputs === undefined) {
      if (own.length === 0 && acts(definition)) throw noData({ name, type })
      continue
    }
    const hold = holdOf(peripheral)
    for (const { line, safe } of outputs.lines) lines.set(line, { peripheral: name, safe, hold })
    others.push(...othersOf(name, outputs, hold))
  }
  return { lines, owners, others, stopLine: watched }
}

/** Refuses what only a guardian could do. @throws ERR_GUARDIAN */
export function checkUnguarded(peripherals: readonly Claimant[]): void {
  const held = peripherals.find(peripheral => holdOf(peripheral) !== 'exit')
  if (held === undefined) return
  const hold = holdOf(held)
  throw new PiWorkerError(
    'ERR_GUARDIAN',
    `${held.name} is to be held after the end, and there is no guardian to do it`,
    {
      place: held.name,
      remedy: 'Leave out guardian: false, or write hold: exit.',
      details: { peripheral: held.name, hold },
    },
  )
}

function othersOf(name: string, { pwm = [], i2c = [] }: Outputs, hold: Hold): Omit<GuardedItem, 'id'>[] {
  const item = (what: string, handover: Handover) => ({ what: `${name}: ${what}`, hold, handover })
  return [
    ...pwm.map(({ chip, channel, duty }) => {
      if (hold !== 'exit' && duty > 0) throw cannotHold(name, `pwmchip${chip} channel ${channel}`)
      const folder = `${PWM_FOLDER}/pwmchip${chip}`
      return item(`pwmchip${chip} channel ${channel} duty ${duty}`, { kind: 'pwm', folder, channel, duty })
    }),
    ...i2c.map(({ bus, address, bytes }) => {
      return item(`i2c-${bus} 0x${address.toString(16).padStart(2, '0')}`, { kind: 'i2c', bus, address, bytes })
    }),
  ]
}

function outputsOf({ definition, config }: Claimant): Outputs | undefined {
  const outputs = definition.outputs as ((config: unknown) => Outputs) | undefined
  return outputs?.(config)
}

/** It can do more than read, and has a safe state for that. */
function acts({ actions, safe }: AnyDefinition): boolean {
  return safe !== undefined && Object.values(actions).some(({ effect }) => effect !== 'read')
}

function holdOf({ config }: Claimant): Hold {
  const { hold } = config as { readonly hold?: unknown }
  return hold === 'forever' || typeof hold === 'number' ? hold : 'exit'
}

export function noData({ name, type }: Owner): PiWorkerError {
  return new PiWorkerError(
    'ERR_GUARDIAN',
    `the safe state of ${name} (${type}) is no data, so no guardian can make it`,
    {
      place: name,
      remedy:
        `Give the definition of ${type} its outputs (lines: [] when it drives nothing), or open the bench with ` +
        'guardian: false: then nothing makes it safe when this process is killed.',
      details: { peripheral: name, type },
    },
  )
}

function cannotHold(name: string, what: string): PiWorkerError {
  return new PiWorkerError('ERR_GUARDIAN', `${name} cannot be held after the end: ${what} ends with the program`, {
    place: name,
    remedy: 'Write hold: exit, or a safe state in which it is off.',
    details: { peripheral: name },
  })
}
