import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import type { InputSimulation } from '../../../mocks/parts/input.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open(simulate: InputSimulation | undefined, line = 17) {
  const clock = new VirtualClock()
  const config = { line }
  const board = await new MockDriver().open({
    clock,
    parts: [{ name: 'level', type: 'input', config, simulate: simulate && { ...simulate }, signals: [] }],
  })
  return { board, clock }
}

async function levels(simulate: InputSimulation): Promise<string[]> {
  const { board, clock } = await open(simulate)
  await clock.idle()
  return [...board.trace].map(change => `${change.level} @${change.time / 1e6}`)
}

describe('the part of an input', () => {
  it('lets the line float when nothing is said, so that the pull decides', async () => {
    const { board } = await open(undefined)
    const settings = { direction: 'input', bias: 'pull-up' } as const
    const handle = await board.request({ lines: [17], settings })
    expect(handle.get()).toBe(1)
  })

  it('makes the line fall and rise at its times', async () => {
    expect(await levels({ falls: [7000, 9000.5], rises: [8000] })).toEqual([
      'high @0',
      'low @7000',
      'high @8000',
      'low @9000.5',
    ])
  })

  it('starts high when it is to fall first', async () => {
    const { board } = await open({ falls: [7000] })
    expect(board.level(17)).toBe('high')
  })

  it('starts low when it is to rise first, against a pull-up too', async () => {
    const { board } = await open({ rises: [7000] }, 4)
    expect(board.level(4)).toBe('low')
  })

  it('holds the level that is given', async () => {
    expect(await levels({ level: 'high' })).toEqual(['high @0'])
  })

  it('takes its times in any order', async () => {
    expect(await levels({ level: 'low', falls: [40, 20], rises: [30, 10] })).toEqual([
      'high @10',
      'low @20',
      'high @30',
      'low @40',
    ])
  })

  it.each([
    ['two falls without a rise between them', { falls: [1000, 2000] }],
    ['a fall of a line that is low', { level: 'low', falls: [1000] }],
    ['a fall and a rise at one moment', { falls: [1000], rises: [1000] }],
    ['a level that is none', { level: 'up' }],
    ['a time that is none', { falls: [Number.NaN] }],
    ['times that are no list', { falls: 1000 }],
  ])('refuses %s', async (_what, simulate) => {
    const refused = expect.objectContaining({ code: 'ERR_BAD_CONFIG', place: 'simulate.level' })
    await expect(open(simulate as InputSimulation)).rejects.toThrow(refused)
  })

  it('leaves no timer when the board is closed', async () => {
    const { board, clock } = await open({ falls: [7000] })
    await board.close()
    await clock.idle()
    expect(clock.now()).toBe(0)
  })
})
