/** What the conformance suite needs around a driver: a board of it, and the outside world at its lines. */

import type { Board, DriverName, Level } from '../../drivers/driver.js'

export interface Rig {
  readonly driver: DriverName
  /** Opens a board; the suite closes it. */
  open(): Promise<Board>
  /** The outside world pulls an input to a level, or not at all. It is so weak that an output does not care. */
  pull(line: number, to: Level | 'none'): void
  /** The physical level of a line, as a witness other than the driver sees it. */
  level(line: number): Level
  /** Lets time pass, on whatever clock the board has. */
  pass(ms: number): Promise<void>
  /** A line with a name of its own, when there is one. */
  readonly named?: { readonly line: number; readonly name: string } | undefined
  /** Somebody else holds the line, until the function that it returns is called. */
  occupy(line: number, consumer: string): Promise<() => Promise<void>>
  /** What is still held, exported or open of earlier boards. */
  leftovers(): readonly string[]
  /**
   * Whether a pull from outside is seen on an output that lets its line go. The kernel's gpio-sim holds its value for
   * an output, whatever its drive.
   */
  readonly showsLetGo: boolean
  /** The chip goes away; undefined when nothing can make it go. */
  vanish?: (() => Promise<void>) | undefined
}

/** Lines that nothing else uses. */
export const INPUTS = [4, 5, 6] as const
export const OUTPUTS = [17, 27, 22] as const
/** Apart so far, two edges are two for every driver on every kernel. */
export const EDGE_GAP_MS = 25
