/**
 * Replays a recording on the simulated board: a VCD file that was recorded on real lines, or drawn by hand, becomes
 * what the outside world does. It pulls the lines weakly, so that an output of the bench does not care.
 */

import { readFileSync } from 'node:fs'
import type { Level } from '../drivers/driver.js'
import { codeOf, messageOf, PiWorkerError } from '../src/errors.js'
import { nearest } from '../src/nearest.js'
import { signalName } from '../src/signal-name.js'
import type { Clock, Timer } from '../src/worker/clock.js'
import type { MockBoard } from './board.js'
import type { OutsideDriver } from './outside.js'

/** A level from a time on, in ns since the start of the recording; undefined while it is not known (x, z). */
export interface RecordedChange {
  readonly time: number
  readonly level: Level | undefined
}

/** The signals of a recording by name, each with its changes in order. */
export type Recording = ReadonlyMap<string, readonly RecordedChange[]>

const UNITS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1, ps: 1e-3, fs: 1e-6 }

/**
 * Reads a VCD file (IEEE 1364, section 18): its signals of one bit, whatever scope they are in.
 * @throws ERR_FILE when it cannot be read, ERR_BAD_RECORDING when it is no VCD
 */
export function readRecording(path: string): Recording {
  let text: string
  try {
    text = readFileSync(path, 'latin1')
  } catch (cause) {
    const why = codeOf(cause) === 'ENOENT' ? 'it does not exist' : messageOf(cause)
    throw new PiWorkerError('ERR_FILE', `the recording ${path} cannot be read: ${why}`, { place: path, cause })
  }
  return parseRecording(text, path)
}

/** @param place What the text is called in errors. @throws ERR_BAD_RECORDING */
export function parseRecording(text: string, place: string): Recording {
  const signals = new Map<string, RecordedChange[]>()
  const byIdentifier = new Map<string, RecordedChange[]>()
  let nsPerTick: number | undefined
  let time = 0
  const bad = (what: string): PiWorkerError => new PiWorkerError('ERR_BAD_RECORDING', `${place}: ${what}`, { place })
  const words = text.matchAll(/\S+/g)
  const until = (): string[] => {
    const found: string[] = []
    for (let word = words.next(); !word.done && word.value[0] !== '$end'; word = words.next()) found.push(word.value[0])
    return found
  }
  for (let next = words.next(); !next.done; next = words.next()) {
    const word = next.value[0]
    if (word === '$timescale') nsPerTick = timescale(until().join(''), bad)
    else if (word === '$var') declare(until(), signals, byIdentifier)
    else if (word === '$dumpvars' || word === '$end') continue
    else if (word.startsWith('$')) until()
    else if (word.startsWith('#')) time = timeOf(word, nsPerTick, time, bad)
    else if (/^[01xXzZ]\S+$/.test(word)) byIdentifier.get(word.slice(1))?.push({ time, level: levelOf(word) })
    else if (/^[bBrR]/.test(word)) words.next()
    else throw bad(`"${word.slice(0, 40)}" is no part of a VCD file`)
  }
  if (nsPerTick === undefined) throw bad('it has no $timescale, so it is no VCD file')
  if (signals.size === 0) throw bad('it has no signal of one bit')
  return signals
}

function timescale(text: string, bad: (what: string) => PiWorkerError): number {
  const [, number, unit = ''] = /^(1|10|100)(s|ms|us|ns|ps|fs)$/.exec(text) ?? []
  if (number === undefined) throw bad(`its timescale "${text}" is none`)
  return Number(number) * (UNITS[unit] ?? 1)
}

/** `wire 1 ! pump`; signals of several bits are passed over. */
function declare(
  [, width, identifier = '', name = '']: readonly string[],
  signals: Map<string, RecordedChange[]>,
  byIdentifier: Map<string, RecordedChange[]>,
): void {
  if (width !== '1') return
  const changes = byIdentifier.get(identifier) ?? []
  byIdentifier.set(identifier, changes)
  signals.set(name, changes)
}

function timeOf(
  word: string,
  nsPerTick: number | undefined,
  before: number,
  bad: (what: string) => PiWorkerError,
): number {
  const time = Math.round(Number(word.slice(1)) * (nsPerTick ?? Number.NaN))
  if (!Number.isSafeInteger(time)) throw bad(`the time ${word} is none`)
  if (time < before) throw bad(`the time ${word} comes after a later one`)
  return time
}

function levelOf(word: string): Level | undefined {
  if (word.startsWith('1')) return 'high'
  return word.startsWith('0') ? 'low' : undefined
}

export interface ReplayOptions {
  readonly board: MockBoard
  readonly clock: Clock
  readonly recording: Recording
  /** Lines by the names that they have on the bench. */
  readonly lines: readonly { readonly name: string; readonly line: number }[]
  /** What the recording is called in errors. */
  readonly place: string
}

/**
 * Plays a recording on the lines whose names it has, from now on. Returns what ends it.
 * @throws ERR_BAD_RECORDING when it has none of the lines
 */
export function replay({ board, clock, recording, lines, place }: ReplayOptions): () => void {
  const found = lines.flatMap(({ name, line }) => {
    const changes = recording.get(signalName(name))
    return changes === undefined ? [] : [new Track(board, clock, board.outside(line, `recording of ${name}`), changes)]
  })
  if (found.length === 0) throw strangers(recording, lines, place)
  return () => {
    for (const track of found) track.close()
  }
}

function strangers(recording: Recording, lines: ReplayOptions['lines'], place: string): PiWorkerError {
  const names = [...recording.keys()]
  const wanted = lines.map(({ name }) => name)
  const guess = nearest(signalName(wanted[0] ?? ''), names)
  const message = `${place} has none of the signals ${wanted.join(', ')}; it has ${names.join(', ')}`
  return new PiWorkerError('ERR_BAD_RECORDING', message, {
    place,
    remedy: guess === undefined ? undefined : `Call a peripheral of the bench ${guess}, as in the recording.`,
  })
}

/** One line that follows its recording. */
class Track {
  readonly #board: MockBoard
  readonly #clock: Clock
  readonly #driver: OutsideDriver
  readonly #changes: readonly RecordedChange[]
  readonly #begin: number
  #done = 0
  #timer: Timer | undefined

  constructor(board: MockBoard, clock: Clock, driver: OutsideDriver, changes: readonly RecordedChange[]) {
    this.#board = board
    this.#clock = clock
    this.#driver = driver
    this.#changes = changes
    this.#begin = board.now()
    this.#follow()
  }

  close(): void {
    this.#timer?.cancel()
  }

  /** Does what is due, and waits for the next change. */
  #follow(): void {
    for (;;) {
      const change = this.#changes[this.#done]
      if (change === undefined) return
      const wait = this.#begin + change.time - this.#board.now()
      if (wait > 0) {
        this.#timer = this.#clock.after(wait, () => this.#follow())
        return
      }
      this.#done++
      this.#driver.drive(change.level === undefined ? 'floating' : change.level === 'high' ? 'pull-up' : 'pull-down')
    }
  }
}
