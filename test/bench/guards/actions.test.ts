import { describe, expect, test } from 'vitest'
import { motor } from '../../../src/peripherals/motor.js'
import { output } from '../../../src/peripherals/output.js'
import { pwm } from '../../../src/peripherals/pwm.js'
import { sequence } from '../../../src/peripherals/sequence.js'
import { openMockBench, refusalOf } from '../setup.js'

describe('an input that no limit would allow is refused before there is a task', () => {
  test.each([
    ['a pulse', 'pump.pulse', { width: '6s' }, 'width must be at most 5000 ms (maxOn), not 6000 ms'],
    [
      'a pulse that blinks',
      'pump.blink',
      { on: '6s', off: '1s', count: 1 },
      'on must be at most 5000 ms (maxOn), not 6000 ms',
    ],
    [
      'blinking',
      'pump.blink',
      { on: '1s', off: '1s', count: 2 },
      'cannot be done: minOff is at least 2000 ms, and it would be 1000 ms',
    ],
    ['a duty', 'fan.set', { duty: 0.75 }, 'duty must be at most 0.5 (maxDuty), not 0.75'],
    ['a fade', 'fan.fade', { to: 0.75, over: '1s' }, 'to must be at most 0.5 (maxDuty), not 0.75'],
    ['breathing', 'fan.breathe', { period: '1s', count: 1 }, 'to must be at most 0.5 (maxDuty), not 1'],
    ['a drive', 'drive.forward', { for: '11s' }, 'for must be at most 10000 ms (maxOn), not 11000 ms'],
    [
      'pulses',
      'lamp.play',
      { pulses: { line: 'led', width: '1ms', gap: '1ms', count: 1e6 } },
      'cannot be done: maxToggleRate is at most 100 Hz, and it would be 500 Hz',
    ],
  ])('%s', async (_what, call, given, message) => {
    const { bench, board } = await openMockBench({
      pump: output({ line: 17, maxOn: '5s', minOff: '2s' }),
      fan: pwm({ line: 18, maxDuty: 0.5 }),
      drive: motor({ forward: 22, backward: 23, maxOn: '10s' }),
      lamp: sequence({ lines: { led: 24 }, maxToggleRate: 100 }),
    })
    const [name, action] = call.split('.') as [string, string]
    const error = refusalOf({ bench, board }, () => bench.call(name, action, given))
    expect([error.code, error.message.replace(`${call}: `, '')]).toEqual(['ERR_LIMIT', message])
    expect(error.remedy).toMatch(/^Ask for what max|^Ask for what min/)
  })
})
