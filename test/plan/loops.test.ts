import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { checked, inPlan, problems, run, valuesOf, withParams } from './plan-text.js'

const times = (began: readonly string[]) => began.map(line => Number(line.split(' ')[0]))
const DRY = 'simulate:\n  level: { falls: [7s] }\n'

describe('every', () => {
  it('begins its rounds at multiples of its time, so often', async () => {
    const { began } = await run(inPlan('- every: 10s\n  times: 3\n  do: [ pump.pulse: { width: 1s } ]'))
    expect(times(began)).toEqual([0, 10_000, 20_000])
  })

  it('begins no round any more when its time is over', async () => {
    const { began, result } = await run(inPlan('- every: 10s\n  for: 30s\n  do: [ pump.on ]\n- lamp.on'))
    expect(began).toEqual(['0 pump.on', '10000 pump.on', '20000 pump.on', '20000 lamp.on'])
    expect(result.outcome).toBe('succeeded')
  })

  it('goes on for ever without either', async () => {
    const stop = new AbortController()
    const clock = new VirtualClock()
    clock.after(3600e9, () => stop.abort())
    const { result } = await run(inPlan('- every: 1m\n  do: [ air.read ]'), { signal: stop.signal, clock })
    expect(result).toMatchObject({ outcome: 'cancelled', taskCount: 60 })
  })

  it('counts the rounds that came late', async () => {
    const { began, result } = await run(inPlan('- every: 10s\n  times: 3\n  do: [ wait: 15s, pump.on ]'))
    expect([times(began), result.overruns]).toEqual([[15_000, 30_000, 45_000], 2])
  })

  it('knows the number of the round', async () => {
    const { rows } = await run(inPlan('- every: 1s\n  times: 3\n  do: [ record: { n: =round } ]'))
    expect(valuesOf(rows)).toEqual([[1], [2], [3]])
  })
})

describe('until and while', () => {
  it('until does its steps before it looks', async () => {
    const text = `${inPlan('- until: "=level.level == \'low\'"\n  every: 1s\n  within: 1m\n  do: [ level.read ]')}${DRY}`
    const { began, result } = await run(text)
    expect([times(began).at(-1), result.outcome]).toEqual([7000, 'succeeded'])
  })

  it('while looks before it does its steps', async () => {
    const { rows } = await run(
      withParams('{ n: 0 }', '- while: =n < 3\n  rounds: 10\n  do: [ set: { n: =n + 1 } ]\n- record: { n: n }'),
    )
    expect(valuesOf(rows)).toEqual([[3]])
    const none = await run(withParams('{ n: 3 }', '- while: =n < 3\n  rounds: 10\n  do: [ pump.on ]'))
    expect(none.began).toEqual([])
  })

  it('know the number of the round that they are looked at for, of their own loop', async () => {
    const { rows } = await run(
      inPlan(
        [
          '- repeat: 2',
          '  do:',
          '  - until: =round >= 3',
          '    rounds: 9',
          '    do: [ record: { n: =round } ]',
          '  - while: =round <= 2',
          '    rounds: 9',
          '    do: [ record: { n: =round * 10 } ]',
        ].join('\n'),
      ),
    )
    expect(valuesOf(rows).flat()).toEqual([1, 2, 3, 10, 20, 1, 2, 3, 10, 20])
  })

  it('fail at their limit of rounds', async () => {
    const { began, result } = await run(inPlan('- until: =level.level == "low"\n  rounds: 3\n  do: [ level.read ]'))
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_LOOP_LIMIT', place: 'a.yaml:10:5' } })
    expect(began).toHaveLength(3)
  })

  it('a while that is over exactly at its limit does not fail', async () => {
    const { result } = await run(withParams('{ n: 0 }', '- while: =n < 3\n  rounds: 3\n  do: [ set: { n: =n + 1 } ]'))
    expect(result.outcome).toBe('succeeded')
  })

  it('fail at their limit of time, when it is over and not later', async () => {
    const clock = new VirtualClock()
    const { result } = await run(
      inPlan('- until: =level.level == "low"\n  every: 20s\n  within: 50s\n  do: [ level.read ]'),
      { clock },
    )
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_LOOP_LIMIT' } })
    expect(clock.now() / 1e9).toBeCloseTo(50, 1)
  })

  it('need a limit, and a condition', () => {
    expect(
      problems(
        inPlan(
          '- until: =elapsed > 5\n  do: [ pump.on ]\n- while: =elapsed\n  rounds: 3\n  do: [ pump.on ]\n- until: 5\n  rounds: 3\n  do: [ pump.on ]',
        ),
      ),
    ).toEqual([
      'ERR_PLAN_VALUE 10:5 until needs a limit: what it waits for may never come',
      'ERR_EXPRESSION 12:12 =elapsed must be true or false, and it is a number',
      expect.stringMatching(/^ERR_PLAN_VALUE 15:12 until must/),
    ])
  })

  it('a while looks at nothing that only its own steps read', () => {
    expect(problems(inPlan('- while: =level.level == "high"\n  rounds: 3\n  do: [ level.read ]'))).toEqual([
      expect.stringContaining('no step before it does level.read'),
    ])
  })
})

describe('if', () => {
  it('does the steps of the side that is so', async () => {
    const plan = withParams('{ wet: true }', '- if: =wet\n  then: [ pump.on ]\n  else: [ lamp.on ]')
    expect((await run(plan)).began).toEqual(['0 pump.on'])
    expect((await run(plan, { params: { wet: 'false' } })).began).toEqual(['0 lamp.on'])
  })

  it('may have no other side', async () => {
    expect((await run(inPlan('- if: =1 > 2\n  then: [ pump.on ]\n- lamp.on'))).began).toEqual(['0 lamp.on'])
  })
})

describe('what is never reached is a warning', () => {
  const warnings = (text: string) =>
    checked(text).warnings.map(({ message, place }) => `${place.line}:${place.column} ${message}`)

  it.each([
    [
      'steps after a loop without end',
      '- every: 1s\n  do: [ pump.on ]\n- lamp.on\n- lamp.off',
      ['12:5 the steps from here on are never reached'],
    ],
    [
      'steps after what holds such a loop',
      '- repeat: 2\n  do:\n    - parallel:\n      - every: 1s\n        do: [ pump.on ]\n      - lamp.on\n- lamp.off',
      ['16:5 the steps'],
    ],
    ['a side of an if', '- if: =1 > 2\n  then: [ pump.on ]', ['11:5 these steps are never done']],
    [
      'the other side of an if',
      '- if: true\n  then: [ pump.on ]\n  else: [ lamp.on ]',
      ['12:5 these steps are never done'],
    ],
    ['a while that is never so', '- while: false\n  rounds: 3\n  do: [ pump.on ]', ['10:5 the steps of this while']],
  ])('%s', (_what, steps, expected) => {
    expect(warnings(inPlan(steps))).toEqual(expected.map(text => expect.stringContaining(text)))
  })

  it.each([
    ['a loop with an end', '- every: 1s\n  times: 3\n  do: [ pump.on ]\n- lamp.on'],
    ['steps beside a loop without end', '- parallel:\n  - every: 1s\n    do: [ pump.on ]\n  - lamp.on'],
    [
      'a loop without end whose failures are caught',
      '- try:\n  - every: 1s\n    do: [ pump.on ]\n  catch: [ lamp.on ]\n- lamp.off',
    ],
  ])('not %s', (_what, steps) => {
    expect(warnings(inPlan(steps))).toEqual([])
  })
})
