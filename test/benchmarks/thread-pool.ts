/** `worker.run` beside Python's ThreadPoolExecutor(1), where there is a python3: in turns, results read on both sides. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Worker } from 'pi-worker'
import { median, ns, type Row, type Side, type Size, time, times } from './measure.js'

/** Tasks a round: as many at once on both sides in bulk. One by one, the pool takes long, and ns per task are compared. */
const COUNTS = { bulk: { theirs: 20_000, ours: 20_000 }, single: { theirs: 5000, ours: 50_000 } } as const
/** Rounds of ours that count as one, for the collector's work is not spread evenly. */
const REPEATS = 5
/** Rounds that are not counted: the compiler finds its shape. */
const WARM_UP = 2
/** One round for each line that it reads, `bulk` or `single` and how many; it answers with ns per task. */
const PYTHON = `
import sys, time
from concurrent.futures import ThreadPoolExecutor
work = lambda: 1
def bulk(pool, count):
    for future in [pool.submit(work) for _ in range(count)]: future.result()
def single(pool, count):
    for _ in range(count): pool.submit(work).result()
for line in sys.stdin:
    way, count = line.split()
    with ThreadPoolExecutor(1) as pool:
        start = time.perf_counter_ns()
        globals()[way](pool, int(count))
        print((time.perf_counter_ns() - start) / int(count), flush=True)
`

type Way = 'bulk' | 'single'

const SIDES: Readonly<Record<Way, Side>> = {
  bulk: async count => {
    const worker = new Worker({ concurrency: 1 })
    const tasks = []
    for (let i = 0; i < count; i++) tasks.push(worker.run(() => 1))
    for (const task of tasks) await task.result()
  },
  single: async count => {
    const worker = new Worker({ concurrency: 1 })
    for (let i = 0; i < count; i++) await worker.run(() => 1).result()
  },
}

export async function run(size: Size): Promise<Row[]> {
  const python = new Python()
  if (!(await python.runs())) return [{ what: 'ThreadPoolExecutor(1)', value: 'not measured: no python3 that runs' }]
  const rows: Row[] = []
  for (const [way, label] of [
    ['bulk', 'in bulk'],
    ['single', 'one by one'],
  ] as const) {
    const pairs: { ours: number; theirs: number }[] = []
    for (let round = -WARM_UP; round < size.rounds; round++) {
      const theirs = await python.time(way, COUNTS[way].theirs / size.divide)
      const count = COUNTS[way].ours / size.divide
      const ours = await time(count * REPEATS, async () => {
        for (let i = 0; i < REPEATS; i++) await SIDES[way](count)
      })
      if (round >= 0) pairs.push({ ours, theirs })
    }
    rows.push(
      { what: `ThreadPoolExecutor(1) ${label}`, value: `${ns(median(pairs.map(pair => pair.theirs)))} a task` },
      { what: `worker.run ${label}`, value: `${ns(median(pairs.map(pair => pair.ours)))} a task` },
      {
        what: `worker.run / ThreadPoolExecutor(1) ${label}`,
        value: times(median(pairs.map(({ ours, theirs }) => ours / theirs))),
        limit: '≤ 0.2 ×',
      },
    )
  }
  python.end()
  return rows
}

class Python {
  readonly #child = spawn('python3', ['-c', PYTHON], { stdio: ['pipe', 'pipe', 'inherit'] })
  readonly #answers = createInterface(this.#child.stdout)[Symbol.asyncIterator]()

  /** Whether there is one. */
  async runs(): Promise<boolean> {
    const spawned = once(this.#child, 'spawn').then(
      () => true,
      () => false,
    )
    return await spawned
  }

  /** ns per task of one round. */
  async time(way: Way, count: number): Promise<number> {
    this.#child.stdin.write(`${way} ${count}\n`)
    const answer = await this.#answers.next()
    if (answer.done === true) throw new RangeError('python3 ended before its time')
    return Number(answer.value)
  }

  end(): void {
    this.#child.stdin.end()
  }
}
