/** Runs the steps that choose, clean up, do things side by side, change parameters, say and ask. */

import { isPiWorkerError, PiWorkerError } from '../../errors.js'
import { sayText } from '../expressions/text.js'
import { readValue, refuseValue } from '../params.js'
import { formatPlace } from '../place.js'
import type { Assignment, IfStep, IncludeStep, ParallelStep, PromptStep, SetStep, TryStep } from '../plan.js'
import type { Changes } from '../rows.js'
import { type Execution, type Frame, inRegion, type Next } from './execution.js'
import { Region } from './region.js'

/** So often an answer may be wrong. */
const MOST_ANSWERS = 3

export async function runParallel(execution: Execution, { branches }: ParallelStep, frame: Frame): Promise<Next> {
  const over = execution.pausing.fork(branches.length)
  const next = await Promise.all(branches.map(branch => execution.step(branch, frame).finally(over)))
  return next.includes('round') ? 'round' : 'step'
}

export function runIf(execution: Execution, step: IfStep, frame: Frame): Promise<Next> {
  const isSo = step.condition.evaluate(execution.values) === true
  return execution.steps(isSo ? step.then : step.else, frame)
}

/**
 * With `catch`, a failure ends only what runs in the `try`; what else runs in the plan goes on, and a peripheral whose
 * task failed has been made safe by its queue. Without it, a failure ends the plan.
 */
export async function runTry(execution: Execution, step: TryStep, frame: Frame): Promise<Next> {
  const region = new Region(frame.region, step.catch !== undefined)
  let next = await execution.steps(step.steps, inRegion(frame, region))
  region.leave()
  const { caught } = region
  if (caught !== undefined && step.catch !== undefined && !frame.region.stopped) {
    execution.passOver()
    next = await execution.steps(step.catch, frame)
  }
  if (step.finally === undefined) return next
  const after = await execution.cleanUp(step.finally, frame)
  return after === 'round' ? after : next
}

export function runSet(execution: Execution, { assignments }: SetStep): Next {
  execution.change(assigned(execution, assignments))
  return 'step'
}

/** What parameters become, by their slots. All are worked out before any is changed: `{ a: =b, b: =a }` exchanges them. */
function assigned({ values }: Execution, assignments: readonly Assignment[]): Changes {
  const changes = assignments.map(({ param, value, place }) => {
    const result = typeof value === 'object' ? value.evaluate(values) : value
    const fault = refuseValue(param, result)
    if (fault === undefined) return [param.slot, result] as const
    throw new PiWorkerError('ERR_PARAM', `${param.name} ${fault}`, {
      place: formatPlace(place),
      remedy: 'Correct the expression, or the limits of the parameter.',
    })
  })
  return Object.fromEntries(changes)
}

export function runInclude(execution: Execution, { assignments, steps }: IncludeStep, frame: Frame): Promise<Next> {
  execution.begin(assigned(execution, assignments))
  return execution.steps(steps, frame)
}

/** The time until the answer is no time of the plan: nothing is late for it. */
export async function runPrompt(
  execution: Execution,
  step: PromptStep,
  frame: Frame,
  answered: (answer: string) => void = () => {},
): Promise<Next> {
  const { param, place } = step
  if (param?.given === true) return 'step'
  const earlier = param && execution.answers[frame.position.length]?.[`?${param.slot}`]
  if (param !== undefined && earlier !== undefined) {
    execution.change({ [param.slot]: earlier, [`?${param.slot}`]: earlier })
    return 'step'
  }
  const text = sayText(step.ask, execution.values)
  const began = execution.pausing.now()
  const answer = await inTurn(execution, frame, () => answerTo(execution, step, text, frame))
  if (answer === undefined || frame.region.stopped) return 'step'
  const now = execution.pausing.now()
  for (let at: Frame | undefined = frame; at !== undefined; at = at.outer) {
    if (at.times === undefined) continue
    // Two questions at once take no longer than the longer one.
    const took = Math.max(0, now - Math.max(began, at.times.askedUntil ?? began))
    at.times.due += took
    at.times.end += took
    at.times.askedUntil = now
  }
  if (param !== undefined) {
    const value = readValue(param, answer)
    execution.change({ [param.slot]: value, [`?${param.slot}`]: value })
  }
  answered(answer)
  execution.note(`${text} ${answer}`, place, frame)
  return 'step'
}

/** There is one operator: who asks at the same time waits until the answer before has been taken. */
async function inTurn<T>(execution: Execution, { region }: Frame, ask: () => Promise<T>): Promise<T | undefined> {
  if (region.stopped) return undefined
  execution.asking++
  const answer = execution.questions.add(async () => {
    // What the answer before brought about comes first: it may have ended the plan.
    await execution.sleep(0, region)
    return region.stopped ? undefined : await ask()
  })
  try {
    // Who waits for the turn only is not kept by the question of somebody else.
    return await region.unlessStopped(answer)
  } finally {
    execution.asking--
    execution.watchIdle()
  }
}

/** An answer that fits; undefined when the plan was stopped meanwhile. */
async function answerTo(
  execution: Execution,
  step: PromptStep,
  text: string,
  frame: Frame,
): Promise<string | undefined> {
  const { ask } = execution.options
  const { param, choices, place } = step
  if (ask === undefined) {
    if (step.default !== undefined) return step.default
    throw questionError(step, `nobody can answer: ${text}`)
  }
  let said = text
  for (let attempt = 0; attempt < MOST_ANSWERS; attempt++) {
    const { unit, min, max } = param ?? {}
    const question = { text: said, choices, param: param?.name, unit, min, max, default: step.default, place }
    const answer = await askOne(signal => ask(question, signal), frame)
    if (answer === undefined) return undefined
    const given = answer.trim() === '' && step.default !== undefined ? step.default : answer.trim()
    const fault = faultOf(step, given)
    if (fault === undefined) return given
    said = `${text} (${fault})`
  }
  throw questionError(step, `${said}: no answer fits`)
}

/** @throws ERR_QUESTION for a no */
function faultOf(step: PromptStep, answer: string): string | undefined {
  const { param, choices } = step
  if (choices !== undefined && !choices.includes(answer)) return `one of ${choices.join(', ')}`
  if (param !== undefined) return refuseValue(param, readValue(param, answer))
  if (choices !== undefined || /^(y|yes|ok|true)$/i.test(answer)) return undefined
  if (/^(n|no|false)$/i.test(answer)) {
    throw questionError(step, 'the answer was no', 'A no ends the plan here: run it again when the answer is yes.')
  }
  return 'yes or no'
}

async function askOne(ask: (signal: AbortSignal) => Promise<string>, { region }: Frame): Promise<string | undefined> {
  const stop = new AbortController()
  const settled = region.onStop(() => stop.abort(new PiWorkerError('ERR_CANCELLED', 'the plan was stopped')))
  if (region.stopped) return undefined
  try {
    return await region.unlessStopped(ask(stop.signal))
  } catch (error) {
    if (region.stopped) return undefined
    if (isPiWorkerError(error)) throw error
    throw new PiWorkerError('ERR_QUESTION', 'the question could not be asked', { cause: error })
  } finally {
    settled()
  }
}

function questionError({ place }: PromptStep, message: string, remedy?: string): PiWorkerError {
  return new PiWorkerError('ERR_QUESTION', message, { place: formatPlace(place), remedy })
}
