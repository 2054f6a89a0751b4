/** Examples of peripherals and their steps: what help shows must be what a plan file may say. */

import { describe, expect, it } from 'vitest'
import { formatExample } from '../../src/bench/example.js'
import { bme280, output, peripherals, pwm, servo, stepper } from '../../src/peripherals/index.js'
import { checkPlan } from '../../src/plan/check.js'
import { exampleConfig, exampleEntry, exampleStep } from '../../src/plan/example-entry.js'
import { PlanSource } from '../../src/plan/source.js'

const all = Object.values(peripherals)

describe('the example of a peripheral', () => {
  it('has what it needs, and no more', () => {
    expect(exampleEntry('pump', output)).toBe('pump: { type: output, line: GPIO17 }')
    expect(exampleEntry('air', bme280)).toBe('air: { type: bme280 }')
    expect(exampleEntry('arm', servo)).toBe('arm: { type: servo, line: GPIO17 }')
  })

  it.each(all.map(definition => [definition.type, definition] as const))(
    'is one that a plan may have, and so is its step: %s',
    (_type, definition) => {
      const plan = `bench:\n  ${exampleEntry('it', definition)}\nplan:\n  - ${exampleStep('it', definition)}\n`
      expect(() => checkPlan(new PlanSource(plan, 'a.yaml'))).not.toThrow()
    },
  )
})

describe('the example of a step', () => {
  it('has an input where an action needs one', () => {
    expect(exampleStep('pump', output)).toBe('pump.pulse: { width: 200ms }')
  })

  it('stands alone where none does', () => {
    expect(exampleStep('air', bme280)).toBe('air.read')
  })

  it('is one that the example of the peripheral can do', () => {
    // A motor without an enable line cannot brake, and one without a switch cannot home.
    expect(exampleStep('axis', stepper)).toBe('axis.move: { steps: 1 }')
  })
})

describe('the example of a configuration', () => {
  it('adds one key when what is needed is not enough', () => {
    expect(formatExample(pwm.config, exampleConfig(pwm))).toBe('{ line: GPIO17 }')
  })
})
