/** A DHT sensor on a line of its own: the start pulse, its answer by edges, and the pause that it needs in between. */

import type { Bias, LineHandle, LineSettings } from '../../drivers/driver.js'
import type { BenchBoard } from '../bench/lease.js'
import { type TakesContext, takesTurn } from '../bench/takes.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs } from '../worker/duration.js'
import { type DhtEdge, type DhtModel, type DhtValues, dhtAnswer, dhtValues } from './dht-frame.js'
import { watchEdges } from './edge-watch.js'

/** What reads a DHT, by whatever way. */
export interface DhtReader {
  /**
   * One reading; waits first until the sensor may be asked again.
   * @throws ERR_NO_DEVICE, ERR_BAD_READING
   */
  read(task: TaskContext): Promise<DhtValues>
  /** Lets go of the line. */
  rest(): void
}

/**
 * Start pulses and pauses, in ns. DHT11: low for 18 to 30 ms, sampled at most once a second. AM2302 and its kin: low
 * for 0.8 to 20 ms, at most once in 2 s. (Aosong, datasheets.)
 */
const DHT11 = { startNs: 20e6, pauseNs: 1e9 } as const
const DHT22 = { startNs: 1.1e6, pauseNs: 2e9 } as const
/** From the release to the end of the longest frame it takes 6.1 ms: 0.2 + 0.17 + 40 * 0.13 + 0.055 and some slack. */
const ANSWER_NS = 10e6
/** Edges of a frame and of the release, with room for noise. */
const EVENT_BUFFER = 128

/** The pause since it was asked last, the start pulse and the answer, in ms. */
export function takesDhtReading(model: DhtModel, context: TakesContext): number {
  const { startNs, pauseNs } = model === 'dht11' ? DHT11 : DHT22
  return takesTurn(context, toMs(pauseNs)) + toMs(startNs + ANSWER_NS)
}

export class DhtLine implements DhtReader {
  readonly #name: string
  readonly #model: DhtModel
  readonly #board: BenchBoard
  readonly #handle: LineHandle
  readonly #idle: LineSettings
  /** When the last start pulse began, in ns since the bench was opened. */
  #asked = Number.NEGATIVE_INFINITY

  private constructor(name: string, model: DhtModel, board: BenchBoard, handle: LineHandle, idle: LineSettings) {
    this.#name = name
    this.#model = model
    this.#board = board
    this.#handle = handle
    this.#idle = idle
  }

  /** Requests the line as an input, so that the bias holds it high. */
  static async open(name: string, model: DhtModel, line: number, bias: Bias, board: BenchBoard): Promise<DhtLine> {
    const idle = { direction: 'input', bias, edges: 'both' } as const
    const handle = await board.request({ lines: [line], settings: idle, eventBuffer: EVENT_BUFFER })
    return new DhtLine(name, model, board, handle, idle)
  }

  async read(task: TaskContext): Promise<DhtValues> {
    const { startNs, pauseNs } = this.#model === 'dht11' ? DHT11 : DHT22
    const wait = this.#asked + pauseNs - this.#board.now()
    if (wait > 0) await task.sleep(toMs(wait))
    const frame = await this.#ask(startNs, task)
    if (frame !== undefined) return dhtValues(frame, this.#model, this.#name)
    const low = this.#handle.get() === 0
    throw new PiWorkerError('ERR_NO_DEVICE', `${this.#name}: no sensor answers${low ? '; the line stays low' : ''}`, {
      place: this.#name,
      remedy: low
        ? 'Check the pull-up (4.7 to 10 kOhm to 3.3 V) and whether the data wire is shorted to ground.'
        : 'Check the supply of the sensor, its data wire, and the model.',
    })
  }

  rest(): void {
    this.#handle.reconfigure(this.#idle)
  }

  /** The start pulse, and what came after it; undefined when nothing did. */
  async #ask(startNs: number, task: TaskContext) {
    const board = this.#board
    let edges: DhtEdge[] = []
    let failure: Error | undefined
    this.#asked = board.now()
    const stop = watchEdges({
      handle: this.#handle,
      since: this.#asked + startNs,
      edge: edge => edges.push(edge),
      // What came before a gap cannot be joined to what comes after it; the end of a frame alone may be all of its bits.
      lost: () => {
        edges = []
      },
      failed: ({ error }) => {
        failure = error
      },
    })
    try {
      // Only ever low: the bias lifts the line again, and the sensor may pull it down.
      this.#handle.reconfigure({ direction: 'output', bias: this.#idle.bias, initial: 0 })
      await task.sleep(toMs(startNs))
      const released = board.now()
      this.rest()
      await task.sleep(toMs(ANSWER_NS + board.capabilities.edgeDelayNs))
      if (failure !== undefined) throw failure
      return dhtAnswer(edges, released)
    } catch (error) {
      this.rest()
      throw error
    } finally {
      stop()
    }
  }
}
