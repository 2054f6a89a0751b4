import { expect, it } from 'vitest'
import { holdWarnings } from '../../src/cli/hold-warnings.js'
import { input, output, pwm } from '../../src/peripherals/index.js'

const INPUT = { outcome: 'input', because: 'persist_gpio_outputs is off' } as const

it('warns of a safe level that the pull of its line will not keep', () => {
  const bench = { valve: output({ line: 17, safe: 'high' }), lamp: output({ line: 4, safe: 'low' }) }
  expect(holdWarnings(bench, INPUT)).toEqual([
    'valve: its safe state (GPIO17 high) lasts only as long as the program, since the line is let go then ' +
      '(persist_gpio_outputs is off); hold: forever keeps it',
    expect.stringContaining('lamp: its safe state (GPIO4 low)'),
  ])
})

it('names a line by its own name where that is how it is written', () => {
  expect(holdWarnings({ valve: output({ line: 'PUMP_RELAY', safe: 'high' }) }, INPUT)[0]).toContain('(PUMP_RELAY high)')
})

it('does not warn of what is kept: by the pull, by a hold, or by the kernel', () => {
  const bench = {
    pump: output({ line: 17, safe: 'low' }),
    valve: output({ line: 27, safe: 'high', hold: 'forever' }),
    door: output({ line: 22, safe: 'high', hold: '5m' }),
  }
  expect(holdWarnings(bench, INPUT)).toEqual([])
  const valve = { valve: output({ line: 17, safe: 'high' }) }
  for (const outcome of ['kept', 'unknown'] as const) expect(holdWarnings(valve, { outcome, because: '' })).toEqual([])
})

it('does not warn of what drives no line, or cannot be read', () => {
  const bench = {
    level: input({ line: 4 }),
    fan: pwm({ channel: 0 }),
    wrong: output({ line: 17, safe: 'sideways' as never }),
  }
  expect(holdWarnings(bench, INPUT)).toEqual([])
})
