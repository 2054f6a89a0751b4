/** Values over time: what `simulate` may say of them, and what a part gets. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { scenarioOf } from '../../mocks/scenario.js'
import { check } from '../../src/bench/check.js'
import { isPiWorkerError, type PiWorkerError } from '../../src/errors.js'
import { Scenario } from '../../src/peripherals/scenario.js'
import { tempFolder } from '../drivers/temp-folder.js'

const SECOND = 1e9
const PLACE = 'simulate.air.temperature'
const schema = Type.Object({ temperature: Scenario('Temperature of the air.', '°C') })

/** As a part gets it: what was written, checked. */
function scenario(written: unknown) {
  const checked = check(schema, { temperature: written })
  if (checked.problems !== undefined) throw checked.problems
  return scenarioOf((checked.value as { temperature: unknown }).temperature, PLACE)
}

function csv(text: string): string {
  const path = join(tempFolder(), 'air.csv')
  writeFileSync(path, text)
  return path
}

function refusal(work: () => unknown): PiWorkerError {
  try {
    work()
  } catch (error) {
    if (isPiWorkerError(error, 'ERR_BAD_CONFIG')) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('a value over time', () => {
  it('is a number that stays', () => {
    const value = scenario(21.5)
    expect([0, 1, 1e18].map(time => value.at(time))).toEqual([21.5, 21.5, 21.5])
  })

  it('is a ramp that keeps its last value', () => {
    const value = scenario({ ramp: { from: 20, to: -10, over: '10s' } })
    expect([-1, 0, 5, 10, 99].map(s => value.at(s * SECOND))).toEqual([20, 20, 5, -10, -10])
  })

  it('is a sine that starts at its mean, rising', () => {
    const value = scenario({ sine: { mean: 20, amplitude: 5, period: '24h' } })
    const hours = (h: number) => value.at(h * 3600 * SECOND)
    expect(hours(0)).toBe(20)
    expect(hours(6)).toBeCloseTo(25, 12)
    expect(hours(18)).toBeCloseTo(15, 12)
    expect(hours(24 * 100 + 2)).toBeCloseTo(22.5, 9)
  })

  it.each([
    ['time,temperature', 1],
    ['time (ms),temperature', 1e-3],
    ['time [us];temperature', 1e-6],
    ['t_min\ttemperature', 60],
    ['h,temperature', 3600],
    ['elapsed,temperature', 1],
  ])('is a CSV file headed %s, with straight lines between its rows', (header, scale) => {
    const rows = ['10,20', '20,30', '40,10'].map(row => row.replace(',', /[;\t]/.exec(header)?.[0] ?? ','))
    const value = scenario({ csv: csv(`${header}\r\n${rows.join('\r\n')}\r\n`) })
    const wanted = [20, 20, 25, 30, 25, 10, 10]
    for (const [at, time] of [0, 10, 15, 20, 25, 40, 1e3].entries()) {
      expect(value.at(time * scale * SECOND)).toBeCloseTo(wanted[at] as number, 9)
    }
  })

  it('is the named column of a CSV file, whose comments and empty lines are passed over', () => {
    const path = csv('# my log\ntime,"room, left",outside\n\n0,20,-5\n# door opened\n1,21,-6\n')
    expect(scenario({ csv: path, column: 'outside' }).at(0.5 * SECOND)).toBe(-5.5)
    expect(scenario({ csv: path, column: 'room, left' }).at(0.5 * SECOND)).toBe(20.5)
  })

  it('never leaves the two rows that a time is between, and is exact at each row', () => {
    const rows = fc
      .uniqueArray(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 30 })
      .map(times => times.sort((a, b) => a - b))
      .chain(times => fc.tuple(fc.constant(times), fc.array(fc.integer(), { minLength: 30, maxLength: 30 })))
    const folder = tempFolder()
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 1e15 }), ([times, values], timeNs) => {
        const path = join(folder, 'x.csv')
        writeFileSync(path, ['time,x', ...times.map((time, at) => `${time},${values[at]}`)].join('\n'))
        const value = scenarioOf({ csv: path }, PLACE)
        for (const [at, time] of times.entries()) expect(value.at(time * SECOND)).toBe(values[at])
        const next = times.findIndex(time => time * SECOND >= timeNs)
        const near = [Math.max(0, next - 1), next].map(at => values[next === -1 ? times.length - 1 : at] as number)
        expect(value.at(timeNs)).toBeGreaterThanOrEqual(Math.min(...near))
        expect(value.at(timeNs)).toBeLessThanOrEqual(Math.max(...near))
      }),
      { numRuns: 50 },
    )
  })
})

describe('what is no value over time is refused before anything moves', () => {
  it.each([
    ['a gap', 'time,x\n0,1\n1,\n', 3, '"x" has a gap'],
    ['a row that is too short', 'time,x\n0,1\n\n1\n', 4, '"x" has a gap'],
    ['a missing time', 'time,x\n0,1\n,2\n', 3, '"time" has a gap'],
    ['times that do not rise', 'time,x\n0,1\n2,1\n2,1\n', 4, 'the time 2 does not come after the one before it'],
    ['times too close to tell apart', 'time (ns),x\n1,1\n1.2,1\n', 3, 'the time 1.2 does not come after'],
    ['text', 'time,x\n0,1\n1,warm\n', 3, '"warm" is no number'],
    ['hexadecimal', 'time,x\n0,0x10\n', 2, '"0x10" is no number'],
    ['a number without end', 'time,x\n0,1e999\n', 2, '"1e999" is no number'],
    ['no header', '0,1\n1,2\n', 1, 'there is no header row'],
    ['no rows', 'time,x\n', 1, 'there are no rows'],
    ['nothing at all', '', 1, 'the file is empty'],
    ['only times', 'time\n0\n', 1, 'there is no column beside the time'],
    ['several columns and none named', 'time,x,y\n0,1,2\n', 1, 'it is not said which column is meant: x, y'],
    ['a unit that is none', 'time (fortnights),x\n0,1\n', 1, '"fortnights" is no unit of time'],
    ['an open quote', 'time,x\n0,"1\n', 2, 'Quote Not Closed'],
  ])('a file with %s', (_what, text, line, message) => {
    const path = csv(text)
    const error = refusal(() => scenario({ csv: path }))
    expect(error.place).toBe(`${path}:${line}`)
    expect(error.message).toContain(`${PLACE}: ${path}:${line}: `)
    expect(error.message).toContain(message)
    expect(error.remedy).not.toBe('')
  })

  it('a column that is not there, with the one that may be meant', () => {
    const path = csv('time,temperature,humidity\n0,1,2\n')
    const error = refusal(() => scenario({ csv: path, column: 'temprature' }))
    expect(error.message).toContain('there is no column "temprature"; there are temperature, humidity')
    expect(error.remedy).toBe('Write column: temperature.')
  })

  it('a file that is not there', () => {
    const error = refusal(() => scenario({ csv: '/no/such/air.csv' }))
    expect(error).toMatchObject({
      place: PLACE,
      message: `${PLACE}: /no/such/air.csv cannot be read: it does not exist`,
    })
  })

  it.each([
    [null],
    ['21'],
    [Number.NaN],
    [{ ramp: { from: 1, to: 2 } }],
    [{ ramp: { from: 1, to: 2, over: 0 } }],
    [[]],
  ])('of another form: %j', value => {
    expect(refusal(() => scenarioOf(value, PLACE)).place).toBe(PLACE)
  })

  it.each([[{ ramp: { from: 1, to: 2, over: '0s' } }], [{ sine: { mean: 1, amplitude: 2 } }], [{ csv: '' }], ['warm']])(
    'by its schema: %j',
    value => {
      expect(check(schema, { temperature: value }).problems).not.toBe(undefined)
    },
  )
})
