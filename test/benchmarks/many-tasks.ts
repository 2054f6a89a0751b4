/** Cost of a task when many wait, in 7 mixed priorities, on one peripheral's queue. */

import { Worker } from 'pi-worker'
import { median, ns, type Row, type Size, time, times } from './measure.js'

const SIZES = [10_000, 100_000, 1_000_000] as const
/** Tasks in a round at least: short queues are filled several times, for what begins a round costs the same for all. */
const ROUND = 300_000

export async function run(size: Size): Promise<Row[]> {
  const rounds: number[][] = []
  for (let round = -1; round < Math.min(size.rounds, 5); round++) {
    // In turns, so that a machine that slows down slows all of them.
    const costs: number[] = []
    for (const full of SIZES) costs.push(await costAt(full, size))
    if (round >= 0) rounds.push(costs) // the first warms up
  }
  const rows = SIZES.map((full, index) => ({
    what: `${(full / size.divide).toLocaleString('en')} queued tasks of 7 priorities`,
    value: `${ns(median(rounds.map(costs => costs[index] as number)))} a task`,
  }))
  const ratio = median(rounds.map(costs => (costs[2] as number) / (costs[0] as number)))
  return [...rows, { what: 'cost a task at 1 M / at 10 k', value: times(ratio), limit: '≤ 2 ×' }]
}

/** ns per task. */
async function costAt(full: number, size: Size): Promise<number> {
  const count = full / size.divide
  const queues = Math.ceil(ROUND / full)
  return await time(count * queues, async () => {
    for (let i = 0; i < queues; i++) await queueMixed(count)
  })
}

async function queueMixed(count: number): Promise<void> {
  const worker = new Worker()
  const work = (): number => 1
  for (let i = 0; i < count; i++) worker.submit(work, { on: 'pump', priority: (i * 5) % 7 })
  await worker.close({ drain: true })
}
