/** An interviewee at a terminal: lists to choose from, with what is typed as a filter. */

import type { Readable, Writable } from 'node:stream'
import { autocomplete, type CANCEL_SYMBOL, confirm, isCancel, log, text } from '@clack/prompts'
import { PiWorkerError } from '../errors.js'
import type { Interviewee } from './init-interview.js'

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
    return answered(await autocomplete({ message, options, maxItems: ROWS, ...this.#streams }))
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

/** @throws ERR_CANCELLED when somebody went away */
function answered<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw new PiWorkerError('ERR_CANCELLED', 'the questions were not answered to their end')
  return answer as T
}
