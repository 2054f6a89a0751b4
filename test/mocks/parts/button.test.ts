import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open(simulate: Record<string, unknown>, config: Record<string, unknown> = {}) {
  const clock = new VirtualClock()
  const part = { name: 'key', type: 'button', config: { line: 4, activeLow: true, ...config }, simulate, signals: [] }
  const board = await new MockDriver().open({ clock, parts: [part] })
  return { board, clock }
}

describe('the part of a button', () => {
  it('pulls the line to ground while it is pressed, and leaves it alone otherwise', async () => {
    const { board, clock } = await open({ presses: [{ at: 5, for: 2 }] }, { bias: 'pull-up' })
    await clock.idle()
    expect([...board.trace].map(({ level, time }) => `${level} @${time / 1e6}`)).toEqual(['low @5', 'high @7'])
  })

  it('connects to the supply when pressed is high', async () => {
    const { board, clock } = await open({ presses: [{ at: 5, for: 2 }] }, { line: 17, activeLow: false })
    await clock.idle()
    expect([...board.trace].map(({ level, time }) => `${level} @${time / 1e6}`)).toEqual(['high @5', 'low @7'])
  })

  it('takes its presses in any order', async () => {
    const presses = [
      { at: 9, for: 1 },
      { at: 5, for: 2 },
    ]
    const { board, clock } = await open({ presses })
    await clock.idle()
    expect([...board.trace].map(({ time }) => time / 1e6)).toEqual([5, 7, 9, 10])
  })

  it.each([
    [
      'presses that overlap',
      [
        { at: 5, for: 2 },
        { at: 6, for: 2 },
      ],
    ],
    [
      'a press that begins when the one before ends',
      [
        { at: 5, for: 2 },
        { at: 7, for: 2 },
      ],
    ],
    ['a press of no length', [{ at: 5, for: 0 }]],
    ['a press without a time', [{ for: 2 }]],
    ['presses that are no list', 5],
  ])('refuses %s', async (_what, presses) => {
    const refused = expect.objectContaining({ code: 'ERR_BAD_CONFIG', place: 'simulate.key.presses' })
    await expect(open({ presses })).rejects.toThrow(refused)
  })

  it('leaves no timer when the board is closed', async () => {
    const { board, clock } = await open({ presses: [{ at: 5, for: 2 }] })
    await board.close()
    await clock.idle()
    expect(clock.now()).toBe(0)
  })
})
