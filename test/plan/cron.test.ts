import { describe, expect, it } from 'vitest'
import { Slots } from '../../src/plan/running/cron.js'
import { WallTimes } from '../../src/plan/wall-times.js'
import { VIRTUAL_EPOCH_MS, VirtualClock } from '../../src/worker/virtual-clock.js'
import { inPlan, problems, run, valuesOf } from './plan-text.js'

/** A clock whose wall time jumps, as by NTP: monotonic ns → ms that it is off from then on. */
class JumpingClock extends VirtualClock {
  readonly #jumps: readonly (readonly [number, number])[]

  constructor(...jumps: readonly (readonly [number, number])[]) {
    super()
    this.#jumps = jumps
  }

  override wall(): number {
    const jumped = this.#jumps.filter(([at]) => at <= this.now())
    return super.wall() + jumped.reduce((sum, [, by]) => sum + by, 0)
  }
}

const MINUTE = 60e9
/** Rounds for ten minutes of the monotonic clock, at each minute of the wall clock: when they were, in minutes of both. */
async function minutes(...jumps: readonly (readonly [number, number])[]) {
  const clock = new JumpingClock(...jumps.map(([at, by]) => [at * MINUTE, by * 60e3] as const))
  const { rows, notes, result } = await run(
    inPlan('- cron: "* * * * *"\n  timezone: UTC\n  for: 10m\n  do: [ record: { n: =round } ]'),
    { clock },
  )
  return {
    mono: rows.map(({ time }) => Math.round((time / MINUTE) * 100) / 100),
    wall: rows.map(({ wall }) => (wall - VIRTUAL_EPOCH_MS) / 60e3),
    notes,
    missed: result.missed,
  }
}

describe('cron', () => {
  it('begins rounds at the times of its pattern, by the wall clock', async () => {
    const { rows, result } = await run(
      inPlan('- cron: "*/15 8-9 * * *"\n  timezone: UTC\n  times: 3\n  do: [ record: { n: =round } ]'),
    )
    const at = rows.map(({ wall }) => new Date(wall).toISOString())
    expect(at).toEqual(['2000-01-01T08:00:00.000Z', '2000-01-01T08:15:00.000Z', '2000-01-01T08:30:00.000Z'])
    expect([result.outcome, result.missed]).toEqual(['succeeded', 0])
  })

  it('takes the wall clock of a time zone', async () => {
    const { rows } = await run(
      inPlan('- cron: "0 8 * * *"\n  timezone: Asia/Tokyo\n  times: 1\n  do: [ record: { n: =round } ]'),
    )
    expect(rows.map(({ wall }) => new Date(wall).toISOString())).toEqual(['2000-01-01T23:00:00.000Z'])
  })

  it('fails when its times were over before it began', async () => {
    const text = inPlan('- cron: "0 0 0 2 1 * 2000"\n  timezone: UTC\n  do: [ pump.on ]')
    const { result } = await run(text, { clock: new JumpingClock([0, 2 * 366 * 24 * 3600e3]) })
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_PLAN_VALUE', message: expect.stringContaining('its times are over'), place: 'a.yaml:10:5' },
    })
    expect((await run(text)).began).toHaveLength(1)
  })

  it('takes seconds', async () => {
    const { rows } = await run(inPlan('- cron: "*/20 * * * * *"\n  times: 2\n  do: [ record: { n: =round } ]'))
    expect(rows.map(({ time }) => Math.round(time / 1e9))).toEqual([20, 40])
  })

  it('ends when its time is over', async () => {
    expect((await minutes()).wall).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('has one late round for what a jump forward skips, and tells how many had none', async () => {
    const { wall, notes, missed } = await minutes([2.5, 3.2])
    expect(wall.map(Math.floor)).toEqual([1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13])
    expect([missed, notes.length, notes[0]]).toEqual([2, 1, expect.stringContaining('2 more times were missed')])
  })

  it('notices a jump forward before the time that it waited for', async () => {
    const { mono } = await minutes([2.5, 0.5])
    expect(mono.slice(0, 4)).toEqual([1, 2, expect.closeTo(2.5, 0), 3.5])
  })

  it('does nothing twice after a jump back: it waits until the times are new', async () => {
    const { wall, mono, missed } = await minutes([4.5, -3])
    expect(wall).toEqual([1, 2, 3, 4, 5, 6])
    expect([mono, missed]).toEqual([[1, 2, 3, 4, 8, 9], 0])
  })

  it('does the times that never were, when a clock that was wrong by years is set right', async () => {
    const years = -20 * 525_600
    expect((await minutes([4.5, years])).mono).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('does not count the times that a jump over decades skips', async () => {
    const { mono, notes } = await minutes([0.5, 26 * 525_600])
    expect([mono.length, notes[0]]).toEqual([10, expect.stringContaining('more than 1,000 more times')])
  })

  it('counts a round that takes too long as late, and what it missed', async () => {
    const { rows, result } = await run(
      inPlan('- cron: "* * * * *"\n  times: 3\n  do:\n    - record: { n: =round }\n    - wait: 150s'),
    )
    expect(rows.map(({ time }) => time / MINUTE)).toEqual([1, 3.5, 6])
    expect([valuesOf(rows), result.missed]).toEqual([[[1], [2], [3]], 3])
  })

  it.each([
    ['0 0 30 2 *', '"0 0 30 2 *" never fires'],
    ['* * *', 'is no pattern of times'],
    ['61 * * * *', 'is no pattern of times'],
    ['hello', 'is no pattern of times'],
    ['2030-01-01T00:00:00', 'is no pattern of times'],
  ])('is refused as %s', (pattern, message) => {
    const [problem] = problems(inPlan(`- cron: "${pattern}"\n  do: [ pump.on ]`))
    expect(problem).toMatch(/^ERR_PLAN_VALUE 10:11 /)
    expect(problem).toContain(message)
  })

  it('is refused in a time zone that is none', () => {
    expect(problems(inPlan('- cron: "* * * * *"\n  timezone: Mars/Base\n  do: [ pump.on ]'))).toEqual([
      'ERR_PLAN_VALUE 11:15 there is no time zone "Mars/Base"',
    ])
  })

  it('never gives one time two rounds, whatever the wall clock does', () => {
    let seed = 7
    const random = (): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return seed / 2 ** 31
    }
    let wall = VIRTUAL_EPOCH_MS
    const slots = new Slots(new WallTimes('* * * * *', 'UTC'), wall)
    const taken = new Set<number>()
    for (let step = 0; step < 2000; step++) {
      wall += random() < 0.9 ? random() * 90e3 : (random() - 0.5) * 3600e3
      const slot = slots.next(wall)
      if (slot === undefined || slot > wall) continue
      slots.take(slot, wall)
      expect(taken.has(slot)).toBe(false)
      taken.add(slot)
    }
    expect(taken.size).toBeGreaterThan(500)
  })
})
