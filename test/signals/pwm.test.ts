/** PWM: duty and period. */

import { describe, expect, it } from 'vitest'
import { pwm } from '../../src/peripherals/index.js'
import { recordBench } from './record.js'
import { texts } from './sigrok.js'

/** What sigrok's decoder writes for a duty of 0 to 1. */
const percent = (duty: number): string => `${(duty * 100).toFixed(6)}%`

describe('pwm', () => {
  it.each([
    { frequency: 50, duty: 0.075, period: '20.0 ms' },
    { frequency: 200, duty: 0.9, period: '5.0 ms' },
    { frequency: 1000, duty: 0.25, period: '1000.0 μs' },
    { frequency: 8000, duty: 0.504, period: '125.0 μs' },
    { frequency: 50_000, duty: 0.05, period: '20.0 μs' },
  ])('puts out a duty of $duty at $frequency Hz', async ({ frequency, duty, period }) => {
    const { file } = await recordBench({ fan: pwm({ line: 18, frequency }) }, async ({ bench, wait }) => {
      await bench.fan.set({ duty }).result()
      await wait(20_000 / frequency)
    })
    const request = { file, decoder: 'pwm', channels: { data: 'fan' } }
    expect(new Set(texts({ ...request, row: 'Duty cycle' }))).toEqual(new Set([percent(duty)]))
    const periods = texts({ ...request, row: 'Period' })
    expect(new Set(periods)).toEqual(new Set([period]))
    expect(periods.length).toBeGreaterThanOrEqual(18)
  })

  it('that is active low is low for its duty', async () => {
    const { file } = await recordBench({ lamp: pwm({ line: 18, activeLow: true }) }, async ({ bench, wait }) => {
      await bench.lamp.set({ duty: 0.3 }).result()
      await wait(10)
    })
    const request = { file, decoder: 'pwm', channels: { data: 'lamp' }, options: { polarity: 'active-low' } }
    expect(new Set(texts({ ...request, row: 'Duty cycle' }))).toEqual(new Set([percent(0.3)]))
  })

  it('changes its duty without a broken period in a fade', async () => {
    const { file } = await recordBench({ lamp: pwm({ line: 18, frequency: 1000 }) }, async ({ bench, wait }) => {
      for (const duty of [0.1, 0.4, 0.8]) {
        await bench.lamp.set({ duty }).result()
        await wait(5)
      }
    })
    const request = { file, decoder: 'pwm', channels: { data: 'lamp' } }
    expect([...new Set(texts({ ...request, row: 'Duty cycle' }))]).toEqual([0.1, 0.4, 0.8].map(percent))
  })
})
