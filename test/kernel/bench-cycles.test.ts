/** A bench that is opened and closed a thousand times leaves nothing: no descriptor, no export, no request. */

import { input, openBench, output } from 'pi-worker'
import { expect, test } from 'vitest'
import { exportedLines, headerChip, openFds } from './gpio-sim.js'
import { gpioinfo } from './gpiod.js'

const CYCLES = 1000

test.each(['gpiochip', 'onoff'] as const)(
  `a bench on %s leaves nothing behind when it is opened and closed ${CYCLES} times`,
  async driver => {
    const once = async (round: number) => {
      const bench = await openBench(
        { pump: output({ line: 17 }), level: input({ line: 4 }) },
        { driver, guardian: false },
      )
      // Each of them works, and none is left in the middle.
      const on = bench.pump.on()
      if (round % 2 === 0) await on.result()
      await bench.close(round % 3 === 0 ? { abort: true } : { drain: true })
    }
    // What is loaded and started once, on first use, is no leak.
    await once(0)
    const before = openFds().toSorted()
    for (let round = 1; round <= CYCLES; round++) await once(round)
    expect(openFds().toSorted()).toEqual(before)
    expect(exportedLines()).toEqual([])
    expect(gpioinfo(headerChip()).filter(({ consumer }) => consumer !== undefined)).toEqual([])
  },
  900_000,
)
