/** Runs a step, of whatever kind. */

import { toNs } from '../../worker/duration.js'
import { sayText } from '../expressions/text.js'
import type { ComputedStep, Step } from '../plan.js'
import { runBounded } from './bounded.js'
import { runIf, runInclude, runParallel, runPrompt, runSet, runTry } from './control.js'
import { runCron } from './cron.js'
import { type Execution, type Frame, type Next, nextAfter } from './execution.js'
import { runConditional, runEvery, runRepeat, runScan } from './loops.js'
import { runRecord } from './record.js'

/** @throws what is wrong with the step; of an action, its execution says what becomes of that */
export async function runStep(execution: Execution, step: Step, frame: Frame): Promise<Next> {
  switch (step.kind) {
    case 'action':
      return await execution.action(step, frame)
    case 'computed':
      return await runComputed(execution, step, frame)
    case 'wait':
      await execution.sleep(toNs(step.ms), frame.region)
      return 'step'
    case 'repeat':
      return await inLoop(execution, frame, runRepeat(execution, step, frame))
    case 'every':
      return await inLoop(execution, frame, runEvery(execution, step, frame))
    case 'cron':
      return await inLoop(execution, frame, runCron(execution, step, frame))
    case 'scan':
      return await inLoop(execution, frame, runScan(execution, step, frame))
    case 'until':
    case 'while':
      return await inLoop(execution, frame, runConditional(execution, step, frame))
    case 'bounded':
      return await runBounded(execution, step, frame)
    case 'parallel':
      return await runParallel(execution, step, frame)
    case 'if':
      return await runIf(execution, step, frame)
    case 'try':
      return await runTry(execution, step, frame)
    case 'record':
      return await runRecord(execution, step, frame)
    case 'set':
      return runSet(execution, step)
    case 'include':
      return await runInclude(execution, step, frame)
    case 'prompt':
      return await runPrompt(execution, step, frame)
    case 'note':
      execution.note(sayText(step.text, execution.values), step.place, frame)
      return 'step'
    case 'work':
      await step.work(execution as never, frame as never)
      return 'step'
  }
}

/** Afterwards the plan is in the loop around it again. */
async function inLoop(execution: Execution, frame: Frame, rounds: Promise<Next>): Promise<Next> {
  try {
    return await rounds
  } finally {
    execution.at = frame
  }
}

async function runComputed(execution: Execution, step: ComputedStep, frame: Frame): Promise<Next> {
  let made: Step
  try {
    made = step.make(execution.values)
  } catch (error) {
    if (step.onError === undefined || step.onError === 'stop') throw error
    execution.passOver()
    return nextAfter(step.onError)
  }
  return await runStep(execution, made, frame)
}
