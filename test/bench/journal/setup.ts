/** What the tests of the journal share: processes that are not there, and a bench on the mock with a journal. */

import { onTestFinished } from 'vitest'
import type { MockBoard } from '../../../mocks/board.js'
import { MockDriver } from '../../../mocks/driver.js'
import type { BenchOf, Specs } from '../../../src/bench/bench.js'
import type { BenchOptions } from '../../../src/bench/bench-options.js'
import { type JournalRecord, parseJournal } from '../../../src/bench/journal/format.js'
import type { JournalOptions } from '../../../src/bench/journal/open-journal.js'
import type { Processes, ProcessId } from '../../../src/bench/journal/processes.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { isPiWorkerError } from '../../../src/errors.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import type { FakeFolder } from './fake-folder.js'

/** A machine on which only the given processes live, besides the one that asks. */
export function machine(pid = 1000, living: readonly number[] = [], boot = 'b0'): Processes {
  const self: ProcessId = { pid, began: '77', boot }
  return { self, lives: other => other.boot === boot && (other.pid === pid || living.includes(other.pid)) }
}

export interface Journaled<S extends Specs> {
  readonly bench: BenchOf<S>
  readonly board: MockBoard
  readonly clock: VirtualClock
}

/** Opens a bench called `dose` with its journal in `folder`. It is closed when the test is over. */
export async function openJournaled<const S extends Specs>(
  folder: FakeFolder,
  specs: S,
  options: Omit<BenchOptions, 'journal'> & { readonly journal?: JournalOptions } = {},
): Promise<Journaled<S>> {
  const clock = new VirtualClock()
  const bench = await openBench(specs, {
    driver: new MockDriver(),
    clock,
    name: 'dose',
    ...options,
    journal: { folder, processes: machine(), ...options.journal },
  })
  onTestFinished(() => bench.close({ abort: true }).catch(whenToldBefore))
  return { bench, board: bench.board as MockBoard, clock }
}

/** A test that lets the disk or the hardware fail has looked at that already. */
function whenToldBefore(error: unknown): void {
  if (!isPiWorkerError(error, 'ERR_JOURNAL') && !isPiWorkerError(error, 'ERR_NOT_SAFE')) throw error
}

/** The records of a file of the folder. */
export function recordsOf(folder: FakeFolder, file = 'dose.journal'): readonly JournalRecord[] {
  return parseJournal(Buffer.from(folder.text(file)), file).records
}

/** The records in short: `intent pump.on`, `outcome succeeded`. */
export function storyOf(folder: FakeFolder, file = 'dose.journal'): string[] {
  return recordsOf(folder, file).map(tell)
}

function tell(record: JournalRecord): string {
  switch (record.type) {
    case 'intent':
      return `intent ${record.peripheral}.${record.action}`
    case 'outcome':
      return `outcome ${record.state}`
    case 'levels':
      return `levels ${Object.entries(record.levels)
        .map(([name, level]) => `${name} ${level}`)
        .join(', ')}`
    case 'safe':
      return `safe ${record.peripheral}`
    case 'event':
      return `event ${(record.event as { type: string }).type}`
    case 'trouble':
      return `trouble refused ${record.refused} lost ${record.lost}`
    case 'recovered':
      return `recovered ${record.tasks.length}`
    default:
      return record.type
  }
}
