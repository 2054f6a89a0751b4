/** What every PWM chip has to do, the real one on a simulated kernel and the simulated one. */

import { describe, expect, it } from 'vitest'
import type { PwmBus, PwmOutput } from '../../../drivers/buses/bus.js'
import { refusal } from './setup.js'

/** A chip with the channels 0 and 1. */
export interface PwmWorld {
  readonly bus: PwmBus
  /** Another program takes a channel, or lets it go. */
  hold(channel: number): void
  free(channel: number): void
  /** What a channel puts out, undefined when it is not taken. */
  output(channel: number): Required<PwmOutput> | undefined
}

const SERVO: PwmOutput = { periodNs: 20_000_000, dutyNs: 1_500_000 }

export function describePwm(name: string, open: () => Promise<PwmWorld>): void {
  describe(`a channel of ${name}`, () => {
    it('puts out what it is told, normal and switched on unless it says otherwise', async () => {
      const { bus, output } = await open()
      const made = { ...SERVO, polarity: 'normal', enabled: true }
      expect(await bus.set(0, SERVO)).toEqual(made)
      expect(output(0)).toEqual(made)
      expect(bus.channels).toBe(2)
    })

    it('can be changed in every way, one after the other', async () => {
      const { bus, output } = await open()
      const changes: PwmOutput[] = [
        { periodNs: 1000, dutyNs: 1000 },
        { periodNs: 500, dutyNs: 500 },
        { periodNs: 2000, dutyNs: 1900 },
        { periodNs: 100, dutyNs: 0, polarity: 'inversed' },
        { periodNs: 100, dutyNs: 50, polarity: 'inversed', enabled: false },
        { periodNs: 100, dutyNs: 50 },
      ]
      for (const change of changes) {
        await bus.set(1, change)
        expect(output(1)).toEqual({ polarity: 'normal', enabled: true, ...change })
      }
    })

    it('is let go by release, and by close', async () => {
      const { bus, output } = await open()
      await bus.set(0, SERVO)
      await bus.set(1, SERVO)
      await bus.release(0)
      expect([output(0), output(1)?.enabled]).toEqual([undefined, true])
      await bus.release(0)
      await bus.close()
      expect(output(1)).toBeUndefined()
    })

    it('that another program has is ERR_LINE_BUSY, and works when it is free', async () => {
      const { bus, hold, free, output } = await open()
      hold(0)
      expect(await refusal(bus.set(0, SERVO))).toMatchObject({
        code: 'ERR_LINE_BUSY',
        place: 'pwmchip0 channel 0',
        remedy: expect.stringContaining('unexport'),
      })
      free(0)
      await bus.set(0, SERVO)
      expect(output(0)).toMatchObject(SERVO)
    })

    it.each<[string, number, PwmOutput]>([
      ['a channel that it has not', 2, SERVO],
      ['no output', 0, undefined as never],
      ['a period of 0', 0, { periodNs: 0, dutyNs: 0 }],
      ['a period that is not whole', 0, { periodNs: 1.5, dutyNs: 0 }],
      ['a duty longer than the period', 0, { periodNs: 10, dutyNs: 11 }],
      ['a duty below 0', 0, { periodNs: 10, dutyNs: -1 }],
      ['an unknown polarity', 0, { ...SERVO, polarity: 'inverted' as never }],
      ['a switch that is no switch', 0, { ...SERVO, enabled: 1 as never }],
    ])('refuses %s with ERR_BAD_OPTION', async (_, channel, output) => {
      const { bus } = await open()
      expect(await refusal(bus.set(channel, output))).toMatchObject({ code: 'ERR_BAD_OPTION' })
    })

    it('takes nothing any more when the chip is closed', async () => {
      const { bus } = await open()
      await bus.close()
      await bus.close()
      expect(await refusal(bus.set(0, SERVO))).toMatchObject({ code: 'ERR_RELEASED' })
      expect(await refusal(bus.release(0))).toMatchObject({ code: 'ERR_RELEASED' })
      await expect(bus.settle()).resolves.toBeUndefined()
    })
  })
}
