/** The gpiochip driver on a real character device: levels, settings, requests, release. */

import { describe, expect, test } from 'vitest'
import { openForTest } from './board.js'
import { headerChip, openFds, SimulatedChip } from './gpio-sim.js'
import { gpioinfoLine } from './gpiod.js'

const chip = headerChip()

describe('the board', () => {
  test('is the header chip, described with path, label and number of lines', async () => {
    const board = await openForTest('gpiochip')
    expect(board.driver).toBe('gpiochip')
    expect(board.lineCount).toBe(54)
    expect(board.description).toContain('/dev/gpiochip0')
    expect(board.description).toContain('pinctrl-bcm2711')
  })

  test('is found by its label, whatever its number', async () => {
    chip.vanish()
    const decoy = SimulatedChip.create({ folder: 'decoy', label: 'raspberrypi-exp-gpio', lines: 8 })
    try {
      chip.appear()
      // Not always 1: linux 6.1 keeps the number of a chip that vanished while a line of it was held.
      expect(decoy.path).toBe('/dev/gpiochip0')
      expect(chip.path).not.toBe('/dev/gpiochip0')
      const board = await openForTest('gpiochip')
      expect(board.description).toContain(chip.path)
      expect(board.lineCount).toBe(54)
      const named = await openForTest('gpiochip', '/dev/gpiochip0')
      expect(named.lineCount).toBe(8)
      await Promise.all([board.close(), named.close()])
    } finally {
      decoy.remove()
      chip.vanish()
      chip.appear()
    }
  })

  test('finds a line by its own name', async () => {
    const board = await openForTest('gpiochip')
    expect(board.findLine('SENSOR_A')).toBe(22)
    expect(board.findLine('PUMP_RELAY')).toBe(23)
    expect(board.findLine('NOT_THERE')).toBeUndefined()
  })

  test('tells of a line without requesting it', async () => {
    const board = await openForTest('gpiochip')
    expect(board.lineInfo(22)).toMatchObject({ line: 22, name: 'SENSOR_A', used: false, direction: 'input' })
    await board.request({ lines: [22], settings: { direction: 'output' }, consumer: 'valve' })
    expect(board.lineInfo(22)).toMatchObject({ used: true, consumer: 'valve', direction: 'output' })
    expect(board.lineInfo(4)).toMatchObject({ name: undefined, used: false, consumer: undefined })
  })
})

describe('an output', () => {
  test('drives the line to the levels that are set', async () => {
    const board = await openForTest('gpiochip')
    const pump = await board.request({ lines: [17], settings: { direction: 'output' } })
    expect(chip.level(17)).toBe('low')
    pump.set(1)
    expect(chip.level(17)).toBe('high')
    expect(pump.get()).toBe(1)
    pump.set(0)
    expect(chip.level(17)).toBe('low')
    expect(pump.get()).toBe(0)
  })

  test('has its initial level from the request on', async () => {
    const board = await openForTest('gpiochip')
    await board.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
    expect(chip.level(17)).toBe('high')
  })

  test('is inverted when it is active low', async () => {
    const board = await openForTest('gpiochip')
    const relay = await board.request({ lines: [17], settings: { direction: 'output', activeLow: true } })
    expect(chip.level(17)).toBe('high')
    relay.set(1)
    expect(chip.level(17)).toBe('low')
    expect(relay.get()).toBe(1)
    expect(gpioinfoLine(chip, 17).activeLow).toBe(true)
  })

  test('shows its consumer, direction and drive to others', async () => {
    const board = await openForTest('gpiochip')
    await board.request({ lines: [17], settings: { direction: 'output', drive: 'open-drain' }, consumer: 'bench:pump' })
    await board.request({ lines: [18], settings: { direction: 'output' } })
    const pump = gpioinfoLine(chip, 17)
    expect(pump).toMatchObject({ consumer: 'bench:pump', direction: 'output' })
    expect(pump.flags).toContain('open-drain')
    expect(gpioinfoLine(chip, 18).consumer).toBe('pi-worker')
  })
})

describe('an input', () => {
  test('reads what the outside world does', async () => {
    const board = await openForTest('gpiochip')
    const level = await board.request({ lines: [4], settings: { direction: 'input' } })
    expect(level.get()).toBe(0)
    chip.pull(4, 'up')
    expect(level.get()).toBe(1)
    chip.pull(4, 'down')
    expect(level.get()).toBe(0)
  })

  test('is inverted when it is active low', async () => {
    const board = await openForTest('gpiochip')
    const level = await board.request({ lines: [4], settings: { direction: 'input', activeLow: true } })
    expect(level.get()).toBe(1)
    chip.pull(4, 'up')
    expect(level.get()).toBe(0)
  })

  test('is pulled by its bias, which others can see', async () => {
    const board = await openForTest('gpiochip')
    const level = await board.request({ lines: [4], settings: { direction: 'input', bias: 'pull-up' } })
    expect(level.get()).toBe(1)
    expect(gpioinfoLine(chip, 4).flags).toContain('pull-up')
    level.reconfigure({ direction: 'input', bias: 'pull-down' })
    expect(level.get()).toBe(0)
    expect(gpioinfoLine(chip, 4).flags).toContain('pull-down')
  })

  test('cannot be set', async () => {
    const board = await openForTest('gpiochip')
    const level = await board.request({ lines: [4], settings: { direction: 'input' } })
    expect(() => level.set(1)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED' }))
  })
})

describe('several lines in one request', () => {
  test('are bits in the order of the request, and set together or by mask', async () => {
    const board = await openForTest('gpiochip')
    const motor = await board.request({ lines: [13, 5, 6], settings: { direction: 'output', initial: 0b001 } })
    const levels = () => [13, 5, 6].map(line => chip.level(line))
    expect(levels()).toEqual(['high', 'low', 'low'])
    motor.set(0b110)
    expect(levels()).toEqual(['low', 'high', 'high'])
    motor.set(0b001, 0b011)
    expect(levels()).toEqual(['high', 'low', 'high'])
    expect(motor.get()).toBe(0b101)
  })

  test('are read together', async () => {
    const board = await openForTest('gpiochip')
    const dials = await board.request({ lines: [20, 4], settings: { direction: 'input' } })
    chip.pull(20, 'up')
    expect(dials.get()).toBe(0b01)
    chip.pull(4, 'up')
    expect(dials.get()).toBe(0b11)
  })
})

describe('a line whose settings change', () => {
  test('goes from input to output and back without being let go', async () => {
    const board = await openForTest('gpiochip')
    const bus = await board.request({ lines: [4], settings: { direction: 'input' }, consumer: 'dht' })
    chip.pull(4, 'up')
    bus.reconfigure({ direction: 'output', initial: 0 })
    expect(chip.level(4)).toBe('low')
    expect(gpioinfoLine(chip, 4)).toMatchObject({ consumer: 'dht', direction: 'output' })
    bus.set(1)
    expect(chip.level(4)).toBe('high')
    bus.reconfigure({ direction: 'input' })
    expect(gpioinfoLine(chip, 4)).toMatchObject({ consumer: 'dht', direction: 'input' })
    chip.pull(4, 'down')
    expect(bus.get()).toBe(0)
    expect(bus.settings.direction).toBe('input')
  })

  test('keeps the level of an output that is not given a new one', async () => {
    const board = await openForTest('gpiochip')
    const pump = await board.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
    pump.reconfigure({ direction: 'output', drive: 'open-source' })
    expect(chip.level(17)).toBe('high')
    pump.set(0)
    pump.reconfigure({ direction: 'output' })
    expect(chip.level(17)).toBe('low')
  })
})

describe('release', () => {
  test('gives the line back, and the handle throws from then on', async () => {
    const board = await openForTest('gpiochip')
    const pump = await board.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
    pump.release()
    expect(gpioinfoLine(chip, 17).consumer).toBeUndefined()
    for (const use of [() => pump.set(1), () => pump.get(), () => pump.reconfigure({ direction: 'input' })]) {
      expect(use).toThrow(expect.objectContaining({ code: 'ERR_RELEASED' }))
    }
    expect(() => pump.release()).not.toThrow()
  })

  test('lets the same line be requested again', async () => {
    const board = await openForTest('gpiochip')
    const first = await board.request({ lines: [17], settings: { direction: 'output' } })
    first.release()
    const second = await board.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
    expect(() => first.set(0)).toThrow()
    expect(second.get()).toBe(1)
    expect(chip.level(17)).toBe('high')
  })

  test('of the board gives every line back, listened to or not', async () => {
    const board = await openForTest('gpiochip')
    await board.request({ lines: [17], settings: { direction: 'output' } })
    const level = await board.request({ lines: [4, 5], settings: { direction: 'input', edges: 'both' } })
    level.edges(() => undefined)
    await board.close()
    expect([4, 5, 17].map(line => gpioinfoLine(chip, line).consumer)).toEqual([undefined, undefined, undefined])
    await board.close()
  })

  test('leaves no file descriptor open after 100 boards with lines and edges', async () => {
    const once = async () => {
      const board = await openForTest('gpiochip')
      const pump = await board.request({ lines: [17], settings: { direction: 'output' } })
      const level = await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
      level.edges(() => undefined)
      pump.release()
      await board.close()
    }
    // What is loaded and started once, on first use, is not a leak.
    await once()
    const before = openFds()
    for (let round = 0; round < 100; round++) await once()
    expect(openFds().toSorted()).toEqual(before.toSorted())
  }, 120_000)
})
