/** PWM of the pigpio driver: who makes it, and what it really is. */

import { describe, expect, it } from 'vitest'
import { FakePigpio } from './fake-pigpio.js'
import { openOn, pi3, request } from './open.js'

const output = { direction: 'output' } as const
const steps = [{ values: 1, ns: 1000 }]

describe('PWM by hardware', () => {
  it('is a whole part of the clock that the board has', async () => {
    const { handle } = await request(output, [12])
    expect(handle.pwm?.(12, { frequency: 30e6, duty: 0.5 })).toEqual({
      frequency: 31.25e6,
      duty: 0.5,
      source: 'hardware',
    })
    const machine = { ...pi3, revision: () => 0xc03111 }
    const { board } = await openOn(new FakePigpio(), { machine })
    const pi4 = await board.request({ lines: [12], settings: output })
    expect(pi4.pwm?.(12, { frequency: 30e6, duty: 0.5 })).toMatchObject({ frequency: 375e6 / 13, duty: 6 / 13 })
  })

  it('is inverted on a line that is active low', async () => {
    const { fake, handle } = await request({ ...output, activeLow: true }, [18])
    expect(handle.pwm?.(18, { frequency: 1000, duty: 0.25 })?.duty).toBe(0.25)
    expect(fake.calls).toEqual(['18 hardwarePwmWrite 1000 750000'])
  })

  it('leaves the other line of its channel to DMA, which pigpio would change too', async () => {
    const { handle } = await request(output, [12, 18])
    expect(handle.pwm?.(12, { frequency: 1000, duty: 0.5 })?.source).toBe('hardware')
    expect(handle.pwm?.(18, { frequency: 1000, duty: 0.5 })?.source).toBe('dma')
    expect(handle.pwm?.(12, { frequency: 800, duty: 0.5 })?.source).toBe('hardware')
  })

  it('below 1 Hz is left to DMA', async () => {
    const { handle } = await request(output, [12])
    expect(handle.pwm?.(12, { frequency: 0.5, duty: 0.5 })?.source).toBe('dma')
  })

  it('excludes pulses on any line, until it ends', async () => {
    const { board, handle, fake } = await request(output, [18])
    const other = await board.request({ lines: [4], settings: output })
    handle.pwm?.(18, { frequency: 1000, duty: 0.5 })
    await expect(other.play({ steps })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      place: 'GPIO4',
      remedy: expect.stringContaining('GPIO12, 13, 18 and 19'),
    })
    handle.release()
    const played = other.play({ steps })
    expect(fake.busy).toBe(1)
    other.release()
    await expect(played).rejects.toMatchObject({ code: 'ERR_RELEASED' })
  })

  it('of the handle itself ends when that plays', async () => {
    const { handle, fake } = await request(output, [18])
    handle.pwm?.(18, { frequency: 1000, duty: 0.5 })
    const played = handle.play({ steps })
    expect(fake.calls.slice(1, 3)).toEqual(['18 digitalWrite 0', 'waveAddNew'])
    handle.release()
    await expect(played).rejects.toMatchObject({ code: 'ERR_RELEASED' })
  })

  it('is refused while pulses are played', async () => {
    const { board, handle, fake } = await request(output, [18])
    const other = await board.request({ lines: [4], settings: output })
    const played = other.play({ steps })
    expect(() => handle.pwm?.(18, { frequency: 1000, duty: 0.5 })).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED', place: 'GPIO18' }),
    )
    expect(fake.busy).toBe(1)
    other.release()
    await expect(played).rejects.toMatchObject({ code: 'ERR_RELEASED' })
  })
})

describe('PWM by DMA', () => {
  it('has as many steps as its frequency, and says what it is', async () => {
    const { fake, handle } = await request(output)
    expect(handle.pwm?.(17, { frequency: 990, duty: 0.333 })).toEqual({
      frequency: 1000,
      duty: 67 / 200,
      source: 'dma',
    })
    expect(fake.calls).toEqual(['17 pwmFrequency 990', '17 pwmRange 200', '17 pwmWrite 67'])
  })

  it('at 50 Hz and the widths of servos is servo pulses, in steps of 5 us', async () => {
    const { fake, handle } = await request(output)
    expect(handle.pwm?.(17, { frequency: 50, duty: 0.0751 })).toEqual({ frequency: 50, duty: 0.075, source: 'dma' })
    expect(fake.calls).toEqual(['17 servoWrite 1500'])
  })

  it.each([0.02, 0.13])('at 50 Hz and a duty of %f is no servo pulse', async duty => {
    const { fake, handle } = await request(output)
    handle.pwm?.(17, { frequency: 50, duty })
    expect(fake.calls[0]).toBe('17 pwmFrequency 50')
  })

  it.each(['set', 'reconfigure', 'release'] as const)('ends inactive with %s', async call => {
    const { fake, handle } = await request({ ...output, activeLow: true })
    handle.pwm?.(17, { frequency: 1000, duty: 0.5 })
    fake.calls.length = 0
    if (call === 'set') handle.set(0)
    else if (call === 'reconfigure') handle.reconfigure({ ...output, activeLow: true })
    else handle.release()
    expect(fake.calls[0]).toBe('17 digitalWrite 1')
  })

  it('of a line that is not set goes on', async () => {
    const { fake, handle } = await request(output, [17, 4])
    handle.pwm?.(17, { frequency: 1000, duty: 0.5 })
    fake.calls.length = 0
    handle.set(0b10, 0b10)
    expect(fake.calls).toEqual(['set 16'])
  })

  it.each([
    [0, 0, 1],
    [1, 1, 0],
  ])('with a duty of %i is a steady level', async (duty, level, activeLowLevel) => {
    const { fake, handle, board } = await request({ ...output, initial: 1 - duty })
    const low = await board.request({ lines: [4], settings: { ...output, activeLow: true, initial: 1 - duty } })
    expect(handle.pwm?.(17, { frequency: 1000, duty })).toEqual({ frequency: 1000, duty, source: 'dma' })
    low.pwm?.(4, { frequency: 1000, duty })
    expect([fake.levels[17], fake.levels[4]]).toEqual([level, activeLowLevel])
  })

  it.each([
    [4, { frequency: 50, duty: 0.5 }],
    [17, { frequency: 0, duty: 0.5 }],
    [17, { frequency: Number.NaN, duty: 0.5 }],
    [17, { frequency: 50, duty: 1.1 }],
    [17, { frequency: 50, duty: -0.1 }],
  ])('of line %i with %o is refused', async (line, settings) => {
    const { fake, handle } = await request(output)
    expect(() => handle.pwm?.(line, settings)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }))
    expect(fake.calls).toEqual([])
  })
})
