import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headerLine, type JournalRecord, parseJournal, recordLine } from '../../../src/bench/journal/format.js'
import { isPiWorkerError } from '../../../src/errors.js'

const FILE = '/state/dose.journal'
const at = (n: number) => ({ time: 1_700_000_000_000 + n, at: n })
const RECORDS: readonly JournalRecord[] = [
  { type: 'start', pid: 4711, boot: 'b0', driver: 'gpiochip', lines: { pump: 17 }, ...at(1) },
  { type: 'intent', task: 'a', peripheral: 'pump', action: 'pulse', input: { width: 200 }, effect: 'pulse', ...at(2) },
  { type: 'outcome', task: 'a', state: 'failed', error: 'die Pumpe läuft nicht \u2028 "!"\n', ...at(3) },
  { type: 'end', ...at(4) },
]
const TEXT = write(RECORDS)

function write(records: readonly JournalRecord[], bench = 'dose'): string {
  return headerLine(bench) + records.map((record, index) => recordLine(index + 1, record)).join('')
}

const parse = (text: string | Buffer) => parseJournal(Buffer.from(text), FILE)

/** The error that reading gives. */
function refusalOf(text: string | Buffer): unknown {
  try {
    return parse(text)
  } catch (error) {
    return error
  }
}

describe('a journal', () => {
  it('is read as it was written', () => {
    const { records, ...rest } = parse(TEXT)
    expect(rest).toEqual({ bench: 'dose', tornBytes: 0, complete: true })
    expect(records).toEqual(RECORDS)
  })

  it('has one JSON object a line, which other programs can read', () => {
    const lines = TEXT.trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line).type)).toEqual([undefined, 'start', 'intent', 'outcome', 'end'])
  })

  it('that breaks off anywhere after its first line is read up to its last whole line', () => {
    const bytes = Buffer.from(TEXT)
    const first = headerLine('dose').length - 1
    for (let length = first; length <= bytes.length; length++) {
      const { records, tornBytes } = parse(bytes.subarray(0, length))
      const whole = bytes.subarray(0, length).toString().split('\n')
      // A line that lacks nothing but its line feed is whole.
      const count = whole.filter(line => line.endsWith('"}') && line.includes('"sum":')).length - 1
      expect([length, records.length, tornBytes > 0]).toEqual([length, count, !/("}|\n)$/.test(whole.join('\n'))])
    }
  })

  it('may be written on only when its last line has its line feed', () => {
    expect([parse(TEXT).complete, parse(TEXT.slice(0, -1)).complete, parse(TEXT.slice(0, -9)).complete]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('may end with blocks that the disk never got', () => {
    const { records, tornBytes } = parse(Buffer.concat([Buffer.from(TEXT.slice(0, -20)), Buffer.alloc(4096)]))
    expect([records.length, tornBytes > 4096]).toEqual([3, true])
  })

  it('may end with such a block in the middle of a line that is otherwise whole', () => {
    const bytes = Buffer.from(TEXT)
    bytes.fill(0, bytes.length - 40, bytes.length - 30)
    expect(parse(bytes).records.length).toBe(3)
  })

  it('is refused when a good line follows such a block', () => {
    const bytes = Buffer.from(TEXT)
    const place = bytes.indexOf('"outcome"')
    bytes.fill(0, place, place + 5)
    expect(refusalOf(bytes)).toMatchObject({ code: 'ERR_JOURNAL', place: `${FILE}:4` })
  })

  it('is refused whatever single byte of it is wrong, but for what may be a torn end', () => {
    const bytes = Buffer.from(TEXT)
    const whole = parse(bytes)
    fc.assert(
      fc.property(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), (index, change) => {
        const wrong = Buffer.from(bytes)
        wrong[index] = (wrong[index] as number) ^ change
        const read = refusalOf(wrong)
        if (isPiWorkerError(read, 'ERR_JOURNAL')) return
        expect(read).toMatchObject({ records: whole.records.slice(0, -1) })
        expect(wrong[index] === 0 || wrong[index] === 10).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('is refused when a line is missing', () => {
    const lines = TEXT.split('\n')
    lines.splice(2, 1)
    expect(refusalOf(lines.join('\n'))).toMatchObject({ code: 'ERR_JOURNAL', place: `${FILE}:3`, details: { line: 3 } })
  })
})

describe('a file that is no journal of this version', () => {
  it.each([
    ['empty', '', /is empty or breaks off in its first line/, /mv '\/state\/dose.journal'/],
    ['cut in its first line', headerLine('dose').slice(0, 30), /breaks off in its first line/, /Look at the hardware/],
    [
      'of another version',
      '{"journal":"pi-worker","version":2,"x":1}\nwhatever',
      /version 2.* reads version 1/,
      /Run the pi-worker/,
    ],
    ['another text', '# name: dose\n', /is no journal of pi-worker/, /Move it away/],
    ['other JSON', '{"name":"dose"}\n', /is no journal of pi-worker/, /another folder/],
    ['binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 10, 0xff]), /is no journal of pi-worker/, /Move it away/],
  ])('%s: it says so, and what to do', (_, text, message, remedy) => {
    const error = refusalOf(text)
    expect(error).toMatchObject({ code: 'ERR_JOURNAL', place: FILE })
    expect(error).toMatchObject({ message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) })
  })

  it('damaged in its first line: it names the line', () => {
    const wrong = TEXT.replace('"bench":"dose"', '"bench":"dote"')
    expect(refusalOf(wrong)).toMatchObject({ code: 'ERR_JOURNAL', place: `${FILE}:1` })
  })
})
