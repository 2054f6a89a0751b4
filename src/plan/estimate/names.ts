/** What is in steps of a plan: peripherals that they touch, parameters that they change. */

import { blocksOf, isLoop, type Step } from '../plan.js'

/** Looked for once in lists of steps that come again and again. */
export class Touched {
  readonly #names = new WeakMap<readonly Step[], ReadonlySet<string>>()
  readonly #plain = new WeakMap<readonly Step[], boolean>()
  readonly #slots = new WeakMap<readonly Step[], ReadonlySet<number>>()

  /** The peripherals that they name. */
  names(steps: readonly Step[]): ReadonlySet<string> {
    return collect(steps, this.#names, step => (step.kind === 'action' ? [step.peripheral] : []))
  }

  /** Whether nothing in them is done or left out, or done more often, as it happens. */
  isPlain(steps: readonly Step[]): boolean {
    let isPlain = this.#plain.get(steps)
    if (isPlain === undefined) {
      isPlain = steps.every(step => !turns(step) && blocksOf(step).every(block => this.isPlain(block)))
      this.#plain.set(steps, isPlain)
    }
    return isPlain
  }

  /** The slots that they change for what comes after them. */
  slots(steps: readonly Step[]): ReadonlySet<number> {
    return collect(steps, this.#slots, step => {
      if (step.kind === 'set') return step.assignments.map(({ param }) => param.slot)
      return step.kind === 'prompt' && step.param !== undefined && step.param.given !== true ? [step.param.slot] : []
    })
  }
}

function turns(step: Step): boolean {
  switch (step.kind) {
    case 'if':
    case 'until':
    case 'while':
    case 'work':
      return true
    case 'try':
      return step.catch !== undefined
    case 'computed':
      return step.sample === undefined || isLoop(step.sample)
    default:
      return false
  }
}

function collect<T>(
  steps: readonly Step[],
  known: WeakMap<readonly Step[], ReadonlySet<T>>,
  own: (step: Step) => readonly T[],
): ReadonlySet<T> {
  const before = known.get(steps)
  if (before !== undefined) return before
  const found = new Set<T>()
  for (const step of steps) {
    for (const item of own(step)) found.add(item)
    for (const block of blocksOf(step)) for (const item of collect(block, known, own)) found.add(item)
  }
  known.set(steps, found)
  return found
}
