/** The check of answers when they are given: what is in the file in the end is right, or was never taken. */

import type { AnyDefinition, Definitions } from '../bench/definition.js'
import { messageOf } from '../errors.js'
import { checkPlan } from '../plan/check.js'
import { problemsOf } from '../plan/place.js'
import { PlanSource } from '../plan/source.js'
import { type NewPlan, planText } from './init-file.js'
import { configWith, freeLines, linesNeeded, type NewPeripheral } from './init-lines.js'
import { firstSteps } from './init-steps.js'

/** A plan that does with its peripherals what can be done first. */
export function newPlan(name: string, peripherals: readonly NewPeripheral[]): NewPlan {
  return { name, peripherals, steps: firstSteps(peripherals) }
}

/** What is wrong with the file of a plan; undefined when nothing is. */
export function faultOf(plan: NewPlan, types: Definitions): string | undefined {
  try {
    checkPlan(new PlanSource(planText(plan), 'plan.yaml'), types)
    return undefined
  } catch (error) {
    return problemsOf(error)[0]?.message ?? messageOf(error)
  }
}

/** One as it may be before anybody has said anything of it but its name. */
export function unanswered(name: string, definition: AnyDefinition): NewPeripheral {
  const free = freeLines([], definition).map(({ line }) => line)
  return { name, definition, config: configWith(definition, free.slice(0, linesNeeded(definition).length)) }
}
