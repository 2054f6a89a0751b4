/** After every test of the kernel tier: no line is held or exported, and the header's chip is as it was. */

import { beforeEach, expect } from 'vitest'
import { exportedLines, headerChip } from './gpio-sim.js'
import { gpioinfo } from './gpiod.js'

beforeEach(({ onTestFinished }) => {
  // Registered first, run last: after what the test itself does when it is finished.
  onTestFinished(() => {
    headerChip().reset()
    const held = gpioinfo(headerChip()).filter(row => row.consumer !== undefined)
    expect(held, 'lines still held after the test').toEqual([])
    expect(exportedLines(), 'lines still exported after the test').toEqual([])
  })
})
