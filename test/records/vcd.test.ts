import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type VcdOptions, VcdWriter } from '../../src/records/vcd.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pi-worker-vcd-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const US = 1000

function write(options: Partial<VcdOptions>, changes: (writer: VcdWriter) => void): string {
  const path = join(folder, 'trace.vcd')
  const signals = [
    { line: 17, name: 'pump' },
    { line: 4, name: 'level' },
  ]
  const writer = new VcdWriter({ path, scope: 'bench', signals, ...options })
  changes(writer)
  writer.close()
  return readFileSync(path, 'latin1')
}

/** What stands after the declarations. */
const dump = (text: string) => text.slice(text.indexOf('#0\n'))

describe('a VCD file', () => {
  it('declares the scope, the time scale and every signal', () => {
    const text = write({ scope: 'Dose until full' }, () => {})
    expect(text).toContain('$timescale 1 us $end\n$scope module Dose_until_full $end\n')
    expect(text).toContain('$var wire 1 ! pump $end\n$var wire 1 " level $end\n')
  })

  it('is the same, byte for byte, for the same changes', () => {
    const once = () => write({}, writer => writer.level(17, 'high', 5 * US))
    expect(once()).toBe(once())
  })

  it('has a value for every signal at #0, unknown ones too', () => {
    const text = write({ initial: new Map([[17, 'low']]) }, () => {})
    expect(dump(text)).toBe('#0\n0!\nx"\n#1\n')
  })

  it('writes changes with their time in microseconds', () => {
    const text = write({}, writer => {
      writer.level(17, 'high', 1_500)
      writer.level(17, 'low', 7_000_000)
    })
    expect(dump(text)).toBe('#0\nx!\nx"\n#1\n1!\n#7000\n0!\n#7001\n')
  })

  it('writes nanoseconds when asked', () => {
    const text = write({ timescale: '1ns' }, writer => writer.level(17, 'high', 1_500))
    expect(text).toContain('$timescale 1 ns $end')
    expect(dump(text)).toContain('#1500\n1!\n')
  })

  it('puts the changes of one tick under one timestamp, in their order', () => {
    const text = write({}, writer => {
      writer.level(4, 'high', 2 * US)
      writer.level(17, 'low', 2 * US + 900)
    })
    expect(dump(text)).toContain('#2\n1"\n0!\n#3\n')
  })

  it('keeps both edges of a pulse shorter than a tick, at one time, and counts it', () => {
    let shortPulses = 0
    const text = write({ initial: new Map([[17, 'low']]) }, writer => {
      writer.level(17, 'high', 2_000)
      writer.level(17, 'low', 2_100)
      writer.level(17, 'high', 2_200)
      shortPulses = writer.shortPulses
    })
    expect(dump(text)).toBe('#0\n0!\nx"\n#2\n1!\n0!\n1!\n#3\n')
    expect(shortPulses).toBe(2)
  })

  it('leaves out a change that is none', () => {
    const text = write({ initial: new Map([[17, 'low']]) }, writer => {
      writer.level(17, 'low', 2_000)
      writer.level(17, 'high', 3_000)
      writer.level(17, 'high', 4_000)
    })
    expect(dump(text)).toBe('#0\n0!\nx"\n#3\n1!\n#4\n')
  })

  it('writes a change at time 0 under #0', () => {
    const text = write({ initial: new Map([[17, 'low']]) }, writer => writer.level(17, 'high', 0))
    expect(dump(text)).toBe('#0\n0!\nx"\n1!\n#1\n')
  })

  it('ends with the time at which it was closed', () => {
    const text = write({}, writer => {
      writer.level(17, 'high', 5 * US)
      writer.close(9 * US)
    })
    expect(text.endsWith('#5\n1!\n#9\n')).toBe(true)
  })

  it('ends after the last change, so that this change is seen', () => {
    const text = write({}, writer => {
      writer.level(17, 'high', 5 * US)
      writer.close(5 * US)
    })
    expect(text.endsWith('#5\n1!\n#6\n')).toBe(true)
  })

  it('leaves out lines that are no signals', () => {
    const text = write({}, writer => writer.level(99, 'high', 5 * US))
    expect(dump(text)).toBe('#0\nx!\nx"\n#1\n')
  })

  it('makes names legal and unique', () => {
    const names = ['pump-1', 'pump 1', 'größe', '2nd', '$x']
    const text = write({ signals: names.map((name, line) => ({ name, line })) }, () => {})
    const declared = [...text.matchAll(/\$var wire 1 \S+ (\S+) \$end/g)].map(match => match[1])
    expect(declared).toEqual(['pump_1', 'pump_1_2', 'gr__e', '_2nd', '_$x'])
  })

  it('has an identifier for each of hundreds of signals', () => {
    const signals = Array.from({ length: 9_100 }, (_, line) => ({ line, name: `s${line}` }))
    const text = write({ signals }, () => {})
    const identifiers = [...text.matchAll(/\$var wire 1 (\S+) /g)].map(match => match[1])
    expect(new Set(identifiers).size).toBe(9_100)
    expect(identifiers[93]).toBe('~')
    expect(identifiers[94]).toBe('!!')
  })

  it('puts changes that are told late in order, within the time it was given to settle', () => {
    const text = write({ settleNs: 10 * US }, writer => {
      writer.level(17, 'high', 5 * US)
      writer.level(4, 'low', 3 * US)
      writer.level(17, 'low', 30 * US)
    })
    expect(dump(text)).toBe('#0\nx!\nx"\n#3\n0"\n#5\n1!\n#30\n0!\n#31\n')
  })

  it('never goes back in time', () => {
    const text = write({}, writer => {
      writer.level(17, 'high', 5 * US)
      writer.level(4, 'low', 3 * US)
    })
    expect(dump(text)).toBe('#0\nx!\nx"\n#5\n1!\n0"\n#6\n')
  })

  it('streams: what was written before stays small in memory and is on disk', () => {
    const path = join(folder, 'long.vcd')
    const writer = new VcdWriter({ path, scope: 'bench', signals: [{ line: 1, name: 'a' }] })
    for (let tick = 1; tick <= 100_000; tick++) writer.level(1, tick % 2 === 0 ? 'low' : 'high', tick * US)
    const before = readFileSync(path, 'latin1')
    expect(before.length).toBeGreaterThan(900_000)
    writer.close()
    expect(readFileSync(path, 'latin1').endsWith('#100000\n0!\n#100001\n')).toBe(true)
  })

  it('may be closed twice', () => {
    write({}, writer => {
      writer.close()
      expect(() => writer.close()).not.toThrow()
    })
  })
})

describe('a VCD file that cannot be written', () => {
  const signals = [{ line: 1, name: 'a' }]

  it('is refused at once when its folder is not there', () => {
    const path = join(folder, 'nowhere', 'trace.vcd')
    expect(() => new VcdWriter({ path, scope: 'b', signals })).toThrow(
      expect.objectContaining({ code: 'ERR_FILE', place: path, message: expect.stringContaining('folder') }),
    )
  })

  it('is refused when it is a folder', () => {
    mkdirSync(join(folder, 'taken.vcd'))
    expect(() => new VcdWriter({ path: join(folder, 'taken.vcd'), scope: 'b', signals })).toThrow(
      expect.objectContaining({ code: 'ERR_FILE' }),
    )
  })

  it('does not disturb the run when the disk is full, and says so at its end', () => {
    const writer = new VcdWriter({ path: '/dev/full', scope: 'b', signals })
    for (let tick = 1; tick <= 50_000; tick++) writer.level(1, tick % 2 === 0 ? 'low' : 'high', tick * US)
    expect(() => writer.close()).toThrow(
      expect.objectContaining({ code: 'ERR_FILE', message: expect.stringContaining('disk is full') }),
    )
  })
})
