/** How often each fault of a part has struck: what a run can say of it afterwards. */

import { describe, expect, it } from 'vitest'
import { MockBoard } from '../../../mocks/board.js'
import { FaultyBuses } from '../../../mocks/buses/faulty-buses.js'
import { RegisterMap } from '../../../mocks/buses/i2c-device.js'
import { type Fault, Faults } from '../../../mocks/faults/faults.js'
import { FaultyWire } from '../../../mocks/faults/faulty-wire.js'
import { Random } from '../../../mocks/random.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

function setup(...list: Partial<Fault>[]) {
  const clock = new VirtualClock()
  const board = new MockBoard({ clock })
  const faults = new Faults(list.map(fault => ({ from: 0, ...fault })) as Fault[], clock, board.now(), new Random(1))
  const wire = () => new FaultyWire({ board, line: 4, name: 'key', path: 'line', faults })
  return { clock, board, faults, wire, struck: () => faults.counts.map(({ struck }) => struck) }
}

describe('a fault that strikes again and again', () => {
  it('is counted each time, and not where chance spares it', () => {
    const { faults, struck } = setup({ kind: 'error', probability: 0.5 })
    const hits = Array.from({ length: 100 }, () => faults.strikes('error')).filter(fault => fault !== undefined)
    expect(struck()).toEqual([hits.length])
    expect(hits.length).toBeGreaterThan(0)
    expect(hits.length).toBeLessThan(100)
  })

  it('is counted apart from another one of its kind', async () => {
    const { clock, faults, struck } = setup({ kind: 'nack', for: 1000 }, { kind: 'nack', from: 1000 })
    faults.strikes('nack')
    await clock.reach(1e9)
    faults.strikes('nack')
    faults.strikes('nack')
    expect(struck()).toEqual([1, 2])
  })

  it('is counted for each message that it garbled, however many bits', () => {
    const { faults, struck } = setup({ kind: 'flip', probability: 1 })
    faults.disturb(new Uint8Array(20))
    faults.disturb(new Uint8Array(20))
    faults.disturb(new Uint8Array(0))
    expect(struck()).toEqual([2])
  })

  it('is counted for each bounce of the contact, but for the level that it begins with', async () => {
    const { clock, wire, struck } = setup({ kind: 'bounce', edges: 2, within: 1 })
    const contact = wire()
    contact.drive('high')
    expect(struck()).toEqual([0])
    await clock.reach(1e9)
    contact.drive('low')
    contact.drive('low')
    await clock.reach(2e9)
    contact.drive('high')
    expect(struck()).toEqual([2])
  })

  it('is counted for each glitch, not for the time in which they may come', async () => {
    const { clock, wire, struck } = setup({ kind: 'glitch', every: 100, width: 1, for: 1000 })
    wire()
    expect(struck()).toEqual([0])
    await clock.reach(5e9)
    const [glitches] = struck() as [number]
    expect(glitches).toBeGreaterThan(3)
    expect(glitches).toBeLessThan(40)
  })
})

describe('a fault that lasts', () => {
  it('is counted once, on however many wires and buses', async () => {
    const { board, clock, faults, wire, struck } = setup({ kind: 'unplugged', from: 1000, for: 1000 })
    wire()
    wire()
    new FaultyBuses(board.buses, faults).attachI2c(1, 0x48, new RegisterMap({}))
    expect(struck()).toEqual([0])
    await clock.reach(1e9)
    expect(struck()).toEqual([1])
    faults.strikes('unplugged')
    await clock.reach(3e9)
    expect(struck()).toEqual([1])
  })
})

describe('what is counted', () => {
  it('says which faults they are, in their order', () => {
    const { faults } = setup({ kind: 'late', by: 1, line: 'line' }, { kind: 'nack' })
    expect(faults.counts).toEqual([
      { kind: 'late', line: 'line', struck: 0 },
      { kind: 'nack', line: undefined, struck: 0 },
    ])
  })
})
