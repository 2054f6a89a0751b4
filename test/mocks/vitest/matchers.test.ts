/** The matchers for lines: what passes, what fails, and what a failure shows. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MockBoard } from '../../../mocks/board.js'
import { openMockBench } from '../../../mocks/open-bench.js'
import { matchers } from '../../../mocks/vitest/matchers.js'
import { output } from '../../../src/peripherals/index.js'
import { parseRecording } from '../../../src/records/recording.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { tempFolder } from '../../drivers/temp-folder.js'

expect.extend(matchers)

async function blinked() {
  const bench = await openMockBench({ pump: output({ line: 17 }), lamp: output({ line: 18 }) })
  await bench.pump.pulse({ width: '200ms' }).result()
  await bench.clock.reach(300e6)
  await bench.pump.pulse({ width: '201ms' }).result()
  await bench.close()
  return bench
}

/** A board whose GPIO17 is pushed at given times (ns). */
function onClock() {
  let now = 0
  const clock = Object.assign(new VirtualClock(), { now: () => now })
  const board = new MockBoard({ clock })
  const run = (...changes: (readonly [number, 'low' | 'high' | undefined])[]): void => {
    for (const [time, level] of changes) {
      now = time
      if (level !== undefined) board.drive(17, level)
    }
  }
  return { board, run }
}

/** The message with which an expectation fails. */
function failure(expectation: () => void): string {
  try {
    expectation()
  } catch (error) {
    return (error as Error).message
  }
  return 'it passed'
}

describe('toHavePulsed', () => {
  it('counts pulses and measures each', async () => {
    const bench = await blinked()
    expect(bench).toHavePulsed('pump')
    expect(bench).toHavePulsed('pump', { count: 2 })
    expect(bench).toHavePulsed('pump', { count: 2, width: '200ms', tolerance: '1ms' })
    expect(bench).not.toHavePulsed('pump', { count: 3 })
    expect(bench).not.toHavePulsed('pump', { count: 2, width: 200 })
    expect(bench).not.toHavePulsed('lamp')
    expect(bench).toHavePulsed('lamp', { count: 0 })
  })

  it('takes a bench, its board, its trace or a recording, and lines in any spelling', async () => {
    const bench = await blinked()
    for (const source of [bench, bench.board, bench.board.trace]) {
      for (const line of [17, 'GPIO17', 'J8:11']) expect(source).toHavePulsed(line, { count: 2 })
    }
    const recording = parseRecording(
      '$timescale 1 ms $end $var wire 1 ! led $end $enddefinitions $end #0 1! #5 0! #7 1! #9',
      'led.vcd',
    )
    expect(recording).toHavePulsed('led', { count: 1, width: '2ms', level: 'low' })
    expect(recording).toHavePulsed('LED', { count: 1 })
  })

  it('takes no pulse that has not ended for one, and says that there is one', () => {
    const board = new MockBoard({ clock: new VirtualClock() })
    board.drive(17, 'high')
    expect(failure(() => expect(board).toHavePulsed(17))).toMatch(
      /^expected one or more pulses on GPIO17; GPIO17 pulsed high 0 times; another had not ended\n/,
    )
  })

  it('shows the line when it fails', async () => {
    const bench = await blinked()
    const expectation = () => expect(bench).toHavePulsed('pump', { count: 2, width: '200ms' })
    expect(
      failure(expectation),
    ).toBe(`expected 2 pulses of 200 ms on pump; pump was high for 201 ms (pulse 2 of 2, at 300 ms)

     0 ms          100 ms         200 ms         300 ms         400 ms
     ├─────────────┼──────────────┼──────────────┼──────────────┼──────────────┼
     ┌────────────────────────────┐              ┌─────────────────────────────┐
pump ┘                            └──────────────┘                             └
`)
  })

  it('shows only when something happened, where that is close together', () => {
    const { board, run } = onClock()
    run([1e9, 'high'], [1e9 + 1e3, 'low'], [9e9, undefined])
    expect(failure(() => expect(board).toHavePulsed(17, { count: 2 }))).toContain('1 s')
    expect(failure(() => expect(board).toHavePulsed(17, { count: 2 }))).toContain('+0.5 us')
  })

  it.each([
    ['pmup', 'the bench has no line "pmup"; it has pump, lamp'],
    [99, '"99" is no line (GPIO0 to GPIO57)'],
  ])('refuses the line %s', async (line, message) => {
    const bench = await blinked()
    expect(failure(() => expect(bench).toHavePulsed(line))).toContain(message)
  })

  it('refuses what has no levels', () => {
    expect(failure(() => expect({}).toHavePulsed(17))).toContain('has no levels')
  })
})

describe('the levels of a line', () => {
  it('toHaveLevels has them all, from the start on', async () => {
    const bench = await blinked()
    expect(bench).toHaveLevels('pump', ['low', 'high', 'low', 'high', 'low'])
    expect(bench).toHaveLevels('lamp', ['low'])
    expect(failure(() => expect(bench).toHaveLevels('pump', ['low', 'high']))).toContain(
      'expected the levels low, high on pump; it had low, high, low, high, low',
    )
  })

  it('toHaveStayedLow and toHaveStayedHigh are from the start to now', async () => {
    const bench = await blinked()
    expect(bench).toHaveStayedLow('lamp')
    expect(bench).not.toHaveStayedHigh('lamp')
    expect(bench.board).toHaveStayedHigh(2)
    expect(failure(() => expect(bench).toHaveStayedLow('pump'))).toContain(
      'expected pump to have stayed low; it was low at the start and changed 4 times',
    )
    expect(failure(() => expect(bench).not.toHaveStayedLow('lamp'))).toContain('expected not lamp to have stayed low')
  })
})

describe('toMatchTrace', () => {
  /** As vitest would, started with or without -u, in CI or not. */
  function match(source: unknown, path: string, update: 'all' | 'new' | 'none') {
    const state = { testPath: '/nowhere/x.test.ts', snapshotState: { _updateSnapshot: update } }
    const { pass, message } = matchers.toMatchTrace.call(state as never, source, path)
    return pass ? 'matches' : message()
  }

  it('writes a file that is not there, and compares with it from then on', async () => {
    const path = join(tempFolder(), 'traces', 'pump.vcd')
    expect(match(await blinked(), path, 'new')).toBe('matches')
    expect(readFileSync(path, 'utf8')).toContain('$timescale 1 us $end')
    expect(match(await blinked(), path, 'none')).toBe('matches')
  })

  it('writes none in CI', async () => {
    const path = join(tempFolder(), 'pump.vcd')
    expect(match(await blinked(), path, 'none')).toContain('run vitest once with -u')
    expect(existsSync(path)).toBe(false)
  })

  it('keeps times that are no whole us', () => {
    const path = join(tempFolder(), 'pump.vcd')
    const { board, run } = onClock()
    run([1_234, 'high'], [5_678, 'low'])
    expect(match(board, path, 'new')).toBe('matches')
    expect(readFileSync(path, 'utf8')).toContain('$timescale 1 ns $end')
    expect(match(board, path, 'none')).toBe('matches')
  })

  it('says where each line is different first, and shows both', async () => {
    const path = join(tempFolder(), 'pump.vcd')
    match(await blinked(), path, 'new')
    const bench = await blinked()
    bench.board.drive(17, 'high')
    bench.board.drive(18, 'high')
    const message = match(bench, path, 'new')
    expect(message).toContain('pump: edge 5 is one too many: high at 501 ms')
    expect(message).toContain('lamp: edge 1 is one too many: high at 501 ms')
    expect(message).toMatch(/expected:\n[\s\S]*pump [\s\S]*received:\n[\s\S]*pump /)
  })

  it('says when an edge moved or is missing', () => {
    const path = join(tempFolder(), 'x.vcd')
    const played = (...changes: Parameters<ReturnType<typeof onClock>['run']>) => {
      const { board, run } = onClock()
      run(...changes)
      return board
    }
    match(played([1e6, 'high'], [2e6, 'low']), path, 'new')
    expect(match(played([1e6, 'high'], [2.5e6, 'low']), path, 'new')).toContain(
      'GPIO17: edge 2 is low at 2.5 ms, not low at 2 ms',
    )
    expect(match(played([1e6, 'high']), path, 'new')).toContain('GPIO17: edge 2 is missing: low at 2 ms')
  })

  it('writes it anew with -u', async () => {
    const path = join(tempFolder(), 'x.vcd')
    writeFileSync(path, 'something else')
    expect(match(await blinked(), path, 'all')).toBe('matches')
    expect(match(await blinked(), path, 'none')).toBe('matches')
  })

  it('refuses a file that is no recording, with its line', async () => {
    const path = join(tempFolder(), 'x.vcd')
    writeFileSync(path, 'something else')
    const bench = await blinked()
    expect(() => match(bench, path, 'new')).toThrow(expect.objectContaining({ code: 'ERR_BAD_RECORDING' }))
  })
})
