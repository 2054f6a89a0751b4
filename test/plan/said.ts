/** What is said of plan files that are wrong. */

import { isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import { checkPlan } from '../../src/plan/check.js'
import { type PlanProblem, problemsOf } from '../../src/plan/place.js'
import { PlanSource } from '../../src/plan/source.js'

/** What is wrong with a text. */
export function problems(text: string): readonly PlanProblem[] {
  try {
    checkPlan(new PlanSource(text, 'a.yaml'))
  } catch (error) {
    if (isPiWorkerError(error)) return problemsOf(error)
    throw error
  }
  throw new PiWorkerError('ERR_BAD_OUTPUT', 'the plan was accepted')
}

/** What is said of a text: each message with its remedy. */
export function said(text: string): string[] {
  return problems(text).map(({ message, remedy }) => `${message} | ${remedy}`)
}
