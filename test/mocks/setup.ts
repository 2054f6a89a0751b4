/** What the tests of the mocks share: a board on a clock, and ways to watch it. */

import type { EdgeEvent, LineHandle } from '../../drivers/driver.js'
import { MockBoard, type MockBoardOptions } from '../../mocks/board.js'
import type { Clock, Timer } from '../../src/worker/clock.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

export function openBoard(options: Omit<MockBoardOptions, 'clock'> = {}): { board: MockBoard; clock: VirtualClock } {
  const clock = new VirtualClock()
  return { board: new MockBoard({ clock, ...options }), clock }
}

/** The events of a handle from now on. */
export function watch(handle: LineHandle): EdgeEvent[] {
  const events: EdgeEvent[] = []
  handle.edges(event => events.push(event))
  return events
}

/** Events as short text: `rising 4 @100 #1`, `lost 3`, `failed ERR_CHIP_GONE`. */
export function brief(events: readonly EdgeEvent[]): string[] {
  return events.map(event => {
    if (event.kind === 'edge') return `${event.direction} ${event.line} @${event.time} #${event.sequence}`
    if (event.kind === 'lost') return `lost ${event.count}`
    return `failed ${'code' in event.error ? event.error.code : event.error.message}`
  })
}

/** A clock that goes only when it is told, and whose timers fire only when they are told, however late that is. */
export class ManualClock implements Clock {
  readonly kind = 'system'
  time = 0
  readonly timers = new Set<{ readonly due: number; readonly callback: () => void }>()

  now(): number {
    return this.time
  }

  wall(): number {
    return this.time / 1e6
  }

  after(ns: number, callback: () => void): Timer {
    const timer = { due: this.time + ns, callback }
    this.timers.add(timer)
    return { cancel: () => this.timers.delete(timer) }
  }

  /** Fires what is due. */
  fire(): void {
    for (const timer of [...this.timers]) {
      if (timer.due > this.time || !this.timers.delete(timer)) continue
      timer.callback()
    }
  }

  async reach(time: number): Promise<void> {
    this.time = Math.max(this.time, time)
  }

  async hold<T>(work: PromiseLike<T>): Promise<T> {
    return await work
  }

  fromKernel(monotonicNs: bigint): number {
    return Number(monotonicNs)
  }
}
