/** Requests that no driver can serve, or not this one, are refused before a line is touched. */

import { describe, expect, it } from 'vitest'
import type { LineRequest, LineSettings } from '../../drivers/driver.js'
import { checkLine, checkRequest, checkSettings, type RequestLimits } from '../../drivers/request.js'

const limits: RequestLimits = {
  driver: 'onoff',
  description: '/sys/class/gpio/gpiochip512 (pinctrl-bcm2711, 54 lines)',
  lineCount: 54,
  capabilities: {
    edgeTimestamps: 'none',
    bias: ['as-is'],
    drive: ['push-pull'],
    debounce: 'none',
    atomic: false,
    pulses: 'software',
    pwm: [],
    shortestPulseNs: 100_000,
    edgeDelayNs: 20e6,
  },
}
const able: RequestLimits = {
  ...limits,
  capabilities: { ...limits.capabilities, drive: ['push-pull', 'open-drain'], debounce: 'kernel' },
}
const input: LineSettings = { direction: 'input' }

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })
const check = (request: Partial<LineRequest>) => () =>
  checkRequest({ lines: [17], settings: input, ...request }, limits)

describe('checkRequest', () => {
  it('lets a request pass that the board can serve', () => {
    expect(check({ consumer: 'x'.repeat(31), eventBuffer: 1 })).not.toThrow()
    expect(check({ lines: Array.from({ length: 32 }, (_, line) => line) })).not.toThrow()
  })

  it('refuses no line, and more lines than a number has bits', () => {
    expect(check({ lines: [] })).toThrow(refused('ERR_BAD_OPTION', /1 to 32 lines, not 0/))
    expect(check({ lines: Array.from({ length: 33 }, (_, line) => line) })).toThrow(refused('ERR_BAD_OPTION', /33/))
  })

  it('refuses a line that is named twice', () => {
    expect(check({ lines: [4, 17, 4] })).toThrow(refused('ERR_BAD_OPTION', /GPIO4 is named twice/))
  })

  it.each(['x'.repeat(32), 'ä'.repeat(16), 'a\0b'])(
    'refuses the consumer %j, which the kernel cannot hold',
    consumer => {
      expect(check({ consumer })).toThrow(refused('ERR_BAD_OPTION', /31 bytes/))
    },
  )

  it.each([0, -1, 1.5, Number.NaN])('refuses an event buffer of %d', eventBuffer => {
    expect(check({ eventBuffer })).toThrow(refused('ERR_BAD_OPTION', /eventBuffer/))
  })

  it('looks at the settings too', () => {
    expect(check({ settings: { direction: 'input', bias: 'pull-up' } })).toThrow(refused('ERR_UNSUPPORTED', /pull-up/))
  })
})

describe('checkLine', () => {
  it.each([54, -1, 1.5, Number.NaN])('refuses %d and says which lines there are', line => {
    expect(() => checkLine(line, limits)).toThrow(refused('ERR_UNKNOWN_LINE', /pinctrl-bcm2711.*0 to 53/))
    expect(() => checkLine(line, limits)).toThrow(expect.objectContaining({ place: `GPIO${line}` }))
  })

  it('lets the first and the last line pass', () => {
    expect(() => checkLine(0, limits)).not.toThrow()
    expect(() => checkLine(53, limits)).not.toThrow()
  })
})

describe('checkSettings', () => {
  const settings =
    (given: LineSettings, on: RequestLimits = able) =>
    () =>
      checkSettings([17, 4], given, on)

  it('refuses what the driver has not, with the lines, the driver, and what it has', () => {
    expect(settings({ direction: 'input', bias: 'pull-up' })).toThrow(
      expect.objectContaining({
        code: 'ERR_UNSUPPORTED',
        message: 'GPIO17, GPIO4 cannot have bias pull-up with driver onoff, which has as-is',
        remedy: 'Use one of these: as-is.',
        details: { lines: [17, 4], driver: 'onoff' },
      }),
    )
    expect(settings({ direction: 'input', debounceNs: 1 }, limits)).toThrow(refused('ERR_UNSUPPORTED', /debounce/))
  })

  it('sends on to the driver that can, where one is known', () => {
    const alternative = 'Use --driver gpiochip, which can.'
    expect(settings({ direction: 'output', drive: 'open-drain' }, { ...limits, alternative })).toThrow(
      expect.objectContaining({ remedy: alternative }),
    )
  })

  it('refuses what an input or an output cannot be on any driver', () => {
    expect(settings({ direction: 'input', drive: 'open-drain' })).toThrow(refused('ERR_UNSUPPORTED', /be an input/))
    expect(settings({ direction: 'output', edges: 'both' })).toThrow(refused('ERR_UNSUPPORTED', /listen for edges/))
    expect(settings({ direction: 'output', debounceNs: 5 })).toThrow(refused('ERR_UNSUPPORTED', /output with debounce/))
  })

  it('refuses values that do not exist', () => {
    expect(settings({ direction: 'sideways' as 'input' })).toThrow(refused('ERR_BAD_OPTION', /sideways/))
    expect(settings({ direction: 'input', edges: 'some' as 'both' })).toThrow(refused('ERR_BAD_OPTION', /some/))
    expect(settings({ direction: 'input', debounceNs: -1 })).toThrow(refused('ERR_BAD_OPTION', /debounceNs/))
    expect(settings({ direction: 'input', debounceNs: Number.NaN })).toThrow(refused('ERR_BAD_OPTION', /NaN/))
  })
})
