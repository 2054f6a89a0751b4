/** Levels and settings of a handle of the pigpio driver, and the calls that they come to. */

import { describe, expect, it } from 'vitest'
import { openOn, request } from './open.js'

const output = { direction: 'output' } as const

describe('an output', () => {
  it('has its level before it is an output, in one call', async () => {
    const { board, fake } = await openOn()
    fake.calls.length = 0
    await board.request({ lines: [17], settings: { ...output, initial: 1 } })
    expect(fake.calls).toEqual(['17 digitalWrite 1'])
  })

  it('that is active low is high when it is off', async () => {
    const { fake, handle } = await request({ ...output, activeLow: true })
    expect([fake.levels[17], handle.get()]).toEqual([1, 0])
    handle.set(1)
    expect([fake.levels[17], handle.get()]).toEqual([0, 1])
  })

  it('of several lines changes in one write for those that fall and one for those that rise', async () => {
    const { fake, handle } = await request({ ...output, initial: 0b001 }, [13, 5, 31])
    handle.set(0b110)
    expect(fake.calls).toEqual([`clear ${2 ** 13}`, `set ${2 ** 31 + 2 ** 5}`])
    expect(handle.get()).toBe(0b110)
  })

  it('leaves lines alone that the mask does not name', async () => {
    const { fake, handle } = await request(output, [13, 5])
    handle.set(0b11, 0b10)
    expect(fake.calls).toEqual(['set 32'])
  })

  it('of 32 lines has values that are not negative', async () => {
    const lines = Array.from({ length: 32 }, (_, line) => line)
    const { handle } = await request({ ...output, activeLow: true }, lines)
    handle.set(2 ** 31)
    expect(handle.get()).toBe(2 ** 31)
  })

  it('that cannot be set says which line, why, and what to do', async () => {
    const { fake, handle } = await request(output)
    fake.failures.set('set', -31)
    expect(() => handle.set(1)).toThrow(
      expect.objectContaining({
        code: 'ERR_CHIP_GONE',
        place: 'GPIO17',
        message: 'GPIO17 cannot be set: pigpio was terminated in this process (pigpio error -31)',
        remedy: expect.stringContaining('terminate()'),
      }),
    )
    fake.failures.set('set', -999)
    expect(() => handle.set(1)).toThrow(
      expect.objectContaining({ code: 'ERR_IO', details: expect.objectContaining({ pigpio: -999 }) }),
    )
  })

  it('does not take the number of an error for levels', async () => {
    const { fake, handle } = await request(output, [31])
    fake.levels.fill(1)
    fake.levels.fill(0, 1, 5)
    expect(handle.get()).toBe(1)
    fake.busy = -31
    expect(() => handle.get()).toThrow(expect.objectContaining({ code: 'ERR_CHIP_GONE', place: 'pigpio' }))
    fake.busy = 0
  })

  it('has no drive but push-pull', async () => {
    const { board } = await openOn()
    await expect(board.request({ lines: [17], settings: { ...output, drive: 'open-drain' } })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      remedy: expect.stringContaining('gpiochip'),
    })
  })
})

describe('an input', () => {
  it.each([
    ['as-is', []],
    ['disabled', ['17 pullUpDown 0']],
    ['pull-down', ['17 pullUpDown 1']],
    ['pull-up', ['17 pullUpDown 2']],
  ] as const)('with bias %s has its resistors set so', async (bias, calls) => {
    const { board, fake } = await openOn()
    fake.calls.length = 0
    await board.request({ lines: [17], settings: { direction: 'input', bias } })
    expect(fake.calls).toEqual(['17 mode 0', ...calls])
  })

  it('reads its level, inverted when it is active low', async () => {
    const { fake, handle } = await request({ direction: 'input' })
    fake.drive(17, 1)
    expect(handle.get()).toBe(1)
    handle.reconfigure({ direction: 'input', activeLow: true })
    expect(handle.get()).toBe(0)
  })

  it('cannot be set, pulsed or driven with PWM', async () => {
    const { handle } = await request({ direction: 'input' })
    const refused = { code: 'ERR_UNSUPPORTED' }
    expect(() => handle.set(1)).toThrow(expect.objectContaining(refused))
    expect(() => handle.pwm?.(17, { frequency: 50, duty: 0.5 })).toThrow(expect.objectContaining(refused))
    await expect(handle.play({ steps: [{ values: 1, ns: 1000 }] })).rejects.toMatchObject(refused)
  })
})

describe('a line whose settings change', () => {
  it('keeps the level of an output that is given none, even when its polarity changes', async () => {
    const { fake, handle } = await request({ ...output, initial: 1 })
    handle.reconfigure({ ...output, activeLow: true })
    expect([fake.levels[17], handle.get(), fake.calls]).toEqual([1, 0, []])
    handle.reconfigure({ ...output, activeLow: true, initial: 1 })
    expect([fake.levels[17], handle.get()]).toEqual([0, 1])
  })

  it('is low as an output that comes from an input without an initial value', async () => {
    const { fake, handle } = await request({ direction: 'input' })
    fake.drive(17, 1)
    handle.reconfigure(output)
    expect(fake.levels[17]).toBe(0)
  })

  it('keeps what it had when that is refused', async () => {
    const { handle } = await request({ ...output, initial: 1 })
    expect(() => handle.reconfigure({ direction: 'input', debounceNs: 301e6 })).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED', remedy: expect.stringContaining('300 ms') }),
    )
    expect([handle.settings, handle.get()]).toEqual([{ ...output, initial: 1 }, 1])
  })

  it('has no edges any more when pigpio refuses in the middle, and says the old settings', async () => {
    const { fake, handle } = await request({ direction: 'input', edges: 'both' }, [5, 6])
    fake.failures.set('6 enableAlert', -41)
    expect(() => handle.reconfigure({ direction: 'input', edges: 'rising' })).toThrow(
      expect.objectContaining({ code: 'ERR_PERMISSION' }),
    )
    expect([fake.alerting.size, handle.settings.edges]).toEqual([0, 'both'])
  })
})

describe('a request', () => {
  it('of lines that are not there, or are named twice, touches nothing', async () => {
    const { board, fake } = await openOn()
    fake.calls.length = 0
    await expect(board.request({ lines: [32], settings: output })).rejects.toMatchObject({ code: 'ERR_UNKNOWN_LINE' })
    await expect(board.request({ lines: [4, 4], settings: output })).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' })
    expect(fake.calls).toEqual([])
  })

  it('that one line refuses leaves none held, and works when the cause is gone', async () => {
    const { board, fake } = await openOn()
    fake.failures.set('6 digitalWrite', -41)
    await expect(board.request({ lines: [5, 6], settings: output })).rejects.toMatchObject({
      code: 'ERR_PERMISSION',
      place: 'GPIO5, GPIO6',
    })
    expect([board.lineInfo(5).used, board.lineInfo(6).used]).toEqual([false, false])
    fake.failures.clear()
    await board.request({ lines: [5, 6], settings: output })
  })
})

describe('release', () => {
  it('leaves outputs as they are, and every call but release throws from then on', async () => {
    const { board, fake } = await openOn()
    const handle = await board.request({ lines: [17], settings: { ...output, initial: 1 }, consumer: 'valve' })
    fake.calls.length = 0
    handle.release()
    expect(fake.calls).toEqual([])
    const released = expect.objectContaining({ code: 'ERR_RELEASED', message: 'GPIO17 was released by "valve"' })
    for (const use of [
      () => handle.get(),
      () => handle.set(1),
      () => handle.reconfigure({ direction: 'input' }),
      () => handle.edges(() => undefined),
      () => handle.pwm?.(17, { frequency: 50, duty: 0.5 }),
    ]) {
      expect(use).toThrow(released)
    }
    await expect(handle.play({ steps: [{ values: 1, ns: 0 }] })).rejects.toMatchObject({ code: 'ERR_RELEASED' })
    expect(() => handle.release()).not.toThrow()
  })

  it('does not mind a library that somebody has terminated', async () => {
    const { fake, handle } = await request({ direction: 'input', edges: 'both' })
    fake.failures.set('disableAlert', -31)
    expect(() => handle.release()).not.toThrow()
  })
})
