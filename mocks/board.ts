/**
 * The simulated board: a chip like the Pi 4's whose lines follow the rules of electricity and of the kernel's GPIO
 * character device, with a wire to every line for tests and parts.
 */

import type { BusKind, BusOfKind } from '../drivers/buses/bus.js'
import type { Board, Capabilities, Level, LevelListener, LineHandle, LineInfo, LineRequest } from '../drivers/driver.js'
import { formatLine } from '../drivers/lines.js'
import { checkLine, checkRequest, DEFAULT_CONSUMER } from '../drivers/request.js'
import { PiWorkerError } from '../src/errors.js'
import type { Clock } from '../src/worker/clock.js'
import { SimulatedBuses } from './buses/simulated-buses.js'
import { EdgeBuffer, EdgeDelivery } from './edge-buffer.js'
import type { Faults } from './faults/faults.js'
import { checkCall, type Disturbance, FaultyHandle } from './faults/faulty-handle.js'
import { MockHandle } from './handle.js'
import { LineNames } from './line-names.js'
import { FLOAT, HIGH, LOW, type Push } from './net.js'
import type { OutsideDriver, OutsideLevel } from './outside.js'
import type { Part } from './parts/part.js'
import { Random } from './random.js'
import { SimulationClock } from './simulation-clock.js'
import { LEVELS, type Trace } from './trace.js'
import { type Contention, type ContentionListener, Wires } from './wires.js'

export interface MockBoardOptions {
  readonly clock: Clock
  /** Default 58, as many as a Pi 4 has; at most 32,768. */
  readonly lineCount?: number | undefined
  /** Default `pinctrl-bcm2711`. */
  readonly label?: string | undefined
  /** What the chip is called in messages. Default `/dev/gpiochip0`. */
  readonly chip?: string | undefined
  /** Own names of lines, by BCM number. Default none. */
  readonly names?: Readonly<Record<number, string>> | undefined
  /**
   * Resistors on the board, stronger than the chip's own pulls.
   * Default: pull-ups on GPIO2 and GPIO3 (1.8 kΩ on every Pi, for I²C).
   */
  readonly resistors?: Readonly<Record<number, 'pull-up' | 'pull-down'>> | undefined
  /** Seed of `random`. Default 1. */
  readonly seed?: number | undefined
  /** `none` keeps no trace, so that memory stays flat however long a run is; listeners are told all the same. Default `memory`. */
  readonly trace?: 'memory' | 'none' | undefined
}

const CAPABILITIES: Capabilities = {
  edgeTimestamps: 'kernel-ns',
  bias: ['as-is', 'disabled', 'pull-up', 'pull-down'],
  drive: ['push-pull', 'open-drain', 'open-source'],
  debounce: 'kernel',
  atomic: true,
  pulses: 'software',
  pwm: ['hardware', 'dma'],
  shortestPulseNs: 1,
  edgeDelayNs: 0,
}
const EVENTS_PER_LINE = 128
/** Trace and queues keep a line and its level in 16 bits. */
const MAX_LINE_COUNT = 32_768
const I2C_PULL_UPS: NonNullable<MockBoardOptions['resistors']> = { 2: 'pull-up', 3: 'pull-up' }

export class MockBoard implements Board {
  readonly driver = 'mock'
  readonly capabilities = CAPABILITIES
  readonly description: string
  readonly lineCount: number
  /** Its I²C, SPI, 1-Wire, IIO and PWM, which a bench on this board uses. */
  readonly buses: SimulatedBuses
  /** Seeded; parts take forks of it. */
  readonly random: Random
  /** The time of what is simulated on it. */
  readonly simulation: SimulationClock
  readonly #clock: Clock
  readonly #wires: Wires
  readonly #delivery = new EdgeDelivery()
  readonly #names: LineNames
  /** Who holds each line: a handle, or somebody played by `occupy`. */
  readonly #holders: ({ readonly consumer: string } | undefined)[]
  readonly #handles = new Set<MockHandle>()
  readonly #hands = new Map<number, OutsideDriver>()
  readonly #parts = new Map<string, Part>()
  readonly #disturbances = new Map<number, Disturbance>()
  #gone = false
  #closed = false

  constructor(options: MockBoardOptions) {
    const { clock, lineCount = 58, label = 'pinctrl-bcm2711', chip = '/dev/gpiochip0' } = options
    if (!(Number.isInteger(lineCount) && lineCount >= 1 && lineCount <= MAX_LINE_COUNT)) {
      throw new PiWorkerError('ERR_BAD_OPTION', `lineCount must be 1 to ${MAX_LINE_COUNT}, not ${lineCount}`)
    }
    this.#clock = clock
    this.simulation = new SimulationClock(clock)
    this.buses = new SimulatedBuses(clock)
    this.lineCount = lineCount
    this.description = `simulated ${chip} (${label}, ${lineCount} lines)`
    this.random = new Random(options.seed ?? 1)
    this.#names = new LineNames(chip, lineCount, options.names ?? {})
    for (const line of this.#names.lines) this.#checked(line)
    this.#holders = Array.from({ length: lineCount }, () => undefined)
    this.#wires = new Wires({
      clock: this.simulation,
      pulls: Array.from({ length: lineCount }, (_, line) => resetPull(line)),
      resistors: this.#resistors(options.resistors),
      keepTrace: options.trace !== 'none',
      holder: line => this.#holders[line]?.consumer,
    })
  }

  now(): number {
    return this.#wires.now()
  }

  /** Of other chips than the simulated one, `gpiochip1:3`, spare lines are those. @throws ERR_UNKNOWN_LINE */
  findLine(name: string): number | undefined {
    return this.#names.find(name)
  }

  lineInfo(line: number): LineInfo {
    this.#usable()
    this.#checked(line)
    const holder = this.#holders[line]
    const name = this.#names.nameOf(line)
    const direction = holder instanceof MockHandle ? holder.settings.direction : 'input'
    return { line, name, used: holder !== undefined, consumer: holder?.consumer, direction }
  }

  async request(request: LineRequest): Promise<LineHandle> {
    this.#usable()
    checkRequest(request, this)
    const { lines, settings, consumer = DEFAULT_CONSUMER, eventBuffer = EVENTS_PER_LINE * lines.length } = request
    for (const line of lines) this.#free(line)
    const disturbed = lines.flatMap(line => this.#disturbances.get(line) ?? [])
    for (const disturbance of disturbed) checkCall(disturbance)
    const handle = new MockHandle({
      lines,
      settings,
      consumer,
      wires: this.#wires,
      clock: this.#clock,
      limits: this,
      buffer: new EdgeBuffer([...lines], eventBuffer, this.#delivery),
      held: holder => {
        this.#handles.add(holder)
        for (const line of lines) this.#holders[line] = holder
      },
      released: holder => {
        this.#handles.delete(holder)
        for (const line of lines) this.#holders[line] = undefined
      },
    })
    return disturbed.length === 0 ? handle : new FaultyHandle(handle, this.#disturbances)
  }

  /**
   * Tells of every physical change of every line, or of one, at once and in order. A listener may change lines: what
   * it changes is told after the change that it was called for.
   */
  onLevel(listener: LevelListener, line?: number): () => void {
    if (line !== undefined) this.#checked(line)
    return this.#wires.onLevel(listener, line)
  }

  /** Tells of every short circuit when it begins. */
  onContention(listener: ContentionListener): () => void {
    return this.#wires.onContention(listener)
  }

  /** The short circuits so far, in the order in which they began; the first 10,000 are kept. */
  get contentions(): readonly Contention[] {
    return this.#wires.contentions
  }

  /** Every physical change so far; empty with `trace: 'none'`. It can be read after `close` too. */
  get trace(): Trace {
    return this.#wires.trace
  }

  /** The physical level of a line now. @throws ERR_UNKNOWN_LINE */
  level(line: number): Level {
    return LEVELS[this.#wires.bit(this.#checked(line))]
  }

  /** Wires something called `name` to a line; it pushes nothing until it drives. @throws ERR_UNKNOWN_LINE */
  outside(line: number, name: string): OutsideDriver {
    return this.#wires.attach(this.#checked(line), name)
  }

  /** Pushes a line from outside by hand, until told otherwise. @throws ERR_UNKNOWN_LINE, ERR_BAD_OPTION */
  drive(line: number, level: OutsideLevel): void {
    const hand = this.#hands.get(line) ?? this.outside(line, 'outside')
    this.#hands.set(line, hand)
    hand.drive(level)
  }

  /**
   * Joins two lines by copper: each sees what is done to the other, with its strength. Returns what takes it off.
   * @throws ERR_UNKNOWN_LINE, ERR_BAD_OPTION when both are the same
   */
  wire(a: number, b: number): () => void {
    if (this.#checked(a) !== this.#checked(b)) return this.#wires.join(a, b)
    const remedy = 'Name two lines.'
    throw new PiWorkerError('ERR_BAD_OPTION', `a wire from ${formatLine(a)} to itself joins nothing`, { remedy })
  }

  /**
   * Holds a line as another process would, without driving it. Returns what lets it go.
   * @throws ERR_UNKNOWN_LINE, ERR_LINE_BUSY
   */
  occupy(line: number, consumer: string): () => void {
    this.#free(this.#checked(line))
    const holder = { consumer }
    this.#holders[line] = holder
    return () => {
      if (this.#holders[line] === holder) this.#holders[line] = undefined
    }
  }

  /**
   * The chip vanishes: its outputs let go, listeners of edges get a failure, and every later request and call of a
   * handle but `release` throws ERR_CHIP_GONE.
   */
  unplug(): void {
    if (this.#gone) return
    this.#gone = true
    for (const handle of [...this.#handles]) handle.fail(() => this.#chipGone())
  }

  openBus<K extends BusKind>(kind: K, number: number): Promise<BusOfKind[K]> {
    return Promise.resolve(this.buses.get(kind, number))
  }

  /** Whether somebody holds the line as an output. @throws ERR_UNKNOWN_LINE */
  isOutput(line: number): boolean {
    const holder = this.#holders[this.#checked(line)]
    return holder instanceof MockHandle && holder.settings.direction === 'output'
  }

  /** What goes wrong with the driver's calls and edges on a line; `path` is what the faults call it. */
  disturb(line: number, path: string, faults: Faults): void {
    this.#disturbances.set(this.#checked(line), { path, faults })
  }

  /** Puts a part under a name on the board, which closes it with itself. */
  addPart(name: string, part: Part): void {
    this.#parts.set(name, part)
  }

  /** The part that simulates the peripheral of that name, if it has one. */
  part(name: string): Part | undefined {
    return this.#parts.get(name)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const handle of [...this.#handles]) handle.release()
    for (const part of this.#parts.values()) part.close()
    await this.buses.close()
  }

  #usable(): void {
    if (this.#gone) throw this.#chipGone()
    if (this.#closed) throw new PiWorkerError('ERR_CLOSED', `${this.description} is closed`)
  }

  #chipGone(): PiWorkerError {
    return new PiWorkerError('ERR_CHIP_GONE', `${this.description} has vanished`, { details: { driver: 'mock' } })
  }

  #checked(line: number): number {
    checkLine(line, this)
    return line
  }

  #free(line: number): void {
    const holder = this.#holders[line]
    if (holder === undefined) return
    throw new PiWorkerError('ERR_LINE_BUSY', `${formatLine(line)} is held by "${holder.consumer}"`, {
      place: formatLine(line),
      ...(holder instanceof MockHandle && { remedy: 'Release the handle that holds it, or use another line.' }),
      details: { line, driver: 'mock', consumer: holder.consumer },
    })
  }

  #resistors(resistors: MockBoardOptions['resistors']): ReadonlyMap<number, Push> {
    const given = Object.entries(resistors ?? I2C_PULL_UPS).map(([line, to]) => [Number(line), to] as const)
    const fitting = resistors === undefined ? given.filter(([line]) => line < this.lineCount) : given
    return new Map(fitting.map(([line, to]) => [this.#checked(line), to === 'pull-up' ? HIGH : LOW]))
  }
}

/**
 * The chip's pull after a reset: GPIO0 to 8 up, GPIO9 to 27 down (BCM2711 ARM Peripherals, table of alternate
 * functions). The lines above are not on the header; here they have none and float.
 */
function resetPull(line: number): Push {
  if (line <= 8) return HIGH
  return line <= 27 ? LOW : FLOAT
}
