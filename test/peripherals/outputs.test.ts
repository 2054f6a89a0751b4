import { describe, expect, test } from 'vitest'
import { check } from '../../src/bench/check.js'
import type { AnyDefinition } from '../../src/bench/definition.js'
import type { OutputLine, Outputs } from '../../src/bench/outputs.js'
import { peripherals } from '../../src/peripherals/index.js'

/** What a peripheral of that type drives, with that configuration. */
function outputsOf(type: string, config: object): Outputs | undefined {
  const definition = peripherals[type] as AnyDefinition
  const checked = check(definition.config, config)
  expect(checked.problems).toBeUndefined()
  return (definition.outputs as ((config: unknown) => Outputs) | undefined)?.(checked.value)
}

const line = (line: number, safe: OutputLine['safe'], more: Partial<OutputLine> = {}) => {
  return { line, safe, activeLow: false, load: true, ...more }
}
const LOW = { activeLow: true }
const NO_LOAD = { load: false }

describe('what is safe for the lines of', () => {
  test.each<[string, object, OutputLine[]]>([
    ['output', { line: 17 }, [line(17, 'low')]],
    ['output', { line: 17, activeLow: true }, [line(17, 'high', LOW)]],
    ['output', { line: 17, activeLow: true, safe: 'on' }, [line(17, 'low', LOW)]],
    ['output', { line: 17, safe: 'high' }, [line(17, 'high')]],
    ['pwm', { line: 17 }, [line(17, 'low')]],
    ['pwm', { line: 17, safe: 1, activeLow: true }, [line(17, 'low', LOW)]],
    ['pwm', { line: 17, safe: 0.25 }, [line(17, 'low', { duty: 0.25 })]],
    ['pwm', { line: 17, safe: 0.75 }, [line(17, 'high', { duty: 0.75 })]],
    ['rgb', { red: 17, green: 18, blue: 27, safe: '#ff0000' }, [line(17, 'high'), line(18, 'low'), line(27, 'low')]],
    ['motor', { forward: 17, backward: 18 }, [line(17, 'low'), line(18, 'low')]],
    [
      'motor',
      { forward: 17, backward: 18, activeLow: true, enable: 22 },
      [line(17, 'high', LOW), line(18, 'high', LOW), line(22, 'low', NO_LOAD)],
    ],
    ['servo', { line: 17 }, [line(17, 'low', NO_LOAD)]],
    ['servo', { line: 17, safe: 90 }, [line(17, 'low', { ...NO_LOAD, duty: 0.075 })]],
    ['stepper', { wiring: { step: 17, direction: 18 } }, [line(17, 'low', NO_LOAD), line(18, 'keep', NO_LOAD)]],
    [
      'stepper',
      { wiring: { step: 17, direction: 18, enable: 22 } },
      [line(17, 'low', NO_LOAD), line(18, 'keep', NO_LOAD), line(22, 'keep', { ...NO_LOAD, ...LOW })],
    ],
    [
      'stepper',
      { wiring: { step: 17, direction: 18, enable: 22 }, safe: 'release' },
      [line(17, 'low', NO_LOAD), line(18, 'keep', NO_LOAD), line(22, 'high', { ...NO_LOAD, ...LOW })],
    ],
    ['stepper', { wiring: { coils: [4, 5, 6, 7] } }, [4, 5, 6, 7].map(coil => line(coil, 'keep', NO_LOAD))],
    [
      'stepper',
      { wiring: { coils: [4, 5, 6, 7] }, safe: 'release' },
      [4, 5, 6, 7].map(coil => line(coil, 'low', NO_LOAD)),
    ],
    [
      'sequence',
      { lines: { a: 17, b: 18 }, safe: { b: 'high' }, activeLow: true },
      [line(17, 'low', LOW), line(18, 'high', LOW)],
    ],
    ['ir', { line: 17 }, [line(17, 'low')]],
    ['ir', { line: 17, activeLow: true }, [line(17, 'high', LOW)]],
    ['distance', { lines: { trigger: 17, echo: 18 } }, [line(17, 'low', NO_LOAD)]],
    ['dht', { line: 17 }, [line(17, 'input', NO_LOAD)]],
    ['dht', { iio: 'dht11@4' }, []],
  ])('%s %j', (type, config, lines) => {
    expect(outputsOf(type, config)?.lines).toEqual(lines)
  })
})

describe('what is no line', () => {
  test('is a channel of the PWM hardware', () => {
    expect(outputsOf('pwm', { channel: 1, chip: 2, safe: 0.25 })).toEqual({
      lines: [],
      pwm: [{ chip: 2, channel: 1, duty: 0.25, load: true }],
    })
    expect(outputsOf('motor', { forward: 17, backward: 18, enable: { channel: 1 } })?.pwm).toEqual([
      { chip: 0, channel: 1, duty: 0, load: false },
    ])
  })

  test('is a message that switches all channels of a chip off: the register of the high byte, and full off in it', () => {
    expect(outputsOf('pca9685', { bus: 0, address: 0x41 })).toEqual({
      lines: [],
      i2c: [{ bus: 0, address: 0x41, bytes: [0xfd, 0x10] }],
    })
  })
})

test('types that only read drive nothing', () => {
  const driving = Object.values(peripherals).flatMap(({ type, outputs }) => (outputs === undefined ? [] : [type]))
  expect(driving.sort()).toEqual(
    ['dht', 'distance', 'ir', 'motor', 'output', 'pca9685', 'pwm', 'rgb', 'sequence', 'servo', 'stepper'].sort(),
  )
})
