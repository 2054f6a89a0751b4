/** The real PWM chip on a simulated kernel. */

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PwmOutput } from '../../../drivers/buses/bus.js'
import { openPwm } from '../../../drivers/buses/pwm.js'
import { ManualClock } from '../../mocks/setup.js'
import { FakePwm } from './fake-pwm.js'
import { describePwm } from './pwm-suite.js'
import { Gate, pass, refusal, settle } from './setup.js'

const SERVO = { periodNs: 20_000_000, dutyNs: 1_500_000 }

async function openOn(fake = new FakePwm()) {
  const clock = new ManualClock()
  return { fake, clock, bus: await openPwm({ clock, files: fake, platform: 'linux' }) }
}

describePwm('the real PWM chip', async () => {
  const { fake, bus } = await openOn()
  return {
    bus,
    hold: channel => void fake.held.add(channel),
    free: channel => void fake.held.delete(channel),
    output: number => {
      const channel = fake.channels.get(number)
      if (channel === undefined) return undefined
      const { period: periodNs, duty_cycle: dutyNs, polarity, enable } = channel
      return { periodNs, dutyNs, polarity: polarity as 'normal', enabled: enable === 1 }
    },
  }
})

describe('the files of a PWM channel', () => {
  it('are written in the order that the kernel takes: the period first, and on at last', async () => {
    const { fake, bus } = await openOn()
    await bus.set(0, { ...SERVO, polarity: 'inversed' })
    expect(fake.writes).toEqual([
      'export 0',
      'pwm0/period 20000000',
      'pwm0/duty_cycle 1500000',
      'pwm0/polarity inversed',
      'pwm0/enable 1',
    ])
  })

  it('are written duty first when the new period is shorter than the old duty', async () => {
    const { fake, bus } = await openOn()
    await bus.set(0, SERVO)
    fake.writes.length = 0
    await bus.set(0, { periodNs: 1000, dutyNs: 500 })
    expect(fake.writes).toEqual(['pwm0/duty_cycle 500', 'pwm0/period 1000'])
  })

  it('switch it off while the polarity changes', async () => {
    const { fake, bus } = await openOn()
    await bus.set(0, SERVO)
    fake.writes.length = 0
    await bus.set(0, { ...SERVO, polarity: 'inversed' })
    expect(fake.writes.filter(write => !/period|duty/.test(write))).toEqual([
      'pwm0/enable 0',
      'pwm0/polarity inversed',
      'pwm0/enable 1',
    ])
  })

  it('are off before they are unexported', async () => {
    const { fake, bus } = await openOn()
    await bus.set(0, SERVO)
    fake.writes.length = 0
    await bus.close()
    expect(fake.writes).toEqual(['pwm0/enable 0', 'unexport 0'])
  })

  it('never make the kernel refuse, whatever is changed to what and whatever was left over', async () => {
    const output = fc
      .record({
        periodNs: fc.integer({ min: 1, max: 100 }),
        part: fc.integer({ min: 0, max: 100 }),
        polarity: fc.constantFrom('normal' as const, 'inversed' as const),
        enabled: fc.boolean(),
      })
      .map(
        ({ part, ...rest }): Required<PwmOutput> => ({
          ...rest,
          dutyNs: Math.floor((rest.periodNs * part) / 100),
        }),
      )
    await fc.assert(
      fc.asyncProperty(fc.array(output, { minLength: 2, maxLength: 10 }), async ([left, ...outputs]) => {
        const { fake, bus } = await openOn()
        const { periodNs: period, dutyNs: duty_cycle, polarity, enabled } = left as Required<PwmOutput>
        fake.before = { period, duty_cycle, polarity: polarity as string, enable: enabled ? 1 : 0 }
        for (const wanted of outputs) expect(await bus.set(0, wanted)).toEqual(wanted)
      }),
      { seed: 7, numRuns: 200 },
    )
  })
})

describe('udev that is late', () => {
  it('is waited for', async () => {
    const { fake, bus, clock } = await openOn()
    fake.lateness = 3
    const set = bus.set(0, SERVO)
    for (let look = 0; look < 3; look++) await pass(clock, 10e6)
    expect(await set).toMatchObject(SERVO)
    expect(clock.now()).toBe(30e6)
  })

  it('is ERR_PERMISSION when it never comes, and the channel is not left exported', async () => {
    const { fake, bus, clock } = await openOn()
    fake.lateness = Number.POSITIVE_INFINITY
    const set = refusal(bus.set(0, SERVO))
    await settle()
    clock.time += 4e9
    clock.fire()
    expect(await set).toMatchObject({ code: 'ERR_PERMISSION', place: 'pwmchip0' })
    expect(fake.channels.size).toBe(0)
  })
})

describe('the real PWM chip', () => {
  it('that the system does not have is ERR_DRIVER_MISSING, with what turns it on', async () => {
    const fake = new FakePwm()
    fake.present = false
    expect(await refusal(openOn(fake))).toMatchObject({
      code: 'ERR_DRIVER_MISSING',
      remedy: expect.stringContaining('dtoverlay=pwm-2chan'),
    })
  })

  it.each([
    ['EACCES', 'ERR_PERMISSION'],
    ['EIO', 'ERR_IO'],
  ])('that cannot be looked at (%s) is %s', async (errno, code) => {
    const fake = new FakePwm()
    fake.broken.set('npwm', errno)
    expect(await refusal(openOn(fake))).toMatchObject({ code })
  })

  it.each([
    ['EINVAL', 'ERR_UNSUPPORTED'],
    ['EACCES', 'ERR_PERMISSION'],
    ['EIO', 'ERR_IO'],
  ])('gives for %s of the kernel %s, leaves nothing exported, and works afterwards', async (errno, code) => {
    const { fake, bus } = await openOn()
    fake.broken.set('pwm0/period', errno)
    expect(await refusal(bus.set(0, SERVO))).toMatchObject({ code })
    expect(fake.channels.size).toBe(0)
    expect(await bus.set(0, SERVO)).toMatchObject(SERVO)
  })

  it('keeps a channel that it had when a change is refused', async () => {
    const { fake, bus } = await openOn()
    await bus.set(0, SERVO)
    fake.broken.set('pwm0/period', 'EINVAL')
    expect(await refusal(bus.set(0, SERVO))).toMatchObject({ code: 'ERR_UNSUPPORTED' })
    expect(fake.channels.get(0)).toMatchObject({ enable: 1 })
  })

  it('that may not be exported to is ERR_PERMISSION', async () => {
    const { fake, bus } = await openOn()
    fake.broken.set('export', 'EACCES')
    expect(await refusal(bus.set(0, SERVO))).toMatchObject({ code: 'ERR_PERMISSION' })
  })

  it.each([
    ['exporting', 'a fresh channel', false],
    ['the first write', 'a channel that it had', true],
  ])(
    'that hangs in %s of %s writes nothing more of that output, and works when the cause is gone',
    async (_, __, had) => {
      const { fake, bus, clock } = await openOn()
      if (had) await bus.set(0, SERVO)
      const gate = new Gate()
      fake.gate = gate
      const stuck = refusal(bus.set(0, { periodNs: 1000, dutyNs: 900 }))
      await pass(clock, 5e9)
      expect(await stuck).toMatchObject({ code: 'ERR_BUS_HUNG' })
      fake.gate = undefined
      gate.open()
      await bus.settle()
      // Of the period and the duty, at most the one that was under way.
      expect(fake.channels.get(0)).toEqual(had ? expect.objectContaining({ period: 20_000_000 }) : undefined)
      expect(await bus.set(0, SERVO)).toMatchObject(SERVO)
    },
  )

  it('takes a channel anew that another program unexported', async () => {
    const { fake, bus } = await openOn()
    await bus.set(0, SERVO)
    fake.channels.clear()
    expect(await refusal(bus.set(0, SERVO))).toMatchObject({ code: 'ERR_NO_DEVICE', place: 'pwmchip0 channel 0' })
    expect(await bus.set(0, SERVO)).toMatchObject(SERVO)
  })

  it('is let go although it is gone, and a release that fails can be tried again', async () => {
    const { fake, bus } = await openOn()
    await bus.set(0, SERVO)
    await bus.set(1, SERVO)
    fake.broken.set('unexport', 'EIO')
    expect(await refusal(bus.release(0))).toMatchObject({ code: 'ERR_IO' })
    await bus.release(0)
    expect(fake.channels.has(0)).toBe(false)
    fake.present = false
    await bus.close()
  })
})
