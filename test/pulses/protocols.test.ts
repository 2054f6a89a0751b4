import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { irNec, uart } from '../../src/pulses/protocols.js'
import { durationNs, type Sequence } from '../../src/pulses/sequence.js'

/** What a receiver sees that looks at the line at a time, in ns. */
function levelAt({ steps }: Sequence, time: number): boolean | undefined {
  let now = 0
  let level: boolean | undefined
  for (const { set, after } of steps) {
    if (now > time) break
    level = set !== undefined
    now += Math.round(Number(after) * 1e6)
  }
  return level
}

/** Bytes as a UART receiver reads them: from a falling edge on, in the middle of each bit. */
function receive(sequence: Sequence, bitNs: number): number[] {
  const bytes: number[] = []
  const end = durationNs(sequence)
  let time = 0
  while (time < end) {
    while (time < end && levelAt(sequence, time) === true) time += bitNs / 16
    if (time >= end) break
    let byte = 0
    for (let bit = 0; bit < 8; bit++) if (levelAt(sequence, time + (1.5 + bit) * bitNs) === true) byte |= 1 << bit
    expect(levelAt(sequence, time + 9.5 * bitNs)).toBe(true)
    bytes.push(byte)
    time += 9.5 * bitNs
  }
  return bytes
}

describe('UART bytes', () => {
  it('are read by a receiver that looks in the middle of each bit', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 6 }),
        fc.constantFrom(300, 9600, 115_200, 250_000),
        (bytes, baud) => {
          expect(receive(uart({ line: 'tx', baud, bytes }), 1e9 / baud)).toEqual([...bytes])
        },
      ),
      { numRuns: 40 },
    )
  })

  it('begin and end with an idle line, and last a start bit, 8 bits and a stop bit each', () => {
    const sequence = uart({ line: 'tx', baud: 9600, text: 'Hi' })
    expect(sequence.steps[0]).toEqual({ set: ['tx'], after: expect.closeTo(10_000 / 9600, 6) })
    expect(sequence.steps.at(-1)?.set).toEqual(['tx'])
    expect(durationNs(sequence)).toBe(Math.round(((10 + 20) * 1e9) / 9600))
  })

  it.each([
    [{ baud: 0, text: 'x' }, 'uart.baud'],
    [{ baud: 9600 }, 'uart'],
    [{ baud: 9600, text: 'x', bytes: [1] }, 'uart'],
    [{ baud: 9600, text: '' }, 'uart'],
    [{ baud: 9600, bytes: [1, 256] }, 'uart.bytes[1]'],
  ])('are refused with %o', (options, place) => {
    expect(() => uart({ line: 'tx', ...options })).toThrow(expect.objectContaining({ code: 'ERR_BAD_PULSES', place }))
  })
})

describe('an NEC code', () => {
  it('has the carrier and the duty that were asked for, without drift', () => {
    const { steps } = irNec({ line: 'led', address: 0, command: 0 })
    const leader = steps.slice(0, 2 * 342)
    expect(leader.filter(({ set }) => set !== undefined)).toHaveLength(342)
    const on = leader.filter(({ set }) => set !== undefined).map(({ after }) => Math.round(Number(after) * 1e6))
    expect([...new Set(on)]).toEqual([8772])
    const firstGap = steps.findIndex(({ set, after }) => set === undefined && Number(after) > 1)
    expect(firstGap).toBe(2 * 342 - 1)
  })

  it('lasts whole periods of 108 ms with its repeat codes', () => {
    expect(durationNs(irNec({ line: 'led', address: 1, command: 2 }))).toBe(108e6)
    expect(durationNs(irNec({ line: 'led', address: 1, command: 2, repeats: 3 }))).toBe(4 * 108e6)
  })

  it.each([
    [{ address: 65_536 }, 'irNec.address'],
    [{ command: 256 }, 'irNec.command'],
    [{ command: -1 }, 'irNec.command'],
    [{ repeats: 0.5 }, 'irNec.repeats'],
    [{ carrier: 0 }, 'irNec.carrier'],
    [{ duty: 1 }, 'irNec.duty'],
  ])('is refused with %o', (wrong, place) => {
    expect(() => irNec({ line: 'led', address: 0, command: 0, ...wrong })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_PULSES', place }),
    )
  })
})
