/** What finished tasks cost while they are retained, and what stays when they are gone. */

import { Worker } from 'pi-worker'
import { VirtualClock } from 'pi-worker/mocks'
import { heap, type Row, type Size } from './measure.js'

const COUNT = 100_000
const RETAIN_MS = 1000

export async function run(size: Size): Promise<Row[]> {
  const count = COUNT / size.divide
  const clock = new VirtualClock()
  const worker = new Worker({ clock, retain: { ms: RETAIN_MS, count } })
  // The first round leaves the heap larger whatever runs: it is not counted.
  await fill(worker, count)
  await expire(clock)
  const before = heap()
  const ids = await fill(worker, count)
  const retained = heap() - before
  const idBytes = ids.length * 8 // the array that holds them here
  await expire(clock)
  ids.length = 0
  const after = heap()
  if (worker.size !== 0) throw new RangeError(`${worker.size} tasks are still retained`)
  return [
    {
      what: `a retained finished task, its id read (${count.toLocaleString('en')} of them)`,
      value: `${Math.round((retained - idBytes) / count)} bytes`,
      limit: '≤ 1024 bytes',
    },
    {
      what: 'heap after retention, against before',
      value: `${(((after - before) / before) * 100).toFixed(1)} %`,
      limit: '≤ 5 %',
    },
  ]
}

async function fill(worker: Worker, count: number): Promise<string[]> {
  const ids: string[] = []
  const waits: Promise<number>[] = []
  for (let i = 0; i < count; i++) {
    const task = worker.run(value => value * 2, i)
    ids.push(task.id)
    waits.push(task.result())
  }
  await Promise.all(waits)
  return ids
}

async function expire(clock: VirtualClock): Promise<void> {
  await new Promise<void>(resolve => clock.after((RETAIN_MS + 1) * 1e6, resolve))
}
