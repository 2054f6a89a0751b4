import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { PwmLoad } from '../../../mocks/parts/pwm.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open(config: Readonly<Record<string, unknown>>) {
  const clock = new VirtualClock()
  const part = { name: 'fan', type: 'pwm', config, simulate: undefined, signals: [] }
  const board = await new MockDriver().open({ clock, parts: [part] })
  const load = board.part('fan')
  if (!(load instanceof PwmLoad)) throw new TypeError('no load')
  return { board, clock, load }
}

async function openLine(activeLow: boolean) {
  const opened = await open({ line: 17, activeLow })
  const handle = await opened.board.request({ lines: [17], settings: { direction: 'output' } })
  /** Switches the level at each of the times, in ns. */
  const toggleAt = async (...times: number[]): Promise<void> => {
    let level = 0
    for (const time of times) {
      await opened.clock.reach(time)
      level = 1 - level
      handle.set(level)
    }
  }
  return { ...opened, toggleAt }
}

describe('a load on a line', () => {
  it('has the duty and the frequency of its last whole period', async () => {
    const { load, toggleAt } = await openLine(false)
    await toggleAt(1000, 1100, 2000, 2300, 3000)
    expect([load.duty, load.frequency]).toEqual([0.3, 1e6])
  })

  it('is active while the line is low, when it is active low', async () => {
    const { load, toggleAt } = await openLine(true)
    await toggleAt(1000, 1100, 2000, 2300, 3000, 3600)
    expect([load.duty, load.onNs]).toEqual([700 / 1300, 1000 + 900 + 700])
  })

  it('has a duty of 0 or 1 when its level has been steady for longer than a period', async () => {
    const { clock, load, toggleAt } = await openLine(false)
    await toggleAt(1000, 1100, 2000)
    await clock.reach(3501)
    expect([load.duty, load.frequency]).toEqual([1, 0])
  })
})

describe('a load on a channel', () => {
  it('has what the chip puts out on it, and is off when it is let go', async () => {
    const { board, clock, load } = await open({ channel: 1, chip: 0, activeLow: false })
    const chip = board.buses.pwm(0)
    await chip.set(1, { periodNs: 1000, dutyNs: 400 })
    await chip.set(0, { periodNs: 1000, dutyNs: 1000 })
    expect([load.duty, load.frequency]).toEqual([0.4, 1e6])
    await clock.reach(10_000)
    await chip.release(1)
    await clock.reach(20_000)
    expect([load.duty, load.onNs]).toEqual([0, 4000])
  })
})
