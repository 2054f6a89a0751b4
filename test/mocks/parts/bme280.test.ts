import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import type { Bme280Part } from '../../../mocks/parts/bme280.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

const CONFIG = { bus: 1, address: 0x76 }

async function open(simulate: Readonly<Record<string, unknown>> = {}, seed?: number) {
  const clock = new VirtualClock()
  const board = await new MockDriver().open({
    clock,
    seed,
    parts: [{ name: 'air', type: 'bme280', config: CONFIG, simulate, signals: [] }],
  })
  const part = board.part('air') as Bme280Part
  const pass = (ms: number) => new Promise<void>(resolve => clock.after(ms * 1e6, resolve))
  const read = (register: number, length: number): number[] => {
    part.write(Uint8Array.of(register))
    return [...(part.read(length) ?? [])]
  }
  return { board, clock, part, pass, read, tell: (...bytes: number[]) => part.write(Uint8Array.from(bytes)) }
}

const NOT_MEASURED = [0x80, 0, 0, 0x80, 0, 0, 0x80, 0]

describe('the part of a BME280', () => {
  it('says which chip it is', async () => {
    expect((await open()).read(0xd0, 1)).toEqual([0x60])
    expect((await open({ chip: 'bmp280' })).read(0xd0, 1)).toEqual([0x58])
  })

  it('has nothing measured after power-on', async () => {
    expect((await open()).read(0xf7, 8)).toEqual(NOT_MEASURED)
  })

  it('measures once in forced mode, takes its time, says so, and sleeps again', async () => {
    const { read, tell, pass } = await open()
    tell(0xf2, 1)
    tell(0xf4, 0x25)
    expect(read(0xf3, 2)).toEqual([0x08, 0x25])
    // Data sheet, section 9.1: 8 ms as a rule with one sample of each, 9.3 ms at most.
    await pass(7.9)
    expect(read(0xf3, 1)).toEqual([0x08])
    expect(read(0xf7, 8)).toEqual(NOT_MEASURED)
    await pass(1.4)
    expect(read(0xf3, 2)).toEqual([0, 0x24])
    expect(read(0xf7, 8)).not.toEqual(NOT_MEASURED)
  })

  it('keeps the values of the last measurement while it sleeps', async () => {
    const { read, tell, pass } = await open({ temperature: { ramp: { from: 0, to: 50, over: 1000 } } })
    tell(0xf4, 0x25)
    await pass(10)
    const first = read(0xf7, 6)
    await pass(500)
    expect(read(0xf7, 6)).toEqual(first)
    tell(0xf4, 0x25)
    await pass(10)
    expect(read(0xf7, 6)).not.toEqual(first)
  })

  it('measures again and again in normal mode', async () => {
    const { read, tell, pass } = await open({ temperature: { ramp: { from: 0, to: 50, over: 1000 } } })
    tell(0xf4, 0x27)
    const seen = new Set<string>()
    for (let look = 0; look < 20; look++) {
      await pass(10)
      seen.add(read(0xfa, 3).join())
      expect(read(0xf4, 1)).toEqual([0x27])
    }
    expect(seen.size).toBeGreaterThan(10)
  })

  it('does not measure what is skipped', async () => {
    const { read, tell, pass } = await open()
    tell(0xf4, 0x21)
    await pass(10)
    const [p0, p1, p2, ...rest] = read(0xf7, 8)
    expect([p0, p1, p2]).toEqual([0x80, 0, 0])
    expect(rest.slice(0, 3)).not.toEqual([0x80, 0, 0])
    expect(rest.slice(3)).toEqual([0x80, 0])
  })

  it('takes a new oversampling of the humidity only with the next write of CTRL_MEAS', async () => {
    const { read, tell, pass } = await open()
    tell(0xf4, 0x25)
    tell(0xf2, 1)
    await pass(10)
    expect(read(0xfd, 2)).toEqual([0x80, 0])
    tell(0xf4, 0x25)
    await pass(10)
    expect(read(0xfd, 2)).not.toEqual([0x80, 0])
  })

  it('takes pairs of registers and values in one write', async () => {
    const { read, tell } = await open()
    tell(0xf2, 3, 0xf5, 0x20, 0xf4, 0x24)
    expect(read(0xf2, 4)).toEqual([3, 0, 0x24, 0x20])
  })

  it('forgets what it was told at a reset, and answers again after its start', async () => {
    const { part, read, tell, pass } = await open()
    tell(0xf5, 0x20)
    tell(0xe0, 0xb6)
    expect(part.read(1)).toBeUndefined()
    await pass(2)
    expect(read(0xf5, 1)).toEqual([0])
    tell(0xf5, 0x20)
    part.reset()
    await pass(2)
    expect(read(0xf5, 1)).toEqual([0])
  })

  it('keeps its coefficients through everything, and has others with another seed', async () => {
    const { read, tell, pass } = await open()
    const before = read(0x88, 26)
    tell(0x88, 0, 0xe0, 0xb6)
    await pass(2)
    expect(read(0x88, 26)).toEqual(before)
    expect((await open({}, 2)).read(0x88, 26)).not.toEqual(before)
  })

  it('refuses a value over time that is none', async () => {
    await expect(open({ temperature: 'warm' })).rejects.toMatchObject({
      code: 'ERR_BAD_CONFIG',
      place: 'simulate.air.temperature',
    })
  })
})
