import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { Load } from '../../../mocks/parts/output.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open(config: Readonly<Record<string, unknown>>) {
  const clock = new VirtualClock()
  const board = await new MockDriver().open({
    clock,
    parts: [{ name: 'pump', type: 'output', config, simulate: undefined, signals: [] }],
  })
  const load = board.part('pump')
  if (!(load instanceof Load)) throw new TypeError('no load')
  return { board, clock, load }
}

describe('the load of an output', () => {
  it('follows the line and counts how often and how long it was on', async () => {
    const { board, clock, load } = await open({ line: 17 })
    const handle = await board.request({ lines: [17], settings: { direction: 'output' } })
    for (const [time, value] of [
      [100, 1],
      [300, 0],
      [1000, 1],
    ] as const) {
      await clock.reach(time)
      handle.set(value)
    }
    await clock.reach(1050)
    expect([load.on, load.switches, load.onNs]).toEqual([true, 2, 250])
  })

  it('is on while the line is low when it is active low', async () => {
    const { board, clock, load } = await open({ line: 17, activeLow: true })
    const settings = { direction: 'output', activeLow: true } as const
    const handle = await board.request({ lines: [17], settings })
    const before = load.onNs
    handle.set(1)
    await clock.reach(500)
    handle.set(0)
    expect([load.on, load.onNs - before]).toEqual([false, 500])
  })

  it('refuses a configuration without a line', async () => {
    await expect(open({})).rejects.toThrow(expect.objectContaining({ code: 'ERR_BAD_CONFIG' }))
  })
})
