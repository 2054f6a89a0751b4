/** A plan of 24 hours with one action a second, in virtual time: how long it takes, and whether it is the same again. */

import { checkPlan, openBench, PlanSource, runPlan } from 'pi-worker'
import { type MockBoard, MockDriver, VirtualClock } from 'pi-worker/mocks'
import { median, type Row, type Size, time } from './measure.js'

const SECONDS = 24 * 60 * 60
const SEED = 7

function planOf(seconds: number): string {
  return `
name: A long day
bench:
  pump:  { type: output, line: GPIO17, safe: low }
  level: { type: input, line: GPIO4, bias: pull-up }
plan:
  - repeat: ${seconds}
    every: 1s
    do:
      - pump.pulse: { width: 200ms }
simulate:
  level: { falls: [1h, 7h], rises: [2h] }
`
}

export async function run(size: Size): Promise<Row[]> {
  const seconds = SECONDS / size.divide
  const traces: Buffer[] = []
  const costs: number[] = []
  for (let round = 0; round <= size.rounds; round++) {
    const cost = await time(1, async () => {
      traces.push(await traceOf(seconds))
    })
    if (round > 0) costs.push(cost / 1e9)
  }
  const [first, ...others] = traces as [Buffer, ...Buffer[]]
  const equal = others.every(trace => trace.equals(first))
  if (!equal) throw new RangeError('two runs with one seed gave different traces')
  return [
    {
      what: `a plan of ${seconds.toLocaleString('en')} s with an action a second`,
      value: `${median(costs).toFixed(2)} s`,
      limit: '< 10 s',
    },
    {
      what: `its trace, in ${traces.length} runs with one seed`,
      value: `${first.length.toLocaleString('en')} bytes, equal`,
      limit: 'equal',
    },
  ]
}

async function traceOf(seconds: number): Promise<Buffer> {
  const plan = checkPlan(new PlanSource(planOf(seconds), 'long.yaml'))
  const clock = new VirtualClock()
  const bench = await openBench(plan.bench, {
    driver: new MockDriver(),
    clock,
    seed: SEED,
    simulate: plan.simulate,
  })
  const { outcome, taskCount, error } = await runPlan(bench, plan)
  if (outcome !== 'succeeded') throw error
  if (taskCount !== seconds) throw new RangeError(`${taskCount} tasks ran, not ${seconds}`)
  const { trace } = bench.board as MockBoard
  if (trace.length < 2 * seconds) throw new RangeError(`the trace has ${trace.length} changes`)
  await bench.close()
  return trace.toBuffer()
}
