import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { StepperMotor, type StepperSimulation } from '../../../mocks/parts/stepper.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

const COILS = [12, 13, 19, 22]

async function open(config: Readonly<Record<string, unknown>>, simulate?: StepperSimulation) {
  const clock = new VirtualClock()
  const part = { name: 'axis', type: 'stepper', config, simulate: simulate && { ...simulate }, signals: [] }
  const board = await new MockDriver().open({ clock, parts: [part] })
  const motor = board.part('axis')
  if (!(motor instanceof StepperMotor)) throw new TypeError('no motor')
  return { board, clock, motor }
}

async function openChip(simulate?: StepperSimulation) {
  const opened = await open({ wiring: { step: 20, direction: 21 } }, simulate)
  const handle = await opened.board.request({ lines: [20, 21], settings: { direction: 'output' } })
  const at = async (ns: number, values: number): Promise<void> => {
    await opened.clock.reach(ns)
    handle.set(values)
  }
  return { ...opened, at }
}

async function openCoils(pattern: string) {
  const opened = await open({ wiring: { coils: COILS, pattern } })
  const handle = await opened.board.request({ lines: COILS, settings: { direction: 'output' } })
  return { ...opened, energise: (...values: number[]) => values.forEach(value => void handle.set(value)) }
}

describe('a motor on a driver chip', () => {
  it('makes a step at each rising edge, in the direction of the moment', async () => {
    const { motor, at } = await openChip()
    for (const [ns, values] of [
      [1000, 0b10],
      [10_000, 0b11],
      [20_000, 0b10],
      [30_000, 0b11],
      [40_000, 0b00],
      [50_000, 0b01],
    ] as const) {
      await at(ns, values)
    }
    expect([motor.position, motor.violations]).toEqual([1, []])
  })

  it('notes pulses that are too short, and directions that change too near to a step', async () => {
    const { motor, at } = await openChip()
    await at(10_000, 0b01)
    await at(10_500, 0b00)
    await at(11_000, 0b01)
    await at(11_100, 0b11)
    await at(20_000, 0b10)
    await at(30_000, 0b00)
    await at(30_100, 0b01)
    expect(motor.violations).toEqual([
      { time: 10_500, what: 'the step input was high for less than 1 us' },
      { time: 11_000, what: 'the step input was low for less than 1 us' },
      { time: 11_100, what: 'the direction changed within 200 ns after a step' },
      { time: 30_100, what: 'a step came within 200 ns of the direction' },
    ])
  })

  it('does not turn while its driver is off', async () => {
    const { board, motor } = await open({ wiring: { step: 20, direction: 21, enable: 16, enableActiveLow: true } })
    const handle = await board.request({ lines: [20, 16], settings: { direction: 'output', initial: 0b10 } })
    handle.set(0b11)
    expect([motor.position, motor.missed, motor.holds]).toEqual([0, 1, false])
  })

  it('misses steps that are faster than it can be', async () => {
    const { motor, at } = await openChip({ maxSpeed: 1000 })
    await at(10e6, 0b01)
    await at(10.1e6, 0b00)
    await at(10.9e6, 0b01)
    await at(11e6, 0b00)
    await at(11.9e6, 0b01)
    expect([motor.position, motor.missed]).toEqual([-2, 1])
  })
})

describe('a motor with four phases', () => {
  it.each([
    ['half', [1, 3, 2, 6, 4, 12, 8, 9, 1], 8],
    ['full', [3, 6, 12, 9, 3], 4],
    ['wave', [1, 2, 4, 8, 1], 4],
  ])('turns with the %s pattern, both ways', async (pattern, values, steps) => {
    const { motor, energise } = await openCoils(pattern)
    energise(...values)
    expect(motor.position).toBe(steps)
    energise(...values.toReversed())
    expect([motor.position, motor.violations]).toEqual([0, []])
  })

  it('stays where it is without current, and goes on from there', async () => {
    const { motor, energise } = await openCoils('half')
    energise(1, 3, 2, 0)
    expect([motor.position, motor.holds]).toEqual([2, false])
    energise(2, 6)
    expect(motor.position).toBe(3)
  })

  it('notes coils that pull against each other, and a field that is turned half round', async () => {
    const { motor, energise } = await openCoils('wave')
    energise(1, 5, 1, 4)
    expect(motor.violations.map(({ what }) => what)).toEqual([
      'coils 1, 3 are on together',
      'the field was turned half round: the rotor may go either way',
    ])
    expect(motor.position).toBe(0)
  })
})
