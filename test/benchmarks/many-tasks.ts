/** Cost of a task when many wait, in 7 mixed priorities, on one peripheral's queue. */

import { Worker } from 'pi-worker'
import { measure, ns, type Row, type Size, times } from './measure.js'

const SIZES = [10_000, 100_000, 1_000_000]
/** Tasks in a round at least: short queues are filled several times, for what begins a round costs the same for all. */
const ROUND = 300_000

export async function run(size: Size): Promise<Row[]> {
  const rows: Row[] = []
  const costs: number[] = []
  for (const full of SIZES) {
    const count = full / size.divide
    const queues = Math.ceil(ROUND / full)
    const cost = await measure(count * queues, size, async () => {
      for (let i = 0; i < queues; i++) await queueMixed(count)
    })
    costs.push(cost)
    rows.push({ what: `${count.toLocaleString('en')} queued tasks of 7 priorities`, value: `${ns(cost)} a task` })
  }
  const ratio = (costs.at(-1) as number) / (costs[0] as number)
  rows.push({ what: 'cost a task at 1 M / at 10 k', value: times(ratio), limit: '≤ 2 ×' })
  return rows
}

async function queueMixed(count: number): Promise<void> {
  const worker = new Worker()
  const work = (): number => 1
  for (let i = 0; i < count; i++) worker.submit(work, { on: 'pump', priority: (i * 5) % 7 })
  await worker.close({ drain: true })
}
