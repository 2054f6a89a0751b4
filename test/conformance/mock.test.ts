/** The conformance suite on the simulated board, in virtual time; and the table that it follows. */

import { describe, expect, test } from 'vitest'
import { gpiochip } from '../../drivers/gpiochip/index.js'
import { onoffDriver } from '../../drivers/onoff/index.js'
import { pigpioDriver } from '../../drivers/pigpio/index.js'
import { MockBoard } from '../../mocks/board.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { DRIVERS, has } from './abilities.js'
import type { Rig } from './rig.js'
import { conformance } from './suite.js'

const PULLS = { low: 'pull-down', high: 'pull-up', none: 'floating' } as const

class MockRig implements Rig {
  readonly driver = 'mock'
  readonly showsLetGo = true
  readonly named = { line: 22, name: 'SENSOR_A' }
  #clock = new VirtualClock()
  #board = this.#make()
  readonly #open = new Set<MockBoard>()

  async open(): Promise<MockBoard> {
    this.#clock = new VirtualClock()
    this.#board = this.#make()
    const board = this.#board
    this.#open.add(board)
    const close = board.close.bind(board)
    board.close = async () => {
      await close()
      this.#open.delete(board)
    }
    return board
  }

  pull(line: number, to: 'low' | 'high' | 'none'): void {
    this.#board.drive(line, PULLS[to])
  }

  level(line: number): 'low' | 'high' {
    return this.#board.level(line)
  }

  pass(ms: number): Promise<void> {
    return new Promise(resolve => this.#clock.after(ms * 1e6, resolve))
  }

  async occupy(line: number, consumer: string): Promise<() => Promise<void>> {
    const letGo = this.#board.occupy(line, consumer)
    return async () => letGo()
  }

  async vanish(): Promise<void> {
    this.#board.unplug()
  }

  leftovers(): string[] {
    return [...this.#open].map(board => board.description)
  }

  #make(): MockBoard {
    return new MockBoard({ clock: this.#clock, names: { 22: 'SENSOR_A' } })
  }
}

conformance(new MockRig())

describe('the table of abilities', () => {
  const capabilities = {
    gpiochip: gpiochip.capabilities,
    onoff: onoffDriver().capabilities,
    pigpio: pigpioDriver().capabilities,
    mock: new MockBoard({ clock: new VirtualClock() }).capabilities,
  }

  test.each(Object.entries(capabilities))('agrees with the capabilities that %s declares', (name, declared) => {
    const driver = DRIVERS.find(one => one === name) ?? 'mock'
    expect({
      edgeTimes: declared?.edgeTimestamps !== 'none',
      bias: (declared?.bias.length ?? 0) > 1,
      drive: (declared?.drive.length ?? 0) > 1,
      debounce: declared?.debounce !== 'none',
      atomic: declared?.atomic,
      dma: declared?.pulses === 'dma',
      pwm: (declared?.pwm.length ?? 0) > 0,
    }).toEqual({
      edgeTimes: has(driver, 'edgeTimes'),
      bias: has(driver, 'bias'),
      drive: has(driver, 'drive'),
      debounce: has(driver, 'debounce'),
      atomic: has(driver, 'atomic'),
      dma: has(driver, 'dma'),
      pwm: has(driver, 'pwm'),
    })
  })
})
