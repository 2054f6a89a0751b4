/** Questions to whoever sits at the terminal: those of a plan, and whether something is really meant. */

import { createInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'
import { PiWorkerError } from '../errors.js'
import { type PlanProblem, planError } from '../plan/place.js'
import { allSteps, type PromptStep, type Step } from '../plan/plan.js'
import type { Question } from '../plan/rows.js'
import { held } from '../plan/running/rows-out.js'
import type { Clock } from '../worker/clock.js'
import { printable } from './format.js'
import type { CliIo, Output } from './io.js'

/** Standard input, when a person may be there. */
export interface TerminalInput extends Readable {
  readonly isTTY?: boolean | undefined
}

export type AskIo = CliIo & { readonly stdin?: TerminalInput | undefined }

export type Ask = (question: Question, signal: AbortSignal) => Promise<string>

interface Asking {
  readonly io: AskIo
  readonly err: Output
}

/** Whether there is somebody to ask. */
export function canAsk({ io }: Asking): boolean {
  return io.stdin?.isTTY === true && io.stderr.isTTY === true
}

/** Who answers the questions of a plan; undefined when nobody does. @param yes Every answer is yes, or the default. */
export function answerer(asking: Asking, yes: boolean): Ask | undefined {
  // To nothing the plan takes its default.
  if (yes) return async ({ choices, param }) => (choices === undefined && param === undefined ? 'yes' : '')
  return canAsk(asking) ? (question, signal) => askPlan(asking, question, signal) : undefined
}

async function askPlan(asking: Asking, question: Question, signal: AbortSignal): Promise<string> {
  const { text } = question
  const answer = await readLine(asking, `${text} ${answersTo(question)} `, signal)
  if (answer !== undefined) return answer.trim()
  asking.err.write('\n')
  throw new PiWorkerError('ERR_QUESTION', `nobody can answer any more, for the input has ended: ${text}`, {
    remedy: 'Answer with --yes or --param, or give the question a default.',
  })
}

/** Virtual time stands still while a person thinks. */
export async function standing<T>(clock: Clock, answer: Promise<T>): Promise<T> {
  const given = (): void => undefined
  await held(clock, answer.then(given, given))
  return await answer
}

/** `(vol, 1 to 50 ml) [20]`: what can be answered, and in brackets what Enter alone stands for; `[yes/no]` where it is nothing. */
function answersTo({ choices, param, default: usual, ...limits }: Question): string {
  const words = choices ?? (param === undefined ? ['yes', 'no'] : undefined)
  const all = words?.join('/') ?? [param, rangeOf(limits)].filter(Boolean).join(', ')
  if (usual !== undefined) return `(${all}) [${usual}]`
  return words === undefined ? `(${all})` : `[${all}]`
}

/** `1 to 50 ml`, `at least 1`, `in ml`; nothing where nothing is known. */
function rangeOf({ unit, min, max }: Pick<Question, 'unit' | 'min' | 'max'>): string {
  if (min === undefined && max === undefined) return unit === undefined ? '' : `in ${unit}`
  const limits = min === undefined ? `at most ${max}` : max === undefined ? `at least ${min}` : `${min} to ${max}`
  return unit === undefined ? limits : `${limits} ${unit}`
}

/** True for a yes; to everything else the answer is no. */
export async function confirmed(asking: Asking, text: string): Promise<boolean> {
  return /^y(es)?$/i.test((await readLine(asking, `${text} [y/N] `))?.trim() ?? '')
}

/** One line; undefined at the end of the input. Rejects when `signal` aborts. */
async function readLine({ io, err }: Asking, text: string, signal?: AbortSignal): Promise<string | undefined> {
  err.write(printable(text))
  const input = io.stdin as TerminalInput
  // Of an end that has been heard nobody tells again.
  if (input.readableEnded || input.destroyed) return undefined
  const lines = createInterface({ input, terminal: false })
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(undefined))
      const stopped = (): void => reject(signal?.reason)
      signal?.addEventListener('abort', stopped, { once: true })
      if (signal?.aborted) stopped()
    })
  } finally {
    lines.close()
  }
}

/**
 * Refuses a plan with questions that nobody would answer.
 * @throws ERR_USAGE, with the places of the questions
 */
export function checkQuestions(asking: Asking, steps: readonly Step[], yes: boolean): void {
  if (canAsk(asking) && !yes) return
  const open = promptsOf(steps).filter(prompt => !isAnswered(prompt, yes))
  if (open.length === 0) return
  throw planError(open.map(({ place, param, choices }) => problemOf(place, param?.name, choices, yes)))
}

function isAnswered({ param, choices, default: usual }: PromptStep, yes: boolean): boolean {
  if (usual !== undefined || param?.given === true) return true
  return yes && choices === undefined && param === undefined
}

function problemOf(
  place: PromptStep['place'],
  param: string | undefined,
  choices: readonly string[] | undefined,
  yes: boolean,
): PlanProblem {
  const answer = param === undefined ? undefined : `--param ${param}=${choices?.[0] ?? '…'}`
  const remedy =
    answer !== undefined
      ? `Answer it with ${answer}, give it a default in the plan, or run it at a terminal.`
      : choices !== undefined
        ? 'Give it a default in the plan, or run it at a terminal.'
        : 'Add --yes, or run it at a terminal.'
  const message = yes ? '--yes is no answer to this question' : 'there is nobody to answer this question'
  return { code: 'ERR_USAGE', message, place, remedy }
}

function promptsOf(steps: readonly Step[]): PromptStep[] {
  return [...allSteps(steps)].filter(step => step.kind === 'prompt')
}

/** @throws ERR_USAGE when there is nobody to ask */
export async function confirmOrRefuse(asking: Asking, text: string): Promise<boolean> {
  if (canAsk(asking)) return await confirmed(asking, text)
  throw new PiWorkerError('ERR_USAGE', 'there is nobody to ask whether this is meant', {
    remedy: 'Add --yes if it is.',
  })
}
