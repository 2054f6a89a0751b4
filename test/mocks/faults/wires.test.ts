/** Faults on lines: what the bench sees of a part whose wires are bad, and what the part sees. */

import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../../mocks/board.js'
import type { Load } from '../../../mocks/parts/output.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { input, output } from '../../../src/peripherals/index.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

/** A switch that falls at 1 s and rises at 2 s, with faults; and what is captured of it in 3 s. */
async function capture(faults: readonly object[], seed = 1) {
  const simulate = { level: { falls: ['1s'], rises: ['2s'], faults } }
  const bench = await openBench(
    { level: input({ line: 4, bias: 'pull-up' }) },
    { driver: 'mock', clock: new VirtualClock(), simulate, seed },
  )
  const { edges, lost, level } = await bench.level.capture({ for: '3s' }).result()
  await bench.close()
  const times = edges.map(({ edge, time }) => `${edge} ${time / 1e6}`)
  return { level, times, lost, edges }
}

/** A lamp that is on from 1 s to 3 s, with faults; and what it has seen of it. */
async function lamp(faults: readonly object[]) {
  const bench = await openBench(
    { lamp: output({ line: 17 }) },
    { driver: 'mock', clock: new VirtualClock(), simulate: { lamp: { faults } } },
  )
  const { board, clock } = bench
  await new Promise<void>(resolve => {
    clock.after(1e9, resolve)
  })
  await bench.lamp.pulse({ width: '2s' }).result()
  const { onNs, switches } = (board as MockBoard).part('lamp') as Load
  const { contentions } = board as MockBoard
  await bench.close()
  return { onMs: onNs / 1e6, switches, contentions }
}

describe('a contact that bounces', () => {
  it('goes back and forth after each change, within its time, and ends where it should', async () => {
    const { edges } = await capture([{ kind: 'bounce', edges: 4, within: '3ms' }])
    const falls = edges.filter(({ time }) => time < 1.5e9)
    const rises = edges.filter(({ time }) => time > 1.5e9)
    expect(falls.map(({ edge }) => edge)).toEqual(['falling', 'rising', 'falling', 'rising', 'falling'])
    expect(rises.map(({ edge }) => edge)).toEqual(['rising', 'falling', 'rising', 'falling', 'rising'])
    expect(falls[0]!.time).toBe(1e9)
    expect(Math.max(...falls.map(({ time }) => time))).toBeLessThanOrEqual(1e9 + 3e6)
  })

  it('bounces the same for the same seed, and otherwise for another', async () => {
    const faults = [{ kind: 'bounce' }]
    const [first, again, other] = [await capture(faults, 7), await capture(faults, 7), await capture(faults, 8)]
    expect(again).toEqual(first)
    expect(other.times).not.toEqual(first.times)
  })

  it('is quiet to an input whose debounce is longer', async () => {
    const bench = await openBench(
      { level: input({ line: 4, bias: 'pull-up', debounce: '5ms' }) },
      {
        driver: 'mock',
        clock: new VirtualClock(),
        simulate: { level: { falls: ['1s'], faults: [{ kind: 'bounce', within: '3ms' }] } },
      },
    )
    const { edges } = await bench.level.capture({ for: '2s' }).result()
    await bench.close()
    expect(edges.map(({ edge }) => edge)).toEqual(['falling'])
  })
})

describe('a line that is stuck', () => {
  it('has its level as long as the fault lasts, whatever the part does', async () => {
    const { times } = await capture([{ kind: 'stuck', level: 'high', from: '500ms', for: '1s' }])
    expect(times).toEqual(['falling 1500', 'rising 2000'])
  })

  it('shorts an output that drives the other way, which is recorded', async () => {
    const { contentions } = await lamp([{ kind: 'stuck', level: 'low', from: '1500ms', for: '500ms' }])
    expect(contentions).toEqual([
      { line: 17, time: 1.5e9, end: 2e9, low: ['lamp'], high: [expect.stringContaining('lamp')] },
    ])
  })
})

describe('a part that is unplugged', () => {
  it('leaves the line to its pull, and drives it again when it is back', async () => {
    const { times } = await capture([{ kind: 'unplugged', from: '1200ms', for: '300ms' }])
    expect(times).toEqual(['falling 1000', 'rising 1200', 'falling 1500', 'rising 2000'])
  })

  it('hears nothing of an output meanwhile', async () => {
    expect(await lamp([{ kind: 'unplugged', from: '1500ms', for: '500ms' }])).toMatchObject({ onMs: 1500, switches: 2 })
  })
})

describe('interference', () => {
  it('turns the line over for its width and no longer', async () => {
    const { edges } = await capture([{ kind: 'glitch', width: '5us', every: '100ms', for: '900ms' }])
    const glitches = edges.filter(({ time }) => time < 0.95e9)
    expect(glitches.length).toBeGreaterThan(4)
    for (let index = 0; index < glitches.length; index += 2) {
      const [fall, rise] = glitches.slice(index, index + 2)
      expect([fall!.edge, rise!.edge, rise!.time - fall!.time]).toEqual(['falling', 'rising', 5000])
    }
  })

  it('is seen by a part on an output line, which is not shorted by it', async () => {
    const { switches, contentions } = await lamp([{ kind: 'glitch', width: '5us', every: '50ms' }])
    expect(switches).toBeGreaterThan(10)
    expect(contentions).toEqual([])
  })
})

describe('a part that is late', () => {
  it('changes its line so much later, in the same order', async () => {
    const { times } = await capture([{ kind: 'late', by: '30ms' }])
    expect(times).toEqual(['falling 1030', 'rising 2030'])
  })

  it('is not overtaken by a change that comes after the fault', async () => {
    const { times } = await capture([{ kind: 'late', by: '1500ms', for: '1500ms' }])
    expect(times).toEqual(['falling 2500', 'rising 2500'])
  })
})

describe('a brown-out', () => {
  it('takes the part off its lines until the power is back', async () => {
    const { times } = await capture([{ kind: 'brown-out', from: '1200ms', for: '300ms' }])
    expect(times).toEqual(['falling 1000', 'rising 1200', 'falling 1500', 'rising 2000'])
  })
})

describe('edges that the kernel has no room for', () => {
  it('are told as lost before the next one', async () => {
    const { times, lost } = await capture([{ kind: 'lost-edges', probability: 1, for: '1500ms' }])
    expect([times, lost]).toEqual([['rising 2000'], 1])
  })
})

describe('a call that the kernel refuses', () => {
  it('fails the action with the error of the kernel, and the next works when the fault is over', async () => {
    const faults = [{ kind: 'error', errno: 'EIO', from: '1s', for: '1s' }]
    const bench = await openBench(
      { level: input({ line: 4 }) },
      { driver: 'mock', clock: new VirtualClock(), simulate: { level: { level: 'high', faults } } },
    )
    const pass = (ms: number) => bench.level.capture({ for: ms }).result()
    await pass(900)
    await bench.clock.reach(bench.clock.now() + 200e6)
    await expect(bench.level.read().result()).rejects.toMatchObject({ code: 'ERR_IO', details: { errno: 'EIO' } })
    await bench.clock.reach(bench.clock.now() + 1e9)
    expect(await bench.level.read().result()).toMatchObject({ level: 'high' })
    await bench.close()
  })

  it('refuses the request of a line that is said to be busy', async () => {
    const opening = openBench(
      { level: input({ line: 4 }) },
      {
        driver: 'mock',
        clock: new VirtualClock(),
        simulate: { level: { faults: [{ kind: 'error', errno: 'EBUSY' }] } },
      },
    )
    await expect(opening).rejects.toMatchObject({ code: 'ERR_LINE_BUSY', place: 'level' })
  })

  it('that would have made an output safe is told as not safe', async () => {
    const faults = [{ kind: 'error', errno: 'EIO', from: '500ms', for: '1s' }]
    const bench = await openBench(
      { lamp: output({ line: 17 }) },
      { driver: 'mock', clock: new VirtualClock(), simulate: { lamp: { faults } } },
    )
    const pulse = bench.lamp.pulse({ width: '800ms' })
    await expect(pulse.result()).rejects.toMatchObject({ code: 'ERR_NOT_SAFE' })
    await bench.clock.reach(bench.clock.now() + 2e9)
    await bench.lamp.queue.reset()
    expect(bench.levelOf(17)).toBe('low')
    expect(await bench.lamp.on().result()).toEqual({ on: true })
    await bench.close()
  })
})

describe('a fault for a line that the peripheral has not', () => {
  it('is refused with the lines that it has', async () => {
    const opening = openBench(
      { level: input({ line: 4 }) },
      {
        driver: 'mock',
        clock: new VirtualClock(),
        simulate: { level: { faults: [{ kind: 'stuck', level: 'low', line: 'echo' }] } },
      },
    )
    await expect(opening).rejects.toMatchObject({
      code: 'ERR_BAD_CONFIG',
      place: 'simulate.level.faults[0].line',
      remedy: expect.stringContaining('Use line'),
    })
  })
})
