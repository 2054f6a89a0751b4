import { describe, expect, it } from 'vitest'
import { isPiWorkerError } from '../../src/errors.js'
import type { ResumeFrom } from '../../src/plan/plan-bench.js'
import type { Question, Row } from '../../src/plan/rows.js'
import { checked, inPlan, problems, run, valuesOf, withParams } from './plan-text.js'

const resumable = (steps: string) => `${inPlan(steps)}resumable: true\n`
const NEST = '- lamp.on\n- repeat: 3\n  do:\n  - scan: { x: [ 7, 8, 9 ] }\n    do: [ record: { n: =round } ]\n- pump.on'

describe('a run that is resumed', () => {
  it('goes on after its last row, and does again what stands before the loop', async () => {
    const { rows, began } = await run(resumable(NEST), { resume: { position: [1, 1], rows: { primary: 5 } } })
    expect(began.map(line => line.split(' ')[1])).toEqual(['lamp.on', 'pump.on'])
    expect(valuesOf(rows)).toEqual([
      [9, 3],
      [7, 1],
      [8, 2],
      [9, 3],
    ])
    expect(rows.map(({ position, seq }) => [...position, seq])).toEqual([
      [1, 2, 6],
      [2, 0, 7],
      [2, 1, 8],
      [2, 2, 9],
    ])
  })

  it('whose last row was the last of an inner loop goes on with the next round of the outer', async () => {
    const { rows } = await run(resumable(NEST), { resume: { position: [1, 2] } })
    expect(rows.map(({ position }) => position)).toEqual([
      [2, 0],
      [2, 1],
      [2, 2],
    ])
  })

  it('whose last row was the very last has none left', async () => {
    const { rows, result } = await run(resumable(NEST), { resume: { position: [2, 2] } })
    expect([rows, result.outcome]).toEqual([[], 'succeeded'])
  })

  it('has the parameters that it had', async () => {
    const text = `${inPlan('- every: 1s\n  times: 3\n  do: [ record: { dose: dose } ]')}params: { dose: 1 }\nresumable: true\n`
    const { rows } = await run(text, { params: { dose: '4' }, resume: { position: [0] } })
    expect(valuesOf(rows)).toEqual([[4], [4]])
  })

  it('goes on in a loop whose number of rounds is an expression', async () => {
    const text = `${inPlan('- repeat: =n\n  do: [ record: { r: =round } ]')}params: { n: 4 }\nresumable: true\n`
    expect(valuesOf((await run(text, { resume: { position: [1] } })).rows)).toEqual([[3], [4]])
  })

  it.each([
    ['that do not say so', inPlan(NEST), [0, 0], 'does not say that it may be'],
    ['at a place that is none', resumable(NEST), [0], 'has no round [0] to go on after'],
    ['at a round that is none', resumable(NEST), [0, -1], 'has no round [0, -1]'],
  ])('is refused of plans %s', async (_what, text, position, message) => {
    const { result, began } = await run(text, { resume: { position } })
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_NOT_RESUMABLE', message: expect.stringContaining(message) },
    })
    expect(began).toEqual([])
  })
})

describe('a run that is resumed after any of its rows', () => {
  it.each([
    [
      'a parameter that every round changes',
      '{ dose: 1, limit: 3 }',
      '- repeat: 6\n  do:\n  - set: { dose: =dose * 2 }\n  - record: { dose: dose }',
    ],
    [
      'parameters that each loop of the nest changes, with steps before each',
      '{ a: 1, b: 1, c: 0 }',
      `- set: { b: =b + 1 }
- repeat: 3
  do:
  - set: { a: =a * 2 + b }
  - wait: =a
  - scan: { x: [ 7, 8 ] }
    do:
    - repeat: 2
      do:
      - if: =round == 2
        then: [ set: { c: =c + a, b: =b + x } ]
      - record: { a: a, b: b, c: c, round: round }
  - set: { a: =a + 1, c: =c * 2 }`,
    ],
    [
      'parameters that are exchanged and text',
      '{ a: 1, b: 2, word: x }',
      `- scan: { x: [ 1, 2, 3 ], y: [ 1, 2 ] }
  order: snake
  do:
  - set: { a: =b, b: =a, word: '=word + "y"' }
  - record: { a: a, b: b, word: word }`,
    ],
    [
      'an until around a loop, and a while around that',
      '{ n: 0 }',
      `- while: =round <= 2
  rounds: 9
  do:
  - until: =round >= 3
    rounds: 9
    do:
    - set: { n: =n + 1 }
    - repeat: 2
      do: [ record: { n: n, r: =round } ]`,
    ],
    [
      'rounds in which nothing is recorded',
      '{ n: 0 }',
      '- repeat: 8\n  do:\n  - set: { n: =n + round }\n  - if: =n % 2 == 0\n    then: [ record: { n: n } ]',
    ],
  ])('gives the rows that the unbroken one gives: %s', async (_what, params, steps) => {
    const text = `${withParams(params, steps)}resumable: true\n`
    const whole = await run(text)
    expect([whole.result.outcome, whole.rows.length > 3]).toEqual(['succeeded', true])
    for (const [index, { position, changed, stream, values, wall }] of whole.rows.entries()) {
      // As it is read back: from JSON.
      const from = JSON.parse(
        JSON.stringify({ position, changed, row: { stream: stream.name, values, wall } }),
      ) as ResumeFrom
      const { rows, result } = await run(text, { resume: { ...from, rows: { primary: index + 1 } } })
      expect([result.outcome, result.error]).toEqual(['succeeded', undefined])
      const told = (all: readonly Row[]) => all.map(({ seq, position: at, values }) => [seq, at, values])
      expect(told(rows)).toEqual(told(whole.rows.slice(index + 1)))
    }
  })

  it.each([
    ['until', '=air.temperature > 25'],
    ['while', '=air.temperature <= 25'],
  ])('knows in its %s what the last row had measured', async (word, condition) => {
    const before = word === 'while' ? '- air.read\n' : ''
    const text = resumable(`${before}- ${word}: ${condition}\n  rounds: 3\n  do: [ record: [ air.read ] ]`)
    const resumedAfter = async (temperature: number) => {
      const row = { stream: 'primary', values: [temperature, 50], wall: 0 }
      const { rows, result } = await run(text, { resume: { position: [1], row } })
      return [rows.length, result.outcome, isPiWorkerError(result.error) ? result.error.code : undefined]
    }
    expect(await resumedAfter(26)).toEqual([0, 'succeeded', undefined])
    expect(await resumedAfter(24)).toEqual([1, 'failed', 'ERR_LOOP_LIMIT'])
  })

  it('does one more round of a while that looks at what nobody recorded', async () => {
    const text = resumable(
      '- air.read\n- while: =air.humidity > 1\n  rounds: 3\n  do: [ record: { t: =air.temperature }, air.read ]',
    )
    const row = { stream: 'primary', values: [20], wall: 0 }
    const { rows, result } = await run(text, { resume: { position: [0], row } })
    expect([rows.length, isPiWorkerError(result.error) ? result.error.code : '']).toEqual([2, 'ERR_LOOP_LIMIT'])
  })

  it('does not ask again what had been answered', async () => {
    const asked: string[] = []
    const answers = ['5', '7', '8']
    const ask = async ({ text }: Question) => {
      asked.push(text)
      return answers.shift() ?? ''
    }
    const text = `${withParams(
      '{ a: 1, b: 1 }',
      `- prompt: { ask: "a?", param: a }
- repeat: 2
  do:
  - prompt: { ask: "b?", param: b }
  - set: { a: =a * 2 }
  - repeat: 2
    do: [ record: { a: a, b: b } ]`,
    )}resumable: true\n`
    const whole = await run(text, { ask })
    expect(valuesOf(whole.rows)).toEqual([
      [10, 7],
      [10, 7],
      [20, 8],
      [20, 8],
    ])
    const [, second] = whole.rows
    answers.push('9')
    asked.length = 0
    const { rows } = await run(text, { ask, resume: { position: [0, 0], changed: second?.changed } })
    expect([asked, valuesOf(rows)]).toEqual([
      ['b?'],
      [
        [10, 7],
        [20, 9],
        [20, 9],
      ],
    ])
  })

  it('does one more round of an until when the last row does not say whether that was the last', async () => {
    const text = resumable('- until: =air.temperature > 20\n  rounds: 5\n  do: [ air.read, record: { n: =round } ]')
    const row = { stream: 'primary', values: [1], wall: 0 }
    expect(valuesOf((await run(text, { resume: { position: [0], row } })).rows)).toEqual([[2]])
  })

  it('says nothing of parameters in a plan that changes none', async () => {
    const { rows } = await run(resumable(NEST))
    expect(rows.some(row => 'changed' in row)).toBe(false)
  })
})

describe('a plan that says that it may be resumed', () => {
  it('says so', () => {
    expect([checked(resumable(NEST)).resumable, checked(inPlan(NEST)).resumable]).toEqual([true, false])
  })

  it('may record in either branch of an if', () => {
    const steps =
      '- repeat: 2\n  do:\n  - if: =round > 1\n    then: [ record: { n: =round } ]\n    else: [ record: { n: =-round } ]'
    expect(checked(resumable(steps)).resumable).toBe(true)
  })

  it.each([
    ['nothing is recorded', '- pump.on', 'it records nothing'],
    ['a record stands in no loop', '- record: { n: elapsed }', 'a record stands in no loop (line 10)'],
    [
      'records stand in two loops',
      '- repeat: 2\n  do: [ record: { n: elapsed } ]\n- repeat: 2\n  do: [ record: { n: elapsed } ]',
      'its records stand in several loops (line 13)',
    ],
    [
      'a record stands in a parallel',
      '- repeat: 2\n  do:\n  - parallel: [ record: { n: elapsed } ]',
      'a record stands in a parallel (line 12)',
    ],
    [
      'a round has two records',
      '- repeat: 2\n  do:\n  - record: { n: =round }\n  - if: =round > 1\n    then: [ record: { n: =round } ]',
      'a round has several records, and an interruption between them would lose the second (line 14)',
    ],
    [
      'a parameter changes behind the record',
      '- repeat: 2\n  do:\n  - if: =round > 1\n    then: [ record: { n: elapsed } ]\n  - parallel: [ set: { dose: 2 } ]',
      'a parameter changes behind the record, where an interruption could lose it (line 14)',
    ],
  ])('is refused when %s', (_what, steps, message) => {
    expect(problems(`${resumable(steps)}params: { dose: 1 }\n`)).toEqual([
      expect.stringContaining(`the plan cannot be resumed: ${message}`),
    ])
  })
})
