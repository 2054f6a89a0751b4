/** The interview of `pi-worker init`: what is connected, what it is called, and where. Knows nothing of terminals. */

import { parse } from 'yaml'
import { checkConfig } from '../bench/check.js'
import { describeConflict, remedyOf } from '../bench/claims.js'
import type { AnyDefinition, Definitions } from '../bench/definition.js'
import { checkPeripheralName } from '../bench/names.js'
import { formatPath } from '../bench/problems.js'
import { isNode } from '../bench/schema.js'
import { messageOf } from '../errors.js'
import { firstStep, type NewPlan } from './init-file.js'
import { configWith, conflictOf, freeLines, linesNeeded, type NewPeripheral, putAt } from './init-lines.js'

export interface Choice {
  readonly value: string
  readonly label: string
  readonly hint?: string | undefined
}

/** Somebody who can be asked. Every question may be answered by going away, which throws. */
export interface Interviewee {
  choose(question: string, choices: readonly Choice[]): Promise<string>
  /** @param wrong Says what is wrong with an answer; undefined when nothing is. */
  text(question: string, suggestion: string, wrong: (answer: string) => string | undefined): Promise<string>
  tell(text: string): void
}

const NOTHING_MORE = ''

/** @throws what the interviewee throws when it goes away */
export async function interview(who: Interviewee, types: Definitions): Promise<NewPlan> {
  const name = await who.text('What is the plan called?', 'My bench', answer => {
    return answer.trim() === '' ? 'It needs a name.' : undefined
  })
  const peripherals: NewPeripheral[] = []
  for (;;) {
    const type = await who.choose(
      peripherals.length === 0 ? 'What is connected?' : 'What else is connected?',
      typeChoices(types, peripherals.length > 0),
    )
    const definition = types[type]
    if (definition === undefined) break
    const added = await askPeripheral(who, definition, peripherals)
    if (added !== undefined) peripherals.push(added)
  }
  const steps = peripherals.flatMap(peripheral => firstStep(peripheral) ?? [])
  return { name: name.trim(), peripherals, steps }
}

function typeChoices(types: Definitions, canEnd: boolean): Choice[] {
  const all = Object.values(types).map(({ type, title, description }) => {
    return { value: type, label: `${type}: ${title}`, hint: description?.split(/(?<=\.)\s/)[0] }
  })
  return canEnd ? [{ value: NOTHING_MORE, label: 'nothing more', hint: 'write the file' }, ...all] : all
}

/** Undefined when there is no room for it on the bench. */
async function askPeripheral(
  who: Interviewee,
  definition: AnyDefinition,
  others: readonly NewPeripheral[],
): Promise<NewPeripheral | undefined> {
  const name = await who.text(`What is the ${definition.type} called?`, freeName(definition.type, others), answer =>
    wrongName(answer, others),
  )
  const needed = linesNeeded(definition)
  const lines: string[] = []
  for (const path of needed) {
    const free = freeLines(others).filter(({ line }) => !lines.includes(line))
    if (free.length === 0) {
      who.tell(`no line of the header is free for ${formatPath([name, ...path])}`)
      return undefined
    }
    const choices = free.map(({ line, pin, functions }) => {
      return { value: line, label: `${line} (pin ${pin})`, hint: functions.join(', ') || undefined }
    })
    lines.push(await who.choose(`Which line is ${formatPath([name, ...path])}?`, choices))
  }
  const peripheral = { name, definition, config: configWith(definition, lines) }
  await askText(who, peripheral)
  return (await isFree(who, peripheral, others)) ? peripheral : undefined
}

/** The other keys that must be there. */
async function askText(who: Interviewee, { name, definition, config }: NewPeripheral): Promise<void> {
  const { properties } = definition.config as { readonly properties?: unknown }
  for (const [key, value] of Object.entries(config)) {
    const field = isNode(properties) ? properties[key] : undefined
    if (typeof value !== 'string' || !isNode(field) || field.type !== 'string' || 'line' in field) continue
    const written = await who.text(`What is ${name}.${key}? ${field.description ?? ''}`.trim(), value, answer =>
      wrongValue(definition, { ...config, [key]: answer }),
    )
    putAt(config as Record<string, unknown>, [key], written)
  }
}

/** Asks for another address, channel or number while another peripheral has the same. */
async function isFree(who: Interviewee, peripheral: NewPeripheral, others: readonly NewPeripheral[]): Promise<boolean> {
  const { definition, config } = peripheral
  for (;;) {
    const conflict = conflictOf([...others, peripheral])
    if (conflict === undefined) return true
    who.tell(`${describeConflict(conflict)}. ${remedyOf(conflict) ?? ''}`.trim())
    const key = conflict.second.path.at(0)
    if (typeof key !== 'string' || conflict.second.of !== undefined || conflict.first.of !== undefined) return false
    const answer = await who.text(`Which ${key} instead? Leave it empty to leave ${peripheral.name} out.`, '', text => {
      return text === '' ? undefined : wrongValue(definition, { ...config, [key]: scalar(text) })
    })
    if (answer === '') return false
    putAt(config as Record<string, unknown>, [key], scalar(answer))
  }
}

/** As YAML would take it: `0x77` is a number. */
function scalar(text: string): unknown {
  try {
    const value: unknown = parse(text)
    return typeof value === 'object' ? text : value
  } catch {
    return text
  }
}

function wrongValue(definition: AnyDefinition, config: object): string | undefined {
  return checkConfig(definition, config).problems?.[0]?.message
}

function wrongName(name: string, others: readonly NewPeripheral[]): string | undefined {
  if (others.some(other => other.name === name)) return `There is a ${name} already.`
  try {
    checkPeripheralName(name)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

function freeName(type: string, others: readonly NewPeripheral[]): string {
  const names = [type, ...others.map((_, index) => `${type}${index + 2}`)]
  return names.find(name => wrongName(name, others) === undefined) ?? type
}
