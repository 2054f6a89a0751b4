import { describe, expect, it, onTestFinished } from 'vitest'
import { MockBoard } from '../../mocks/board.js'
import { openBench, output } from '../../src/index.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { runMain } from '../cli/setup.js'
import { ManualClock } from './setup.js'

const boardOf = (options = {}) => new MockBoard({ clock: new ManualClock(), ...options })

describe('a line of a chip on the simulated board', () => {
  it('is the line of the header when the chip is that of the header', () => {
    expect(boardOf().findLine('gpiochip0:17')).toBe(17)
    expect(boardOf({ chip: '/dev/gpiochip4' }).findLine('gpiochip4:17')).toBe(17)
  })

  it('is unknown when the header has not so many', () => {
    expect(() => boardOf().findLine('gpiochip0:58')).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_LINE', place: 'gpiochip0:58' }),
    )
  })

  it('is a spare line when the chip is another one, always the same', () => {
    const board = boardOf({ names: { 57: 'DOOR' } })
    const found = ['gpiochip1:3', 'gpiochip2:3', 'GPIOCHIP1:3'].map(name => board.findLine(name))
    expect(found).toEqual([56, 55, 56])
  })

  it('is never one of the header, nor of a name', () => {
    const board = boardOf()
    const lines = Array.from({ length: 30 }, (_, offset) => board.findLine(`gpiochip1:${offset}`))
    expect([Math.min(...lines.map(Number)), new Set(lines).size]).toEqual([28, 30])
    expect(() => board.findLine('gpiochip1:30')).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_LINE' }))
  })

  it('and the same line by its number are one line of a bench', async () => {
    const bench = { pump: output({ line: 'GPIO17' }), same: output({ line: 'gpiochip0:17' }) }
    await expect(openBench(bench, { driver: 'mock', clock: new VirtualClock() })).rejects.toMatchObject({
      code: 'ERR_LINE_CLAIMED',
    })
  })

  it('can be on a bench beside the header', async () => {
    const specs = { pump: output({ line: 'GPIO17' }), valve: output({ line: 'gpiochip1:17' }) }
    const bench = await openBench(specs, { driver: 'mock', clock: new VirtualClock() })
    onTestFinished(() => bench.close())
    const changes: string[] = []
    bench.onLevel?.((line, level) => changes.push(`${line} ${level}`))
    await bench.valve.on().result()
    expect(changes).toEqual(['57 high'])
  })

  it('is read by the command line', async () => {
    const { code, stderr } = await runMain(['get', 'gpiochip1:3', '--driver', 'mock'])
    expect([code, stderr]).toEqual([0, ''])
    const header = await runMain(['get', 'gpiochip0:4', '--driver', 'mock'])
    expect(header.stdout).toBe('GPIO4=high\n')
  })
})
