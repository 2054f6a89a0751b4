/** Boards of the tier whose time goes only when a test says so. */

import { onTestFinished } from 'vitest'
import type { Board, LineHandle, LineSettings } from '../../drivers/driver.js'
import { standin, tierDriver } from './rig.js'
import { StandinClock } from './standin.js'

export interface Opened {
  readonly board: Board
  readonly clock: StandinClock
}

/** A board at power-on, whose time goes only when it is told; closed when the test is over. */
export async function openStill(tick = 0): Promise<Opened> {
  standin.reset()
  standin.setTick(tick)
  const clock = new StandinClock(standin)
  const board = await tierDriver().open({ clock })
  onTestFinished(() => board.close())
  return { board, clock }
}

/** A board and a handle of line 17, or of those that are given; the log begins afterwards. */
export async function request(settings: LineSettings, lines: readonly number[] = [17], tick = 0) {
  const opened = await openStill(tick)
  const handle: LineHandle = await opened.board.request({ lines, settings })
  standin.clearLog()
  return { ...opened, handle }
}
