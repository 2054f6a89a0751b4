/** What peripherals and actions may be called, so that they never hide what a bench or a peripheral has itself. */

import { PiWorkerError } from '../errors.js'
import { nearest } from '../nearest.js'
import { listNames, quote } from './wording.js'

const PERIPHERAL_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/
export const ACTION_NAME = /^[a-z][A-Za-z0-9]*$/
/** Names stand in traces, tables and messages. (The kernel shows the first 21 characters of one as the consumer.) */
const LONGEST_NAME = 64

/** Members of a bench, those that are planned included; `then` would make a bench look like a promise. */
export const RESERVED_PERIPHERALS: readonly string[] = [
  ...['worker', 'board', 'clock', 'names', 'signals', 'choice', 'openedAt', 'peripheral', 'call', 'onLevel', 'levelOf'],
  ...['busQueue', 'recovered', 'stopped', 'onStop', 'guardianPid', 'attach', 'atEnd'],
  ...['safe', 'close', 'closed', 'stop', 'reset', 'status', 'journal', 'pause', 'resume', 'listen', 'on', 'off'],
  ...['then', 'catch', 'finally', 'toJSON', 'prototype', 'name'],
]

/** Members of a peripheral, those that are planned included. */
export const RESERVED_ACTIONS: readonly string[] = [
  ...['name', 'type', 'definition', 'config', 'lines', 'queue', 'call', 'safe', 'reset', 'status'],
  ...['then', 'catch', 'finally', 'toJSON', 'prototype'],
]

export function isReservedAction(name: string): boolean {
  return RESERVED_ACTIONS.includes(name) || name in Object.prototype
}

/** @throws ERR_BAD_NAME */
export function checkPeripheralName(name: string): void {
  const wrong = (why: string, remedy?: string): PiWorkerError =>
    new PiWorkerError('ERR_BAD_NAME', `a peripheral cannot be called ${quote(name)}: ${why}`, { place: name, remedy })
  if (!PERIPHERAL_NAME.test(name)) throw wrong('a name is a letter, then letters, digits, _ or -')
  if (name.length > LONGEST_NAME) throw wrong(`it is longer than ${LONGEST_NAME} characters`, 'Use a shorter name.')
  if (RESERVED_PERIPHERALS.includes(name) || name in Object.prototype) {
    throw wrong('a bench has a member of that name', `Use another name, such as ${name}1.`)
  }
}

/**
 * The value of that name.
 * @throws the error that `missing` makes of a sentence such as `no peripheral "pmup"; did you mean "pump"?`
 */
export function named<T>(
  what: string,
  name: string,
  values: ReadonlyMap<string, T>,
  missing: (message: string, suggestion: string | undefined) => PiWorkerError,
): T {
  const value = values.get(name)
  if (value !== undefined) return value
  const { message, suggestion } = describeMissing(what, name, values.keys())
  throw missing(message, suggestion)
}

/** What is said of a name that is none of `names`, and which of them was probably meant. */
export function describeMissing(
  what: string,
  name: string,
  names: Iterable<string>,
): { readonly message: string; readonly suggestion: string | undefined } {
  const all = [...names]
  const suggestion = nearest(name, all)
  const rest = all.length === 0 ? 'there is none' : `there ${all.length === 1 ? 'is' : 'are'} ${listNames(all)}`
  const hint = suggestion === undefined ? rest : `did you mean "${suggestion}"?`
  return { message: `no ${what} ${quote(name)}; ${hint}`, suggestion }
}
