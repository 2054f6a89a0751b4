/** How tests inside the kernel open the header's chip, and what they gather of its edges. */

import { SystemClock } from 'pi-worker'
import { openBoard } from 'pi-worker/drivers'
import { expect, onTestFinished } from 'vitest'
import type { Board, DriverName, EdgeEvent, LineHandle } from '../../drivers/driver.js'

/** Opens a board that is closed when the test is over. */
export async function openForTest(driver: DriverName, chip?: string): Promise<Board> {
  const { board } = await openBoard({ driver, clock: new SystemClock(), chip })
  onTestFinished(() => board.close())
  return board
}

/** Everything that a handle delivers, from now on. */
export class EdgeLog {
  readonly events: EdgeEvent[] = []
  readonly stop: () => void

  constructor(handle: LineHandle) {
    this.stop = handle.edges(event => this.events.push(event))
  }

  get edges() {
    return this.events.filter(event => event.kind === 'edge')
  }

  /** How many edges the driver says it lost, at least. */
  get lost(): number {
    return this.events.reduce((sum, event) => sum + (event.kind === 'lost' ? event.count : 0), 0)
  }

  get directions() {
    return this.edges.map(edge => edge.direction)
  }

  /** Waits until `count` edges were delivered or reported as lost. */
  async reach(count: number): Promise<void> {
    await expect.poll(() => this.edges.length + this.lost, { timeout: 10_000 }).toBeGreaterThanOrEqual(count)
  }
}
