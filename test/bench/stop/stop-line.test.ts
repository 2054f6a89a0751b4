import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../../mocks/board.js'
import { MockDriver } from '../../../mocks/driver.js'
import type { BenchOptions } from '../../../src/bench/bench-options.js'
import { button, output } from '../../../src/peripherals/index.js'
import type { WorkerEvent } from '../../../src/worker/events.js'
import { failureOf, openMockBench, withoutEdges } from '../setup.js'

const SECOND = 1e9
const specs = { pump: output({ line: 17 }), lamp: output({ line: 18, safe: 'on' }) }
const pressed = (presses: readonly { at: string; for?: string }[], options: BenchOptions = {}): BenchOptions => ({
  stopLine: { line: 'GPIO5' },
  simulate: { stop: { presses } },
  ...options,
})

describe('a stop line', () => {
  it('stops the bench when it opens, at the time of the edge', async () => {
    const { bench, board } = await openMockBench(specs, pressed([{ at: '2s' }]))
    const task = bench.pump.pulse({ width: '1h' })
    expect(await failureOf(task.result())).toMatchObject({
      code: 'ERR_STOPPED',
      message: 'the bench was stopped by the stop line: the stop line GPIO5 opened',
    })
    expect([...board.trace.of(17)].map(({ level, time }) => [level, time])).toEqual([
      ['high', 0],
      ['low', 2 * SECOND],
    ])
  })

  it('stops once, however the button bounces', async () => {
    const presses = Array.from({ length: 5 }, (_, index) => ({ at: `${2000 + 2 * index}ms`, for: '1ms' }))
    const { bench, clock } = await openMockBench(specs, pressed(presses as never))
    const events: WorkerEvent[] = []
    bench.worker.listen(event => events.push(event))
    await clock.reach(3 * SECOND)
    expect(events.filter(({ type }) => type === 'stop')).toHaveLength(1)
  })

  it('does not heed an opening that is shorter than debounce', async () => {
    const stopLine = { line: 'GPIO5', debounce: '20ms' } as const
    const { bench, clock } = await openMockBench(
      specs,
      pressed([{ at: '2s', for: '10ms' }, { at: '3s' }], { stopLine }),
    )
    await clock.reach(2.5 * SECOND)
    expect(bench.stopped).toBeUndefined()
    await clock.reach(3.02 * SECOND + 1)
    expect(bench.stopped).toBeDefined()
  })

  it('may be closed to the supply instead: open is low then', async () => {
    const stopLine = { line: 'GPIO5', bias: 'pull-down', open: 'low' } as const
    const { bench, clock } = await openMockBench(specs, pressed([{ at: '2s' }], { stopLine }))
    await clock.reach(SECOND)
    expect(bench.stopped).toBeUndefined()
    await clock.reach(2 * SECOND + 1)
    expect(bench.stopped).toBeDefined()
  })

  it.each(['disabled', 'as-is'] as const)('may have a resistor of its own: bias %s', async bias => {
    const { bench, clock } = await openMockBench(specs, pressed([{ at: '2s' }], { stopLine: { line: 5, bias } }))
    await clock.reach(2 * SECOND + 1)
    expect(bench.stopped?.reason).toBe('the stop line GPIO5 opened')
  })

  it('keeps the bench from being reset while it is open', async () => {
    const { bench, clock } = await openMockBench(specs, pressed([{ at: '2s', for: '8s' }]))
    await clock.reach(3 * SECOND)
    expect(await failureOf(bench.reset({ acknowledge: 'Ann' }))).toMatchObject({
      code: 'ERR_RESET_REFUSED',
      message: 'the bench cannot be reset: the stop line GPIO5 is open',
    })
    await clock.reach(11 * SECOND)
    await bench.reset({ acknowledge: 'Ann' })
    expect(bench.stopped).toBeUndefined()
  })

  it('that is open when the bench starts refuses it, and no output has moved', async () => {
    const driver = new MockDriver()
    const boards: MockBoard[] = []
    const open = driver.open.bind(driver)
    driver.open = async options => {
      const board = await open(options)
      boards.push(board)
      return board
    }
    const opening = openMockBench(specs, pressed([{ at: '0ms' }], { driver }))
    expect(await failureOf(opening)).toMatchObject({
      code: 'ERR_STOPPED',
      place: 'stop',
      message: 'stop: the bench is not opened: the stop line GPIO5 is open',
    })
    expect([17, 18].flatMap(line => [...(boards[0]?.trace.of(line) ?? [])])).toEqual([])
  })

  it('is claimed like every line', async () => {
    const opening = openMockBench({ pump: output({ line: 5 }) }, { stopLine: { line: 'GPIO5' } })
    expect(await failureOf(opening)).toMatchObject({
      code: 'ERR_LINE_CLAIMED',
      message: expect.stringContaining('GPIO5'),
    })
  })

  it('needs edges: a chip without them is refused', async () => {
    const driver = new MockDriver()
    const open = driver.open.bind(driver)
    driver.open = async options => withoutEdges(await open(options))
    const opening = openMockBench(specs, { driver, stopLine: { line: 5 } })
    expect(await failureOf(opening)).toMatchObject({ code: 'ERR_UNSUPPORTED', place: 'stop' })
  })

  it.each([
    [{ line: 5, bias: 'pull-up', open: 'low' }, 'stop: open cannot be low with pull-up'],
    [{ line: 5, bias: 'pull-down' }, 'stop: open cannot be high with pull-down'],
    [{}, 'line'],
    [{ line: 5, level: 'high' }, 'level'],
  ])('with a configuration that cannot work is refused: %j', async (stopLine, message) => {
    const opening = openMockBench(specs, { stopLine: stopLine as never })
    expect(await failureOf(opening)).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      place: 'stop',
      message: expect.stringContaining(message),
    })
  })

  it('that is not there cannot be simulated', async () => {
    const opening = openMockBench(specs, { simulate: { stop: { presses: [] } } })
    expect(await failureOf(opening)).toMatchObject({ code: 'ERR_BAD_CONFIG', place: 'simulate.stop' })
  })

  it('cannot be pressed twice at once', async () => {
    const opening = openMockBench(specs, pressed([{ at: '1s' }, { at: '2s' }]))
    expect(await failureOf(opening)).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      message: 'stop is to be pressed at 2000 ms, but is pressed for good',
    })
  })

  it('that can be watched no more stops the bench, for good', async () => {
    const { bench, board } = await openMockBench(specs, pressed([]))
    board.unplug()
    await new Promise<void>(resolve => bench.onStop(() => resolve()))
    expect(bench.stopped?.reason).toContain('can be watched no more')
    expect(bench.status().stopLine?.open).toContain('can be watched no more')
  })

  it('is let go when the bench is closed, and can be had again', async () => {
    const { bench, clock } = await openMockBench(specs, pressed([{ at: '2s' }]))
    await bench.close()
    await clock.idle()
    expect([bench.stopped, clock.now()]).toEqual([undefined, 0])
  })

  it('has its level among the lines of the bench', async () => {
    const { bench } = await openMockBench({ ok: button({ line: 6 }) }, pressed([]))
    expect(bench.signals.map(({ name }) => name)).toContain('stop')
    expect([bench.levelOf(5), bench.names]).toEqual(['low', ['ok']])
  })
})
