/** Plans with slips of the pen, by the thousand: the check ends and says what is wrong and where, a run ends too. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../mocks/driver.js'
import { openBench } from '../../src/bench/open-bench.js'
import { isPiWorkerError } from '../../src/errors.js'
import { type CheckedPlan, checkPlan } from '../../src/plan/check.js'
import { estimatePlan } from '../../src/plan/estimate/estimate.js'
import { problemsOf } from '../../src/plan/place.js'
import { runPlan } from '../../src/plan/run.js'
import { PlanSource } from '../../src/plan/source.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { SCHEDULES, withoutStackTraces } from '../random-schedules.js'
import { withParams } from './plan-text.js'

const RICH = withParams(
  '{ dose: { default: 5, unit: ml, min: 0, max: 20 }, pause: 20, fast: false }',
  `- set: { dose: =dose * 1.1 }
- scan: { angle: { from: 0, to: 90, points: 3 }, power: [ 1, 2 ] }
  order: snake
  do:
  - arm.move: { angle: =angle }
  - record: [ air.read, dose, =dose * 2 ]
- until: =air.temperature > 30 || elapsed > 3
  every: 1s
  rounds: 9
  do:
  - air.read: { attempts: 2 }
    retries: 1
    onError: skip
- try:
  - parallel:
    - pump.pulse: { width: =dose * pause }
    - repeat: =round(dose)
      every: 2s
      do: [ lamp.toggle ]
  - if: =fast
    then: [ wait: 1s ]
    else: [ wait: =pause ]
  catch: [ note: "failed at {elapsed} s" ]
  finally: [ pump.off, lamp.off ]
- prompt: { ask: "Go on with {dose} ml?", default: yes }
- every: 1m
  for: 5m
  do: [ record: { t: elapsed, n: =round }, cron: "* * * * *", times: 1, do: [ level.read ] ]`.replace(
    'do: [ record: { t: elapsed, n: =round }, cron: "* * * * *", times: 1, do: [ level.read ] ]',
    `do:
  - record: { t: elapsed, n: =round }
    to: second
  - cron: "*/20 * * * * *"
    times: 1
    do: [ level.read ]`,
  ),
)
const EXAMPLES = readdirSync('examples').filter(name => name.endsWith('.yaml'))
const BASES = [RICH, RICH, ...EXAMPLES.map(name => readFileSync(join('examples', name), 'utf8'))]
const SCRAPS = [
  ...[
    '=',
    '=dose',
    '=1/0',
    '==',
    '-',
    '- ',
    ':',
    ': ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    ',',
    '\n',
    '  ',
    '\t',
    '#',
    '&a ',
    '*a',
    '|',
  ],
  ...[
    '0',
    '-1',
    '1e9',
    '99999999999',
    '.5',
    'NaN',
    '1s',
    '10us',
    '200 h',
    'true',
    'null',
    '~',
    '\u0000',
    '💧',
    '__proto__',
    'constructor',
  ],
  ...[
    'repeat',
    'every',
    'cron',
    'scan',
    'do',
    'then',
    'finally',
    'record',
    'pump.on',
    'air.read',
    'room-air.read.humidity',
    'round',
    'elapsed',
  ],
]

function random(seed: number): (below: number) => number {
  let state = seed + 0x9e3779b9
  return below => {
    state = Math.imul(state ^ (state >>> 15), state | 1)
    state ^= state + Math.imul(state ^ (state >>> 7), state | 61)
    return ((state ^ (state >>> 14)) >>> 0) % below
  }
}

function mutated(seed: number): string {
  const next = random(seed)
  let text = BASES[next(BASES.length)] as string
  for (let slips = 1 + next(3); slips > 0; slips--) {
    const at = next(text.length)
    const length = next(12)
    const scrap = SCRAPS[next(SCRAPS.length)] as string
    const lines = text.split('\n')
    const line = next(lines.length)
    switch (next(7)) {
      case 0:
        text = text.slice(0, at) + text.slice(at + length)
        break
      case 1:
        text = text.slice(0, at) + scrap + text.slice(at)
        break
      case 2:
        text = text.slice(0, at) + text.slice(at, at + length).repeat(2) + text.slice(at + length)
        break
      case 3:
        lines.splice(line, 1)
        text = lines.join('\n')
        break
      case 4:
        lines.splice(line, 0, lines[next(lines.length)] as string)
        text = lines.join('\n')
        break
      case 5:
        lines[line] = next(2) === 0 ? `  ${lines[line]}` : (lines[line] as string).replace(/^ {2}/, '')
        text = lines.join('\n')
        break
      default: {
        // A whole word or number for another, which is what passes the check most often.
        const words = [...text.matchAll(/[\w.*=-]+/g)]
        const word = words[next(words.length)]
        if (word === undefined) break
        text = text.slice(0, word.index) + scrap + text.slice(word.index + word[0].length)
      }
    }
  }
  return text
}

/** The plan, or undefined when it is refused, which must say what and where. */
function checkMutated(text: string): CheckedPlan | undefined {
  try {
    const plan = checkPlan(new PlanSource(text, 'examples/a.yaml'))
    estimatePlan(plan)
    return plan
  } catch (error) {
    if (!isPiWorkerError(error)) throw error
    const problems = problemsOf(error)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.filter(({ message, place }) => message === '' || place.line < 1)).toEqual([])
    return undefined
  }
}

/** Runs it until it ends, for an hour of its time, or for so many turns of the event loop. */
async function runMutated(plan: CheckedPlan): Promise<void> {
  const clock = new VirtualClock()
  const stop = new AbortController()
  const limit = clock.after(3600e9, () => stop.abort())
  let turns = 0
  const turn = (): void => {
    if (++turns > 2000) stop.abort()
    else if (!stop.signal.aborted) setImmediate(turn)
  }
  turn()
  const { bench: specs, simulate, interlocks } = plan
  const options = { driver: new MockDriver(), clock, simulate, interlocks, retain: { count: 0 } }
  // What only the simulated parts can know to be wrong is said when they are made.
  const bench = await openBench(specs, options).catch((error: unknown) => {
    if (!isPiWorkerError(error)) throw error
  })
  const result = bench && (await runPlan(bench, plan, { signal: stop.signal, ask: async () => 'yes' }))
  limit.cancel()
  stop.abort()
  if (bench === undefined || result === undefined) return
  await bench.close({ abort: true })
  expect(['succeeded', 'failed', 'cancelled']).toContain(result.outcome)
  if (result.outcome === 'failed') expect(isPiWorkerError(result.error), String(result.error)).toBe(true)
}

describe('a plan with slips of the pen', () => {
  withoutStackTraces()

  it(`is accepted or refused, ${SCHEDULES} times; what is accepted can be run to an end`, {
    timeout: 1_800_000,
  }, async () => {
    let accepted = 0
    for (let seed = 0; seed < SCHEDULES; seed++) {
      const text = mutated(seed)
      try {
        const plan = checkMutated(text)
        if (plan === undefined) continue
        // Opening and running takes longer than the check: not every one of them.
        if (++accepted % 8 === 0) await runMutated(plan)
      } catch (error) {
        throw new Error(`seed ${seed}:\n${text}`, { cause: error })
      }
    }
    expect(accepted).toBeGreaterThan(SCHEDULES / 20)
  })
})
