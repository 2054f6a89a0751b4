import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../mocks/driver.js'
import { SimulationClock } from '../../mocks/simulation-clock.js'
import { openBench } from '../../src/bench/open-bench.js'
import { dht, distance } from '../../src/peripherals/index.js'
import type { Clock, Timer, TimerOptions } from '../../src/worker/clock.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

const US = 1000
const MS = 1e6

/** A clock like that of the machine, whose timers come up to three ms late; its time is a virtual one. */
class LateClock implements Clock {
  readonly kind = 'system'
  readonly #time = new VirtualClock()
  #calls = 0

  now(): number {
    return this.#time.now()
  }

  wall(): number {
    return this.#time.wall()
  }

  after(ns: number, callback: () => void, options?: TimerOptions): Timer {
    const late = [0.7, 3, 1.4, 2.2][this.#calls++ % 4] as number
    return this.#time.after(Math.ceil(ns / MS) * MS + late * MS, callback, options)
  }

  reach(time: number): Promise<void> {
    return this.#time.reach(time)
  }

  hold<T>(work: PromiseLike<T>): Promise<T> {
    return this.#time.hold(work)
  }

  fromKernel(): number {
    return this.#time.fromKernel()
  }
}

function simulation() {
  const real = new LateClock()
  const clock = new SimulationClock(real)
  const happened: [string, number][] = []
  const at = (ns: number, what: string): Timer => clock.after(ns, () => happened.push([what, clock.now()]))
  return { real, clock, happened, at }
}

describe('what is simulated in real time', () => {
  it('happens in its order, and at the time that it was meant for, however late timers come', async () => {
    const { real, happened, at } = simulation()
    at(500 * US, 'c')
    at(26 * US, 'a')
    at(70 * US, 'b')
    await real.reach(10 * MS)
    expect(happened).toEqual([
      ['a', 26 * US],
      ['b', 70 * US],
      ['c', 500 * US],
    ])
  })

  it('follows from what was before, not from when that was late', async () => {
    const { real, clock } = simulation()
    const times: number[] = []
    const next = (): void => {
      times.push(clock.now())
      if (times.length < 100) clock.after(50 * US, next)
    }
    clock.after(50 * US, next)
    await real.reach(100 * MS)
    expect(times).toEqual(Array.from({ length: 100 }, (_, index) => (index + 1) * 50 * US))
  })

  it('has happened when somebody asks for the time, if it was due by then', async () => {
    const { real, clock, happened, at } = simulation()
    at(100 * US, 'edge')
    await real.reach(200 * US)
    expect(happened).toEqual([])
    expect(clock.now()).toBe(200 * US)
    expect(happened).toEqual([['edge', 100 * US]])
  })

  it('does not happen once it is cancelled', async () => {
    const { real, happened, at } = simulation()
    at(100 * US, 'edge').cancel()
    at(3 * MS, 'other')
    await real.reach(20 * MS)
    expect(happened).toEqual([['other', 3 * MS]])
  })
})

describe('a sensor that is simulated in real time', () => {
  const open = async () => {
    const clock = new LateClock()
    const specs = { air: dht({ line: 4 }), eye: distance({ lines: { trigger: 5, echo: 6 } }) }
    const simulate = { air: { temperature: 19.5, humidity: 61 }, eye: { distance: 50 } }
    return await openBench(specs, { driver: new MockDriver(), clock, simulate })
  }

  it('gives the right values', async () => {
    const bench = await open()
    expect(await bench.air.read().result()).toEqual({ temperature: 19.5, humidity: 61 })
    expect((await bench.eye.read().result()).distance).toBeCloseTo(50, 0)
    await bench.close()
  })

  it('leaves a trace whose times never go back', async () => {
    const bench = await open()
    const times: number[] = []
    bench.onLevel((_line, _level, time) => times.push(time))
    await Promise.all([bench.air.read().result(), bench.eye.read().result()])
    expect(times.length).toBeGreaterThan(80)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    await bench.close()
  })
})
