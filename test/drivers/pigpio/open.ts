/** Boards of the pigpio driver on the fake package. */

import { onTestFinished } from 'vitest'
import type { Board, LineHandle, LineSettings } from '../../../drivers/driver.js'
import { type Machine, type PigpioOptions, pigpioDriver } from '../../../drivers/pigpio/index.js'
import { ManualClock } from '../../mocks/setup.js'
import { FakePigpio } from './fake-pigpio.js'

export interface Opened {
  readonly fake: FakePigpio
  readonly clock: ManualClock
  readonly board: Board
}

/** A Pi 3B, as root, with nobody else on it. */
export const pi3: Machine = {
  platform: 'linux',
  uid: 0,
  revision: () => 0xa02082,
  header: () => undefined,
  holder: () => undefined,
  staleLock: () => undefined,
}

export function driverOn(fake: FakePigpio, options: PigpioOptions = {}) {
  return pigpioDriver({
    pigpio: async () => fake,
    machine: pi3,
    signals: { keep: async () => true, giveBack: () => undefined },
    ...options,
  })
}

/** A board that is closed when the test is over. */
export async function openOn(fake: FakePigpio = new FakePigpio(), options: PigpioOptions = {}): Promise<Opened> {
  const clock = new ManualClock()
  const board = await driverOn(fake, options).open({ clock })
  onTestFinished(() => board.close())
  return { fake, clock, board }
}

/** A board and a handle of lines 17, or of those that are given; the calls begin afterwards. */
export async function request(settings: LineSettings, lines: readonly number[] = [17]) {
  const opened = await openOn()
  const handle: LineHandle = await opened.board.request({ lines, settings })
  opened.fake.calls.length = 0
  return { ...opened, handle }
}

/** Lets the listeners of edges, and whoever waits for a promise, be called. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}
