/** The onoff driver on real sysfs lines, where the onoff package on its own fails with the BCM number. */

import { writeFileSync } from 'node:fs'
import { Gpio } from 'onoff'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EdgeLog, openForTest } from './board.js'
import { exportedLines, headerChip, openFds, toggle } from './gpio-sim.js'
import { Gpiomon, gpioinfoLine } from './gpiod.js'

const chip = headerChip()

describe('the number of a line', () => {
  test('is translated: the driver works where plain onoff fails with EINVAL', async () => {
    expect(() => new Gpio(17, 'out')).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    const board = await openForTest('onoff')
    const pump = await board.request({ lines: [17], settings: { direction: 'output' } })
    pump.set(1)
    expect(chip.level(17)).toBe('high')
    expect(exportedLines()).toEqual([chip.base + 17])
  })
})

describe('levels', () => {
  test('of an output follow what is set', async () => {
    const board = await openForTest('onoff')
    const pump = await board.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
    expect(chip.level(17)).toBe('high')
    pump.set(0)
    expect([chip.level(17), pump.get()]).toEqual(['low', 0])
    pump.set(1)
    expect([chip.level(17), pump.get()]).toEqual(['high', 1])
    expect(gpioinfoLine(chip, 17).direction).toBe('output')
  })

  test('of an input follow the outside world', async () => {
    const board = await openForTest('onoff')
    const level = await board.request({ lines: [4], settings: { direction: 'input' } })
    chip.pull(4, 'up')
    expect(level.get()).toBe(1)
    chip.pull(4, 'down')
    expect(level.get()).toBe(0)
  })

  test('are inverted when the line is active low', async () => {
    const board = await openForTest('onoff')
    const settings = { direction: 'output', activeLow: true } as const
    const relay = await board.request({ lines: [17], settings: { ...settings, initial: 1 } })
    expect([chip.level(17), relay.get()]).toEqual(['low', 1])
    relay.set(0)
    expect([chip.level(17), relay.get()]).toEqual(['high', 0])
    const level = await board.request({ lines: [4], settings: { direction: 'input', activeLow: true } })
    expect(level.get()).toBe(1)
  })

  test('of several lines are bits in the order of the request', async () => {
    const board = await openForTest('onoff')
    const motor = await board.request({ lines: [13, 5, 6], settings: { direction: 'output', initial: 0b001 } })
    const levels = () => [13, 5, 6].map(line => chip.level(line))
    expect(levels()).toEqual(['high', 'low', 'low'])
    motor.set(0b110)
    expect(levels()).toEqual(['low', 'high', 'high'])
    motor.set(0b001, 0b011)
    expect(levels()).toEqual(['high', 'low', 'high'])
    expect(motor.get()).toBe(0b101)
  })

  test('stay when an input becomes an output and an input again', async () => {
    const board = await openForTest('onoff')
    const bus = await board.request({ lines: [4], settings: { direction: 'input' } })
    bus.reconfigure({ direction: 'output', initial: 1 })
    expect(chip.level(4)).toBe('high')
    bus.set(0)
    expect(chip.level(4)).toBe('low')
    bus.reconfigure({ direction: 'input' })
    chip.pull(4, 'up')
    expect(bus.get()).toBe(1)
  })
})

describe('edges', () => {
  test('agree with gpiomon in count and directions on the same stimulus', async () => {
    const gpiomon = await Gpiomon.start(chip, 4)
    await toggle(chip, 4, 10, 60)
    const witnessed = await gpiomon.collect(10)

    const board = await openForTest('onoff')
    const log = new EdgeLog(await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } }))
    await toggle(chip, 4, 10, 60)
    await log.reach(10)
    expect(log.directions).toEqual(witnessed.map(edge => edge.direction))
    expect(log.edges.map(edge => edge.sequence)).toEqual(witnessed.map((_, index) => index + 1))
    expect(log.lost).toBe(0)
    expect(board.capabilities.edgeTimestamps).toBe('none')
  })

  test('that are not selected are not delivered', async () => {
    const board = await openForTest('onoff')
    const rising = new EdgeLog(await board.request({ lines: [4], settings: { direction: 'input', edges: 'rising' } }))
    const both = new EdgeLog(await board.request({ lines: [5], settings: { direction: 'input', edges: 'both' } }))
    await toggle(chip, 4, 4, 60)
    await toggle(chip, 5, 2, 60)
    await both.reach(2)
    expect(rising.directions).toEqual(['rising', 'rising'])
  })

  test('are physical on an active-low line', async () => {
    const board = await openForTest('onoff')
    const settings = { direction: 'input', activeLow: true, edges: 'both' } as const
    const log = new EdgeLog(await board.request({ lines: [4], settings }))
    await toggle(chip, 4, 3, 60)
    await log.reach(3)
    expect(log.directions).toEqual(['rising', 'falling', 'rising'])
  })
})

describe('release', () => {
  test('unexports the line, and the handle throws from then on', async () => {
    const board = await openForTest('onoff')
    const pump = await board.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
    pump.release()
    expect(exportedLines()).toEqual([])
    expect(gpioinfoLine(chip, 17).consumer).toBeUndefined()
    expect(() => pump.set(1)).toThrow(expect.objectContaining({ code: 'ERR_RELEASED' }))
    expect(() => pump.get()).toThrow(expect.objectContaining({ code: 'ERR_RELEASED' }))
    expect(() => pump.release()).not.toThrow()
  })

  test('of the board unexports every line, listened to or not', async () => {
    const board = await openForTest('onoff')
    await board.request({ lines: [17, 18], settings: { direction: 'output' } })
    const level = await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
    level.edges(() => undefined)
    expect(exportedLines()).toHaveLength(3)
    await board.close()
    expect(exportedLines()).toEqual([])
  })

  test('leaves no file descriptor open after 50 boards with lines and edges', async () => {
    const once = async () => {
      const board = await openForTest('onoff')
      await board.request({ lines: [17], settings: { direction: 'output' } })
      const level = await board.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
      level.edges(() => undefined)
      await board.close()
    }
    await once()
    const before = openFds()
    for (let round = 0; round < 50; round++) await once()
    expect(openFds().toSorted()).toEqual(before.toSorted())
  }, 60_000)
})

describe('what it cannot do', () => {
  test('is refused, not ignored: bias and drive', async () => {
    const board = await openForTest('onoff')
    for (const settings of [
      { direction: 'input', bias: 'pull-up' },
      { direction: 'output', drive: 'open-drain' },
    ] as const) {
      await expect(board.request({ lines: [4], settings })).rejects.toMatchObject({
        code: 'ERR_UNSUPPORTED',
        message: expect.stringContaining('onoff'),
      })
    }
    expect(exportedLines()).toEqual([])
  })

  test('is said in its capabilities', async () => {
    const { capabilities } = await openForTest('onoff')
    expect(capabilities).toMatchObject({ edgeTimestamps: 'none', bias: ['as-is'], drive: ['push-pull'], atomic: false })
  })

  test('a line that somebody exported before is not taken over', async () => {
    const number = chip.base + 17
    writeFileSync('/sys/class/gpio/export', String(number))
    onTestFinished(() => writeFileSync('/sys/class/gpio/unexport', String(number)))
    const board = await openForTest('onoff')
    await expect(board.request({ lines: [17], settings: { direction: 'output' } })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: expect.stringMatching(/GPIO17\b/),
      remedy: expect.stringContaining('unexport'),
    })
    expect(exportedLines()).toEqual([number])
  })
})
