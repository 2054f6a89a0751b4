/** No line belongs to two, wherever in a configuration it is named. */

import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { check } from '../../src/bench/check.js'
import { type Claimant, checkClaims, describeConflict, findConflicts } from '../../src/bench/claims.js'
import { definePeripheral } from '../../src/bench/definition.js'
import { Line } from '../../src/bench/schema.js'
import { isPiWorkerError } from '../../src/errors.js'
import { input, output } from '../../src/peripherals/index.js'

const motor = definePeripheral({
  type: 'motor',
  title: 'Motor',
  config: Type.Object({ enable: Type.Optional(Line()), coils: Type.Array(Line()) }),
  open: () => ({}),
  actions: { read: { title: 'Read', effect: 'read', run: () => {} } },
})

/** A peripheral with this configuration, checked. */
function claimant(name: string, definition: Claimant['definition'], written: unknown): Claimant {
  const { value, problems } = check(definition.config, written)
  expect(problems).toBeUndefined()
  return { name, definition, config: value }
}

const pump = claimant('pump', output, { line: 17 })
const said = (claimants: readonly Claimant[]) => findConflicts(claimants).map(describeConflict)

describe('peripherals on different lines', () => {
  it('are in no conflict', () => {
    const claimants = [pump, claimant('level', input, { line: 4 }), claimant('arm', motor, { coils: [5, 6, 'LED_A'] })]
    expect(findConflicts(claimants)).toEqual([])
    expect(() => checkClaims(claimants)).not.toThrow()
  })

  it('may be none at all', () => {
    expect(findConflicts([])).toEqual([])
  })
})

describe('a line that is named twice', () => {
  it('is a conflict, however each has written it', () => {
    expect(findConflicts([pump, claimant('lamp', output, { line: 'J8:11' })])).toEqual([
      { what: 'GPIO17', first: { peripheral: 'pump', path: ['line'] }, second: { peripheral: 'lamp', path: ['line'] } },
    ])
  })

  it('is one by its own name too, which is the same only when it is written the same', () => {
    const a = claimant('a', output, { line: 'LED_A' })
    expect(said([a, claimant('b', output, { line: 'LED_A ' })])).toEqual(['a.line and b.line both want the line LED_A'])
    expect(said([a, claimant('b', output, { line: 'led_a' })])).toEqual([])
  })

  it('is one within one peripheral', () => {
    expect(said([claimant('arm', motor, { enable: 6, coils: [5, 6, 'GPIO5'] })])).toEqual([
      'arm.enable and arm.coils[1] both want GPIO6',
      'arm.coils[0] and arm.coils[2] both want GPIO5',
    ])
  })

  it('by three is two conflicts, each with the first', () => {
    const others = ['lamp', 'fan'].map(name => claimant(name, output, { line: 17 }))
    expect(said([pump, ...others])).toEqual([
      'pump.line and lamp.line both want GPIO17',
      'pump.line and fan.line both want GPIO17',
    ])
  })

  it('is refused, with both peripherals named', () => {
    const attempt = () => checkClaims([pump, claimant('arm', motor, { coils: [5, 17] })])
    expect(attempt).toThrow('pump.line and arm.coils[1] both want GPIO17')
    try {
      attempt()
    } catch (error) {
      if (!isPiWorkerError(error, 'ERR_LINE_CLAIMED')) throw error
      expect(error.place).toBe('arm')
      expect(error.remedy).toBe('Give each peripheral lines of its own.')
      expect(error.details).toEqual({ what: 'GPIO17', peripherals: ['pump', 'arm'] })
    }
  })
})
