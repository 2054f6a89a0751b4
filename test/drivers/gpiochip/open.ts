/** A board of the gpiochip driver on a fake kernel, whose poll threads do only what the test says. */

import { onTestFinished } from 'vitest'
import type { Board } from '../../../drivers/driver.js'
import { gpiochipDriver } from '../../../drivers/gpiochip/index.js'
import { ManualClock } from '../../mocks/setup.js'
import type { FakeKernel } from './fake-kernel.js'
import { fakeThreads } from './fake-thread.js'

/** Opens the header's chip of `kernel`, gpiochip0; the board is closed when the test is over. */
export async function openOn(kernel: FakeKernel) {
  kernel.addChip('gpiochip0', 'pinctrl-bcm2711')
  const { threads, start } = fakeThreads()
  const driver = gpiochipDriver({
    dev: kernel.dev,
    sysfs: kernel.sysfs,
    libc: async () => kernel.libc,
    startThread: start,
  })
  const clock = new ManualClock()
  const board: Board = await driver.open({ clock })
  onTestFinished(() => board.close())
  return { kernel, clock, board, threads }
}
