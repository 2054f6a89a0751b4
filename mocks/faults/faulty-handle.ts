/** A handle whose calls fail and whose edges get lost, when the faults of its lines say so. */

import type {
  Edge,
  EdgeEvent,
  LineHandle,
  LineSettings,
  Played,
  PulseSequence,
  PwmSettings,
  PwmState,
} from '../../drivers/driver.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Faults } from './faults.js'

/** The faults of one line. */
export interface Disturbance {
  /** What the configuration calls the line. */
  readonly path: string
  readonly faults: Faults
}

/** @throws ERR_IO, ERR_LINE_BUSY when a fault says that the kernel refuses the call */
export function checkCall({ faults }: Disturbance): void {
  const errno = faults.strikes('error')?.errno
  if (errno === undefined) return
  if (errno === 'EBUSY') {
    throw new PiWorkerError('ERR_LINE_BUSY', 'the line is held by somebody else (a simulated fault)', {
      details: { driver: 'mock', errno },
    })
  }
  throw new PiWorkerError('ERR_IO', `the kernel refused the call: ${errno} (a simulated fault)`, {
    details: { driver: 'mock', errno },
  })
}

export class FaultyHandle implements LineHandle {
  readonly lines: readonly number[]
  readonly #handle: LineHandle & Required<Pick<LineHandle, 'pwm'>>
  readonly #disturbances: ReadonlyMap<number, Disturbance>
  /** What was decided of each edge: all listeners hear of the same ones. */
  readonly #lost = new WeakMap<Edge, boolean>()

  constructor(handle: LineHandle & Required<Pick<LineHandle, 'pwm'>>, disturbances: ReadonlyMap<number, Disturbance>) {
    this.lines = handle.lines
    this.#handle = handle
    this.#disturbances = disturbances
  }

  get settings(): LineSettings {
    return this.#handle.settings
  }

  get(): number {
    this.#check()
    return this.#handle.get()
  }

  set(values: number, mask?: number): void {
    this.#check()
    this.#handle.set(values, mask)
  }

  reconfigure(settings: LineSettings): void {
    this.#check()
    this.#handle.reconfigure(settings)
  }

  edges(listener: (event: EdgeEvent) => void): () => void {
    let lost = 0
    return this.#handle.edges(event => {
      if (event.kind === 'edge' && this.#loses(event)) {
        lost++
        return
      }
      if (lost > 0 && event.kind === 'edge') {
        const line = this.lines.length === 1 ? this.lines[0] : undefined
        listener({ kind: 'lost', line, count: lost, time: event.time })
        lost = 0
      }
      listener(event)
    })
  }

  async play(sequence: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    this.#check()
    return await this.#handle.play(sequence, signal, began)
  }

  pwm(line: number, settings: PwmSettings): PwmState {
    this.#check()
    return this.#handle.pwm(line, settings)
  }

  release(): void {
    this.#handle.release()
  }

  #check(): void {
    for (const line of this.lines) {
      const disturbance = this.#disturbances.get(line)
      if (disturbance !== undefined) checkCall(disturbance)
    }
  }

  #loses(edge: Edge): boolean {
    const known = this.#lost.get(edge)
    if (known !== undefined) return known
    const disturbance = this.#disturbances.get(edge.line)
    const loses = disturbance?.faults.strikes('lost-edges', disturbance.path) !== undefined
    this.#lost.set(edge, loses)
    return loses
  }
}
