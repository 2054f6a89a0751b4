/** How long the report of a large run takes to be written, and how little its size costs in memory. */

import { rmSync, statSync } from 'node:fs'
import { writeReport } from '../../src/records/report/write-report.js'
import { type LargeSizes, largeRecord } from '../browser/show-records.js'
import type { Row, Size } from './measure.js'

const ROWS = 1_000_000
const TASKS = 1_000_000
/** A trace of 100 MB. */
const CHANGES = 6_300_000

export async function run(size: Size): Promise<Row[]> {
  const sizes = { rows: ROWS / size.divide, tasks: TASKS / size.divide, changes: CHANGES / size.divide }
  const folder = largeRecord(sizes)
  const small = largeRecord({ rows: sizes.rows / 20, tasks: sizes.tasks / 20, changes: sizes.changes / 20 })
  try {
    await measured(small)
    // The high-water mark of this process: what the small record needed is in it.
    const before = process.resourceUsage().maxRSS
    const { seconds, bytes } = await measured(folder)
    const grown = (process.resourceUsage().maxRSS - before) / 1024
    return [
      { what: `report of ${told(sizes)}`, value: `${seconds.toFixed(1)} s` },
      { what: 'the page', value: `${(bytes / 1e6).toFixed(2)} MB`, limit: '≤ 3 MB' },
      { what: 'memory beyond that for a record 20 times smaller', value: `${grown.toFixed(0)} MB`, limit: '≤ 20 MB' },
    ]
  } finally {
    for (const made of [folder, small]) rmSync(made, { recursive: true })
  }
}

async function measured(folder: string): Promise<{ seconds: number; bytes: number }> {
  const start = process.hrtime.bigint()
  const path = await writeReport(folder)
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, bytes: statSync(path).size }
}

function told({ rows, tasks, changes }: LargeSizes): string {
  return [`${rows / 1e6} M rows`, `${tasks / 1e6} M tasks`, `${changes / 1e6} M changes of pins`].join(', ')
}
