/** PWM and servo pulses through the real package. */

import { describe, expect, it } from 'vitest'
import { standin } from './rig.js'
import { request } from './still.js'

const output = { direction: 'output' } as const

describe('hardware PWM through the real package', () => {
  it('has the frequency and duty of the PWM hardware', async () => {
    const { handle } = await request(output, [18])
    expect(handle.pwm?.(18, { frequency: 1000, duty: 0.25 })).toEqual({
      frequency: 1000,
      duty: 0.25,
      source: 'hardware',
    })
    expect([standin.hardwareFrequency(18), standin.hardwareDuty(18)]).toEqual([1000, 250_000])
  })

  it('ends with a level that is set', async () => {
    const { handle } = await request(output, [18])
    handle.pwm?.(18, { frequency: 1000, duty: 0.25 })
    handle.set(1)
    expect([standin.hardwareFrequency(18), standin.level(18), standin.mode(18)]).toEqual([0, 1, 1])
  })

  it('ends with the handle, inactive', async () => {
    const { handle } = await request({ ...output, activeLow: true }, [18])
    handle.pwm?.(18, { frequency: 1000, duty: 0.25 })
    handle.release()
    expect([standin.hardwareFrequency(18), standin.level(18)]).toEqual([0, 1])
  })

  it('and pulses exclude each other', async () => {
    const { handle, board, clock } = await request(output, [18])
    const pulsed = await board.request({ lines: [4], settings: output })
    handle.pwm?.(18, { frequency: 1000, duty: 0.5 })
    await expect(pulsed.play({ steps: [{ values: 1, ns: 1000 }] })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringContaining('GPIO18 has hardware PWM'),
    })
    expect(standin.hardwareFrequency(18)).toBe(1000)
    handle.set(0)
    const played = pulsed.play({ steps: [{ values: 1, ns: 1e6 }] })
    expect(() => handle.pwm?.(18, { frequency: 1000, duty: 0.5 })).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED' }),
    )
    await clock.run(played)
    expect(standin.brief('wave')).toHaveLength(1)
  })
})

describe('DMA PWM through the real package', () => {
  it('has the nearest frequency of pigpio, and says so', async () => {
    const { handle, clock } = await request(output)
    expect(handle.pwm?.(17, { frequency: 900, duty: 0.3 })).toEqual({ frequency: 1000, duty: 0.3, source: 'dma' })
    clock.advance(2000)
    expect(standin.brief('pwm')).toEqual(['17=1 @0', '17=0 @300', '17=1 @1000', '17=0 @1300', '17=1 @2000'])
  })

  it('is inverted on a line that is active low', async () => {
    const { handle, clock } = await request({ ...output, activeLow: true, initial: 1 })
    expect(handle.pwm?.(17, { frequency: 1000, duty: 0.25 })).toMatchObject({ duty: 0.25 })
    clock.advance(999)
    expect(standin.brief('pwm')).toEqual(['17=1 @0', '17=0 @750'])
  })

  it('of a servo is 50 Hz with the width as asked', async () => {
    const { handle, clock } = await request(output)
    expect(handle.pwm?.(17, { frequency: 50, duty: 0.075 })).toEqual({ frequency: 50, duty: 0.075, source: 'dma' })
    expect(standin.servo(17)).toBe(1500)
    clock.advance(20_000)
    expect(standin.brief('pwm')).toEqual(['17=1 @0', '17=0 @1500', '17=1 @20000'])
  })

  it('of 0 or 1 is a steady level', async () => {
    const { handle, clock } = await request(output)
    handle.pwm?.(17, { frequency: 1000, duty: 0.5 })
    handle.pwm?.(17, { frequency: 1000, duty: 1 })
    standin.clearLog()
    clock.advance(5000)
    expect([standin.brief(), standin.level(17)]).toEqual([[], 1])
  })
})
