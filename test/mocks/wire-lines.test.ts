/** Wires between lines of the simulated board: copper, which has no direction, no delay and no strength of its own. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Level } from '../../drivers/driver.js'
import { MockBoard } from '../../mocks/board.js'
import type { OutsideLevel } from '../../mocks/outside.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

const board = () => new MockBoard({ clock: new VirtualClock(), resistors: {} })
// Lines above 27 have no pull of the chip's.
const [A, B, C] = [30, 31, 32] as const

describe('a wire', () => {
  it('makes an output seen as an input on the other line, at the same time', async () => {
    const it = board()
    it.wire(17, 4)
    const input = await it.request({ lines: [4], settings: { direction: 'input', edges: 'both' } })
    const edges: string[] = []
    input.edges(event => edges.push(event.kind === 'edge' ? `${event.direction} ${event.time}` : event.kind))
    const output = await it.request({ lines: [17], settings: { direction: 'output', initial: 1 } })
    expect([input.get(), it.level(4)]).toEqual([1, 'high'])
    output.set(0, 1)
    expect([input.get(), it.level(4)]).toEqual([0, 'low'])
    await new Promise(resolve => setImmediate(resolve))
    expect(edges).toEqual(['rising 0', 'falling 0'])
  })

  it('has no direction, and goes on through other wires', () => {
    const it = board()
    it.wire(A, B)
    it.wire(C, B)
    const levels = () => [A, B, C].map(line => it.level(line))
    it.drive(C, 'high')
    expect(levels()).toEqual(['high', 'high', 'high'])
    it.drive(C, 'floating')
    it.drive(A, 'low')
    expect(levels()).toEqual(['low', 'low', 'low'])
  })

  it('gives a pull its strength: an output on the other line is stronger', () => {
    const it = board()
    it.wire(A, B)
    it.drive(A, 'pull-up')
    expect(it.level(B)).toBe('high')
    it.drive(B, 'low')
    expect([it.level(A), it.contentions]).toEqual(['low', []])
    it.drive(B, 'floating')
    expect([it.level(A), it.level(B)]).toEqual(['high', 'high'])
  })

  it('short-circuits what drives both its ends apart, once, with the names of both', () => {
    const it = board()
    it.wire(A, B)
    it.outside(A, 'left').drive('high')
    const right = it.outside(B, 'right')
    right.drive('low')
    expect(it.contentions).toEqual([{ line: A, time: 0, end: undefined, low: ['right'], high: ['left'] }])
    right.release()
    expect(it.contentions).toEqual([{ line: A, time: 0, end: 0, low: ['right'], high: ['left'] }])
  })

  it('that is put on short-circuits what was apart, and ends it when it is taken off', () => {
    const it = board()
    it.drive(A, 'high')
    it.drive(B, 'low')
    const cut = it.wire(B, A)
    expect(it.contentions).toMatchObject([{ line: A, end: undefined }])
    expect(it.level(A)).toBe('low')
    cut()
    expect([it.level(A), it.level(B)]).toEqual(['high', 'low'])
    expect(it.contentions).toMatchObject([{ line: A, end: 0 }])
  })

  it('tells listeners and the trace of both lines', () => {
    const it = board()
    const heard: [number, Level][] = []
    it.onLevel((line, level) => heard.push([line, level]))
    it.wire(A, B)
    it.drive(B, 'high')
    expect(heard).toEqual([
      [A, 'high'],
      [B, 'high'],
    ])
    expect([...it.trace].map(({ line }) => line)).toEqual([A, B])
  })

  it('leaves the charge where it was when it is taken off', () => {
    const it = board()
    const cut = it.wire(A, B)
    it.drive(A, 'high')
    cut()
    it.drive(A, 'low')
    expect(it.level(B)).toBe('high')
  })

  it('is one of several between the same lines until the last is off', () => {
    const it = board()
    const cuts = [it.wire(A, B), it.wire(B, A)]
    cuts[0]?.()
    it.drive(A, 'high')
    expect(it.level(B)).toBe('high')
    cuts[1]?.()
    cuts[1]?.()
    it.drive(A, 'low')
    expect(it.level(B)).toBe('high')
  })

  it('from a line to itself, or to one that is not there, is refused', () => {
    expect(() => board().wire(A, A)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }))
    expect(() => board().wire(A, 99)).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_LINE' }))
  })

  it('never leaves a net in two minds, whatever is wired and driven: as the schematic says', () => {
    const LINES = [30, 31, 32, 33, 34]
    const line = fc.integer({ min: 0, max: 4 })
    const levels = fc.constantFrom<OutsideLevel>('low', 'high', 'floating', 'pull-up', 'pull-down')
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('drive' as const), line, level: levels }),
      fc.record({ kind: fc.constant('join' as const), line, other: line }),
      fc.record({ kind: fc.constant('cut' as const), line }),
    )
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), operations => {
        const it = board()
        const pushes: OutsideLevel[] = LINES.map(() => 'floating')
        const charge: Level[] = LINES.map(() => 'low')
        const wires: { readonly ends: readonly [number, number]; readonly cut: () => void }[] = []
        for (const operation of operations) {
          const at = operation.line
          if (operation.kind === 'drive') {
            pushes[at] = operation.level
            it.drive(LINES[at]!, operation.level)
          } else if (operation.kind === 'join') {
            if (operation.other === at) continue
            const taken = charge[at]!
            wires.push({ ends: [at, operation.other], cut: it.wire(LINES[at]!, LINES[operation.other]!) })
            for (const joined of netOf(at, wires)) charge[joined] = taken
          } else {
            wires.splice(at, 1)[0]?.cut()
          }
          const shorted: number[] = []
          for (const index of LINES.keys()) {
            const net = netOf(index, wires)
            const { level, short } = modelLevel(
              net.map(one => pushes[one]!),
              charge[net[0]!]!,
            )
            for (const joined of net) charge[joined] = level
            if (short && net[0] === index) shorted.push(LINES[index]!)
          }
          expect(LINES.map(one => it.level(one))).toEqual(charge)
          const open = it.contentions.filter(({ end }) => end === undefined)
          expect(open.map(one => one.line).sort()).toEqual(shorted)
        }
        expect(replayed(it, LINES)).toEqual(charge)
      }),
      { numRuns: 300 },
    )
  })
})

/** The lines that wires lead to, lowest first, found by walking along them. */
function netOf(start: number, wires: readonly { readonly ends: readonly [number, number] }[]): number[] {
  const found = new Set([start])
  for (const at of found) {
    for (const { ends } of wires) if (ends.includes(at)) for (const end of ends) found.add(end)
  }
  return [...found].sort((a, b) => a - b)
}

function modelLevel(pushes: readonly OutsideLevel[], charge: Level): { level: Level; short: boolean } {
  const [low, high, up, down] = (['low', 'high', 'pull-up', 'pull-down'] as const).map(push => pushes.includes(push))
  const pulled = up === down ? charge : up ? 'high' : 'low'
  return { level: low ? 'low' : high ? 'high' : pulled, short: low === true && high === true }
}

/** The last level of each line by the trace. */
function replayed(it: MockBoard, lines: readonly number[]): Level[] {
  const last = new Map(lines.map(line => [line, it.trace.initial(line)]))
  for (const { line, level } of it.trace) last.set(line, level)
  return lines.map(line => last.get(line)!)
}
