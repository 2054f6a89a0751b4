import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import type { Pca9685Part } from '../../../mocks/parts/pca9685.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

async function open() {
  const clock = new VirtualClock()
  const config = { bus: 1, address: 0x40, oscillator: 25_000_000 }
  const board = await new MockDriver().open({
    clock,
    parts: [{ name: 'arm', type: 'pca9685', config, simulate: {}, signals: [] }],
  })
  const part = board.part('arm') as Pca9685Part
  const read = (register: number, length: number): number[] => {
    part.write(Uint8Array.of(register))
    return [...part.read(length)]
  }
  return { part, read, tell: (...bytes: number[]) => part.write(Uint8Array.from(bytes)) }
}

/** Steps of 40 ns times 31 (the prescaler after power-on, and one). */
const STEP_NS = 1240
const HALF = [0x06, 0, 0, 0, 8] as const

describe('the part of a PCA9685', () => {
  it('sleeps after power-on, with all channels off at 200 Hz', async () => {
    const { part, read } = await open()
    expect(read(0, 1)).toEqual([0x11])
    expect(read(0xfe, 1)).toEqual([0x1e])
    expect(read(0x09, 1)).toEqual([0x10])
    expect(part.output(15)).toEqual({ highNs: 0, periodNs: 4096 * STEP_NS })
  })

  it('puts nothing out while it sleeps', async () => {
    const { part, tell } = await open()
    tell(0, 0x30)
    tell(...HALF)
    expect(part.output(0).highNs).toBe(0)
    tell(0, 0x20)
    expect(part.output(0).highNs).toBe(2048 * STEP_NS)
  })

  it('takes a prescaler only while it sleeps', async () => {
    const { read, tell } = await open()
    tell(0, 0x20)
    tell(0xfe, 121)
    expect(read(0xfe, 1)).toEqual([0x1e])
    tell(0, 0x30)
    tell(0xfe, 121)
    expect(read(0xfe, 1)).toEqual([121])
    tell(0xfe, 1)
    expect(read(0xfe, 1)).toEqual([3])
  })

  it('writes one register again and again without auto-increment', async () => {
    const { read, tell } = await open()
    tell(...HALF)
    tell(0, 0x31)
    expect(read(0x06, 4)).toEqual([8, 0, 0, 0x10])
  })

  it('goes from the last register of its channels to the first of all', async () => {
    const { read, tell } = await open()
    tell(0, 0x31)
    expect(read(0x45, 3)).toEqual([0x10, 0x31, 0x04])
  })

  it('sets all channels at once, through registers that read as 0', async () => {
    const { part, read, tell } = await open()
    tell(0, 0x20)
    tell(0xfa, 0, 0, 0, 4)
    for (let channel = 0; channel < 16; channel++) expect(part.output(channel).highNs).toBe(1024 * STEP_NS)
    expect(read(0xfa, 4)).toEqual([0, 0, 0, 0])
    tell(0xfd, 0x10)
    for (let channel = 0; channel < 16; channel++) expect(part.output(channel).highNs).toBe(0)
  })

  it('is on throughout with the full bit of on, unless that of off is set too', async () => {
    const { part, tell } = await open()
    tell(0, 0x20)
    tell(0x06, 0, 0x10, 0, 0)
    expect(part.output(0)).toEqual({ highNs: 4096 * STEP_NS, periodNs: 4096 * STEP_NS })
    tell(0x06, 0, 0x10, 0, 0x10)
    expect(part.output(0).highNs).toBe(0)
  })

  it('goes on over the end of the period', async () => {
    const { part, tell } = await open()
    tell(0, 0x20)
    tell(0x06, 0x00, 0x0f, 0x00, 0x01)
    expect(part.output(0).highNs).toBe(512 * STEP_NS)
  })

  it('needs a restart after running channels were put to sleep', async () => {
    const { part, read, tell } = await open()
    tell(0, 0x20)
    tell(...HALF)
    tell(0, 0x30)
    expect(read(0, 1)).toEqual([0xb0])
    tell(0, 0x20)
    expect(part.output(0).highNs).toBe(0)
    tell(0, 0xa0)
    expect(read(0, 1)).toEqual([0x20])
    expect(part.output(0).highNs).toBe(2048 * STEP_NS)
  })

  it('does not acknowledge registers that are reserved', async () => {
    const { tell } = await open()
    expect(tell(0x46, 1)).toBe(false)
    expect(tell(0xf9)).toBe(false)
  })

  it('tells of every change of what it puts out', async () => {
    const { part, tell } = await open()
    const heard: string[] = []
    const stop = part.onOutput((channel, { highNs }) => heard.push(`${channel} ${highNs / STEP_NS}`))
    tell(0, 0x20)
    tell(...HALF)
    tell(...HALF)
    part.reset()
    stop()
    tell(0, 0x20)
    tell(...HALF)
    expect(heard).toEqual(['0 2048', '0 0'])
  })
})
