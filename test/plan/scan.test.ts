import { describe, expect, it } from 'vitest'
import { indexesOf } from '../../src/plan/running/loops.js'
import { columnsOf, inPlan, problems, run, valuesOf, withParams } from './plan-text.js'

/** The points of a scan, by rows of its axes alone. */
async function points(axes: string, order = '') {
  const { rows, result } = await run(inPlan(`- scan: ${axes}\n  ${order}\n  do: [ record: { n: =round } ]`))
  if (result.error !== undefined) throw result.error
  return valuesOf(rows).map(values => values.slice(0, -1))
}
const column = async (axes: string) => (await points(axes)).map(([value]) => value)

describe('a scan', () => {
  it.each([
    ['so many points', '{ x: { from: 0, to: 1, points: 5 } }', [0, 0.25, 0.5, 0.75, 1]],
    ['one point', '{ x: { from: 3, to: 9, points: 1 } }', [3]],
    ['falling', '{ x: { from: 1, to: -1, points: 3 } }', [1, 0, -1]],
    ['a step', '{ x: { from: 0, to: 0.5, step: 0.1 } }', [0, 0.1, 0.2, 0.3, 0.4, 0.5]],
    ['a step that does not reach the end', '{ x: { from: 0, to: 10, step: 4 } }', [0, 4, 8]],
    ['a step down', '{ x: { from: 3, to: 1, step: -1 } }', [3, 2, 1]],
    ['multiples', '{ x: { from: 1, to: 1000, points: 4, spacing: log } }', [1, 10, 100, 1000]],
    ['multiples below zero', '{ x: { from: -1, to: -100, points: 3, spacing: log } }', [-1, -10, -100]],
    ['large numbers', '{ x: { from: 1000000000001, to: 1000000000003, step: 1 } }', [1e12 + 1, 1e12 + 2, 1e12 + 3]],
    [
      'the number that it begins with',
      '{ x: { from: 0.1234567890123456, to: 1.2, step: 1 } }',
      [0.1234567890123456, 1.12345678901],
    ],
    ['all that numbers can be', '{ x: { from: -1e308, to: 1e308, points: 3 } }', [-1e308, 0, 1e308]],
    [
      'steps as small as numbers have them',
      '{ x: { from: 1, to: 1.000000000000001, points: 3 } }',
      [1, 1 + 4 * 2 ** -53, 1.000000000000001],
    ],
    ['a list', '{ x: [ 3, 1, 2 ] }', [3, 1, 2]],
    ['words', '{ x: { values: [ slow, fast ] } }', ['slow', 'fast']],
  ])('goes over %s', async (_what, axes, expected) => {
    expect(await column(axes)).toEqual(expected)
  })

  it('of several axes is a grid in the order in which they are written', async () => {
    expect(await points('{ a: [ 1, 2 ], b: [ 5, 6, 7 ] }')).toEqual([
      [1, 5],
      [1, 6],
      [1, 7],
      [2, 5],
      [2, 6],
      [2, 7],
    ])
  })

  it('of a snake goes back in every other row', async () => {
    expect(await points('{ a: [ 1, 2, 3 ], b: [ 5, 6 ] }', 'order: snake')).toEqual([
      [1, 5],
      [1, 6],
      [2, 6],
      [2, 5],
      [3, 5],
      [3, 6],
    ])
  })

  it('of a snake changes one axis by one value at a time, however many there are', () => {
    const axes = [3, 2, 4].map((count, slot) => ({ name: `a${slot}`, slot, count, at: (index: number) => index }))
    const step = {
      kind: 'scan',
      axes,
      snake: true,
      points: 24,
      steps: [],
      place: { file: '', line: 1, column: 1, excerpt: '', caret: 0 },
    } as const
    const all = Array.from({ length: 24 }, (_, point) => indexesOf(step, point))
    expect(new Set(all.map(String)).size).toBe(24)
    for (const [index, at] of all.entries()) {
      if (index === 0) continue
      const moves = at.map((value, axis) => Math.abs(value - (all[index - 1]?.[axis] as number)))
      expect(moves.reduce((sum, move) => sum + move)).toBe(1)
    }
  })

  it('has its axes as columns, with their units, in scans inside each other too', async () => {
    const { plan, rows } = await run(
      inPlan(
        '- scan: { angle: { from: 0, to: 1, points: 2, unit: ° } }\n  do:\n  - scan: { power: [ 5 ] }\n    do: [ record: { n: =round } ]',
      ),
    )
    expect(columnsOf(plan)).toEqual(['angle', 'power', 'n'])
    expect(plan.streams[0]?.columns[0]).toMatchObject({
      name: 'angle',
      type: 'number',
      unit: '°',
      axis: true,
      source: 'angle',
    })
    expect(rows.map(({ position }) => position)).toEqual([
      [0, 0],
      [1, 0],
    ])
  })

  it('may have its ends from parameters', async () => {
    const text = withParams(
      '{ n: 2, end: 4 }',
      '- scan: { x: { from: 0, to: =end, points: =n } }\n  do: [ record: { r: =round } ]',
    )
    expect(valuesOf((await run(text)).rows)).toEqual([
      [0, 1],
      [4, 2],
    ])
    expect(valuesOf((await run(text, { params: { n: '3', end: '1' } })).rows)).toEqual([
      [0, 1],
      [0.5, 2],
      [1, 3],
    ])
  })

  it.each([
    ['no points', '{ x: { from: 0, to: 1, points: 0 } }', 'ERR_PLAN_VALUE 10:42', 'must be at least 1'],
    ['an empty list', '{ x: [] }', 'ERR_PLAN_VALUE 10:16', ''],
    [
      'ten billion points',
      '{ x: { from: 0, to: 1, points: 10000000000 } }',
      'ERR_PLAN_VALUE 10:11',
      '10,000,000,000 points, more than ten million',
    ],
    [
      'too large a grid',
      '{ x: { from: 0, to: 1, points: 10000 }, y: { from: 0, to: 1, points: 10000 } }',
      'ERR_PLAN_VALUE 10:11',
      'more than ten million',
    ],
    ['a tiny step', '{ x: { from: 0, to: 1, step: 1e-300 } }', 'ERR_PLAN_VALUE 10:11', 'more than ten million'],
    [
      'multiples over zero',
      '{ x: { from: -1, to: 1, points: 3, spacing: log } }',
      'ERR_PLAN_VALUE 10:55',
      'no multiple leads over 0',
    ],
    [
      'multiples from zero',
      '{ x: { from: 0, to: 1, points: 3, spacing: log } }',
      'ERR_PLAN_VALUE 10:54',
      'no multiple leads over 0',
    ],
    ['a step of nothing', '{ x: { from: 0, to: 1, step: 0 } }', 'ERR_PLAN_VALUE 10:40', 'must not be 0'],
    ['a step the wrong way', '{ x: { from: 0, to: 1, step: -0.1 } }', 'ERR_PLAN_VALUE 10:40', 'no points'],
    ['points and a step', '{ x: { from: 0, to: 1, step: 1, points: 2 } }', 'ERR_PLAN_', ''],
    [
      'more axes than anybody scans',
      `{ ${Array.from({ length: 17 }, (_, i) => `a${i}: [ 1 ]`).join(', ')} }`,
      'ERR_PLAN_VALUE 10:11',
      '',
    ],
    ['no axes', '{}', 'ERR_PLAN_VALUE 10:11', ''],
    ['values of several types', '{ x: [ 1, a ] }', 'ERR_PLAN_VALUE 10:', 'several types'],
    ['a name that is none', '{ "a b": [ 1 ] }', 'ERR_BAD_NAME 10:13', 'cannot be called "a b"'],
    ['the name of a peripheral', '{ pump: [ 1 ] }', 'ERR_BAD_NAME 10:13', 'a peripheral is called so'],
  ])('is refused with %s', (_what, axes, place, message) => {
    const [problem] = problems(inPlan(`- scan: ${axes}\n  do: [ record: { n: =round } ]`))
    expect(problem).toContain(place)
    expect(problem).toContain(message)
  })

  it('that comes to no points while the plan runs fails its step', async () => {
    const { result } = await run(
      withParams('{ n: 2 }', '- set: { n: 0 }\n- scan: { x: { from: 0, to: 1, points: =n } }\n  do: [ pump.on ]'),
    )
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_EXPRESSION', place: 'a.yaml:12:5' } })
  })
})
