/** What the matchers look at: the levels of a line over time, of whatever has them. */

import type { Level } from '../../drivers/driver.js'
import { parseLine } from '../../drivers/lines.js'
import { Bench } from '../../src/bench/bench.js'
import { PiWorkerError } from '../../src/errors.js'
import { nearest } from '../../src/nearest.js'
import { Recording } from '../../src/records/recording.js'
import { findSignal } from '../../src/records/vcd-names.js'
import { MockBoard } from '../board.js'
import { Trace } from '../trace.js'

/** A bench on the mock, its board, its trace, or a recording. */
export type LevelSource = Bench | MockBoard | Trace | Recording
/** A line: by its name on the bench or in the recording, or as it is written elsewhere (17, GPIO17, J8:11). */
export type LineRef = string | number

/** One line over time. */
export interface LineLevels {
  readonly name: string
  /** Undefined while a recording does not know it. */
  readonly initial: Level | undefined
  /** Changes after the start; ns. */
  readonly changes: readonly { readonly time: number; readonly level: Level | undefined }[]
  /** Until when the levels are known, in ns. */
  readonly end: number
}

const REMEDY = 'Give a bench on the mock, its board, a Trace, or what readRecording gives.'

/** The levels of one line. @throws ERR_BAD_OPTION when there is no such line or nothing that has levels */
export function lineOf(source: unknown, line: LineRef): LineLevels {
  if (source instanceof Recording) return ofRecording(source, String(line))
  const { trace, end, names } = tracedOf(source)
  const number = numberOf(line, names)
  const name = [...names].find(([, named]) => named === number)?.[0] ?? `GPIO${number}`
  return { name, initial: trace.initial(number), changes: [...trace.of(number)], end }
}

/** Every line: those of the bench, those of the recording, or those of the board that ever changed. */
export function allLines(source: unknown): LineLevels[] {
  if (source instanceof Recording) return [...source.signals.keys()].map(name => ofRecording(source, name))
  const { trace, names } = tracedOf(source)
  const lines = names.size > 0 ? [...names.values()] : [...new Set([...trace].map(({ line }) => line))].sort(byNumber)
  return lines.map(line => lineOf(source, line))
}

interface Traced {
  readonly trace: Trace
  readonly end: number
  /** Lines by their names. */
  readonly names: ReadonlyMap<string, number>
}

function tracedOf(source: unknown): Traced {
  if (source instanceof Bench && source.board instanceof MockBoard) {
    const names = new Map(source.signals.map(({ name, line }) => [name, line]))
    return { trace: source.board.trace, end: source.board.now(), names }
  }
  if (source instanceof MockBoard) return { trace: source.trace, end: source.now(), names: new Map() }
  if (source instanceof Trace) return { trace: source, end: source.at(source.length - 1)?.time ?? 0, names: new Map() }
  throw new PiWorkerError('ERR_BAD_OPTION', 'what is expected of has no levels', { remedy: REMEDY })
}

function numberOf(line: LineRef, names: ReadonlyMap<string, number>): number {
  const named = typeof line === 'string' ? names.get(line) : undefined
  if (named !== undefined) return named
  const guess = typeof line === 'string' ? nearest(line, names.keys()) : undefined
  if (guess !== undefined) {
    throw new PiWorkerError(
      'ERR_BAD_OPTION',
      `the bench has no line "${line}"; it has ${[...names.keys()].join(', ')}`,
      {
        remedy: `Write ${guess} if that was meant.`,
      },
    )
  }
  const parsed = parseLine(line)
  if ('line' in parsed) return parsed.line
  throw new PiWorkerError('ERR_BAD_OPTION', `there is no line "${line}"; there are ${[...names.keys()].join(', ')}`, {
    remedy: 'Use a name of the bench, or a line such as 17 or GPIO17.',
  })
}

function ofRecording(recording: Recording, wanted: string): LineLevels {
  const signal = recording.signal(findSignal(wanted, [...recording.signals.keys()], recording.place))
  const [first, ...rest] = signal
  if (first?.time !== 0) return { name: signal.name, initial: undefined, changes: [...signal], end: recording.end }
  return { name: signal.name, initial: first.level, changes: rest, end: recording.end }
}

function byNumber(a: number, b: number): number {
  return a - b
}
