/** The conformance suite through the real package, in the machine's time. */

import type { Board, Level, LineInfo } from '../../drivers/driver.js'
import { SystemClock } from '../../src/worker/clock.js'
import { sleep } from '../../src/worker/sleep.js'
import type { Rig } from '../conformance/rig.js'
import { conformance } from '../conformance/suite.js'
import { drive, level, openPigpioBoard, standin } from './rig.js'

const clock = new SystemClock()

class PigpioRig implements Rig {
  readonly driver = 'pigpio'
  readonly showsLetGo = true
  readonly named = { line: 22, name: 'SENSOR_A' }
  /** Lines that the kernel says somebody holds. */
  readonly #held = new Map<number, string>()

  open(): Promise<Board> {
    const lineInfo = (line: number): LineInfo => ({
      line,
      name: line === 22 ? 'SENSOR_A' : undefined,
      used: this.#held.has(line),
      consumer: this.#held.get(line),
      direction: 'input',
    })
    const findLine = (name: string) => (name === 'SENSOR_A' ? 22 : undefined)
    return openPigpioBoard(clock, {
      inspect: async () => ({ path: '/dev/gpiochip0', findLine, lineInfo, close: () => undefined }),
    })
  }

  pull(line: number, to: Level | 'none'): void {
    drive(line, to === 'none' ? 'float' : to)
  }

  level(line: number): Level {
    return level(line) === 1 ? 'high' : 'low'
  }

  async pass(ms: number): Promise<void> {
    await sleep(clock, ms)
    await standin.settle()
  }

  /** Of the kernel's side of the chip, which pigpio reaches past: only the character device tells. */
  async occupy(line: number, consumer: string): Promise<() => Promise<void>> {
    this.#held.set(line, consumer)
    return async () => void this.#held.delete(line)
  }

  leftovers(): string[] {
    return [...(standin.running ? ['the library'] : []), ...Array.from({ length: standin.waves() }, () => 'a wave')]
  }
}

conformance(new PigpioRig())
