/** An interviewee at a terminal: lists to choose from, with what is typed as a filter. */

import type { Readable, Writable } from 'node:stream'
import { autocomplete, type CANCEL_SYMBOL, confirm, isCancel, log, text } from '@clack/prompts'
import { formatLine, parseLine } from '../../drivers/lines.js'
import { PiWorkerError } from '../errors.js'
import { type Choice, type Interviewee, NO_MATCH } from './init-interview.js'

export interface Streams {
  readonly input: Readable
  readonly output: Writable
}

/** Rows of a list that are seen at once. */
const ROWS = 10

export class TerminalInterviewee implements Interviewee {
  readonly #streams: Streams

  constructor(streams: Streams) {
    this.#streams = streams
  }

  async choose(message: string, choices: Parameters<Interviewee['choose']>[1]): Promise<string> {
    const options = choices.map(({ value, label, hint }) => ({ value, label, ...(hint !== undefined && { hint }) }))
    return answered(
      await autocomplete({
        message,
        options,
        maxItems: ROWS,
        filter: (typed, { value }) => matches(choices, typed).some(choice => choice.value === value),
        validate: value => (value === undefined ? NO_MATCH : undefined),
        ...this.#streams,
      }),
    )
  }

  async text(message: string, suggestion: string, wrong: (answer: string) => string | undefined): Promise<string> {
    const validate = (answer: string | undefined): string | undefined => wrong(answer || suggestion)
    const common = { message, placeholder: suggestion, defaultValue: suggestion, validate }
    return answered(await text({ ...common, ...this.#streams })) || suggestion
  }

  async confirm(message: string): Promise<boolean> {
    return answered(await confirm({ message, initialValue: false, ...this.#streams }))
  }

  tell(message: string): void {
    log.warn(message, { output: this.#streams.output })
  }
}

/** A line is found by each of its spellings, and before all others that have the number somewhere else. */
export function matches(choices: readonly Choice[], typed: string): readonly Choice[] {
  const text = typed.trim().toLowerCase()
  const line = lineOf(text)
  const exact = choices.filter(({ value }) => value.toLowerCase() === text || value === line)
  if (exact.length > 0) return exact
  const begun = choices.filter(({ value }) => line !== undefined && value.startsWith(line))
  if (begun.length > 0) return begun
  return choices.filter(choice => textOf(choice).includes(text))
}

function textOf({ value, label, hint = '' }: Choice): string {
  return `${value}\n${label}\n${hint}`.toLowerCase()
}

/** `GPIO17` for `17`, `GPIO17`, `BCM17` and `J8:11`. */
function lineOf(text: string): string | undefined {
  try {
    const parsed = parseLine(text)
    return parsed.kind === 'bcm' ? formatLine(parsed.line) : undefined
  } catch {
    return undefined
  }
}

/** @throws ERR_CANCELLED when somebody went away */
function answered<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw new PiWorkerError('ERR_CANCELLED', 'the questions were not answered to their end')
  return answer as T
}
