/**
 * A real board that tells of level changes, as far as the driver can know of them: what is set on outputs, at the time
 * when the call returned; on inputs, every edge that the driver reports, with the driver's time; what hardware does with
 * outputs, as it was ordered.
 */

import type {
  Edge,
  EdgeEvent,
  EdgeFailure,
  EdgeSelection,
  Level,
  LevelListener,
  LineHandle,
  LineRequest,
  LineSettings,
  Played,
  PulseSequence,
  PwmSettings,
  PwmState,
} from '../../drivers/driver.js'
import { isPiWorkerError, PiWorkerError } from '../errors.js'
import { Listeners } from '../listeners.js'
import type { Clock } from '../worker/clock.js'
import { type LineSource, levelAt } from './lease.js'
import { edgesOfPwm, edgesOfSequence, type OrderedEdge, OrderedEdges } from './ordered-edges.js'

interface LevelChange {
  readonly line: number
  readonly level: Level
  readonly time: number
}

export class ObservedBoard implements LineSource {
  readonly driver
  readonly capabilities
  readonly #board: LineSource
  readonly #clock: Clock
  readonly #levels = new Map<number, Level>()
  readonly #listeners = new Listeners<LevelChange>()

  constructor(board: LineSource, clock: Clock) {
    this.#board = board
    this.#clock = clock
    this.driver = board.driver
    this.capabilities = board.capabilities
  }

  now(): number {
    return this.#board.now()
  }

  /**
   * Requests lines; inputs watch all their edges from now on, whatever the caller wants to hear of. Lines that have no
   * edges are not watched, unless the caller wants edges of them.
   */
  async request(request: LineRequest): Promise<LineHandle> {
    const { settings } = request
    const observer: Observer = {
      tell: (line, level, time) => this.#tell(line, level, time),
      now: () => this.now(),
      clock: this.#clock,
      tickNs: this.capabilities.pulses === 'dma' ? 1000 : 1,
    }
    try {
      const handle = await this.#board.request({ ...request, settings: watched(settings) })
      return new ObservedHandle(handle, settings, false, observer)
    } catch (error) {
      if (!isPiWorkerError(error, 'ERR_UNSUPPORTED') || (settings.edges ?? 'none') !== 'none') throw error
      return new ObservedHandle(await this.#board.request(request), settings, true, observer)
    }
  }

  onLevel(listener: LevelListener): () => void {
    return this.#listeners.add(({ line, level, time }) => listener(line, level, time))
  }

  #tell(line: number, level: Level, time: number): void {
    if (this.#levels.get(line) === level) return
    this.#levels.set(line, level)
    this.#listeners.tell({ line, level, time })
  }
}

/** What a handle tells its board, and what it needs of it. */
interface Observer {
  readonly tell: LevelListener
  readonly now: () => number
  readonly clock: Clock
  /** Pulses begin at whole multiples of so many ns: DMA counts in us. */
  readonly tickNs: number
}

class ObservedHandle implements LineHandle {
  readonly lines: readonly number[]
  readonly #handle: LineHandle
  /** The lines can have no edges. */
  readonly #edgeless: boolean
  readonly #observer: Observer
  #settings: LineSettings
  readonly #listeners = new Listeners<EdgeEvent>()
  #stop: (() => void) | undefined
  #failure: EdgeFailure | undefined
  /** Lines with PWM. */
  readonly #pwm = new Map<number, OrderedEdges>()

  constructor(handle: LineHandle, settings: LineSettings, edgeless: boolean, observer: Observer) {
    this.lines = handle.lines
    this.#handle = handle
    this.#settings = settings
    this.#edgeless = edgeless
    this.#observer = observer
    this.#tellAll()
    this.#watch()
  }

  get settings(): LineSettings {
    return this.#settings
  }

  get(): number {
    return this.#handle.get()
  }

  set(values: number, mask = -1): void {
    this.#handle.set(values, mask)
    this.#endPwm(mask)
    const time = this.#observer.now()
    for (const [index, line] of this.lines.entries()) {
      if (((mask >>> index) & 1) === 1) this.#observer.tell(line, levelAt(values, index, this.#settings), time)
    }
  }

  reconfigure(settings: LineSettings): void {
    this.#handle.reconfigure(this.#edgeless ? settings : watched(settings))
    this.#endPwm()
    this.#settings = settings
    this.#tellAll()
    this.#watch()
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    const stop = this.#listeners.add(listener)
    // It came while nobody listened, and will not come again.
    const failure = this.#failure
    if (failure !== undefined) queueMicrotask(() => this.#listeners.tell(failure))
    return stop
  }

  /** Its steps are told at the times at which they were due: nobody can watch a thread or hardware step by step. */
  async play(sequence: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    const { clock, now, tickNs } = this.#observer
    let edges: OrderedEdges | undefined
    try {
      const played = await this.#handle.play(sequence, signal, time => {
        this.#endPwm()
        edges = this.#order(edgesOfSequence(sequence, this.lines, this.#settings, tickNs), now() + time - clock.now())
        began?.(time)
      })
      edges?.end(true)
      return played
    } finally {
      edges?.end()
      this.#tellAll()
    }
  }

  /** Its edges are told as far as it is not faster than `FASTEST_PWM`. */
  pwm(line: number, settings: PwmSettings): PwmState {
    if (this.#handle.pwm === undefined) throw new PiWorkerError('ERR_UNSUPPORTED', 'the driver has no PWM')
    const state = this.#handle.pwm(line, settings)
    this.#endPwm(1 << this.lines.indexOf(line))
    this.#pwm.set(line, this.#order(edgesOfPwm(line, state, this.#settings), this.#observer.now()))
    return state
  }

  release(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#listeners.clear()
    const lines = this.#endPwm()
    try {
      this.#handle.release()
    } finally {
      // PWM ends inactive; other outputs are not known any more.
      for (const line of lines) this.#observer.tell(line, levelAt(0, 0, this.#settings), this.#observer.now())
    }
  }

  /** @param begins When, in the time of the board. */
  #order(edges: Iterator<OrderedEdge>, begins: number): OrderedEdges {
    const { clock, now, tell } = this.#observer
    return new OrderedEdges({ edges, begins, clock, now, tell })
  }

  /** @param mask Bits of the lines whose PWM has ended. Returns those that had it. */
  #endPwm(mask = -1): number[] {
    const ended = [...this.#pwm.keys()].filter(line => ((mask >>> this.lines.indexOf(line)) & 1) === 1)
    for (const line of ended) {
      this.#pwm.get(line)?.end()
      this.#pwm.delete(line)
    }
    return ended
  }

  #watch(): void {
    if (this.#settings.direction === 'input' && !this.#edgeless)
      this.#stop ??= this.#handle.edges(event => this.#heard(event))
    else {
      this.#stop?.()
      this.#stop = undefined
    }
  }

  #heard(event: EdgeEvent): void {
    if (event.kind === 'failed') this.#failure = event
    if (event.kind === 'edge')
      this.#observer.tell(event.line, event.direction === 'rising' ? 'high' : 'low', event.time)
    if (event.kind === 'edge' && !selects(this.#settings.edges, event.direction)) return
    this.#listeners.tell(event)
  }

  #tellAll(): void {
    const values = this.#handle.get()
    const time = this.#observer.now()
    for (const [index, line] of this.lines.entries())
      this.#observer.tell(line, levelAt(values, index, this.#settings), time)
  }
}

function watched(settings: LineSettings): LineSettings {
  return settings.direction === 'input' ? { ...settings, edges: 'both' } : settings
}

function selects(selection: EdgeSelection = 'none', direction: Edge['direction']): boolean {
  return selection === 'both' || selection === direction
}
