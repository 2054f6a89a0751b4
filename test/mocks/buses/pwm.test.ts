/** The simulated PWM chip. */

import { describe, expect, it } from 'vitest'
import { MockPwm, type MockPwmOptions } from '../../../mocks/buses/pwm.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { describePwm } from '../../drivers/buses/pwm-suite.js'
import { refusal } from '../../drivers/buses/setup.js'

const SERVO = { periodNs: 20_000_000, dutyNs: 1_500_000 }
const MADE = { ...SERVO, polarity: 'normal', enabled: true }

function open(options: Partial<MockPwmOptions> = {}) {
  const clock = new VirtualClock()
  return { clock, bus: new MockPwm({ clock, ...options }) }
}

describePwm('the simulated PWM chip', async () => {
  const { bus } = open()
  return {
    bus,
    hold: channel => bus.hold(channel),
    free: channel => bus.free(channel),
    output: channel => bus.output(channel),
  }
})

describe('a simulated PWM chip', () => {
  it('logs what its channels put out, and since when', async () => {
    const { bus, clock } = open()
    await bus.set(0, SERVO)
    await clock.reach(1e9)
    await bus.set(1, SERVO)
    await bus.release(0)
    await bus.close()
    expect(bus.log).toEqual([
      { time: 0, channel: 0, output: MADE },
      { time: 1e9, channel: 1, output: MADE },
      { time: 1e9, channel: 0, output: undefined },
      { time: 1e9, channel: 1, output: undefined },
    ])
  })

  it('can round as hardware does', async () => {
    const { bus } = open({ stepNs: 40 })
    expect(await bus.set(0, { periodNs: 1000, dutyNs: 399 })).toMatchObject({ periodNs: 1000, dutyNs: 360 })
    expect(await refusal(bus.set(0, { periodNs: 39, dutyNs: 1 }))).toMatchObject({ code: 'ERR_UNSUPPORTED' })
  })

  it('can hang', async () => {
    const { bus } = open()
    bus.hang()
    expect(await refusal(bus.set(0, SERVO))).toMatchObject({ code: 'ERR_BUS_HUNG' })
    bus.recover()
    await bus.settle()
    expect(await bus.set(0, SERVO)).toEqual(MADE)
  })
})
