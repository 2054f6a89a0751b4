/** A part that is a recording of the real one: it answers on the line of a peripheral, in the part's place. */

import type { Level } from '../drivers/driver.js'
import { PiWorkerError } from '../src/errors.js'
import { type RecordedSignal, type Recording, readRecording } from '../src/records/recording.js'
import { signalName } from '../src/signal-name.js'
import { pathOf } from './faults/faults.js'
import type { Part, PartContext } from './parts/part.js'
import type { PartWire } from './parts/part-wire.js'
import { Playback } from './playback.js'
import { pullOf } from './replay.js'

/** What `simulate` says of it. */
export interface ReplaySimulation {
  /** Path of a VCD file. */
  readonly file: string
  /** Name of the signal in it. Default: the only one, or the one that is called like the peripheral. */
  readonly signal?: string | undefined
  /** Which of the peripheral's lines, as its configuration calls it: `lines.echo`. Default: the only one. */
  readonly line?: string | undefined
}

/**
 * Types whose part speaks only when it is asked by a start pulse on the same line. What they answer is played when they
 * are asked; any other recording runs from the opening of the board on.
 */
const ASKED: ReadonlySet<string> = new Set(['dht'])
/**
 * A low this long is the host's: its start pulse has 0.8 ms at least (AM2302, Aosong: 0.8 to 20 ms), and nothing that a
 * sensor sends is low for more than 85 us.
 */
const START_NS = 500e3

/**
 * Plays the recording on the peripheral's line. A part that is asked gives, after each start pulse, what the real one
 * gave after the next start pulse of the recording, as long after the host's release; after the last it begins anew.
 * What the recording has before its first start pulse is left out.
 * @throws ERR_FILE, ERR_BAD_RECORDING when there is nothing to play; ERR_BAD_CONFIG when the line is not one of it
 */
export function replayPart(context: PartContext, replay: ReplaySimulation): Part {
  const { spec, wire, board, clock } = context
  const recording = readRecording(replay.file)
  const signal = signalOf(recording, replay.signal, spec.name)
  const end = wire(lineOf(context, replay.line))
  if (spec.type !== undefined && ASKED.has(spec.type))
    return new AskedReplay(context, end, signal, answersOf(signal, recording.place))
  const playback = new Playback({
    clock,
    now: () => board.now(),
    signal,
    shift: board.now(),
    apply: ({ level }) => end.drive(pullOf(level)),
  })
  return { close: () => playback.cancel() }
}

function signalOf(recording: Recording, wanted: string | undefined, name: string): RecordedSignal {
  if (wanted !== undefined) return recording.signal(wanted)
  const names = [...recording.signals.keys()]
  const [only] = names
  if (only !== undefined && names.length === 1) return recording.signal(only)
  const own = recording.signals.get(signalName(name))
  if (own !== undefined) return own
  throw new PiWorkerError('ERR_BAD_RECORDING', `${recording.place} has the signals ${names.join(', ')}`, {
    place: recording.place,
    remedy: `Say which of them answers for ${name}: signal: ${only}.`,
  })
}

function lineOf({ spec }: PartContext, path: string | undefined): string {
  const paths = spec.signals.map(({ line }) => pathOf(spec, line))
  const [only] = paths
  if (path !== undefined && paths.includes(path)) return path
  if (path === undefined && only !== undefined && paths.length === 1) return only
  const message =
    path === undefined ? `${spec.name} has the lines ${paths.join(', ')}` : `${spec.name} has no line "${path}"`
  throw new PiWorkerError('ERR_BAD_CONFIG', message, {
    place: `simulate.${spec.name}.replay.line`,
    remedy: only === undefined ? 'Leave out replay: it has no line.' : `Say which is replayed: line: ${only}.`,
  })
}

/** The changes that answer one start pulse, and when the host had let go. */
interface Answer {
  readonly released: number
  readonly from: number
  readonly until: number
}

function answersOf(signal: RecordedSignal, place: string): Answer[] {
  const answers: Answer[] = []
  const close = (until: number): void => {
    const last = answers.pop()
    if (last !== undefined) answers.push({ ...last, until })
  }
  for (let index = 1; index < signal.length; index++) {
    const [fall, rise] = [signal.at(index - 1), signal.at(index)]
    if (fall?.level !== 'low' || rise?.level !== 'high' || rise.time - fall.time < START_NS) continue
    close(index - 1)
    answers.push({ released: rise.time, from: index + 1, until: signal.length })
  }
  // A start pulse at the very end of the recording may have been answered after it.
  const answered = answers.filter(({ from, until }) => until > from)
  if (answered.length > 0) return answered
  throw new PiWorkerError('ERR_BAD_RECORDING', `${place}: ${signal.name} has no start pulse with an answer`, {
    place,
    remedy: 'Record the line while the host reads the sensor: a low of 0.8 ms or more, and what follows.',
  })
}

class AskedReplay implements Part {
  readonly #context: PartContext
  readonly #wire: PartWire
  readonly #signal: RecordedSignal
  readonly #answers: readonly Answer[]
  readonly #stop: () => void
  #next = 0
  #fell: number | undefined
  #playback: Playback | undefined

  constructor(context: PartContext, wire: PartWire, signal: RecordedSignal, answers: readonly Answer[]) {
    this.#context = context
    this.#wire = wire
    this.#signal = signal
    this.#answers = answers
    wire.drive('pull-up')
    if (wire.level === 'low') this.#fell = context.board.now()
    this.#stop = wire.onLevel((level, time) => this.#hear(level, time))
  }

  close(): void {
    this.#playback?.cancel()
    this.#stop()
  }

  #hear(level: Level, time: number): void {
    if (this.#playback !== undefined) return
    const fell = this.#fell
    this.#fell = level === 'low' ? time : undefined
    if (level === 'low' || fell === undefined || time - fell < START_NS) return
    this.#answer(time)
  }

  #answer(released: number): void {
    const { board, clock } = this.#context
    const answer = this.#answers[this.#next++ % this.#answers.length] as Answer
    this.#playback = new Playback({
      clock,
      now: () => board.now(),
      signal: this.#signal,
      from: answer.from,
      until: answer.until,
      shift: released - answer.released,
      // High is the resistor of the sensor's module: the host may pull low against it.
      apply: ({ level }) => this.#wire.drive(level === 'low' ? 'low' : 'pull-up'),
      over: () => {
        this.#playback = undefined
        this.#wire.drive('pull-up')
        this.#fell = this.#wire.level === 'low' ? board.now() : undefined
      },
    })
  }
}
