/** Levels and settings of a handle of the onoff driver, and in which order the files are written. */

import { describe, expect, it } from 'vitest'
import { request } from './open.js'

const levels = (sysfs: { read(name: string): string }, numbers: readonly number[]) =>
  numbers.map(number => sysfs.read(`gpio${number}/value`))

describe('an output', () => {
  it('gets direction and level in one write, so that it shows no other level in between', async () => {
    const { sysfs } = await request({ direction: 'output', initial: 1 })
    expect(sysfs.writes).toEqual(['export 475', 'gpio475/direction high'])
  })

  it('is low unless an initial value is given', async () => {
    const { sysfs } = await request({ direction: 'output' })
    expect(sysfs.writes).toEqual(['export 475', 'gpio475/direction low'])
  })

  it('that is active low is high when it is off', async () => {
    const { sysfs, handle } = await request({ direction: 'output', activeLow: true })
    expect(sysfs.writes.at(-1)).toBe('gpio475/direction high')
    expect(handle.get()).toBe(0)
    handle.set(1)
    expect([sysfs.read('gpio475/value'), handle.get()]).toEqual(['0', 1])
  })

  it('of several lines has a bit for each, in the order of the request', async () => {
    const { sysfs, handle } = await request({ direction: 'output', initial: 0b001 }, [13, 5, 6])
    const numbers = [471, 463, 464]
    expect(levels(sysfs, numbers)).toEqual(['1', '0', '0'])
    handle.set(0b110)
    expect(levels(sysfs, numbers)).toEqual(['0', '1', '1'])
    handle.set(0b001, 0b011)
    expect(levels(sysfs, numbers)).toEqual(['1', '0', '1'])
    expect(handle.get()).toBe(0b101)
  })

  it('leaves lines alone that the mask does not name', async () => {
    const { sysfs, handle } = await request({ direction: 'output' }, [13, 5])
    const before = sysfs.writes.length
    handle.set(0b11, 0b10)
    expect(sysfs.writes.slice(before)).toEqual(['gpio463/value 1'])
  })

  it('that cannot be written says which line and why', async () => {
    const { sysfs, handle } = await request({ direction: 'output' })
    sysfs.broken.set('gpio475/value', 'EIO')
    expect(() => handle.set(1)).toThrow(
      expect.objectContaining({ code: 'ERR_IO', message: 'GPIO17 cannot be set: EIO', place: 'GPIO17' }),
    )
  })
})

describe('an input', () => {
  it('reads its level, inverted when it is active low', async () => {
    const { sysfs, handle } = await request({ direction: 'input' })
    sysfs.drive(475, 1)
    expect(handle.get()).toBe(1)
    handle.reconfigure({ direction: 'input', activeLow: true })
    expect(handle.get()).toBe(0)
  })

  it('has its direction written even on a line that says it is an input', async () => {
    const { sysfs } = await request({ direction: 'input' })
    expect(sysfs.writes).toEqual(['export 475', 'gpio475/direction in'])
  })

  it('cannot be set', async () => {
    const { handle } = await request({ direction: 'input' })
    expect(() => handle.set(1)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED' }))
  })

  it('gives 32 lines as a number that is not negative', async () => {
    const lines = Array.from({ length: 32 }, (_, line) => line)
    const { sysfs, handle } = await request({ direction: 'input' }, lines)
    sysfs.drive(458 + 31, 1)
    expect(handle.get()).toBe(2 ** 31)
  })
})

describe('a line whose settings change', () => {
  it('stays exported from input to output and back', async () => {
    const { sysfs, handle } = await request({ direction: 'input' })
    handle.reconfigure({ direction: 'output', initial: 1 })
    handle.reconfigure({ direction: 'input' })
    expect(sysfs.writes.slice(2)).toEqual(['gpio475/direction high', 'gpio475/direction in'])
    expect(handle.settings).toEqual({ direction: 'input' })
  })

  it('has its interrupt switched off before it is driven, and on after it is an input', async () => {
    const { sysfs, handle } = await request({ direction: 'input', edges: 'both' })
    handle.reconfigure({ direction: 'output' })
    handle.reconfigure({ direction: 'input', edges: 'both' })
    expect(sysfs.writes.slice(2)).toEqual([
      'gpio475/edge both',
      'gpio475/edge none',
      'gpio475/direction low',
      'gpio475/direction in',
      'gpio475/edge both',
    ])
  })

  it('keeps the level of an output that is given none, even when its polarity changes', async () => {
    const { sysfs, handle } = await request({ direction: 'output', initial: 1 })
    handle.reconfigure({ direction: 'output' })
    expect(handle.get()).toBe(1)
    handle.reconfigure({ direction: 'output', activeLow: true })
    expect([sysfs.read('gpio475/value'), handle.get()]).toEqual(['1', 0])
    handle.reconfigure({ direction: 'output', activeLow: true, initial: 1 })
    expect([sysfs.read('gpio475/value'), handle.get()]).toEqual(['0', 1])
  })

  it('is low as an output that comes from an input without an initial value', async () => {
    const { sysfs, handle } = await request({ direction: 'input' })
    sysfs.drive(475, 1)
    handle.reconfigure({ direction: 'output' })
    expect(sysfs.read('gpio475/value')).toBe('0')
  })

  it('refuses what sysfs has not, and keeps what it had', async () => {
    const { handle } = await request({ direction: 'output', initial: 1 })
    expect(() => handle.reconfigure({ direction: 'input', bias: 'pull-up' })).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED' }),
    )
    expect([handle.settings.direction, handle.get()]).toEqual(['output', 1])
  })
})
