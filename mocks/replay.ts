/**
 * Replays a recording on the simulated board: a VCD file that was recorded on real lines, or drawn by hand, becomes
 * what the outside world does. It pulls the lines weakly, so that an output of the bench does not care.
 */

import type { Level } from '../drivers/driver.js'
import { PiWorkerError } from '../src/errors.js'
import { nearest } from '../src/nearest.js'
import type { Recording } from '../src/records/recording.js'
import { signalName } from '../src/signal-name.js'
import type { Clock } from '../src/worker/clock.js'
import type { MockBoard } from './board.js'
import type { OutsideLevel } from './outside.js'
import { Playback } from './playback.js'

export interface ReplayOptions {
  readonly board: MockBoard
  readonly clock: Clock
  readonly recording: Recording
  /** Lines by the names that they have on the bench. */
  readonly lines: readonly { readonly name: string; readonly line: number }[]
}

/**
 * Plays a recording on the lines whose names it has, from now on. Returns what ends it.
 * @throws ERR_BAD_RECORDING when it has none of the lines
 */
export function replay({ board, clock, recording, lines }: ReplayOptions): () => void {
  const found = lines.filter(({ name }) => recording.signals.has(signalName(name)))
  if (found.length === 0) throw strangers(recording, lines)
  const shift = board.now()
  const playbacks = found.map(({ name, line }) => {
    const wire = board.outside(line, `recording of ${name}`)
    const apply = ({ level }: { readonly level: Level | undefined }): void => wire.drive(pullOf(level))
    return new Playback({ clock, now: () => board.now(), signal: recording.signal(signalName(name)), shift, apply })
  })
  return () => {
    for (const playback of playbacks) playback.cancel()
  }
}

/** How a recorded level is held: by a resistor, as whoever held it when it was recorded may be the bench itself. */
export function pullOf(level: Level | undefined): OutsideLevel {
  return level === undefined ? 'floating' : level === 'high' ? 'pull-up' : 'pull-down'
}

function strangers({ signals, place }: Recording, lines: ReplayOptions['lines']): PiWorkerError {
  const names = [...signals.keys()]
  const wanted = lines.map(({ name }) => name)
  const guess = wanted.map(name => nearest(signalName(name), names)).find(name => name !== undefined)
  const message = `${place} has none of the signals ${wanted.join(', ')}; it has ${names.join(', ')}`
  return new PiWorkerError('ERR_BAD_RECORDING', message, {
    place,
    remedy: guess === undefined ? undefined : `Call a peripheral of the bench ${guess}, as in the recording.`,
  })
}
