/** Peripherals on real lines: their edges against gpiomon and against the kernel's clock. */

import { input, openBench, output, SystemClock } from 'pi-worker'
import { describe, expect, onTestFinished, test } from 'vitest'
import { headerChip, toggle } from './gpio-sim.js'
import { Gpiomon } from './gpiod.js'

const chip = headerChip()
const clock = new SystemClock()

async function openForTest() {
  const specs = { level: input({ line: 4 }), pump: output({ line: 17, safe: 'high' }) }
  const bench = await openBench(specs, { driver: 'gpiochip', clock })
  onTestFinished(() => bench.close({ abort: true }))
  return bench
}

/** Nothing else runs in this process meanwhile: neither its timers nor its callbacks. */
function block(ms: number): void {
  const end = clock.now() + ms * 1e6
  while (clock.now() < end);
}

describe('capture', () => {
  test('agrees with gpiomon in count and directions on the same stimulus', async () => {
    const gpiomon = await Gpiomon.start(chip, 4)
    await toggle(chip, 4, 20)
    const witnessed = await gpiomon.collect(20)

    const bench = await openForTest()
    const capture = bench.level.capture({ for: '1s' })
    await expect.poll(() => capture.state).toBe('running')
    await toggle(chip, 4, 20)
    const result = await capture.result()
    expect(result.edges.map(({ edge }) => edge)).toEqual(witnessed.map(({ direction }) => direction))
    expect(result).toMatchObject({ level: 'low', lost: 0, timestamps: 'kernel-ns' })
    const times = result.edges.map(({ time }) => time)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.every(time => time >= result.from && time <= result.to)).toBe(true)
  })

  test('has the times of the kernel: an edge while this process was blocked keeps its own', async () => {
    const bench = await openForTest()
    const capture = bench.level.capture({ for: '1s' })
    await expect.poll(() => capture.state).toBe('running')
    chip.pull(4, 'up')
    const pulled = bench.board.now()
    block(300)
    const { edges } = await capture.result()
    expect(edges).toHaveLength(1)
    expect(Math.abs((edges[0]?.time ?? 0) - pulled)).toBeLessThan(150e6)
  })
})

describe('waitFor', () => {
  test('ends with the time of the kernel', async () => {
    const bench = await openForTest()
    const wait = bench.level.waitFor({ edge: 'rising', timeout: '20s' })
    await expect.poll(() => wait.state).toBe('running')
    chip.pull(4, 'up')
    const pulled = bench.board.now()
    block(300)
    const { edge, time } = await wait.result()
    expect(edge).toBe('rising')
    expect(Math.abs(time - pulled)).toBeLessThan(150e6)
  })

  test('does not take an edge from between two actions', async () => {
    const bench = await openForTest()
    await bench.level.read().result()
    await toggle(chip, 4, 2)
    const wait = bench.level.waitFor({ edge: 'falling', timeout: '300ms' })
    await expect(wait.result()).rejects.toMatchObject({ code: 'ERR_NO_EDGE' })
  })
})

describe('a bench', () => {
  test('holds its outputs in their safe states from the opening to the end', async () => {
    const bench = await openForTest()
    expect(chip.level(17)).toBe('high')
    await bench.pump.off().result()
    expect(chip.level(17)).toBe('low')
    await bench.safe()
    expect([chip.level(17), bench.levelOf(17)]).toEqual(['high', 'high'])
  })
})
