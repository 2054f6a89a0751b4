import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LatenessLog } from '../../drivers/play-lateness.js'
import { leavesRoom, mostlySleeps, type Pace, paceOf, packSteps, playLoop } from '../../drivers/play-loop.js'

const US = 1000
const MS = 1e6

/** A thread in a time of its own: reading the clock takes 100 ns, a write 1 us, and a sleep comes as late as it is told. */
class World {
  time = 0
  readonly sleeps = { lateNs: 0 }
  readonly writes: [number, number, number][] = []
  readonly slept: [number, number][] = []
  readonly rehearsals: number[] = []
  lateWake = 50 * US
  cancelAt = Number.POSITIVE_INFINITY
  failAt = Number.POSITIVE_INFINITY

  now(): number {
    this.time += 100
    return this.time
  }

  sleep(ns: number): void {
    const from = this.time
    // A cancel wakes the thread at once.
    this.time = Math.min(from + ns + this.lateWake, Math.max(from, this.cancelAt))
    this.slept.push([from, this.time])
  }

  write(values: number, mask: number): void {
    if (this.writes.length === this.failAt) throw Object.assign(new RangeError('refused'), { code: 'EIO' })
    this.writes.push([this.time, values, mask])
    this.time += US
  }

  rehearse(): void {
    this.rehearsals.push(this.time)
    this.time += 30 * US
  }

  cancelled(): boolean {
    return this.time >= this.cancelAt
  }

  /** The longest time without a sleep. */
  longestRun(): number {
    const ends = [0, ...this.slept.map(([, to]) => to)]
    const begins = [...this.slept.map(([from]) => from), this.time]
    return Math.max(...begins.map((begin, index) => begin - ends[index]!))
  }
}

function play(
  steps: readonly { values: number; mask?: number; ns: number }[],
  options: {
    repeat?: number
    pace?: Pace
    world?: World
  } = {},
) {
  const { repeat = 1, pace = paceOf('normal', 4, true), world = new World() } = options
  const log = new LatenessLog(steps.length * repeat)
  const end = playLoop(packSteps({ steps, repeat }, 2, 0), pace, world, log)
  return { world, end, lateness: log.summary() }
}

const square = (onNs: number, offNs: number) => [
  { values: 1, ns: onNs },
  { values: 0, ns: offNs },
]

describe('the loop of a play thread', () => {
  it('writes each step at the sum of the times before it, and ends when the last one has lasted', () => {
    const { world, end, lateness } = play([...square(300 * US, 5 * MS), { values: 2, mask: 2, ns: MS }], { repeat: 2 })
    expect(end).toMatchObject({ complete: true })
    const due = [0, 0.3, 5.3, 6.3, 6.6, 11.6].map(ms => ms * MS)
    expect(world.writes.map(([time], index) => time - end.began - due[index]! < 0.5 * US)).toEqual(due.map(() => true))
    expect(world.writes.map(([, values, mask]) => [values, mask])).toEqual([
      [1, 3],
      [0, 3],
      [2, 2],
      [1, 3],
      [0, 3],
      [2, 2],
    ])
    expect(end.ended - end.began).toBeGreaterThanOrEqual(12.6 * MS)
    expect(lateness.steps).toBe(6)
  })

  it('never writes before its time, and is late by the write alone while sleeps are not later than it spins', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2 * US, max: 20 * MS }), { minLength: 1, maxLength: 50 }), times => {
        const { world, end, lateness } = play(times.map((ns, index) => ({ values: index & 1, ns })))
        let due = end.began
        for (const [index, [time]] of world.writes.entries()) {
          expect(time).toBeGreaterThanOrEqual(due)
          due += times[index]!
        }
        expect(lateness.worstNs).toBeLessThan(2 * US)
      }),
    )
  })

  it('does not let lateness add up when a sleep comes much too late', () => {
    const world = new World()
    world.lateWake = 3 * MS
    const { lateness } = play(square(5 * MS, 5 * MS), { repeat: 50, world })
    expect(lateness.worstNs).toBeLessThan(2.1 * MS)
    expect(lateness.steps).toBe(100)
  })

  it('in real time learns how late its sleeps end, and forgets it when they end in time', () => {
    const world = new World()
    world.lateWake = 0.6 * MS
    const pace = paceOf('fifo', 4, true)
    const late = (repeat: number) => play(square(2 * MS, 3 * MS), { repeat, pace, world }).lateness.worstNs
    expect(late(1)).toBeGreaterThan(0.3 * MS)
    const log = new LatenessLog(8000)
    const sleeping = world.sleep.bind(world)
    let sleeps = 0
    world.sleep = ns => {
      if (++sleeps === 1000) world.lateWake = 10 * US
      sleeping(ns)
    }
    playLoop(packSteps({ steps: square(2 * MS, 3 * MS), repeat: 4000 }, 1, 0), pace, world, log)
    expect([...(log.summary().firstNs ?? [])].slice(2, 2000).filter(ns => ns > 2 * US)).toEqual([])
    const [, lastWake] = world.slept.at(-2) ?? []
    const [lastBegin] = world.slept.at(-1) ?? []
    expect(Number(lastBegin) - Number(lastWake)).toBeLessThan(0.25 * MS)
  })

  it('in real time spins for at most half of a wait, and takes no lesson from what spinning cannot make good', () => {
    const world = new World()
    const pace = paceOf('fifo', 4, true)
    world.lateWake = 0.3 * MS
    play(square(0.5 * MS, 0.5 * MS), { repeat: 50, pace, world })
    expect(world.slept.every(([from, to]) => to - from - world.lateWake >= 0.19 * MS)).toBe(true)
    const slow = new World()
    slow.lateWake = 5 * MS
    play(square(20 * MS, 20 * MS), { repeat: 50, pace, world: slow })
    expect(slow.slept.slice(1).every(([from, to]) => to - from >= 14 * MS)).toBe(true)
  })

  it('sleeps through most of a wait', () => {
    const { world } = play([{ values: 1, ns: 1000 * MS }])
    expect(world.longestRun()).toBeLessThan(1.1 * MS)
  })

  it('rehearses a write after each sleep, but not when one is due', () => {
    const { world } = play(square(5 * MS, 5 * MS), { repeat: 3 })
    expect(world.rehearsals).toHaveLength(6)
    const tired = new World()
    tired.lateWake = 0.97 * MS
    expect(play(square(5 * MS, 5 * MS), { world: tired }).world.rehearsals).toEqual([])
  })

  it('ends before the next edge when it is cancelled, whether it sleeps or spins', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 * MS }), cancelAt => {
        const world = new World()
        world.cancelAt = cancelAt
        const { end } = play(square(2 * MS, 3 * MS), { repeat: 100, world })
        expect(end.complete).toBe(false)
        expect(world.writes.every(([time]) => time < cancelAt)).toBe(true)
        expect(end.ended - cancelAt).toBeLessThan(33 * US)
      }),
    )
  })

  it('ends in the last wait, too', () => {
    const world = new World()
    world.cancelAt = 5 * MS
    expect(play([{ values: 1, ns: 60_000 * MS }], { world }).end).toMatchObject({ complete: false })
    expect(world.time).toBeLessThan(5.1 * MS)
  })

  it('ends with what a write throws', () => {
    const world = new World()
    world.failAt = 3
    expect(() => play(square(MS, MS), { repeat: 5, world })).toThrow('refused')
    expect(world.writes).toHaveLength(3)
  })

  it('with one processor never runs for longer than 100 us, whatever is to be played', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2 * US, max: MS }), { minLength: 1, maxLength: 60 }), times => {
        const pace = paceOf('fifo', 1, false)
        const { world } = play(
          times.map((ns, index) => ({ values: index & 1, ns })),
          { pace, repeat: 5 },
        )
        expect(world.longestRun()).toBeLessThanOrEqual(102 * US)
      }),
    )
  })

  it('with one processor is exact all the same when the steps are far enough apart', () => {
    const { lateness } = play(square(MS, MS), { pace: paceOf('normal', 1, false), repeat: 50 })
    expect(lateness.worstNs).toBeLessThan(2 * US)
  })
})

describe('the pace of a play', () => {
  it('spins a millisecond where sleeps may be late, less in real time, and less when others have the processors', () => {
    expect(paceOf('normal', 4, true).spinNs).toBe(MS)
    expect(paceOf('fifo', 4, true).spinNs).toBe(0.2 * MS)
    expect(paceOf('normal', 4, false).spinNs).toBeLessThanOrEqual(0.1 * MS)
    expect(paceOf('fifo', 1, true)).toEqual(paceOf('normal', 1, false))
  })
})

describe('a sequence for a real-time thread', () => {
  const room = (ns: readonly number[], repeat = 1) =>
    leavesRoom(packSteps({ steps: ns.map(time => ({ values: 0, ns: time })), repeat }, 1, 0))

  it('leaves room when no half second of it is without a good sleep', () => {
    expect(room([50 * US, 450 * US], 1e6)).toBe(true)
    expect(room([50 * US], 9000)).toBe(true)
  })

  it('leaves none when it is too dense for too long, over the end of a round, too', () => {
    expect(room([50 * US], 11_000)).toBe(false)
    expect(room([300 * US, 300 * US], 1e6)).toBe(false)
    expect(room([...new Array(6000).fill(50 * US), 5 * MS, ...new Array(6000).fill(50 * US)], 2)).toBe(false)
    expect(room([...new Array(6000).fill(50 * US), 5 * MS, ...new Array(6000).fill(50 * US)])).toBe(true)
  })
})

describe('a sequence that leaves its processor to others', () => {
  const sleeps = (ns: readonly number[]) =>
    mostlySleeps(packSteps({ steps: ns.map(time => ({ values: 0, ns: time })) }, 1, 0))

  it('sleeps for four fifths of its time', () => {
    expect([sleeps([50 * US, 5 * MS]), sleeps([MS, MS]), sleeps([0.9 * MS]), sleeps([50 * US, 450 * US])]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('a sequence that is sent to a thread', () => {
  it('is packed with the lines that change, and its values the way the lines have them', () => {
    const packed = packSteps(
      {
        steps: [
          { values: 0b01, ns: 5 },
          { values: 0b10, mask: 0b110, ns: 7 },
        ],
      },
      2,
      -1,
    )
    expect([[...packed.values].map(value => value & 3), [...packed.masks], [...packed.ns], packed.repeat]).toEqual([
      [0b10, 0b01],
      [0b11, 0b10],
      [5, 7],
      1,
    ])
  })

  it('may have 32 lines', () => {
    expect([...packSteps({ steps: [{ values: 2 ** 31, ns: 1 }] }, 32, 0).masks]).toEqual([2 ** 32 - 1])
  })
})
