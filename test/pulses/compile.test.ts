import { describe, expect, it } from 'vitest'
import { compile } from '../../src/pulses/compile.js'
import type { Sequence, SequenceStep } from '../../src/pulses/sequence.js'

const LINES = ['step', 'dir', 'enable']

/** The error of a sequence that cannot be. */
function refusal(sequence: Sequence, shortestPulseNs = 1) {
  try {
    compile(sequence, LINES, { shortestPulseNs })
  } catch (error) {
    return error as { code: string; place: string; message: string; remedy: string }
  }
  throw new TypeError('it was taken')
}

const fine: SequenceStep = { set: ['step'], after: 1 }

describe('a sequence for a driver', () => {
  it('has a bit for each line, a mask of those that change, and whole ns', () => {
    const sequence: Sequence = {
      steps: [
        { set: ['step', 'enable'], clear: ['dir'], after: '10us' },
        { clear: ['step'], after: 0.0000014 },
        { after: '2s' },
      ],
      repeat: 7,
    }
    expect(compile(sequence, LINES)).toEqual({
      steps: [
        { values: 0b101, mask: 0b111, ns: 10_000 },
        { values: 0, mask: 0b001, ns: 1 },
        { values: 0, mask: 0, ns: 2e9 },
      ],
      repeat: 7,
    })
  })

  it('may have 32 lines', () => {
    const lines = Array.from({ length: 32 }, (_, index) => `line${index}`)
    const compiled = compile({ steps: [{ set: ['line31'], after: 1 }] }, lines)
    expect(compiled.steps[0]).toMatchObject({ values: 2 ** 31, mask: 2 ** 31 })
  })

  it.each([
    ['is negative', -1],
    ['is 0', 0],
    ['is 0 with a unit', '0us'],
    ['is nothing after rounding', 0.0000001],
    ['is no number', Number.NaN],
    ['has no end', Number.POSITIVE_INFINITY],
    ['has an unknown unit', '3 weeks' as never],
    ['is missing', undefined as never],
  ] as const)('is refused at the step whose time %s', (_, after) => {
    const error = refusal({ steps: [fine, fine, fine, { set: ['step'], after }] })
    expect([error.code, error.place]).toEqual(['ERR_BAD_PULSES', 'steps[3].after'])
    expect(error.remedy).toMatch(/step/)
  })

  it('is refused when a step is shorter than the shortest pulse of the driver', () => {
    const error = refusal({ steps: [fine, { clear: ['step'], after: '5us' }] }, 10_000)
    expect(error).toMatchObject({ code: 'ERR_BAD_PULSES', place: 'steps[1].after' })
    expect(error.message).toMatch('5 us is shorter than the shortest pulse of this driver, 10 us')
    expect(
      compile({ steps: [{ set: ['step'], after: '10us' }] }, LINES, { shortestPulseNs: 10_000 }).steps,
    ).toHaveLength(1)
  })

  it.each(['set', 'clear'] as const)(
    'is refused when it is to %s a line that is not there, with the nearest name',
    key => {
      const error = refusal({ steps: [fine, { [key]: ['enabel'], after: 1 }] })
      expect(error).toMatchObject({ code: 'ERR_BAD_PULSES', place: `steps[1].${key}` })
      expect(error.message).toMatch('there is no line "enabel" here; there are step, dir, enable')
      expect(error.remedy).toMatch('Write enable if that was meant.')
    },
  )

  it('is refused when a step both sets and clears a line', () => {
    const error = refusal({ steps: [{ set: ['dir', 'step'], clear: ['step'], after: 1 }] })
    expect(error).toMatchObject({ code: 'ERR_BAD_PULSES', place: 'steps[0]' })
    expect(error.message).toMatch('line "step" is both set and cleared')
  })

  it.each([
    ['no step', { steps: [] }, 'steps'],
    ['a part of a repetition', { steps: [fine], repeat: 0.5 }, 'repeat'],
    ['no repetition', { steps: [fine], repeat: 0 }, 'repeat'],
    ['more than 104 days', { steps: [{ set: ['step'], after: '2000h' as const }], repeat: 2 }, 'repeat'],
    ['more than 2,000,000 steps', { steps: new Array(2_000_001).fill(fine) }, 'steps'],
  ])('is refused with %s', (_, sequence, place) => {
    expect(refusal(sequence)).toMatchObject({ code: 'ERR_BAD_PULSES', place })
  })
})
