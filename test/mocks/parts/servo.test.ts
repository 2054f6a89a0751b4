import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { ServoArm, type ServoSimulation } from '../../../mocks/parts/servo.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

const SCALE = { minPulse: 1, maxPulse: 2, minAngle: 0, maxAngle: 180 }

async function open(simulate: ServoSimulation) {
  const clock = new VirtualClock()
  const config = { line: 17, ...SCALE }
  const part = { name: 'arm', type: 'servo', config, simulate: { ...simulate }, signals: [] }
  const board = await new MockDriver().open({ clock, parts: [part] })
  const arm = board.part('arm')
  if (!(arm instanceof ServoArm)) throw new TypeError('no arm')
  const handle = await board.request({ lines: [17], settings: { direction: 'output' } })
  const pulse = async (ms: number): Promise<void> => {
    handle.set(1)
    await clock.reach(clock.now() + ms * 1e6)
    handle.set(0)
    await clock.reach(clock.now() + (20 - ms) * 1e6)
  }
  return { arm, clock, pulse }
}

describe('the arm of a servo', () => {
  it('turns to the angle of the pulse, as fast as it can and no faster', async () => {
    const { arm, pulse } = await open({ angle: 0, speed: 100 })
    // The first pulse is over after 2 ms, from then on it turns.
    for (let frame = 0; frame < 51; frame++) await pulse(2)
    expect(arm.angle).toBeCloseTo(100 * (51 * 0.02 - 0.002))
    for (let frame = 0; frame < 50; frame++) await pulse(2)
    expect(arm.angle).toBeCloseTo(180)
  })

  it('stops where it is when the pulses do', async () => {
    const { arm, clock, pulse } = await open({ angle: 0, speed: 100 })
    await pulse(2)
    await clock.reach(10e9)
    expect([arm.holds, arm.angle]).toEqual([false, expect.closeTo(5)])
  })

  it.each([0.3, 3])('does not take a pulse of %s ms for one, and counts it', async ms => {
    const { arm, pulse } = await open({ angle: 90, speed: 100 })
    await pulse(ms)
    expect([arm.angle, arm.holds, arm.strangePulses]).toEqual([90, false, 1])
  })
})
