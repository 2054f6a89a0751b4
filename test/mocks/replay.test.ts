/** What a recording does to the lines of a simulated board. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MockBoard } from '../../mocks/board.js'
import { MockDriver } from '../../mocks/driver.js'
import { replay } from '../../mocks/replay.js'
import { openBench } from '../../src/bench/open-bench.js'
import { input, output } from '../../src/peripherals/index.js'
import { recordTrace } from '../../src/records/record-trace.js'
import { parseRecording } from '../../src/records/recording.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { failureOf } from '../bench/setup.js'
import { tempFolder } from '../drivers/temp-folder.js'

const header = (...signals: string[]) =>
  `$timescale 1 us $end\n$scope module x $end\n${signals.map((name, i) => `$var wire 1 ${String.fromCharCode(33 + i)} ${name} $end\n`).join('')}$upscope $end\n$enddefinitions $end\n`
const parse = (text: string) => parseRecording(text, 'a.vcd')

describe('a replay', () => {
  function onBoard(text: string, lines = [{ name: 'level', line: 4 }]) {
    const clock = new VirtualClock()
    const board = new MockBoard({ clock })
    const levels: [number, string][] = []
    board.onLevel((line, level, time) => line === 4 && levels.push([time, level]))
    const stop = replay({ board, clock, recording: parse(text), lines })
    return { clock, board, levels, stop }
  }

  it('does to the line what was recorded, at the times of the recording', async () => {
    const { clock, levels } = onBoard(`${header('level')}#0\n0!\n#7\n1!\n#9\n0!\n`)
    await clock.idle()
    expect(levels).toEqual([
      [0, 'low'],
      [7000, 'high'],
      [9000, 'low'],
    ])
  })

  it('lets the line float where the recording does not know it', async () => {
    const { clock, levels } = onBoard(`${header('level')}#0\n0!\n#7\nx!\n`)
    await clock.idle()
    expect(levels.at(-1)).toEqual([7000, 'high']) // the chip's own pull of GPIO4
  })

  it('does not care about an output of the bench, nor the output about it', async () => {
    const { clock, board } = onBoard(`${header('level')}#0\n0!\n#7\n1!\n`)
    const handle = await board.request({ lines: [4], settings: { direction: 'output' } })
    await clock.idle()
    expect([board.level(4), handle.get(), board.contentions]).toEqual(['low', 0, []])
  })

  it('ends when it is told to', async () => {
    const { clock, levels, stop } = onBoard(`${header('level')}#0\n0!\n#7\n1!\n`)
    stop()
    await clock.idle()
    expect([levels, clock.now()]).toEqual([[[0, 'low']], 0])
  })

  it('finds a signal whose name was made legal', async () => {
    const { levels } = onBoard(`${header('motor_forward')}#0\n0!\n`, [{ name: 'motor.forward', line: 4 }])
    expect(levels).toEqual([[0, 'low']])
  })

  it('of a recording that has none of the lines is refused, with the nearest name', () => {
    expect(() => onBoard(`${header('levle')}#0\n0!\n`)).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_RECORDING', remedy: expect.stringContaining('levle') }),
    )
  })
})

describe('a bench that is recorded', () => {
  const specs = { pump: output({ line: 17 }), level: input({ line: 4, bias: 'pull-up' }) }
  const newPath = () => join(tempFolder(), 'run.vcd')

  it('is replayed: its inputs see again what they saw, in another process of another day', async () => {
    const path = newPath()
    const clock = new VirtualClock()
    const first = await openBench(specs, {
      driver: 'mock',
      clock,
      simulate: { level: { falls: ['3ms'], rises: ['5ms'] } },
    })
    const end = recordTrace(first, { path, timescale: '1ns' })
    await first.pump.pulse({ width: '2ms' }).result()
    const seen = await first.level.capture({ for: '10ms' }).result()
    await first.close()
    end()

    const again = await openBench(specs, { driver: 'mock', clock: new VirtualClock(), replay: path })
    await again.pump.pulse({ width: '2ms' }).result()
    const seenAgain = await again.level.capture({ for: '10ms' }).result()
    await again.close()
    expect(seen.edges).toHaveLength(2)
    expect(seenAgain.edges).toEqual(seen.edges)
  })

  it('is replayed but for what `simulate` says', async () => {
    const path = newPath()
    writeFileSync(path, `${header('level')}#0\n1!\n#3000\n0!\n`)
    const clock = new VirtualClock()
    const simulate = { level: { level: 'high', falls: ['8ms'] } }
    const bench = await openBench(specs, { driver: 'mock', clock, replay: path, simulate })
    const { edges } = await bench.level.capture({ for: '10ms' }).result()
    await bench.close()
    expect(edges.map(({ time }) => time)).toEqual([8e6])
  })

  it('is not opened when the recording is not one of it', async () => {
    const path = newPath()
    writeFileSync(path, `${header('other')}#0\n1!\n`)
    const opening = openBench(specs, { driver: new MockDriver(), clock: new VirtualClock(), replay: path })
    expect(await failureOf(opening)).toMatchObject({ code: 'ERR_BAD_RECORDING' })
  })
})
