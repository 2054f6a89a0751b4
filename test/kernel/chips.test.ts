/** Lines of a second chip beside the header's, and the kernel's news of who takes a line. */

import { describe, expect, onTestFinished, test } from 'vitest'
import type { EdgeFailure, LineChange } from '../../drivers/driver.js'
import { resolveLine } from '../../drivers/lines.js'
import { EdgeLog, openForTest } from './board.js'
import { exportedLines, headerChip, openFds, SimulatedChip, toggle } from './gpio-sim.js'
import { Gpiomon, gpioinfoLine } from './gpiod.js'

function expander(): SimulatedChip {
  const chip = SimulatedChip.create({ folder: 'expander', label: 'mcp23017', lines: 16 })
  onTestFinished(() => chip.remove())
  return chip
}

describe.each(['gpiochip', 'onoff'] as const)('a line of another chip on %s', driver => {
  test('is driven, and seen there by gpioinfo', async () => {
    const chip = expander()
    const board = await openForTest(driver)
    const lines = [resolveLine(board, `${chip.name}:3`)]
    const valve = await board.request({ lines, settings: { direction: 'output', initial: 1 } })
    expect([chip.level(3), gpioinfoLine(chip, 3).direction, headerChip().level(3)]).toEqual(['high', 'output', 'low'])
    valve.set(0)
    expect(chip.level(3)).toBe('low')
    await board.close()
    expect([gpioinfoLine(chip, 3).consumer, exportedLines()]).toEqual([undefined, []])
  })

  test('has edges, in the numbers of the board', async () => {
    const chip = expander()
    const board = await openForTest(driver)
    const line = resolveLine(board, `${chip.name}:3`)
    const log = new EdgeLog(await board.request({ lines: [line], settings: { direction: 'input', edges: 'both' } }))
    // Far apart: onoff looks at the level after the edge, which a busy machine does late.
    await toggle(chip, 3, 3, 100)
    await log.reach(3)
    expect(log.edges.map(edge => [edge.line, edge.direction])).toEqual([
      [line, 'rising'],
      [line, 'falling'],
      [line, 'rising'],
    ])
    await board.close()
  })
})

describe('a chip that is unplugged and comes back', () => {
  test('is gone meanwhile, and works on the same board afterwards', async () => {
    const chip = expander()
    const { name } = chip
    const board = await openForTest('gpiochip')
    const lines = [resolveLine(board, `${name}:3`)]
    const settings = { direction: 'output', initial: 1 } as const
    const valve = await board.request({ lines, settings })
    expect(chip.level(3)).toBe('high')
    // Let go before: linux 6.1 never gives a number away again when a line was held as its chip vanished.
    valve.release()
    chip.vanish()
    await expect(board.request({ lines, settings })).rejects.toMatchObject({
      code: 'ERR_CHIP_GONE',
      place: expect.stringContaining(name),
    })
    expect(openFds()).not.toContain(`/dev/${name} (deleted)`)
    chip.appear()
    // The kernel gives a number away again when nobody has the old chip open.
    expect(chip.name).toBe(name)
    const again = await board.request({ lines, settings })
    expect([chip.level(3), gpioinfoLine(chip, 3).direction]).toEqual(['high', 'output'])
    again.set(0)
    expect(chip.level(3)).toBe('low')
    await board.close()
    expect(gpioinfoLine(chip, 3).consumer).toBeUndefined()
  })
})

describe('a watch of lines', () => {
  test('tells that another program takes a line and lets it go', async () => {
    const board = await openForTest('gpiochip')
    const changes: (LineChange | EdgeFailure)[] = []
    board.watchLines?.([4], change => changes.push(change))
    const gpiomon = await Gpiomon.start(headerChip(), 4)
    await gpiomon.stop()
    await expect.poll(() => changes.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2)
    const last = changes.at(-1)
    expect(changes[0]).toMatchObject({ kind: 'requested', info: { line: 4, used: true, consumer: 'gpiomon' } })
    expect(last).toMatchObject({ kind: 'released', info: { line: 4, used: false } })
    const times = changes.map(change => ('time' in change ? change.time : Number.NaN))
    expect(times.every(time => time >= 0 && time <= board.now())).toBe(true)
  })

  test('tells of requests of its own board, of a change of settings, and of no other line', async () => {
    const board = await openForTest('gpiochip')
    const kinds: string[] = []
    board.watchLines?.([17], change => kinds.push(change.kind))
    await board.request({ lines: [27], settings: { direction: 'output' } })
    const pump = await board.request({ lines: [17], settings: { direction: 'output' }, consumer: 'valve' })
    pump.reconfigure({ direction: 'input' })
    pump.release()
    await expect.poll(() => kinds, { timeout: 10_000 }).toEqual(['requested', 'reconfigured', 'released'])
  })
})
