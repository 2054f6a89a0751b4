/** What a person who slips is told of a plan file: one sentence for one slip, and what to write instead. */

import { describe, expect, it } from 'vitest'
import { said } from './said.js'

const inBench = (line: string) => `bench:\n  ${line}\nplan:\n  - wait: 1s\n`

describe('an address without its 0x', () => {
  it('is told in the base that data sheets have', () => {
    expect(said(inBench('air: { type: bme280, address: 76 }'))).toEqual([
      'air.address must be at least 0x76, not 76 (0x4c); did you mean 0x76? | Write 0x76 if that is what is meant.',
    ])
  })
})

describe('something else in the place of an object or a list', () => {
  it.each([
    [
      'a union of objects',
      inBench('axis: { type: stepper, wiring: GPIO20 }'),
      'axis.wiring must be an object, not "GPIO20" | Write it like this: { step: GPIO17, direction: GPIO27 }.',
    ],
    [
      'an object',
      inBench('tape: { type: distance, lines: [GPIO20, GPIO21] }'),
      'tape.lines must be an object, not a list | Write it like this: { trigger: GPIO17, echo: GPIO27 }.',
    ],
    [
      'a tuple',
      inBench('axis: { type: stepper, wiring: { coils: GPIO5 } }'),
      'axis.wiring.coils must be a list, not "GPIO5" | Write it like this: [GPIO17, GPIO27, GPIO22, GPIO23].',
    ],
    [
      'a map',
      inBench('adc: { type: ads1115, channels: [soil] }'),
      'adc.channels must be an object, not a list | Write it like this: { name: { input: 1 } }.',
    ],
    [
      'a number or an object',
      `${inBench('air: { type: dht, line: GPIO22 }')}simulate: { air: { temperature: warm } }\n`,
      'simulate.air.temperature must be a number or an object, not "warm" | ' +
        'Write it like this: { ramp: { from: 1, to: 2, over: 200ms } }.',
    ],
    [
      'a list',
      `${inBench('air: { type: dht, line: GPIO22 }')}simulate: { air: { faults: unplugged } }\n`,
      'simulate.air.faults must be a list, not "unplugged" | Write it like this: [{ kind: bounce }].',
    ],
    [
      'the input of an action',
      'bench: { pump: { type: output, line: 17 } }\nplan: [ pump.pulse: 200ms ]\n',
      'the input of pump.pulse must be an object | Write pump.pulse: { width: 200ms }.',
    ],
    [
      'the input of an action that has none',
      'bench: { pump: { type: output, line: 17 } }\nplan: [ pump.on: true ]\n',
      'the input of pump.on must be an object | Write pump.on alone: it has no input.',
    ],
    [
      'a peripheral',
      inBench('pump: output'),
      'pump must be an object with a type | Write pump: { type: output, line: GPIO17 }.',
    ],
    [
      'the bench',
      'bench: [ pump ]\nplan: [ wait: 1s ]\n',
      'bench must be an object with an entry for each peripheral | Write it like this: { pump: { type: output, line: GPIO17 } }.',
    ],
    [
      'what is simulated',
      `${inBench('air: { type: dht, line: GPIO22 }')}simulate: [ air ]\n`,
      'simulate must be an object with an entry for each peripheral | Write it like this: { air: { temperature: 1 } }.',
    ],
  ])('has an example of what is wanted: %s', (_what, text, sentence) => {
    expect(said(text)).toEqual([sentence])
  })

  it('has one of a number too', () => {
    expect(said(inBench('adc: { type: mcp3008, vref: high }'))).toEqual([
      'adc.vref must be a number, not "high" | Write a number, such as 3.3.',
    ])
  })
})

describe('one slip is one problem', () => {
  const BENCH = 'bench: { pump: { type: output, line: 17 } }\n'

  it.each([
    [
      'a misspelt key of the file',
      'benches: { pump: { type: output, line: 17 } }\nplan: [ wait: 1s ]\n',
      'benches is not known here; did you mean "bench"? | Write bench if that is what is meant.',
    ],
    [
      'a misspelt key of a peripheral',
      inBench('pump: { type: output, lien: 17 }'),
      'pump.lien is not known here; did you mean "line"? | Write line if that is what is meant.',
    ],
    [
      'a misspelt key of an input',
      `${BENCH}plan: [ pump.pulse: { widht: 1s } ]\n`,
      'pump.pulse.widht is not known here; did you mean "width"? | Write width if that is what is meant.',
    ],
    [
      'a misspelt key of a step',
      `${BENCH}plan:\n  - repeat: 3\n    dos: [ pump.on ]\n`,
      'dos is not known here; did you mean "do"? | Write do if that is what is meant.',
    ],
    [
      'a misspelt key of a branch',
      inBench('axis: { type: stepper, wiring: { step: 20, dirction: 21 } }'),
      'axis.wiring.dirction is not known here; did you mean "direction"? | Write direction if that is what is meant.',
    ],
  ])('%s', (_what, text, sentence) => {
    expect(said(text)).toEqual([sentence])
  })

  it('but a key that is missing beside it is a problem of its own', () => {
    expect(said('name: x\nsimulat: {}\nbench: { pump: { type: output, line: 17 } }\n')).toEqual([
      'the file needs "plan" | Add what is missing.',
      'simulat is not known here; did you mean "simulate"? | Write simulate if that is what is meant.',
    ])
  })

  it.each([
    ['every: 2s', 'every needs "do"'],
    ['do: [ pump.on ]', 'do needs "repeat" beside it'],
    ['rounds: 3\n    do: [ pump.on ]', 'rounds and do need "until" beside them'],
  ])('of a loop that lacks something: %s', (keys, message) => {
    expect(said(`${BENCH}plan:\n  - ${keys}\n`)).toEqual([`${message} | Add what is missing.`])
  })
})

describe('an unknown key where one of several shapes is wanted', () => {
  const BENCH = 'bench: { level: { type: input, line: 4 }, axis: { type: stepper, wiring: WIRING } }\n'
  const wired = (wiring: string) => `${BENCH.replace('WIRING', wiring)}plan: [ wait: 1s ]\n`
  const waiting = (input: string) =>
    `${wired('{ step: 20, direction: 21 }').replace('wait: 1s', `level.waitFor: ${input}`)}`

  it('is told the keys of all of them', () => {
    expect(said(waiting('{ edge: falling, most: 1 }'))).toEqual([
      'level.waitFor.most is not known here; known are edge, timeout, level | undefined',
    ])
  })

  it('may have meant a key of another one', () => {
    expect(said(wired('{ step: 20, direction: 21, coil: [5, 6, 12, 13] }'))).toEqual([
      'axis.wiring.coil is not known here; did you mean "coils"? | Write coils if that is what is meant.',
    ])
  })

  it('is told what it cannot stand beside, when it is known in another one', () => {
    expect(said(wired('{ step: 20, direction: 21, pattern: full }'))).toEqual([
      'axis.wiring.pattern cannot stand beside step and direction | Leave out pattern, or write it like this: { coils: [GPIO17, GPIO27, GPIO22, GPIO23] }.',
    ])
  })

  it('is told the keys of its own one, when a constant says which that is', () => {
    expect(
      said(`${wired('{ step: 20, direction: 21 }')}simulate: { level: { faults: [{ kind: unplugged, by: 1s }] } }`),
    ).toEqual(['simulate.level.faults[0].by is not known here; known are kind, line, from, for | undefined'])
  })
})

describe('an output on a line of a bus that is used', () => {
  it('is refused, with both sides and their places', () => {
    const text =
      'bench:\n  lamp: { type: output, line: GPIO3 }\n  air: { type: bme280, address: 0x77 }\nplan: [ wait: 1s ]\n'
    expect(said(text)).toEqual([
      'lamp.line and air.address (SCL1 of i2c-1) both want GPIO3; the first is at a.yaml:2:31 | ' +
        'Use another line for lamp.line: i2c-1 needs GPIO2 and GPIO3.',
    ])
  })
})
