/** Why a task did not succeed, as it is told beside its name and its state: without these, and without its id. */

import { oneLine } from './format.js'

/** What begins the messages of errors that name their task. */
interface Named {
  readonly name: string
  readonly id: string
}

const CANCELLED = /^was cancelled(?:: |$)/

/** `the plan was stopped` for `task pump.pulse (y3A6z4MGipS5aBcD_eFgH) was cancelled: the plan was stopped`. */
export function reasonText(message: string, { name, id }: Named, width?: number): string {
  const labels = [`task ${name} (${id}) `, `task ${id} `, `${name} `].filter(label => label.trim() !== '')
  const label = labels.find(each => message.startsWith(each)) ?? ''
  return oneLine(message.slice(label.length).replace(CANCELLED, ''), width)
}
