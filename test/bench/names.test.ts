/** Names that are taken, names that are refused, and what is said of them. */

import { describe, expect, it } from 'vitest'
import { Bench } from '../../src/bench/bench.js'
import {
  ACTION_NAME,
  checkPeripheralName,
  describeMissing,
  isReservedAction,
  named,
  RESERVED_PERIPHERALS,
} from '../../src/bench/names.js'
import { Peripheral } from '../../src/bench/peripheral.js'
import { PiWorkerError } from '../../src/errors.js'
import { output } from '../../src/peripherals/index.js'
import { openMockBench } from './setup.js'

function refusalOf(run: () => unknown): PiWorkerError {
  try {
    run()
  } catch (error) {
    if (error instanceof PiWorkerError) return error
    throw error
  }
  return expect.fail('nothing was thrown')
}

const members = (value: object) => Object.getOwnPropertyNames(value)

describe('a peripheral can be called', () => {
  it.each(['pump', 'P', 'pump2', 'left-arm_3', 'names2', 'x'.repeat(64)])('%s', name => {
    expect(() => checkPeripheralName(name)).not.toThrow()
  })
})

describe('a peripheral cannot be called', () => {
  it.each([
    ['', 'a peripheral cannot be called "": a name is a letter, then letters, digits, _ or -'],
    ['2pump', 'a peripheral cannot be called "2pump": a name is a letter, then letters, digits, _ or -'],
    ['pump.a', 'a peripheral cannot be called "pump.a": a name is a letter, then letters, digits, _ or -'],
    ['größe', 'a peripheral cannot be called "größe": a name is a letter, then letters, digits, _ or -'],
    ['pump\n', 'a peripheral cannot be called "pump\\n": a name is a letter, then letters, digits, _ or -'],
    ['__proto__', 'a peripheral cannot be called "__proto__": a name is a letter, then letters, digits, _ or -'],
    ['constructor', 'a peripheral cannot be called "constructor": a bench has a member of that name'],
    ['hasOwnProperty', 'a peripheral cannot be called "hasOwnProperty": a bench has a member of that name'],
    ['then', 'a peripheral cannot be called "then": a bench has a member of that name'],
    ['worker', 'a peripheral cannot be called "worker": a bench has a member of that name'],
  ])('%j', (name, message) => {
    const error = refusalOf(() => checkPeripheralName(name))
    expect([error.code, error.message, error.place]).toEqual(['ERR_BAD_NAME', message, name])
  })

  it('anything longer than 64 characters, which the message does not repeat', () => {
    const error = refusalOf(() => checkPeripheralName('x'.repeat(100_000)))
    expect(error.message).toBe(`a peripheral cannot be called "${'x'.repeat(40)}…": it is longer than 64 characters`)
    expect(error.remedy).toBe('Use a shorter name.')
  })

  it('what a bench has itself, whatever it may come to have', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    const own = [...members(bench), ...members(Bench.prototype)].filter(name => name !== 'pump')
    expect(own).toContain('levelOf')
    for (const name of own) expect(refusalOf(() => checkPeripheralName(name)).code).toBe('ERR_BAD_NAME')
  })

  it('a name that is reserved, for which another is proposed', () => {
    for (const name of RESERVED_PERIPHERALS) {
      expect(refusalOf(() => checkPeripheralName(name)).remedy).toBe(`Use another name, such as ${name}1.`)
      expect(() => checkPeripheralName(`${name}1`)).not.toThrow()
    }
  })
})

describe('an action cannot be called', () => {
  it('what a peripheral has itself, its actions apart', async () => {
    const { bench } = await openMockBench({ pump: output({ line: 17 }) })
    const actions = Object.keys(output.actions)
    const own = [...members(bench.pump), ...members(Peripheral.prototype)].filter(name => !actions.includes(name))
    expect(own).toContain('queue')
    expect(own.filter(name => !isReservedAction(name))).toEqual([])
  })

  it.each(['then', 'toString', 'constructor'])('%s', name => {
    expect(isReservedAction(name)).toBe(true)
  })

  it.each(['', 'On', '2on', 'wait-for', 'wait_for', 'wait.for', '__proto__', 'on\n'])('%j', name => {
    expect(ACTION_NAME.test(name)).toBe(false)
  })

  it.each(['on', 'waitFor', 'step2'])('but %s', name => {
    expect(ACTION_NAME.test(name) && !isReservedAction(name)).toBe(true)
  })
})

describe('looking up a name', () => {
  const values = new Map([['pump', 1]])
  const look = (name: string) =>
    named('peripheral', name, values, message => new PiWorkerError('ERR_BAD_NAME', message))

  it('gives its value', () => {
    expect(look('pump')).toBe(1)
  })

  it.each([
    ['pmup', 'no peripheral "pmup"; did you mean "pump"?'],
    ['lamp2', 'no peripheral "lamp2"; there is pump'],
    ['__proto__', 'no peripheral "__proto__"; there is pump'],
    ['constructor', 'no peripheral "constructor"; there is pump'],
  ])('throws what is made of the sentence for %s', (name, message) => {
    expect(() => look(name)).toThrow(message)
  })
})

describe('what is said of a name that is missing', () => {
  it('is which others there are, when none is near', () => {
    expect(describeMissing('action', 'explode', ['on', 'off'])).toEqual({
      message: 'no action "explode"; there are on, off',
      suggestion: undefined,
    })
  })

  it('is the nearest, whatever its case', () => {
    expect(describeMissing('action', 'WAITFOR', ['read', 'waitFor'])).toEqual({
      message: 'no action "WAITFOR"; did you mean "waitFor"?',
      suggestion: 'waitFor',
    })
  })

  it('is that there is none', () => {
    expect(describeMissing('peripheral', 'pump', []).message).toBe('no peripheral "pump"; there is none')
  })

  it('stays short, however long the name is and however many there are', () => {
    const names = Array.from({ length: 5000 }, (_, index) => `valve${index}`)
    const { message } = describeMissing('peripheral', 'x'.repeat(1e6), names)
    expect(message).toMatch(/^no peripheral "x{40}…"; there are valve0, .*, valve19 and 4980 more$/)
  })
})
