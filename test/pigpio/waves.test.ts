/** Pulse sequences through the real package: what the waves did to the lines, and that none is left. */

import { describe, expect, it } from 'vitest'
import type { PulseStep } from '../../drivers/driver.js'
import { standin } from './rig.js'
import { request } from './still.js'

const output = { direction: 'output' } as const
/** A chain begins with 20 µs of its own. */
const START = 20

const toggles = (count: number, ns: number): PulseStep[] =>
  Array.from({ length: count }, (_, index) => ({ values: (index + 1) & 1, ns }))

describe('pulses through the real package', () => {
  it('are exact, and end with the last level', async () => {
    const { handle, clock } = await request(output)
    const steps = [
      { values: 1, ns: 10_000 },
      { values: 0, ns: 5000 },
      { values: 1, ns: 1000 },
    ]
    const played = await clock.run(handle.play({ steps }))
    expect(played).toEqual({ player: 'dma', requestedNs: 16_000, achievedNs: 16_000, latestNs: undefined })
    expect(standin.brief('wave')).toEqual(['17=1 @20', '17=0 @30', '17=1 @35'])
    expect(standin.waves()).toBe(0)
  })

  it('of several lines change those of one step together, and leave out those that are masked', async () => {
    const { handle, clock } = await request({ ...output, initial: 0b0100 }, [5, 6, 13, 31])
    const steps = [
      { values: 0b1011, ns: 10_000 },
      { values: 0b0000, mask: 0b0011, ns: 10_000 },
    ]
    await clock.run(handle.play({ steps }))
    expect(standin.brief('wave').sort()).toEqual(['13=0 @20', '31=1 @20', '5=0 @30', '5=1 @20', '6=0 @30', '6=1 @20'])
  })

  it('are inverted on lines that are active low', async () => {
    const { handle, clock } = await request({ ...output, activeLow: true })
    await clock.run(handle.play({ steps: toggles(2, 5000) }))
    expect(standin.brief('wave')).toEqual(['17=0 @20', '17=1 @25'])
  })

  it('are repeated by the chain', async () => {
    const { handle, clock } = await request(output)
    await clock.run(handle.play({ steps: toggles(2, 5000), repeat: 1000 }))
    const edges = standin.log().filter(({ cause }) => cause === 'wave')
    expect(edges).toHaveLength(2000)
    expect(edges.every(({ us }, index) => us === START + 5 * index)).toBe(true)
  })

  it('are repeated more often than a loop of a chain can', async () => {
    const { handle, clock } = await request(output)
    const played = await clock.run(handle.play({ steps: toggles(2, 1000), repeat: 70_000 }))
    const edges = standin.log().filter(({ cause }) => cause === 'wave')
    expect([edges.length, edges.at(-1)?.us]).toEqual([140_000, START + 139_999])
    expect(played.achievedNs).toBe(140e6)
  })

  it('of more than 12,000 are several waves without a gap', async () => {
    const { handle, clock } = await request(output, [5, 6])
    const steps = Array.from({ length: 7500 }, (_, index) => ({ values: index & 1 ? 0b00 : 0b11, ns: 20_000 }))
    await clock.run(handle.play({ steps }))
    const edges = standin.log().filter(({ cause }) => cause === 'wave')
    expect(edges).toHaveLength(15_000)
    expect(edges.every(({ us }, index) => us === START + 20 * (index >> 1))).toBe(true)
    expect(standin.waves()).toBe(0)
  })

  it('as many as fit are played, and not one more', async () => {
    const { handle, clock } = await request(output)
    // Two control blocks each, and one for the wave.
    const most = Math.floor((25_016 - 1180 - 1) / 2)
    await clock.run(handle.play({ steps: toggles(most, 1000) }))
    expect(standin.log().filter(({ cause }) => cause === 'wave')).toHaveLength(most)
    standin.clearLog()
    await expect(handle.play({ steps: toggles(most + 1, 1000) })).rejects.toMatchObject({ code: 'ERR_BAD_PULSES' })
    expect([standin.brief('wave'), standin.waves()]).toEqual([[], 0])
    handle.set(0)
    await clock.run(handle.play({ steps: toggles(2, 1000) }))
    expect(standin.brief('wave')).toHaveLength(2)
  })

  it('with an hour between them keep their times', async () => {
    const { handle, clock } = await request(output)
    const hour = 3600e9
    const steps = [
      { values: 1, ns: hour },
      { values: 0, ns: hour + 7000 },
      { values: 1, ns: 1000 },
    ]
    const played = await clock.run(handle.play({ steps }))
    expect(standin.log().map(({ us }) => us - START)).toEqual([0, 3600e6, 7200e6 + 7])
    expect(played.achievedNs).toBe(2 * hour + 8000)
  })

  it('of fractions of a microsecond are rounded without adding up', async () => {
    const { handle, clock } = await request(output)
    const played = await clock.run(handle.play({ steps: toggles(4, 1300) }))
    expect(standin.log().map(({ us }) => us - START)).toEqual([0, 1, 3, 4])
    expect(played).toMatchObject({ requestedNs: 5200, achievedNs: 5000 })
  })
})

describe('pulses that are aborted', () => {
  it('stop where they are, and leave no wave', async () => {
    const { handle, clock } = await request(output)
    const controller = new AbortController()
    const reason = new TypeError('enough')
    const played = handle.play({ steps: toggles(100, 1e6) }, controller.signal)
    clock.advance(START + 2500)
    controller.abort(reason)
    expect(standin.waves()).toBe(0)
    await expect(played).rejects.toBe(reason)
    clock.advance(1e6)
    expect([standin.brief('wave'), handle.get()]).toEqual([['17=1 @20', '17=0 @1020', '17=1 @2020'], 1])
  })

  it('by the release of the handle reject with that', async () => {
    const { handle, clock } = await request(output)
    const played = handle.play({ steps: toggles(100, 1e6) })
    clock.advance(START + 1500)
    handle.release()
    await expect(played).rejects.toMatchObject({ code: 'ERR_RELEASED' })
    expect(standin.waves()).toBe(0)
  })

  it('before they begin leave the lines alone', async () => {
    const { handle } = await request(output)
    await expect(handle.play({ steps: toggles(2, 1000) }, AbortSignal.abort('no'))).rejects.toBe('no')
    expect(standin.brief()).toEqual([])
  })
})

describe('pulses of two handles', () => {
  it('are played one after the other', async () => {
    const { handle, board, clock } = await request(output)
    const other = await board.request({ lines: [4], settings: output })
    standin.clearLog()
    await clock.run(Promise.all([handle.play({ steps: toggles(2, 1e6) }), other.play({ steps: toggles(2, 1e6) })]))
    expect(standin.log().map(({ line }) => line)).toEqual([17, 17, 4, 4])
  })
})
