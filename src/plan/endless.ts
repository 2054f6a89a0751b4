/** Which steps never come to an end by themselves. */

import { blocksOf, type Step } from './plan.js'

export function isEndless(step: Step): boolean {
  switch (step.kind) {
    case 'every':
    case 'cron':
      return (step.times === undefined && step.forMs === undefined) || step.steps.some(isEndless)
    case 'repeat':
    case 'scan':
    case 'until':
    case 'include':
      return step.steps.some(isEndless)
    case 'bounded':
      return step.timeoutMs === undefined && step.steps.some(isEndless)
    case 'parallel':
      return step.branches.some(isEndless)
    case 'try':
      return step.catch === undefined && step.steps.some(isEndless)
    case 'if':
      return step.then.some(isEndless) && step.else.some(isEndless)
    case 'computed':
      return step.sample !== undefined && isEndless(step.sample)
    default:
      return false
  }
}

/** Whether a step may never come to an end, by whichever of its branches. */
export function mayBeEndless(step: Step): boolean {
  if (step.kind === 'bounded' && step.timeoutMs !== undefined) return false
  return isEndless(step) || blocksOf(step).some(block => block.some(mayBeEndless))
}
