/** Tests with a bench of their own, and what they can insist on: no real hardware, and nothing left to do. */

import { afterAll, describe, expect, it } from 'vitest'
import { openI2c } from '../../../drivers/buses/index.js'
import { gpiochip } from '../../../drivers/gpiochip/index.js'
import { onoffDriver } from '../../../drivers/onoff/index.js'
import { pigpioDriver } from '../../../drivers/pigpio/index.js'
import { MockBoard } from '../../../mocks/board.js'
import { openMockBench } from '../../../mocks/open-bench.js'
import { benchTest, expectNothingPending, forbidRealHardware } from '../../../mocks/vitest/index.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { input, output } from '../../../src/peripherals/index.js'
import { SystemClock } from '../../../src/worker/clock.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { failureOf } from '../../bench/setup.js'

const specs = { pump: output({ line: 17 }), level: input({ line: 4, bias: 'pull-up' }) }

describe('openMockBench', () => {
  it('opens a bench on a board and a clock that can be played with', async () => {
    const bench = await openMockBench(specs, { mock: { lineCount: 20 }, simulate: { level: { level: 'low' } } })
    expect(bench.board).toBeInstanceOf(MockBoard)
    expect(bench.clock).toBeInstanceOf(VirtualClock)
    expect([bench.board.lineCount, (await bench.level.read().result()).level]).toEqual([20, 'low'])
    await bench.close()
  })

  it('takes another clock', async () => {
    const clock = new SystemClock()
    const bench = await openMockBench(specs, { clock })
    expect(bench.clock).toBe(clock)
    await bench.close()
  })
})

describe('benchTest', () => {
  const opened: MockBoard[] = []
  const test = benchTest(specs, { simulate: { level: { falls: ['3s'] } } })
  afterAll(() => {
    // Both benches were closed after their tests, one of them with its pump on.
    expect(opened.map(board => [board.level(17), board.lineInfo === undefined])).toEqual([
      ['low', false],
      ['low', false],
    ])
  })

  test('gives a bench, its board and its clock', async ({ bench, board, clock }) => {
    opened.push(board)
    expect([bench.board, bench.clock]).toEqual([board, clock])
    await bench.level.waitFor({ edge: 'falling' }).result()
    expect(clock.now()).toBe(3e9)
    expect(bench).toHaveLevels('level', ['high', 'low'])
  })

  test('gives each test one of its own, and makes it safe afterwards', async ({ bench, board, clock }) => {
    expect([board === opened[0], clock.now()]).toEqual([false, 0])
    opened.push(board)
    await bench.pump.on().result()
    expect(board.level(17)).toBe('high')
  })

  test('leaves the timers of the program alone unless it is asked', () => {
    expect(Date.now()).toBeGreaterThan(1e12)
  })

  benchTest(specs, { userTime: true })(
    'puts the timers of the program on its clock when it is asked',
    async ({ clock }) => {
      await new Promise(resolve => setTimeout(resolve, 86_400_000))
      expect([clock.now(), new Date().toISOString()]).toEqual([86_400e9, '2000-01-02T00:00:00.000Z'])
    },
  )
})

describe('forbidRealHardware', () => {
  it('makes every way to a real line or bus throw, and lets the mock be', async () => {
    const allow = forbidRealHardware()
    try {
      const clock = new SystemClock()
      const ways: [string, () => Promise<unknown>][] = [
        ['auto', () => openBench(specs)],
        ['by name', () => openBench(specs, { driver: 'gpiochip' })],
        ['gpiochip', () => gpiochip.open({ clock })],
        ['onoff', () => onoffDriver().open({ clock })],
        ['pigpio', () => pigpioDriver().open({ clock })],
        ['i2c', () => openI2c({ clock })],
      ]
      for (const [way, open] of ways) expect((await failureOf(open())).code, way).toBe('ERR_REAL_HARDWARE')
      await (await openMockBench(specs)).close()
    } finally {
      allow()
    }
  })

  it('is over when everybody who asked for it has taken it back', async () => {
    const [first, second] = [forbidRealHardware(), forbidRealHardware()]
    first()
    first()
    expect((await failureOf(openBench(specs))).code).toBe('ERR_REAL_HARDWARE')
    second()
    expect((await failureOf(openBench(specs, { driver: 'auto', chip: '/dev/none' }))).code).not.toBe(
      'ERR_REAL_HARDWARE',
    )
  })
})

describe('expectNothingPending', () => {
  it('passes when nothing is left to do', async () => {
    const bench = await openMockBench(specs)
    await bench.pump.pulse({ width: '1s' }).result()
    expectNothingPending(bench)
    await bench.close()
    expectNothingPending(bench.clock)
  })

  it('names the tasks that are queued or running', async () => {
    const bench = await openMockBench(specs)
    const tasks = [bench.pump.pulse({ width: '1s' }), bench.pump.off()]
    await new Promise(resolve => setImmediate(resolve))
    expect(() => expectNothingPending(bench)).toThrow(
      expect.objectContaining({
        code: 'ERR_STILL_PENDING',
        message: expect.stringMatching(/pump\.pulse is running, pump\.off is queued, 1 timer is pending/),
      }),
    )
    await Promise.all(tasks.map(task => task.result()))
    await bench.close()
  })

  it('counts the timers of a clock', () => {
    const clock = new VirtualClock()
    const timer = clock.after(5, () => {})
    clock.after(5, () => {}, { background: true })
    expect(() => expectNothingPending(clock)).toThrow('1 timer is pending')
    timer.cancel()
    expectNothingPending(clock)
  })
})
