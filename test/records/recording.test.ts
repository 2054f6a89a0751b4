/** What is read of a VCD file, whoever wrote it, and what is refused. */

import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPiWorkerError, type PiWorkerError } from '../../src/errors.js'
import { parseRecording, readRecording } from '../../src/records/recording.js'
import { VcdWriter } from '../../src/records/vcd.js'
import { scanVcd } from '../../src/records/vcd-reader.js'
import { tempFolder } from '../drivers/temp-folder.js'

const header = (...signals: string[]) =>
  `$timescale 1 us $end\n$scope module x $end\n${signals.map((name, i) => `$var wire 1 ${String.fromCharCode(33 + i)} ${name} $end\n`).join('')}$upscope $end\n$enddefinitions $end\n`
const parse = (text: string) => parseRecording(text, 'a.vcd')
const changes = (text: string, name = 'a') => [...parse(text).signal(name)]

function refusal(text: string): PiWorkerError {
  try {
    parse(text)
  } catch (error) {
    if (isPiWorkerError(error, 'ERR_BAD_RECORDING')) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('a recording', () => {
  it('has the signals of one bit by name, each with its changes in ns, and its end', () => {
    const recording = parse(`${header('level', 'pump')}#0\n1!\n0"\n#7\n0!\n#10 1" x!\n#12`)
    expect([...recording.signals.keys()]).toEqual(['level', 'pump'])
    expect([...recording.signal('level')]).toEqual([
      { time: 0, level: 'high' },
      { time: 7000, level: 'low' },
      { time: 10_000, level: undefined },
    ])
    expect([...recording.signal('pump')]).toEqual([
      { time: 0, level: 'low' },
      { time: 10_000, level: 'high' },
    ])
    expect(recording.end).toBe(12_000)
  })

  it.each([
    ['10 ns', 30],
    ['1ms', 3e6],
    ['100 ps', 0],
    ['1 s', 3e9],
    ['100 us', 3e5],
  ])('has the times of its timescale: %s', (scale, time) => {
    const text = `$timescale ${scale} $end $var wire 1 ! a $end $enddefinitions $end #3 1!`
    expect(changes(text)).toEqual([{ time, level: 'high' }])
  })

  it('passes over comments in any language, dates, wide signals, numbers and $dumpvars', () => {
    const text = `$date today at #5 $end $comment 1! is nothing, π neither $end $timescale 1 ns $end $var wire 8 % bus $end
      $var real 64 & warm $end $var wire 1 ! a $end $enddefinitions $end $dumpvars 0! b0101 % $end #2 1! bxx % r1.5 &`
    expect(changes(text)).toEqual([
      { time: 0, level: 'low' },
      { time: 2, level: 'high' },
    ])
    expect([...parse(text).signals.keys()]).toEqual(['a'])
  })

  it('takes single bits that are written as vectors', () => {
    expect(changes(`${header('a')}#0 b0 ! #3 b1 !`)).toHaveLength(2)
  })

  it('leaves out values that repeat the one before', () => {
    expect(changes(`${header('a')}#0 0! #1 0! #2 1! #3 1!`)).toHaveLength(2)
  })

  it('keeps both edges of a pulse that has no width', () => {
    expect(changes(`${header('a')}#0 0! #2 1! 0!`)).toEqual([
      { time: 0, level: 'low' },
      { time: 2000, level: 'high' },
      { time: 2000, level: 'low' },
    ])
  })

  it('tells signals of one name apart by their scopes', () => {
    const text = `$timescale 1 us $end $scope module left $end $var wire 1 ! sda $end $upscope $end
      $scope module right $end $var wire 1 " sda $end $upscope $end $var wire 1 # bus [3] $end $enddefinitions $end #0 1!`
    expect([...parse(text).signals.keys()]).toEqual(['left.sda', 'right.sda', 'bus[3]'])
  })

  it('gives two names of one signal the same changes', () => {
    const text = '$timescale 1 us $end $var wire 1 ! a $end $var wire 1 ! b $end $enddefinitions $end #0 1!'
    expect([changes(text, 'a'), changes(text, 'b')]).toEqual(Array(2).fill([{ time: 0, level: 'high' }]))
  })

  it.each([['SDA'], ['sda']])('finds the signal %s, whatever the case', name => {
    expect(changes(`${header('Sda')}#0 1!`, name)).toHaveLength(1)
  })

  it('refuses a signal that it lacks, with the nearest name', () => {
    expect(() => parse(`${header('level', 'pump')}#0 1!`).signal('levle')).toThrow(
      expect.objectContaining({
        code: 'ERR_BAD_RECORDING',
        message: 'a.vcd has no signal levle; it has level, pump',
        remedy: 'Write level if that was meant.',
      }),
    )
  })

  it('is what the writer wrote, to the tick, for any changes', () => {
    const path = join(tempFolder(), 'any.vcd')
    const step = fc.record({ line: fc.integer({ min: 0, max: 3 }), after: fc.integer({ min: 0, max: 3000 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom('1us', '1ns'), (steps, timescale) => {
        const lines = [0, 1, 2, 3]
        const initial = new Map(lines.map(line => [line, 'low' as const]))
        const signals = lines.map(line => ({ line, name: `s${line}` }))
        const writer = new VcdWriter({ path, scope: 'x', signals, initial, timescale: timescale as '1us' | '1ns' })
        const wanted = lines.map(() => [{ time: 0, level: 'low' as 'low' | 'high' }])
        let time = 0
        for (const { line, after } of steps) {
          time += after
          const level = wanted[line]?.at(-1)?.level === 'low' ? 'high' : 'low'
          writer.level(line, level, time)
          wanted[line]?.push({ time: timescale === '1ns' ? time : Math.floor(time / 1000) * 1000, level })
        }
        writer.close()
        const recording = readRecording(path)
        for (const line of lines) expect([...recording.signal(`s${line}`)]).toEqual(wanted[line])
      }),
      { numRuns: 50 },
    )
  })

  it('is the same, however the pieces of the file fall', () => {
    const path = join(tempFolder(), 'long.vcd')
    const file = openSync(path, 'w')
    writeSync(file, header('a'))
    for (let index = 0; index < 120_000; index++) writeSync(file, `#${index}\n${index & 1}!\n`)
    closeSync(file)
    let count = 0
    let sum = 0
    scanVcd(path, {
      signals: () => {},
      change: (_signal, _level, time) => {
        count++
        sum += time / 1000
      },
      end: () => {},
    })
    expect([count, sum]).toEqual([120_000, (119_999 * 120_000) / 2])
  })
})

describe('what is no recording is refused, with its line', () => {
  it.each([
    ['text', 'name: Dose\n', 1, '"name:" is no part of a VCD file'],
    ['nothing', '', 1, 'it is no VCD file'],
    ['binary junk', `${header('a')}#0\n\0\x01\x02`, 7, 'it has the byte 0x00'],
    ['junk from the first byte', '\x7fELF\x02\x01\x01', 1, 'it has the byte 0x7f'],
    ['a file without a timescale', '$var wire 1 ! a $end\n$enddefinitions $end #0 1!', 2, 'it has no $timescale'],
    ['a timescale that is none', '\n$timescale 3 weeks $end', 2, 'its timescale "3weeks" is none'],
    ['a timescale of 5 us', '$timescale 5 us $end', 1, 'its timescale "5us" is none'],
    ['a time that goes back', `${header('a')}#5 1!\n#4 0!`, 7, 'the time #4 comes after a later one'],
    ['a time that is no number', `${header('a')}#x 1!`, 6, 'the time #x is none'],
    ['a negative time', `${header('a')}#-1 1!`, 6, 'the time #-1 is none'],
    ['a time after the end of the scale', `${header('a')}#9999999999999999`, 6, 'is later than 104 days'],
    ['only wide signals', '$timescale 1 us $end $enddefinitions $end #0', 1, 'it has no signal of one bit'],
    ['a value of a stranger', `${header('a')}#0 1%`, 6, 'the value 1% is of a signal that the file does not declare'],
    ['a header that stops', '$timescale 1 us $end\n$var wire 1 !', 2, '$var of line 2 has no $end'],
    ['a header that stops between two lines', '$timescale 1 us $end\n$var wire 1 ! a $end\n', 3, 'it ends before $end'],
    ['a file that stops after the header', header('a'), 6, 'it ends before its first value'],
    ['a value that stops', `${header('a')}#0\n1!\n#7\n0`, 9, 'the value 0 names no signal'],
    ['a vector that stops', `${header('a')}#0\nb01`, 7, 'the value b01 has no signal'],
    ['a comment without an end', `${header('a')}#0 1!\n$comment cut`, 7, '$comment of line 7 has no $end'],
    ['a variable without an end', `$timescale 1 us $end $var ${'x '.repeat(40)}`, 1, '$var of line 1 has no $end'],
    ['a variable without a name', '$timescale 1 us $end $var wire 1 ! $end', 1, 'a $var lacks its'],
  ])('%s', (_what, text, line, message) => {
    const error = refusal(text)
    expect(error.message).toContain(message)
    expect(error.place).toBe(`a.vcd:${line}`)
    expect(error.remedy.length).toBeGreaterThan(5)
  })

  it('a word without an end does not fill the memory', () => {
    expect(refusal(`${header('a')}#0 b${'1'.repeat(1 << 17)}`).message).toContain('a word has no end')
  })

  it('wherever a file is cut, it is read or refused by its place, and never anything else', () => {
    const whole = `${header('level', 'pump')}$dumpvars\n0!\nx"\n$end\n#105\n1!\n#2033\n0!\n1"\n#99999\n`
    for (let size = 0; size < whole.length; size++) {
      try {
        const { end } = parse(whole.slice(0, size))
        expect(end).toBeLessThanOrEqual(99_999_000)
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_BAD_RECORDING', place: expect.stringMatching(/^a\.vcd:\d+$/) })
      }
    }
  })

  it('whatever the bytes are', () => {
    const path = join(tempFolder(), 'junk.vcd')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (junk, headed) => {
        writeFileSync(path, headed ? Buffer.concat([Buffer.from(header('a')), junk]) : junk)
        try {
          readRecording(path)
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_BAD_RECORDING' })
        }
      }),
    )
  })

  it.each([
    ['/nowhere/a.vcd', 'it does not exist'],
    ['/tmp', 'it is a folder'],
  ])('a path that is no file: %s', (path, why) => {
    expect(() => readRecording(path)).toThrow(
      expect.objectContaining({ code: 'ERR_FILE', message: `the recording ${path} cannot be read: ${why}` }),
    )
  })
})
