/** The log of a record: all of it when it is short, its beginning, its end and what went wrong when it is long. */

import type { RecordFiles } from './record-files.js'
import { numberOf, shown, textOf } from './report-facts.js'

const MOST_FIRST = 150
const MOST_LAST = 250
const MOST_WRONG = 200

export interface LogEntry {
  readonly number: number
  /** s since the run began; undefined when it is not known. */
  readonly elapsed: number | undefined
  readonly level: string
  readonly type: string
  readonly message: string
}

export interface LogExtract {
  /** In their order. */
  readonly entries: readonly LogEntry[]
  readonly count: number
}

export async function readLog(folder: RecordFiles): Promise<LogExtract> {
  const first: LogEntry[] = []
  const wrong: LogEntry[] = []
  let last: LogEntry[] = []
  let count = 0
  await folder.lines('log.jsonl', true, ({ elapsed, level, type, message }) => {
    count++
    const entry = {
      number: count,
      elapsed: numberOf(elapsed),
      level: textOf(level) ?? '',
      type: textOf(type) ?? '',
      message: shown(message ?? ''),
    }
    if (first.length < MOST_FIRST) {
      first.push(entry)
      return
    }
    if (isWrong(entry) && wrong.length < MOST_WRONG) wrong.push(entry)
    last.push(entry)
    if (last.length >= MOST_LAST * 2) last = last.slice(-MOST_LAST)
  })
  const entries = new Map([...first, ...wrong, ...last.slice(-MOST_LAST)].map(entry => [entry.number, entry]))
  return { entries: [...entries.values()].sort((a, b) => a.number - b.number), count }
}

export function isWrong({ level }: Pick<LogEntry, 'level'>): boolean {
  return level === 'error' || level === 'fatal'
}
