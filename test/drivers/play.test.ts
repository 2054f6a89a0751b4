import { describe, expect, it } from 'vitest'
import { playInSoftware } from '../../drivers/play.js'
import { PiWorkerError } from '../../src/errors.js'
import type { Timer } from '../../src/worker/clock.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

/** A machine that is busy: every timer is 40 ns late. */
class LateClock extends VirtualClock {
  override after(ns: number, callback: () => void): Timer {
    return super.after(ns + 40, callback)
  }
}

function setUp(clock = new VirtualClock()) {
  const log: [number, number, number | undefined][] = []
  const target = { set: (values: number, mask?: number) => void log.push([clock.now(), values, mask]) }
  return { clock, log, target }
}

const square = [
  { values: 1, ns: 300 },
  { values: 0, ns: 700 },
]

describe('a sequence that is played in software', () => {
  it('sets every step at the sum of the times before it, as often as asked', async () => {
    const { clock, log, target } = setUp()
    const played = await playInSoftware(clock, target, { steps: [...square, { values: 2, mask: 2, ns: 0 }], repeat: 2 })
    expect(log).toEqual([
      [0, 1, undefined],
      [300, 0, undefined],
      [1000, 2, 2],
      [1000, 1, undefined],
      [1300, 0, undefined],
      [2000, 2, 2],
    ])
    expect(played).toMatchObject({ player: 'software', requestedNs: 2000, achievedNs: 2000, latestNs: 0, beganNs: 0 })
    expect(played.realtime).toBeUndefined()
  })

  it('does not let lateness add up, and says how late the latest step was', async () => {
    const { clock, log, target } = setUp(new LateClock())
    const played = await playInSoftware(clock, target, { steps: square, repeat: 2 })
    expect(log.map(([time]) => time)).toEqual([0, 340, 1040, 1340])
    expect(played).toMatchObject({ requestedNs: 2000, achievedNs: 2040, latestNs: 40 })
    expect([...(played.lateness?.firstNs ?? [])]).toEqual([0, 40, 40, 40])
  })

  it('ends at the step that comes next when its signal aborts, with the reason of the signal', async () => {
    const { clock, log, target } = setUp()
    const stop = new AbortController()
    const reason = new PiWorkerError('ERR_CANCELLED', 'enough')
    clock.after(1100, () => stop.abort(reason))
    await expect(playInSoftware(clock, target, { steps: square, repeat: 5 }, stop.signal)).rejects.toBe(reason)
    expect(log.map(([time]) => time)).toEqual([0, 300, 1000])
    await clock.idle()
    expect(clock.now()).toBe(1100)
  })

  it('does not begin when its signal has aborted already', async () => {
    const { clock, log, target } = setUp()
    const reason = new PiWorkerError('ERR_CANCELLED', 'enough')
    await expect(playInSoftware(clock, target, { steps: square }, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(log).toEqual([])
  })

  it('lets the event loop turn in a long run of short steps', async () => {
    const { clock, target } = setUp()
    let turned = 0
    clock.after(60e6, () => turned++)
    clock.after(120e6, () => turned++)
    const steps = Array.from({ length: 300 }, (_, index) => ({ values: index & 1, ns: 500_000 }))
    await playInSoftware(clock, target, { steps })
    expect(turned).toBe(2)
  })

  it.each([
    ['has no step', { steps: [] }],
    ['has a negative time', { steps: [{ values: 1, ns: -1 }] }],
    ['has a time that is no whole number', { steps: [{ values: 1, ns: 0.5 }] }],
    ['has a time that is not finite', { steps: [{ values: 1, ns: Number.NaN }] }],
    ['is to be played no time', { steps: square, repeat: 0 }],
    ['is to be played a part of a time', { steps: square, repeat: 1.5 }],
  ])('is refused before anything is set when it %s', async (_, sequence) => {
    const { clock, log, target } = setUp()
    await expect(playInSoftware(clock, target, sequence)).rejects.toMatchObject({ code: 'ERR_BAD_PULSES' })
    expect(log).toEqual([])
  })
})
