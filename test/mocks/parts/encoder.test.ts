import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open(turns: unknown) {
  const clock = new VirtualClock()
  const config = { lines: { a: 4, b: 5 } }
  const parts = [{ name: 'knob', type: 'encoder', config, simulate: { turns }, signals: [] }]
  return { board: await new MockDriver().open({ clock, parts }), clock }
}

async function changes(turns: unknown) {
  const { board, clock } = await open(turns)
  await clock.idle()
  return [...board.trace].map(({ line, level, time }) => `${line === 4 ? 'A' : 'B'} ${level} @${time / 1e6}`)
}

describe('the part of an encoder', () => {
  it('shows the gray code on its lines, A before B on the way up', async () => {
    expect(await changes([{ at: 10, steps: 5, speed: 1000 }])).toEqual([
      'A low @10',
      'B low @11',
      'A high @12',
      'B high @13',
      'A low @14',
    ])
  })

  it('goes back through the same states on the way down', async () => {
    const turns = [
      { at: 10, steps: 2, speed: 1000 },
      { at: 20, steps: -3, speed: 500 },
    ]
    expect((await changes(turns)).slice(2)).toEqual(['B high @20', 'A high @22', 'B low @24'])
  })

  it.each([
    [
      'turns that overlap',
      [
        { at: 10, steps: 5, speed: 100 },
        { at: 50, steps: 1, speed: 100 },
      ],
    ],
    ['half a step', [{ at: 10, steps: 0.5, speed: 100 }]],
    ['no speed', [{ at: 10, steps: 5, speed: 0 }]],
    ['what is no list', 5],
  ])('refuses %s', async (_what, turns) => {
    const refused = expect.objectContaining({ code: 'ERR_BAD_CONFIG', place: 'simulate.knob.turns' })
    await expect(open(turns)).rejects.toThrow(refused)
  })

  it('leaves no timer when the board is closed', async () => {
    const { board, clock } = await open([{ at: 10, steps: 5, speed: 100 }])
    await board.close()
    await clock.idle()
    expect(clock.now()).toBe(0)
  })
})
