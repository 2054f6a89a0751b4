/** Edges and the glitch filter through the real package, with ticks that wrap. */

import { describe, expect, it } from 'vitest'
import { brief, watch } from '../mocks/setup.js'
import { standin } from './rig.js'
import { request } from './still.js'

const both = { direction: 'input', edges: 'both' } as const

describe('edges through the real package', () => {
  it('have the tick of the change', async () => {
    const { handle, clock } = await request(both)
    const events = watch(handle)
    clock.advance(100)
    standin.drive(17, 'high')
    clock.advance(50)
    standin.drive(17, 'low')
    await standin.settle()
    expect(brief(events)).toEqual(['rising 17 @100000 #1', 'falling 17 @150000 #2'])
  })

  it('go on when the tick wraps', async () => {
    const { handle, clock } = await request(both, [17], 2 ** 32 - 100)
    const events = watch(handle)
    clock.advance(50)
    standin.drive(17, 'high')
    clock.advance(100)
    standin.drive(17, 'low')
    await standin.settle()
    expect(brief(events)).toEqual(['rising 17 @50000 #1', 'falling 17 @150000 #2'])
  })

  it('have the right time after hours without an edge', async () => {
    const { handle, clock, board } = await request(both, [17], 4_000_000_000)
    const events = watch(handle)
    const hours = 5 * 3600e6
    clock.advance(hours)
    standin.drive(17, 'high')
    await standin.settle()
    expect(brief(events)).toEqual([`rising 17 @${hours * 1000} #1`])
    expect(board.now()).toBe(hours * 1000)
  })

  it('of one direction come alone', async () => {
    const { handle, clock } = await request({ direction: 'input', edges: 'falling' })
    const events = watch(handle)
    for (const level of ['high', 'low', 'high', 'low'] as const) {
      clock.advance(10)
      standin.drive(17, level)
    }
    await standin.settle()
    expect(brief(events)).toEqual(['falling 17 @20000 #1', 'falling 17 @40000 #2'])
  })

  it('all arrive, in order, when a thousand come at once', async () => {
    const { handle, clock } = await request(both, [17, 4])
    const events = watch(handle)
    for (let round = 0; round < 250; round++) {
      for (const [line, level] of [
        [17, 'high'],
        [4, 'low'],
        [17, 'low'],
        [4, 'high'],
      ] as const) {
        clock.advance(5)
        standin.drive(line, level)
      }
    }
    await standin.settle()
    // Line 4 is pulled up at power-on, so that each of its changes is one.
    const edges = events.filter(event => event.kind === 'edge')
    expect([events.length, edges.length]).toEqual([1000, 1000])
    expect(edges.every((edge, index) => edge.time === (index + 1) * 5000)).toBe(true)
  })

  it('stop when the line becomes an output', async () => {
    const { handle, clock } = await request(both)
    const events = watch(handle)
    handle.reconfigure({ direction: 'output' })
    handle.set(1)
    clock.advance(10)
    await standin.settle()
    expect(events).toEqual([])
  })

  it('that were under way when the line was let go reach nobody, and the next ones do', async () => {
    const { handle, board, clock } = await request(both)
    standin.drive(17, 'high')
    handle.release()
    clock.advance(10)
    const again = await board.request({ lines: [17], settings: both })
    const events = watch(again)
    clock.advance(200)
    standin.drive(17, 'low')
    await standin.settle()
    expect(brief(events)).toEqual(['falling 17 @210000 #1'])
  })
})

describe('debounce through the real package', () => {
  const steady = { ...both, debounceNs: 1e6 } as const

  it('is the glitch filter', async () => {
    const { handle } = await request(steady)
    expect(standin.filter(17)).toBe(1000)
    handle.reconfigure(both)
    expect(standin.filter(17)).toBe(0)
  })

  it('keeps back what does not last, and has the time at which it had lasted', async () => {
    const { handle, clock } = await request(steady)
    const events = watch(handle)
    standin.drive(17, 'high')
    clock.advance(500)
    standin.drive(17, 'low')
    clock.advance(5000)
    standin.drive(17, 'high')
    clock.advance(2000)
    await standin.settle()
    expect(brief(events)).toEqual(['rising 17 @6500000 #1'])
  })

  it('reads the level that has lasted', async () => {
    const { handle, clock } = await request(steady)
    standin.drive(17, 'high')
    clock.advance(999)
    await standin.settle()
    expect(handle.get()).toBe(0)
    clock.advance(1)
    await standin.settle()
    expect(handle.get()).toBe(1)
  })
})
