/**
 * What a record costs: rows a second that are written and read back, and the memory of a long run. The rows are made
 * here, one after another as a plan makes them, so that all that is measured is the record.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row as DataRow, Stream } from '../../src/plan/rows.js'
import type { RunFacts, RunSync } from '../../src/records/run/format.js'
import { readRun } from '../../src/records/run/read-run.js'
import { RunRecorder } from '../../src/records/run/recorder.js'
import { SystemClock } from '../../src/worker/clock.js'
import { heap, median, type Row, type Size } from './measure.js'

const ROWS = 200_000
const MANY_ROWS = 1_000_000
const COLUMNS = 5
const LEAST_PER_SECOND = 20_000
const MOST_MEMORY = 20

const FACTS: RunFacts = {
  name: 'Many rows',
  plan: { file: 'many.yaml', text: '' },
  bench: {},
  params: [],
  versions: { piWorker: '0', node: process.version },
  kernel: '',
  git: null,
  seed: 1,
  rehearsal: false,
  resumes: null,
}

const STREAM: Stream = {
  name: 'primary',
  columns: Array.from({ length: COLUMNS }, (_, index) => ({
    name: `sensor${index}.value`,
    type: 'number',
    unit: '°C',
    source: 'sensor.read',
    axis: false,
  })),
}

export async function run(size: Size): Promise<Row[]> {
  const rows: Row[] = []
  const count = ROWS / size.divide
  for (const [what, sync] of [
    ['every second', 'second'],
    ['never', 'off'],
  ] as const) {
    const costs: number[] = []
    for (let round = 0; round < size.rounds; round++) costs.push((await recorded(count, sync)).writing)
    rows.push(perSecond(`rows a second, synced ${what}`, median(costs)))
  }
  const { writing, reading, grown, bytes } = await recorded(MANY_ROWS / size.divide, 'second')
  const rowsText = (MANY_ROWS / size.divide).toLocaleString('en')
  rows.push(perSecond(`rows a second, in a run of ${rowsText}`, writing))
  rows.push({ what: `heap that it grew by, at most`, value: `${grown.toFixed(1)} MB`, limit: `< ${MOST_MEMORY} MB` })
  rows.push({ what: 'rows a second that are read back', value: rate(reading) })
  rows.push({ what: 'memory of the process that reading took, at most', value: `${bytes.toFixed(1)} MB` })
  return rows
}

interface Costs {
  /** ns a row. */
  readonly writing: number
  readonly reading: number
  /** MB. */
  readonly grown: number
  readonly bytes: number
}

async function recorded(count: number, sync: RunSync): Promise<Costs> {
  const parent = mkdtempSync(join(tmpdir(), 'pi-worker-bench-'))
  try {
    const clock = new SystemClock()
    const recorder = await RunRecorder.create({ folder: parent, facts: FACTS, clock, sync, recordedAt: clock.wall() })
    recorder.begin({ driver: 'mock', description: '' }, [STREAM])
    const before = heap()
    let most = 0
    const start = clock.now()
    let checking = 0
    for (let seq = 1; seq <= count; seq++) {
      const kept = recorder.row(rowOf(seq, clock))
      if (kept !== undefined) await kept
      if (seq % Math.ceil(count / 10) !== 0) continue
      const began = clock.now()
      most = Math.max(most, heap() - before)
      checking += clock.now() - began
    }
    await recorder.close({ outcome: 'succeeded', error: null, overruns: 0 })
    const writing = (clock.now() - start - checking) / count
    const resident = process.memoryUsage().rss
    let [read, bytes] = [0, 0]
    const begun = clock.now()
    for await (const batch of (await readRun(parent)).rowBatches()) {
      read += batch.length
      bytes = Math.max(bytes, process.memoryUsage.rss() - resident)
    }
    if (read !== count) throw new RangeError(`${read} of ${count} rows were read back`)
    return { writing, reading: (clock.now() - begun) / count, grown: most / 1e6, bytes: bytes / 1e6 }
  } finally {
    rmSync(parent, { recursive: true })
  }
}

function rowOf(seq: number, clock: SystemClock): DataRow {
  const wall = clock.wall()
  const values = Array.from({ length: COLUMNS }, (_, index) => 20 + Math.sin(seq / 100 + index))
  return { stream: STREAM, seq, time: clock.now(), wall, values, measured: values.map(() => wall), position: [seq] }
}

function perSecond(what: string, ns: number): Row {
  return { what, value: rate(ns), limit: `> ${LEAST_PER_SECOND.toLocaleString('en')}` }
}

function rate(ns: number): string {
  return Math.round(1e9 / ns).toLocaleString('en')
}
