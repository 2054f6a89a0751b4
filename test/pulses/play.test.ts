import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LineHandle, Played } from '../../drivers/driver.js'
import { LatenessLog } from '../../drivers/play-lateness.js'
import { MockBoard } from '../../mocks/board.js'
import { PiWorkerError } from '../../src/errors.js'
import { playPulses } from '../../src/pulses/play.js'
import type { Sequence } from '../../src/pulses/sequence.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { failureOf } from '../bench/setup.js'

const LINES = ['a', 'b', 'c']
const nothing = () => undefined

async function setUp() {
  const board = new MockBoard({ clock: new VirtualClock() })
  const handle = await board.request({ lines: [17, 27, 22], settings: { direction: 'output' } })
  return { board, handle }
}

/** A handle whose steps come so many ns late. */
function lateHandle(lateNs: readonly number[], more: Partial<Played> = {}): LineHandle {
  const log = new LatenessLog(lateNs.length)
  for (const ns of lateNs) log.add(ns)
  const played: Played = {
    player: 'software',
    requestedNs: 3000,
    achievedNs: 3500,
    latestNs: Math.max(...lateNs),
    lateness: log.summary(),
    ...more,
  }
  return { play: async () => played } as unknown as LineHandle
}

const three: Sequence = { steps: [{ set: ['a'], after: 0.001 }], repeat: 3 }
const options = { lines: LINES, throttled: nothing }

describe('a sequence that is played on the mock', () => {
  it('changes the lines at exactly the ns that it says, whatever it is', async () => {
    const step = fc.record({ bits: fc.integer({ min: 0, max: 7 }), ns: fc.integer({ min: 1, max: 1e7 }) })
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async steps => {
      const { board, handle } = await setUp()
      const sequence: Sequence = {
        steps: steps.map(({ bits, ns }) => ({
          set: LINES.filter((_, index) => (bits >> index) & 1),
          clear: LINES.filter((_, index) => !((bits >> index) & 1)),
          after: ns / 1e6,
        })),
      }
      const wanted: string[] = []
      let now = 0
      let before = 0
      for (const { bits, ns } of steps) {
        for (const [index, line] of [17, 27, 22].entries()) {
          if (((bits ^ before) >> index) & 1) wanted.push(`${now} ${line} ${(bits >> index) & 1 ? 'high' : 'low'}`)
        }
        before = bits
        now += ns
      }
      const evidence = await playPulses(handle, sequence, options)
      expect([...board.trace].map(({ time, line, level }) => `${time} ${line} ${level}`)).toEqual(wanted)
      expect(evidence).toMatchObject({ requested: now / 1e6, achieved: now / 1e6, lateness: { worst: 0 } })
    })
    await fc.assert(property, { numRuns: 40 })
  })

  it('of 100,000 edges ends at the exact ns, each edge where it should be', async () => {
    const { board, handle } = await setUp()
    const steps = Array.from({ length: 100_000 }, (_, index) =>
      index % 2 === 0 ? { set: ['a'], after: 0.001 * (1 + (index % 7)) } : { clear: ['a'], after: 0.0005 },
    )
    const evidence = await playPulses(handle, { steps }, options)
    let now = 0
    let wrong = 0
    for (const [index, step] of steps.entries()) {
      if (board.trace.at(index)?.time !== now) wrong++
      now += Math.round(step.after * 1e6)
    }
    expect([board.trace.length, wrong, board.now()]).toEqual([100_000, 0, now])
    expect(evidence).toMatchObject({ steps: 100_000, lateness: { worst: 0, p99: 0, mean: 0 } })
    expect(evidence.edges).toBeUndefined()
    expect(evidence.histogram?.[0]).toEqual({ upTo: 0.001, count: 100_000 })
  })

  it('is refused before any line moves', async () => {
    const { board, handle } = await setUp()
    const wrong: Sequence = {
      steps: [
        { set: ['a'], after: 1 },
        { set: ['d'], after: 1 },
      ],
    }
    expect(await failureOf(playPulses(handle, wrong, options))).toMatchObject({ place: 'steps[1].set' })
    const short: Sequence = { steps: [{ set: ['a'], after: '9us' }] }
    const capabilities = { shortestPulseNs: 10_000 }
    expect(await failureOf(playPulses(handle, short, { ...options, capabilities }))).toMatchObject({
      place: 'steps[0].after',
    })
    expect(board.trace.length).toBe(0)
  })

  it('stops when its signal aborts, and the lines stay as they are', async () => {
    const { board, handle } = await setUp()
    const stop = new AbortController()
    const reason = new PiWorkerError('ERR_CANCELLED', 'enough')
    const playing = playPulses(handle, { steps: [{ set: ['a'], after: '1h' }] }, { ...options, signal: stop.signal })
    playing.catch(() => undefined)
    await Promise.resolve()
    stop.abort(reason)
    await expect(playing).rejects.toBe(reason)
    expect(board.level(17)).toBe('high')
  })
})

describe('timing evidence', () => {
  it('has the requested and the achieved time of each edge, and how late they were', async () => {
    expect(await playPulses(lateHandle([100, 200, 900]), three, options)).toEqual({
      requested: 0.003,
      achieved: 0.0035,
      player: 'software',
      steps: 3,
      lateness: { worst: 0.0009, p99: 0.0009, mean: 0.0004 },
      edges: [
        { requested: 0, achieved: 0.0001 },
        { requested: 0.001, achieved: 0.0012 },
        { requested: 0.002, achieved: 0.0029 },
      ],
    })
  })

  it('says how the thread ran, and what the machine says of its supply', async () => {
    const realtime = { scheduling: 'normal', locked: true, whyNot: ['no SCHED_FIFO: EPERM'] } as const
    const flags = { underVoltage: true, frequencyCapped: false, throttled: true, softTemperatureLimit: false }
    const throttled = () => ({ ...flags, since: flags })
    const evidence = await playPulses(lateHandle([1], { realtime }), three, { ...options, throttled })
    expect(evidence).toMatchObject({ realtime, throttled: { underVoltage: true, since: { throttled: true } } })
  })

  it('has nothing of what only hardware knows', async () => {
    const dma = lateHandle([0], { player: 'dma', latestNs: undefined, lateness: undefined })
    expect(await playPulses(dma, three, { ...options, maxLateness: 0 })).toEqual({
      requested: 0.003,
      achieved: 0.0035,
      player: 'dma',
      steps: 3,
    })
  })

  it('comes with the error when a step was later than it may be', async () => {
    const realtime = { scheduling: 'normal', locked: true, whyNot: ['no SCHED_FIFO: EPERM'] } as const
    const playing = playPulses(lateHandle([100, 51_000], { realtime }), three, { ...options, maxLateness: '50us' })
    const error = await failureOf(playing)
    expect(error).toMatchObject({
      code: 'ERR_LATE',
      message: 'a step came 0.051 ms late; at most 0.05 ms was allowed',
      details: { latest: 0.051, allowed: 0.05, evidence: { steps: 3, lateness: { worst: 0.051 } } },
    })
    expect(error.remedy).toContain('no SCHED_FIFO: EPERM')
  })

  it('is given when no step was later than it may be', async () => {
    const playing = playPulses(lateHandle([100, 50_000]), three, { ...options, maxLateness: '50us' })
    expect(await playing).toMatchObject({ lateness: { worst: 0.05 } })
  })
})
