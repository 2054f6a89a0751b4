/** The interview of `pi-worker init`: what is connected, what it is called, and where. Knows nothing of terminals. */

import { parse } from 'yaml'
import { checkConfig } from '../bench/check.js'
import { describeConflict, remedyOf } from '../bench/claims.js'
import type { AnyDefinition, Definitions } from '../bench/definition.js'
import { formatExample } from '../bench/example.js'
import { checkPeripheralName } from '../bench/names.js'
import { formatPath } from '../bench/problems.js'
import { isNode, type SchemaNode } from '../bench/schema.js'
import { messageOf } from '../errors.js'
import { faultOf, newPlan, unanswered } from './init-check.js'
import type { NewPlan } from './init-file.js'
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
export const NO_MATCH = 'no match: type something else, or choose with the arrow keys'
/** Where on a bus something is: in the order in which it is asked for. */
const BUS_KEYS = ['bus', 'cs', 'address', 'id']
/** So many addresses are tried for one that is free. */
const MOST_TRIED = 256

/** @throws what the interviewee throws when it goes away */
export async function interview(who: Interviewee, types: Definitions): Promise<NewPlan> {
  const name = await who.text('What is the plan called?', 'My bench', answer => wrongPlanName(answer, types))
  const peripherals: NewPeripheral[] = []
  for (;;) {
    const question = peripherals.length === 0 ? 'What is connected?' : 'What else is connected?'
    const type = await choose(who, question, typeChoices(types, peripherals.length > 0))
    if (type === NOTHING_MORE) return newPlan(name.trim(), peripherals)
    const added = await askPeripheral(who, types[type] as AnyDefinition, peripherals)
    if (added === undefined) continue
    const fault = faultOf(newPlan('Test', [...peripherals, added]), types)
    if (fault === undefined) peripherals.push(added)
    else who.tell(`${added.name} is left out: ${fault}`)
  }
}

/** Nothing that was not offered is ever taken. */
async function choose(who: Interviewee, question: string, choices: readonly Choice[]): Promise<string> {
  for (;;) {
    const answer = await who.choose(question, choices)
    if (choices.some(({ value }) => value === answer)) return answer
    who.tell(NO_MATCH)
  }
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
  const name = await who.text(`What is the ${definition.type} called?`, freeName(definition, others), answer =>
    wrongName(answer, definition, others),
  )
  const needed = linesNeeded(definition)
  const lines: string[] = []
  for (const path of needed) {
    const free = freeLines(others, definition).filter(({ line }) => !lines.includes(line))
    if (free.length === 0) {
      who.tell(`no line of the header is free for ${formatPath([name, ...path])}`)
      return undefined
    }
    const choices = free.map(({ line, pin, functions }) => {
      return { value: line, label: `${line} (pin ${pin})`, hint: functions.join(', ') || undefined }
    })
    lines.push(await choose(who, `Which line is ${formatPath([name, ...path])}?`, choices))
  }
  const peripheral = { name, definition, config: configWith(definition, lines) }
  await askText(who, peripheral)
  await askBus(who, peripheral, others)
  return (await isFree(who, peripheral, others)) ? peripheral : undefined
}

/** The other keys that must be there. */
async function askText(who: Interviewee, peripheral: NewPeripheral): Promise<void> {
  for (const [key, value] of Object.entries(peripheral.config)) {
    const field = fieldOf(peripheral.definition, key)
    if (typeof value === 'string' && field?.type === 'string' && !('line' in field)) {
      await askKey(who, peripheral, key, value)
    }
  }
}

/** Where it is on its bus, with what is usual, or else with what is free. */
async function askBus(who: Interviewee, peripheral: NewPeripheral, others: readonly NewPeripheral[]): Promise<void> {
  const { definition, config } = peripheral
  for (const key of BUS_KEYS) {
    const field = fieldOf(definition, key)
    if (field === undefined) continue
    const usual = firstFree(peripheral, key, others)
    await askKey(who, peripheral, key, usual === undefined ? '' : formatExample(field, usual))
    if (config[key] === undefined) delete (config as Record<string, unknown>)[key]
  }
}

/** Its default; when another has that already, the next number that nobody has, as far as there is one. */
function firstFree(
  { name, definition, config }: NewPeripheral,
  key: string,
  others: readonly NewPeripheral[],
): unknown {
  const { default: usual, minimum, maximum } = fieldOf(definition, key) as SchemaNode
  const least = Number(minimum ?? 0)
  const count = Math.max(0, Math.min(MOST_TRIED, Number(maximum ?? least) - least + 1))
  const tried = [usual, ...Array.from({ length: count }, (_, index) => least + index)]
  const free = tried.find(value => {
    const candidate = { ...config, [key]: value }
    if (wrongValue(definition, candidate) !== undefined) return false
    return conflictOf([...others, { name, definition, config: candidate }])?.second.path[0] !== key
  })
  return free ?? usual
}

/** To a text nobody gives there is nothing to be written; where it may be left out, it is. */
async function askKey(who: Interviewee, peripheral: NewPeripheral, key: string, usual: string): Promise<void> {
  const { name, definition, config } = peripheral
  const field = fieldOf(definition, key)
  const meant = (answer: string): unknown => {
    if (answer === '') return undefined
    return field?.type === 'string' ? answer : scalar(answer)
  }
  const written = await who.text(`What is ${name}.${key}? ${field?.description ?? ''}`.trim(), usual, answer =>
    wrongValue(definition, { ...config, [key]: meant(answer) }),
  )
  putAt(config as Record<string, unknown>, [key], meant(written))
}

function fieldOf({ config }: AnyDefinition, key: string): SchemaNode | undefined {
  const { properties } = config as { readonly properties?: unknown }
  const field = isNode(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined
  return isNode(field) ? field : undefined
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

function wrongPlanName(name: string, types: Definitions): string | undefined {
  if (name.trim() === '') return 'It needs a name.'
  const [first] = Object.values(types)
  return first && faultOf(newPlan(name.trim(), [unanswered('first', first)]), types)
}

function wrongName(name: string, definition: AnyDefinition, others: readonly NewPeripheral[]): string | undefined {
  if (others.some(other => other.name === name)) return `There is a ${name} already.`
  try {
    checkPeripheralName(name)
  } catch (error) {
    return messageOf(error)
  }
  return faultOf(newPlan('Test', [unanswered(name, definition)]), { [definition.type]: definition })
}

function freeName(definition: AnyDefinition, others: readonly NewPeripheral[]): string {
  const { type } = definition
  const names = [type, ...others.map((_, index) => `${type}${index + 2}`)]
  return names.find(name => wrongName(name, definition, others) === undefined) ?? type
}
