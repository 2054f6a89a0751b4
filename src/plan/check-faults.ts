/** Simulated faults that can never strike: those of buses where there are lines, and those of lines where there are none. */

import { linesOf } from '../bench/check.js'
import type { FaultKind } from '../bench/faults.js'
import { getOwn } from '../bench/plain-data.js'
import { isNode } from '../bench/schema.js'
import type { CheckedBench } from './check-bench.js'
import type { PlanWarning } from './plan-context.js'
import type { PlanSource } from './source.js'

const OF_BUSES: readonly FaultKind[] = ['flip', 'nack', 'stretch']
const OF_LINES: readonly FaultKind[] = ['bounce', 'glitch', 'lost-edges']

export function faultWarnings(
  source: PlanSource,
  { definitions, configs }: CheckedBench,
  simulate: Readonly<Record<string, unknown>>,
): PlanWarning[] {
  return Object.entries(simulate).flatMap(([name, said]) => {
    const definition = definitions.get(name)
    const faults = isNode(said) ? getOwn(said, 'faults') : undefined
    if (definition === undefined || !Array.isArray(faults)) return []
    const onLines = linesOf(definition.config, configs.get(name)).length > 0
    const never = onLines ? OF_BUSES : OF_LINES
    return faults.flatMap((fault: { readonly kind?: FaultKind }, index) => {
      if (fault.kind === undefined || !never.includes(fault.kind)) return []
      const what = onLines ? 'is on lines, and that is a fault of buses' : 'is on a bus, and that is a fault of lines'
      return {
        message: `${fault.kind} never strikes: ${name} ${what}`,
        place: source.place(['simulate', name, 'faults', index, 'kind']),
        remedy: `Take another fault, such as ${onLines ? 'glitch or stuck' : 'flip or unplugged'}.`,
      }
    })
  })
}
