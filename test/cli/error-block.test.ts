import { describe, expect, it } from 'vitest'
import { errorBlock, errorJson } from '../../src/cli/error-block.js'
import { PiWorkerError } from '../../src/errors.js'
import { makePlace, planError } from '../../src/plan/place.js'

const place = makePlace('a.yaml', 12, 5, '  - pmup.on')
const plain = { colored: false }

describe('an error as a block', () => {
  it('has code, message, place and remedy', () => {
    const error = new PiWorkerError('ERR_LINE_BUSY', 'GPIO4 is held by "gpiomon"', { place: 'level' })
    expect(errorBlock(error, plain)).toBe(`error ERR_LINE_BUSY: GPIO4 is held by "gpiomon"
  at level
  remedy: End the program that holds it, or use another line.
`)
  })

  it('shows the line of the plan, and what in it is meant, when that is known', () => {
    const error = new PiWorkerError('ERR_LINE_BUSY', 'GPIO4 is held', { place: 'level', remedy: 'Free it.' })
    expect(errorBlock(error, { ...plain, place })).toBe(`error ERR_LINE_BUSY: GPIO4 is held
  at a.yaml:12:5 (level)
  12 |   - pmup.on
     |     ^
  remedy: Free it.
`)
  })

  it('is one for each problem of a plan, each with the remedy of its own code', () => {
    const error = planError([
      { code: 'ERR_PLAN_KEY', message: 'one', place, remedy: 'Do this.' },
      { code: 'ERR_LINE_CLAIMED', message: 'two', place: { ...place, line: 13 } },
    ])
    const blocks = errorBlock(error, plain).split('\n\n')
    expect(blocks).toHaveLength(2)
    expect(blocks[0]).toContain('remedy: Do this.')
    expect(blocks[1]).toContain('remedy: Give each peripheral lines of its own.')
  })

  it('keeps the lines of a message, and none of its control characters', () => {
    const error = new PiWorkerError('ERR_NO_DRIVER', 'none:\n  gpiochip: \u001b[2Jgone')
    expect(errorBlock(error, plain)).toContain('error ERR_NO_DRIVER: none:\n  gpiochip:  [2Jgone\n')
  })

  it('has colours where they are wanted', () => {
    expect(errorBlock(new PiWorkerError('ERR_IO', 'x'), { colored: true })).toContain('\u001b[31m')
  })

  it('of a stranger says that it is our fault, and how to tell us', () => {
    const text = errorBlock(new RangeError('oops'), plain)
    expect(text).toContain('ERR_UNEXPECTED: oops')
    expect(text).toContain('--verbose')
  })

  it('has stack and causes when more was asked for', () => {
    const error = new PiWorkerError('ERR_IO', 'outer', { cause: new RangeError('inner') })
    expect(errorBlock(error, plain)).not.toContain('inner')
    expect(errorBlock(error, { ...plain, verbose: true })).toMatch(/outer\n +at .*[\s\S]*caused by RangeError: inner\n/)
  })

  it('ends when an error is its own cause', () => {
    const error = new RangeError('ring')
    error.cause = error
    expect(errorBlock(error, { ...plain, verbose: true }).match(/ring/g)?.length).toBeLessThan(5)
  })
})

describe('an error as JSON', () => {
  it('has code, message, place and remedy', () => {
    expect(errorJson(new PiWorkerError('ERR_IO', 'x', { remedy: 'Do this.' }), place)).toEqual({
      code: 'ERR_IO',
      message: 'x',
      place: 'a.yaml:12:5',
      remedy: 'Do this.',
    })
  })

  it('lists the problems of a plan when there are several', () => {
    const error = planError([
      { code: 'ERR_PLAN_KEY', message: 'one', place },
      { code: 'ERR_PLAN_VALUE', message: 'two', place: { ...place, line: 13 } },
    ])
    expect(errorJson(error)).toMatchObject({
      code: 'ERR_PLAN_KEY',
      place: 'a.yaml:12:5',
      problems: [
        { code: 'ERR_PLAN_KEY', place: 'a.yaml:12:5' },
        { code: 'ERR_PLAN_VALUE', place: 'a.yaml:13:5', remedy: 'Correct the value that the message names.' },
      ],
    })
  })
})
