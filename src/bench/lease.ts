/**
 * The lines of one peripheral. They are held as long as the bench is open; what actions get are handles on a lease,
 * which can be revoked at any moment without letting a line go: a function that was given up can move nothing more.
 */

import type { Capabilities, DriverName, Level, LineHandle, LineRequest, LineSettings } from '../../drivers/driver.js'
import { formatLine } from '../../drivers/lines.js'
import { MAX_CONSUMER_BYTES } from '../../drivers/request.js'
import { PiWorkerError } from '../errors.js'
import { callAll } from '../thrown.js'
import { LeasedHandle, revokedError } from './leased-handle.js'
import type { OutputLine } from './outputs.js'

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
  /** Why nobody may drive a line now, as far as handles have not been revoked. */
  #stilled: PiWorkerError | undefined

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

  /** Something is held, and all of it is an input now. */
  get onlyInputs(): boolean {
    return this.#held.size > 0 && [...this.#held].every(({ handle }) => handle.settings.direction === 'input')
  }

  get isStilled(): boolean {
    return this.#stilled !== undefined
  }

  /** Handles that have not been revoked read on, but whatever would drive a line throws `why`, until it is undefined. */
  still(why: PiWorkerError | undefined): void {
    this.#stilled = why
    for (const { user } of this.#held) user.stilled = why
  }

  /**
   * Puts outputs at their safe levels at once, through the driver's own handles: all lines of a request together, and
   * PWM on them ends; those that somebody has made inputs are driven again. Returns what went wrong.
   */
  setSafe(outputs: readonly OutputLine[]): unknown[] {
    return [...this.#held].flatMap(({ handle }) => setSafe(handle, outputs))
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
    held.user.stilled = this.#stilled
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
        held.user.stilled = this.#stilled
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

/** Returns what went wrong; a line that is refused its level keeps no other from having its own. */
function setSafe(handle: LineHandle, outputs: readonly OutputLine[]): unknown[] {
  const { direction, bias, activeLow = false } = handle.settings
  const isOutput = direction === 'output'
  const safe = handle.lines.map(line => outputs.find(output => output.line === line)?.safe)
  if (safe.every(level => level === 'input')) {
    return isOutput ? errorsOf([() => handle.reconfigure({ direction: 'input', bias, activeLow })]) : []
  }
  let values = 0
  let mask = 0
  for (const [index, level] of safe.entries()) {
    if (level !== 'low' && level !== 'high') continue
    mask |= 1 << index
    if ((level === 'high') !== activeLow) values |= 1 << index
  }
  if (mask === 0) return []
  if (!isOutput) {
    // All at once or none: what is to stay as it is must not be driven.
    const isWhole = handle.lines.every((_, index) => (mask & (1 << index)) !== 0)
    const driven = { direction: 'output', bias, activeLow, initial: values >>> 0 } as const
    return isWhole ? errorsOf([() => handle.reconfigure(driven)]) : []
  }
  const refused = errorsOf([() => handle.set(values >>> 0, mask)])
  if (refused.length === 0 || handle.lines.length === 1) return refused
  const bits = handle.lines.map((_, index) => 1 << index).filter(bit => (mask & bit) !== 0)
  return errorsOf(bits.map(bit => () => handle.set(values >>> 0, bit)))
}

function errorsOf(calls: readonly (() => void)[]): unknown[] {
  return calls.flatMap(call => {
    try {
      call()
      return []
    } catch (error) {
      return [error]
    }
  })
}

/** The physical level behind bit `index` of a handle's values. */
export function levelAt(values: number, index: number, settings: LineSettings): Level {
  const active = ((values >>> index) & 1) === 1
  return active !== (settings.activeLow === true) ? 'high' : 'low'
}

/** `pi-worker pump`, as far as the kernel's field holds it. Names are ASCII. */
function consumerOf(name: string): string {
  return `pi-worker ${name}`.slice(0, MAX_CONSUMER_BYTES)
}
