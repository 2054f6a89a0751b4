/** Needs against capabilities. */

import { describe, expect, it } from 'vitest'
import { mergeNeeds, unmetNeeds } from '../../drivers/capabilities.js'
import type { Capabilities } from '../../drivers/driver.js'

const modest: Capabilities = {
  edgeTimestamps: 'none',
  bias: ['as-is'],
  drive: ['push-pull'],
  debounce: 'software',
  atomic: false,
  pulses: 'software',
  pwm: [],
  shortestPulseNs: 1_000_000,
  edgeDelayNs: 20_000_000,
}
const able: Capabilities = {
  edgeTimestamps: 'kernel-ns',
  bias: ['as-is', 'disabled', 'pull-up', 'pull-down'],
  drive: ['push-pull', 'open-drain', 'open-source'],
  debounce: 'kernel',
  atomic: true,
  pulses: 'software',
  pwm: [],
  shortestPulseNs: 10_000,
  edgeDelayNs: 20_000_000,
}

describe('unmetNeeds', () => {
  it('is empty when nothing is needed', () => {
    expect(unmetNeeds({}, modest)).toEqual([])
    expect(unmetNeeds({ bias: undefined, debounce: false, atomic: false }, modest)).toEqual([])
  })

  it('names each need that is not met', () => {
    const unmet = unmetNeeds(
      {
        bias: 'pull-up',
        drive: ['push-pull', 'open-drain'],
        debounce: 'kernel',
        edgeTimestamps: 'tick-us',
        atomic: true,
        pulses: 'dma',
        pwm: 'hardware',
        shortestPulseNs: 50_000,
      },
      modest,
    )
    expect(unmet).toEqual([
      'bias pull-up',
      'drive open-drain',
      'debounce by the kernel',
      'edge times of tick-us',
      'several lines changed at once',
      'pulses timed by hardware',
      'PWM by hardware',
      'pulses of 50 us (the shortest here is 1000 us)',
    ])
  })

  it('takes software debounce for debounce of any kind', () => {
    expect(unmetNeeds({ debounce: true }, modest)).toEqual([])
    expect(unmetNeeds({ debounce: true }, { ...modest, debounce: 'none' })).toEqual(['debounce'])
  })

  it('takes better edge times for good enough ones', () => {
    expect(unmetNeeds({ edgeTimestamps: 'tick-us' }, able)).toEqual([])
    expect(unmetNeeds({ edgeTimestamps: 'kernel-ns' }, { ...able, edgeTimestamps: 'tick-us' })).toHaveLength(1)
  })

  it('takes PWM by dma for PWM that software has no part in', () => {
    expect(unmetNeeds({ pwm: 'hardware' }, { ...modest, pwm: ['dma'] })).toEqual([])
    expect(unmetNeeds({ pwm: 'hardware' }, { ...modest, pwm: ['software'] })).toEqual(['PWM by hardware'])
    expect(unmetNeeds({ pwm: true }, { ...modest, pwm: ['software'] })).toEqual([])
    expect(unmetNeeds({ pwm: true }, modest)).toEqual(['PWM'])
  })

  it('is met by a driver that has everything', () => {
    const needs = { bias: ['pull-up', 'pull-down'], drive: 'open-drain', debounce: 'kernel', atomic: true } as const
    expect(unmetNeeds({ ...needs, edgeTimestamps: 'kernel-ns', shortestPulseNs: 10_000 }, able)).toEqual([])
  })
})

describe('mergeNeeds', () => {
  it('needs what any of them needs, and the strictest of each', () => {
    const merged = mergeNeeds([
      { bias: 'pull-up', debounce: true, shortestPulseNs: 50_000, edgeTimestamps: 'tick-us' },
      { bias: ['pull-down', 'pull-up'], debounce: 'kernel', shortestPulseNs: 20_000 },
      { atomic: true, drive: 'open-drain', pwm: true },
      { pulses: 'dma', pwm: 'hardware' },
    ])
    expect(merged).toEqual({
      bias: ['pull-up', 'pull-down'],
      drive: ['open-drain'],
      debounce: 'kernel',
      edgeTimestamps: 'tick-us',
      atomic: true,
      pulses: 'dma',
      pwm: 'hardware',
      shortestPulseNs: 20_000,
    })
  })

  it('needs nothing when none of them needs anything', () => {
    expect(unmetNeeds(mergeNeeds([{}, {}]), modest)).toEqual([])
  })
})
