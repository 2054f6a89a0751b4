/** Names that only the program knows, for the completion of a command line: quiet, for nobody looks at errors there. */

import { runFolder } from '../bench/run-folder.js'
import { isNode } from '../bench/schema.js'
import { labelOf, runningBenches } from '../bench/stop/running-benches.js'
import { isPiWorkerError } from '../errors.js'
import { peripherals } from '../peripherals/index.js'
import { PlanSource, readPlanSource } from '../plan/source.js'
import type { RunJson } from '../records/run/format.js'
import { runsFolder } from '../records/run/record-folder.js'
import { listRuns, outcomeOf } from '../records/run/runs.js'
import type { NamesOf } from './completion-command.js'
import type { CliIo } from './io.js'

/** @param words Of the command line, those behind what is completed too. */
export async function namesFor(which: NamesOf, words: readonly string[], env: CliIo['env']): Promise<string[]> {
  switch (which) {
    case 'types':
      return Object.keys(peripherals)
    case 'params':
      return paramsOf(await planOf(words))
    case 'runs':
      return ['last', ...(await runsOf(words, env)).map(({ id }) => id)]
    case 'resumable': {
      const plan = await planOf(words)
      return (await runsOf(words, env)).filter(({ json }) => json && canResume(json, plan)).map(({ id }) => id)
    }
    case 'benches': {
      const benches = await runningBenches({ folder: runFolder(env) })
      // The name alone is enough, where only one has it.
      return benches.map(bench => {
        return benches.filter(({ name }) => name === bench.name).length === 1 ? bench.name : labelOf(bench)
      })
    }
  }
}

/** The plan file that is named; undefined when none is, or nobody can read it. */
async function planOf(words: readonly string[]): Promise<PlanSource | undefined> {
  for (const word of words.filter(text => /\.(ya?ml|json)$/i.test(text))) {
    try {
      return await readPlanSource(word)
    } catch (error) {
      // It may be another file, or one that is being written.
      if (!isPiWorkerError(error)) throw error
    }
  }
  return undefined
}

function paramsOf(plan: PlanSource | undefined): string[] {
  const params = isNode(plan?.value) ? plan.value.params : undefined
  return isNode(params) ? Object.keys(params).map(name => `${name}=`) : []
}

/** The latest first. */
async function runsOf(words: readonly string[], env: CliIo['env']) {
  const named = words[words.indexOf('--runs') + 1]
  try {
    const runs = await listRuns(runsFolder(env, words.includes('--runs') ? named : undefined) ?? 'runs')
    return [...runs].reverse()
  } catch {
    return []
  }
}

/** As `run --resume` has it: a real run of this very plan that did not come to its end, when the plan says that it may. */
function canResume(json: RunJson, plan: PlanSource | undefined): boolean {
  const outcome = outcomeOf(json)
  if (json.rehearsal || outcome === 'running' || outcome === 'succeeded') return false
  if (plan !== undefined && plan.text !== json.plan.text) return false
  try {
    const { value } = new PlanSource(json.plan.text, 'plan')
    return isNode(value) && value.resumable === true
  } catch {
    return false
  }
}
