import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { BridgeMotor } from '../../../mocks/parts/motor.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open(config: Readonly<Record<string, unknown>> = {}) {
  const clock = new VirtualClock()
  const part = {
    name: 'wheel',
    type: 'motor',
    config: { forward: 23, backward: 24, ...config },
    simulate: undefined,
    signals: [],
  }
  const board = await new MockDriver().open({ clock, parts: [part] })
  const bridge = board.part('wheel')
  if (!(bridge instanceof BridgeMotor)) throw new TypeError('no bridge')
  const handle = await board.request({ lines: [23, 24], settings: { direction: 'output' } })
  return { board, clock, bridge, handle }
}

describe('a bridge', () => {
  it('flags both sides on, and when', async () => {
    const { clock, bridge, handle } = await open()
    handle.set(0b01)
    await clock.reach(5000)
    handle.set(0b11)
    expect([bridge.state, bridge.shootThroughs]).toEqual(['shoot-through', [5000]])
  })

  it('measures how long each side was on, and the dead time between them', async () => {
    const { clock, bridge, handle } = await open()
    handle.set(0b01)
    await clock.reach(1000)
    handle.set(0)
    await clock.reach(1250)
    handle.set(0b10)
    await clock.reach(2000)
    expect([bridge.onNs('forward'), bridge.onNs('backward'), bridge.shortestDeadNs]).toEqual([1000, 750, 250])
  })

  it('brakes when it is enabled with both sides off', async () => {
    const { board, bridge, handle } = await open({ enable: 18 })
    expect(bridge.state).toBe('coasts')
    board.drive(18, 'high')
    expect(bridge.state).toBe('brakes')
    handle.set(0b10)
    expect([bridge.state, bridge.drive]).toEqual(['backward', -1])
  })
})
