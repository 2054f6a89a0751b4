/**
 * The lines of one peripheral. They are held as long as the bench is open; what actions get are handles on a lease,
 * which can be revoked at any moment without letting a line go: a function that was given up can move nothing more.
 */

import type {
  Capabilities,
  DriverName,
  EdgeEvent,
  Level,
  LineHandle,
  LineRequest,
  LineSettings,
  Played,
  PulseSequence,
  PwmSettings,
  PwmState,
} from '../../drivers/driver.js'
import { formatLine } from '../../drivers/lines.js'
import { MAX_CONSUMER_BYTES } from '../../drivers/request.js'
import { PiWorkerError } from '../errors.js'
import { callAll } from '../thrown.js'

/** What a definition's `open` requests its lines from. */
export interface BenchBoard {
  readonly driver: DriverName
  readonly capabilities: Capabilities
  /** Whole ns since the bench was opened. */
  now(): number
  /**
   * Requests lines that the peripheral's configuration names, and no others.
   * @throws ERR_BAD_DEFINITION for another line, and what the driver's request throws
   */
  request(request: Omit<LineRequest, 'consumer'>): Promise<LineHandle>
}

/** What the lines of a peripheral are held on: the driver's board, or one that tells of what happens on it. */
export type LineSource = BenchBoard & { request(request: LineRequest): Promise<LineHandle> }

/** One request of the driver, and the leased handle that speaks for it now. */
interface Held {
  readonly handle: LineHandle
  user: LeasedHandle
}

export class HeldLines {
  readonly #name: string
  readonly #source: LineSource
  readonly #lines: readonly number[]
  readonly #held = new Set<Held>()
  #lease = new Lease()
  #board: BenchBoard | undefined

  /** @param lines The lines that the configuration of the peripheral `name` has, as BCM numbers. */
  constructor(name: string, source: LineSource, lines: readonly number[]) {
    this.#name = name
    this.#source = source
    this.#lines = lines
  }

  /** A board on a lease of its own; the one before is revoked. */
  lease(): BenchBoard {
    this.revoke()
    const lease = new Lease()
    this.#lease = lease
    const { driver, capabilities } = this.#source
    this.#board = {
      driver,
      capabilities,
      now: () => this.#source.now(),
      request: request => this.#request(lease, request),
    }
    return this.#board
  }

  /** Whether a board's handles have not been revoked. */
  isCurrent(board: BenchBoard): boolean {
    return this.#board === board && !this.#lease.revoked
  }

  /** Every handle given out so far throws ERR_REVOKED from now on; the lines stay held as they are. */
  revoke(): void {
    this.#lease.revoked = true
    for (const held of this.#held) held.user.revoke()
  }

  /** The physical level of a line that is held, or undefined when it is not. */
  level(line: number): Level | undefined {
    for (const { handle } of this.#held) {
      const index = handle.lines.indexOf(line)
      if (index >= 0) return levelAt(handle.get(), index, handle.settings)
    }
    return undefined
  }

  /** Lets all lines go, each although another could not be. @throws what the first of those threw */
  async release(): Promise<void> {
    this.revoke()
    const handles = [...this.#held].map(({ handle }) => handle)
    this.#held.clear()
    await callAll(handles.map(handle => () => handle.release()))
  }

  async #request(lease: Lease, request: Omit<LineRequest, 'consumer'>): Promise<LineHandle> {
    if (lease.revoked) throw revokedError(this.#name)
    const stranger = request.lines.find(line => !this.#lines.includes(line))
    if (stranger !== undefined) {
      throw new PiWorkerError(
        'ERR_BAD_DEFINITION',
        `${this.#name} has no ${formatLine(stranger)} in its configuration`,
        {
          place: this.#name,
          remedy: 'Let open() request only lines that the configuration names with Line().',
        },
      )
    }
    const again = this.#takeOver(request)
    if (again !== undefined) return again
    const handle = await this.#source.request({ ...request, consumer: consumerOf(this.#name) })
    const held: Held = { handle, user: new LeasedHandle(this.#name, handle, () => this.#drop(held)) }
    this.#held.add(held)
    if (lease.revoked) {
      held.user.revoke()
      throw revokedError(this.#name)
    }
    return held.user
  }

  /** The same lines under a new lease: they are set up anew in place, so that no line is let go in between. */
  #takeOver({ lines, settings }: Omit<LineRequest, 'consumer'>): LineHandle | undefined {
    for (const held of [...this.#held]) {
      if (!held.user.revoked || !held.handle.lines.some(line => lines.includes(line))) continue
      const same = lines.length === held.handle.lines.length && lines.every((line, i) => line === held.handle.lines[i])
      if (same) {
        held.handle.reconfigure(settings)
        held.user = new LeasedHandle(this.#name, held.handle, () => this.#drop(held))
        return held.user
      }
      held.handle.release()
      this.#held.delete(held)
    }
    return undefined
  }

  #drop(held: Held): void {
    held.handle.release()
    this.#held.delete(held)
  }
}

/** Whether a board still gives out handles. */
class Lease {
  revoked = false
}

/** A handle that works until it is revoked. */
class LeasedHandle implements LineHandle {
  readonly lines: readonly number[]
  revoked = false
  readonly #name: string
  readonly #handle: LineHandle
  readonly #onRelease: () => void
  /** What ends when it is revoked: listeners of edges, and sequences that play. */
  readonly #underWay = new Set<() => void>()

  constructor(name: string, handle: LineHandle, onRelease: () => void) {
    this.#name = name
    this.lines = handle.lines
    this.#handle = handle
    this.#onRelease = onRelease
  }

  get settings(): LineSettings {
    return this.#handle.settings
  }

  get(): number {
    if (this.revoked) throw revokedError(this.#name)
    return this.#handle.get()
  }

  set(values: number, mask?: number): void {
    if (this.revoked) throw revokedError(this.#name)
    this.#handle.set(values, mask)
  }

  reconfigure(settings: LineSettings): void {
    if (this.revoked) throw revokedError(this.#name)
    this.#handle.reconfigure(settings)
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    if (this.revoked) throw revokedError(this.#name)
    const stop = this.#handle.edges(listener)
    const end = (): void => {
      this.#underWay.delete(end)
      stop()
    }
    this.#underWay.add(end)
    return end
  }

  async play(sequence: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    if (this.revoked) throw revokedError(this.#name)
    const own = new AbortController()
    const end = (): void => own.abort(revokedError(this.#name))
    this.#underWay.add(end)
    try {
      return await this.#handle.play(
        sequence,
        signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]),
        began,
      )
    } finally {
      this.#underWay.delete(end)
    }
  }

  pwm(line: number, settings: PwmSettings): PwmState {
    if (this.revoked) throw revokedError(this.#name)
    if (this.#handle.pwm !== undefined) return this.#handle.pwm(line, settings)
    throw new PiWorkerError('ERR_UNSUPPORTED', `the driver of ${this.#name} has no PWM`, { place: this.#name })
  }

  release(): void {
    if (this.revoked) return
    this.revoke()
    this.#onRelease()
  }

  revoke(): void {
    if (this.revoked) return
    this.revoked = true
    for (const end of [...this.#underWay]) end()
  }
}

/** The physical level behind bit `index` of a handle's values. */
export function levelAt(values: number, index: number, settings: LineSettings): Level {
  const active = ((values >>> index) & 1) === 1
  return active !== (settings.activeLow === true) ? 'high' : 'low'
}

export function revokedError(name: string): PiWorkerError {
  return new PiWorkerError('ERR_REVOKED', `a task that was given up tried to use ${name}`, { place: name })
}

/** `pi-worker pump`, as far as the kernel's field holds it. Names are ASCII. */
function consumerOf(name: string): string {
  return `pi-worker ${name}`.slice(0, MAX_CONSUMER_BYTES)
}
