/** Boards of the onoff driver on the simulated sysfs. */

import { onTestFinished } from 'vitest'
import type { Board, LineHandle, LineSettings } from '../../../drivers/driver.js'
import { type OnoffOptions, onoffDriver } from '../../../drivers/onoff/index.js'
import { ManualClock } from '../../mocks/setup.js'
import { FakeSysfs } from './fake-sysfs.js'

export interface Opened {
  readonly sysfs: FakeSysfs
  readonly clock: ManualClock
  readonly board: Board
}

export function driverOn(sysfs: FakeSysfs, options: OnoffOptions = {}) {
  return onoffDriver({
    sysfs: sysfs.root,
    files: sysfs.files,
    gpio: async () => sysfs.Gpio,
    platform: 'linux',
    ...options,
  })
}

/** A board that is closed when the test is over. */
export async function openOn(sysfs: FakeSysfs = new FakeSysfs(), options: OnoffOptions = {}): Promise<Opened> {
  const clock = new ManualClock()
  const board = await driverOn(sysfs, options).open({ clock })
  onTestFinished(() => board.close())
  return { sysfs, clock, board }
}

/** A board and a handle of lines 17, or of those that are given. */
export async function request(settings: LineSettings, lines: readonly number[] = [17]) {
  const opened = await openOn()
  const handle: LineHandle = await opened.board.request({ lines, settings })
  return { ...opened, handle }
}

/** Lets the listeners of edges be called. */
export async function settle(): Promise<void> {
  await Promise.resolve()
  await Promise.resolve()
}
