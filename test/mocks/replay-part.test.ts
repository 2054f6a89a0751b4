/** A recording that answers in a part's place. */

import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LineHandle, PartSpec } from '../../drivers/driver.js'
import { MockBoard } from '../../mocks/board.js'
import type { PartContext } from '../../mocks/parts/part.js'
import { SoundWire } from '../../mocks/parts/part-wire.js'
import { type ReplaySimulation, replayPart } from '../../mocks/replay-part.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { tempFolder } from '../drivers/temp-folder.js'

const US = 1e3
const MS = 1e6
const CAPTURES = resolve(import.meta.dirname, '../../../shared/captures')

const header = (...names: string[]) =>
  `$timescale 1 us $end ${names.map((name, at) => `$var wire 1 ${'!"#'[at]} ${name} $end`).join(' ')} $enddefinitions $end\n`
/** Two start pulses of 1 ms, answered after 30 us with a low of 80 us, and after 40 us with two lows. */
const TWO = `${header('SDA')}#0 1! #500 0! #600 1! #10000 0! #11000 1! #11030 0! #11110 1!
#50000 0! #51000 1! #51040 0! #51100 1! #51150 0! #51200 1! #60000`

function file(text: string): string {
  const path = join(tempFolder(), 'capture.vcd')
  writeFileSync(path, text)
  return path
}

function plug(replay: ReplaySimulation, spec: Partial<PartSpec> = {}) {
  const clock = new VirtualClock()
  const board = new MockBoard({ clock })
  const whole: PartSpec = {
    name: 'air',
    type: 'dht',
    config: { line: 4 },
    signals: [{ line: 4, name: 'air' }],
    simulate: undefined,
    ...spec,
  }
  const wire = (path: string) => {
    const line = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], whole.config)
    return new SoundWire(board, line as number, 'air')
  }
  const context = { board, clock, spec: whole, random: board.random, wire } as unknown as PartContext
  const part = replayPart(context, replay)
  const changes = () => [...board.trace.of(4)].map(({ time, level }) => [time / US, level] as const)
  return { clock, board, part, changes }
}

const input = { direction: 'input', bias: 'pull-up' } as const

async function startPulse(handle: LineHandle, clock: VirtualClock, ns: number): Promise<number> {
  handle.reconfigure({ direction: 'output', initial: 0 })
  await clock.reach(clock.now() + ns)
  handle.reconfigure(input)
  return clock.now() / US
}

describe('a part that is asked', () => {
  it('gives what was recorded after each start pulse, as long after the release; then begins anew', async () => {
    const { clock, board, changes } = plug({ file: file(TWO) })
    const handle = await board.request({ lines: [4], settings: input })
    const seen: unknown[] = []
    for (const pause of [20 * MS, 1 * MS, 3 * MS]) {
      await clock.reach(clock.now() + 100 * MS)
      const released = await startPulse(handle, clock, pause)
      const before = changes().length
      await clock.reach(clock.now() + 50 * MS)
      seen.push(
        changes()
          .slice(before)
          .map(([time, level]) => `${level} ${time - released}`),
      )
    }
    const first = ['low 30', 'high 110']
    expect(seen).toEqual([first, ['low 40', 'high 100', 'low 150', 'high 200'], first])
    expect(board.contentions).toEqual([])
  })

  it('does not answer a low that is too short to be a start pulse', async () => {
    const { clock, board, changes } = plug({ file: file(TWO) })
    const handle = await board.request({ lines: [4], settings: input })
    const released = await startPulse(handle, clock, 100 * US)
    await clock.idle()
    expect(changes()).toEqual([
      [0, 'low'],
      [released, 'high'],
    ])
  })

  it('leaves out what the recording has before its first start pulse', async () => {
    const { clock, board, changes } = plug({ file: file(TWO) })
    await clock.idle()
    expect([changes(), board.level(4), clock.now()]).toEqual([[], 'high', 0])
  })

  it('is silent when it is closed in the middle of an answer', async () => {
    const { clock, board, part, changes } = plug({ file: file(TWO) })
    const handle = await board.request({ lines: [4], settings: input })
    await startPulse(handle, clock, 1 * MS)
    await clock.reach(clock.now() + 50 * US)
    const before = changes().length
    part.close()
    await clock.idle()
    expect(changes()).toHaveLength(before)
  })

  it.skipIf(!existsSync(CAPTURES))('plays each of the readings of a real capture with all its edges', async () => {
    const { clock, board, changes } = plug({ file: join(CAPTURES, 'am2302_1mhz_3samples.vcd'), signal: 'sda' })
    const handle = await board.request({ lines: [4], settings: input })
    for (let reading = 0; reading < 3; reading++) {
      await startPulse(handle, clock, 20 * MS)
      const before = changes().length
      await clock.reach(clock.now() + 2000 * MS)
      // An answer of low and high, 40 bits of low and high, and a last low.
      expect(changes().length - before).toBe(84)
    }
  })
})

describe('any other part', () => {
  it('does what was recorded, from the opening of the board on', async () => {
    const spec: Partial<PartSpec> = { type: 'input', name: 'level' }
    const { clock, changes } = plug({ file: file(`${header('x', 'level')}#0 1! 1" #7 0" #9 1"`) }, spec)
    await clock.idle()
    expect(changes()).toEqual([
      [7, 'low'],
      [9, 'high'],
    ])
  })

  it('has the recording on the line that is named', async () => {
    const spec: Partial<PartSpec> = {
      type: 'motor',
      config: { lines: { a: 17, b: 4 } },
      signals: [
        { line: 17, name: 'air.lines.a' },
        { line: 4, name: 'air.lines.b' },
      ],
    }
    const { clock, changes } = plug({ file: file(`${header('x')}#0 1! #7 0!`), line: 'lines.b' }, spec)
    await clock.idle()
    expect(changes()).toEqual([[7, 'low']])
  })
})

describe('what cannot be replayed is refused', () => {
  it.each<[string, string, Partial<ReplaySimulation>, string, object]>([
    ['another signal', TWO, { signal: 'SDAA' }, 'ERR_BAD_RECORDING', { remedy: 'Write SDA if that was meant.' }],
    [
      'several signals and none named',
      `${header('x', 'y')}#0 1!`,
      {},
      'ERR_BAD_RECORDING',
      { remedy: 'Say which of them answers for air: signal: x.' },
    ],
    [
      'no start pulse',
      `${header('x')}#0 1! #7 0! #9 1!`,
      {},
      'ERR_BAD_RECORDING',
      { message: expect.stringContaining('no start pulse with an answer') },
    ],
    ['a line that it lacks', TWO, { line: 'lines.echo' }, 'ERR_BAD_CONFIG', { place: 'simulate.air.replay.line' }],
    ['no recording at all', 'hello', {}, 'ERR_BAD_RECORDING', { place: expect.stringMatching(/capture\.vcd:1$/) }],
  ])('%s', (_what, text, replay, code, facts) => {
    expect(() => plug({ file: file(text), ...replay })).toThrow(expect.objectContaining({ code, ...facts }))
  })

  it('a file that is not there', () => {
    expect(() => plug({ file: '/nowhere/a.vcd' })).toThrow(expect.objectContaining({ code: 'ERR_FILE' }))
  })
})
