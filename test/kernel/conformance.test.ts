/** The conformance suite on real lines of a real kernel, for the drivers that reach them through it. */

import { SystemClock } from 'pi-worker'
import { openBoard } from 'pi-worker/drivers'
import { onTestFinished } from 'vitest'
import type { Board, Level } from '../../drivers/driver.js'
import type { Rig } from '../conformance/rig.js'
import { conformance } from '../conformance/suite.js'
import { exportedLines, headerChip, openFds } from './gpio-sim.js'
import { gpioinfo } from './gpiod.js'

const chip = headerChip()
const clock = new SystemClock()

class KernelRig implements Rig {
  readonly showsLetGo = false
  readonly named = { line: 22, name: 'SENSOR_A' }

  constructor(readonly driver: 'gpiochip' | 'onoff') {}

  async open(): Promise<Board> {
    return (await openBoard({ driver: this.driver, clock })).board
  }

  /** The simulator's pull is what its lines have instead of a bias: nothing pulls them besides. */
  pull(line: number, to: Level | 'none'): void {
    if (to !== 'none') chip.pull(line, to === 'high' ? 'up' : 'down')
  }

  level(line: number): Level {
    return chip.level(line)
  }

  pass(ms: number): Promise<void> {
    return new Promise(resolve => clock.after(ms * 1e6, resolve))
  }

  async occupy(line: number, consumer: string): Promise<() => Promise<void>> {
    const { board } = await openBoard({ driver: 'gpiochip', clock })
    onTestFinished(() => board.close())
    await board.request({ lines: [line], settings: { direction: 'input' }, consumer })
    return () => board.close()
  }

  leftovers(): string[] {
    const held = gpioinfo(chip).flatMap(({ line, consumer }) => (consumer === undefined ? [] : `${line} ${consumer}`))
    return [...held, ...exportedLines().map(number => `exported ${number}`), ...openFds().toSorted()]
  }

  async vanish(): Promise<void> {
    // Registered now, run before the test for what is left looks at the chip.
    onTestFinished(() => chip.appear())
    chip.vanish()
  }
}

conformance(new KernelRig('gpiochip'))
conformance(new KernelRig('onoff'))
