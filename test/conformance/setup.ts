/** What the behaviours of all groups share. */

import { expect, onTestFinished, test } from 'vitest'
import type { Board, EdgeEvent, LineHandle, LineSettings } from '../../drivers/driver.js'
import { type Ability, has } from './abilities.js'
import { EDGE_GAP_MS, INPUTS, type Rig } from './rig.js'

/** One behaviour of every driver that has `needs`. */
export type Behave = (title: string, run: (bench: Scene) => Promise<void>, needs?: Ability) => void

/** Declares behaviours on one driver; those of abilities that it lacks are not claimed, and not counted. */
export function behaviours(rig: Rig): Behave {
  return (title, run, needs) => {
    if (needs !== undefined && !has(rig.driver, needs)) return
    test(title, async () => {
      const board = await rig.open()
      for (const line of INPUTS) rig.pull(line, 'low')
      onTestFinished(() => board.close())
      await run(new Scene(rig, board))
    })
  }
}

/** A board, the world around it, and short ways to ask for lines. */
export class Scene {
  readonly rig: Rig
  readonly board: Board

  constructor(rig: Rig, board: Board) {
    this.rig = rig
    this.board = board
  }

  output(lines: readonly number[], settings: Partial<LineSettings> = {}): Promise<LineHandle> {
    return this.board.request({ lines, settings: { direction: 'output', ...settings } })
  }

  input(lines: readonly number[], settings: Partial<LineSettings> = {}): Promise<LineHandle> {
    return this.board.request({ lines, settings: { direction: 'input', ...settings } })
  }

  levels(lines: readonly number[]): string[] {
    return lines.map(line => this.rig.level(line))
  }

  /** The line gets that level from outside, long enough to be noticed. */
  async edge(line: number, level: 'low' | 'high'): Promise<void> {
    this.rig.pull(line, level)
    await this.rig.pass(EDGE_GAP_MS)
  }

  /**
   * Rises and falls in turn, beginning with a rise.
   * @param seen Events of the line: each edge waits until the one before is among them. A driver that looks at the
   *   level after an interrupt sees both only then, however busy the machine is.
   */
  async toggle(line: number, count: number, seen?: readonly EdgeEvent[]): Promise<void> {
    const before = seen?.length ?? 0
    for (let done = 0; done < count; done++) {
      await this.edge(line, done % 2 === 0 ? 'high' : 'low')
      if (seen !== undefined) await this.reach(seen, before + done + 1)
    }
  }

  /** Waits, in the time of the board, until there are so many events, or fails after a while. */
  async reach(events: readonly EdgeEvent[], count: number): Promise<void> {
    for (let tries = 0; events.length < count && tries < 200; tries++) await this.rig.pass(EDGE_GAP_MS)
    expect(events.length).toBeGreaterThanOrEqual(count)
  }
}

/** Everything that a handle delivers from now on. */
export function listen(handle: LineHandle): EdgeEvent[] {
  const events: EdgeEvent[] = []
  handle.edges(event => events.push(event))
  return events
}

export function edgesOf(events: readonly EdgeEvent[]) {
  return events.filter(event => event.kind === 'edge')
}

export const directions = (events: readonly EdgeEvent[]) => edgesOf(events).map(({ direction }) => direction)
export const withCode = (code: string) => expect.objectContaining({ code })

/** The error of a promise that must reject with that code. */
export async function refused(promise: Promise<unknown>, code: string): Promise<unknown> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toEqual(withCode(code))
  return error
}
