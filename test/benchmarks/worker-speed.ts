/** What `worker.run` adds to the p-queue that it runs on, in bulk and one by one. */

import PQueue from 'p-queue'
import { Worker } from 'pi-worker'
import { compare, ns, type Row, type Side, type Size, times } from './measure.js'

const ROUND = 100_000
/** Queues of so many tasks make up a round. */
const QUEUE = 20_000
const work = (): number => 1

export async function run(size: Size): Promise<Row[]> {
  const count = ROUND / size.divide
  const queue = QUEUE / size.divide
  const rows: Row[] = []
  for (const concurrency of [1, Number.POSITIVE_INFINITY]) {
    const bulk = await compare(
      count,
      size,
      inQueues(queue, workerBulk(concurrency)),
      inQueues(queue, queueBulk(concurrency)),
    )
    const label = concurrency === 1 ? 'concurrency 1' : 'no limit'
    rows.push({ what: `worker.run in bulk, ${label}`, value: `${ns(bulk.a)} a task` })
    rows.push({ what: `p-queue.add in bulk, ${label}`, value: `${ns(bulk.b)} a task` })
    rows.push({ what: `worker.run / p-queue.add in bulk, ${label}`, value: times(bulk.ratio), limit: '≤ 1.5 ×' })
  }
  const awaited = await compare(count, size, inQueues(queue, workerResults), inQueues(queue, queueBulk(1)))
  rows.push({ what: 'the same with id and result of every task read', value: times(awaited.ratio) })
  const single = await compare(count, size, workerOneByOne, queueOneByOne)
  rows.push({ what: 'worker.run one by one', value: `${ns(single.a)} a task` })
  rows.push({ what: 'worker.run / p-queue.add one by one', value: times(single.ratio) })
  return rows
}

function inQueues(length: number, side: Side): Side {
  return async count => {
    for (let done = 0; done < count; done += length) await side(length)
  }
}

function workerBulk(concurrency: number) {
  return async (count: number): Promise<void> => {
    const worker = new Worker({ concurrency })
    for (let i = 0; i < count; i++) worker.run(work)
    await worker.close({ drain: true })
  }
}

function queueBulk(concurrency: number) {
  return async (count: number): Promise<void> => {
    const queue = new PQueue({ concurrency })
    const results: Promise<number>[] = []
    for (let i = 0; i < count; i++) results.push(queue.add(work))
    await Promise.all(results)
  }
}

async function workerResults(count: number): Promise<void> {
  const worker = new Worker({ concurrency: 1 })
  const ids = new Set<string>()
  const results: Promise<number>[] = []
  for (let i = 0; i < count; i++) {
    const task = worker.run(work)
    ids.add(task.id)
    results.push(task.result())
  }
  await Promise.all(results)
}

async function workerOneByOne(count: number): Promise<void> {
  const worker = new Worker({ concurrency: 1 })
  for (let i = 0; i < count; i++) await worker.run(work).result()
}

async function queueOneByOne(count: number): Promise<void> {
  const queue = new PQueue({ concurrency: 1 })
  for (let i = 0; i < count; i++) await queue.add(work)
}
