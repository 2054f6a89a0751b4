import { describe, expect, it } from 'vitest'
import { streamsOf } from '../../src/plan/check.js'
import type { Row } from '../../src/plan/rows.js'
import { VIRTUAL_EPOCH_MS } from '../../src/worker/virtual-clock.js'
import { checked, columnsOf, inPlan, problems, run, valuesOf, withParams } from './plan-text.js'

describe('record', () => {
  it('does its actions, and has their fields as columns with units', async () => {
    const { plan, rows, began } = await run(inPlan('- record: [ air.read ]'))
    expect(streamsOf(plan)).toEqual([
      {
        name: 'primary',
        columns: [
          {
            name: 'air.temperature',
            type: 'number',
            unit: '°C',
            description: 'Temperature of the air.',
            source: 'air.read',
            axis: false,
          },
          {
            name: 'air.humidity',
            type: 'number',
            unit: '%RH',
            description: 'Relative humidity of the air.',
            source: 'air.read',
            axis: false,
          },
        ],
      },
    ])
    expect(began).toEqual(['0 air.read'])
    expect(rows).toMatchObject([{ seq: 1, values: [21, 45], position: [] }])
  })

  it('has the unit of a value that may be null', () => {
    const plan = checked(`bench: { eye: { type: distance, lines: { trigger: 5, echo: 6 } } }
plan: [ record: [ eye.read ] ]`)
    const [distance] = streamsOf(plan)[0]?.columns ?? []
    expect(distance).toMatchObject({ name: 'eye.distance', unit: 'cm', description: 'Null when it is out of range.' })
  })

  it('does those of different peripherals side by side', async () => {
    const { began, plan } = await run(inPlan('- record: [ air.read, room-air.read ]'))
    expect(began).toEqual(['0 air.read', '0 room-air.read'])
    expect(columnsOf(plan)).toEqual(['air.temperature', 'air.humidity', 'room-air.temperature', 'room-air.humidity'])
  })

  it('says when each value was measured, and when the row was made', async () => {
    const { rows } = await run(inPlan('- air.read\n- wait: 5s\n- record: { t: air.read.temperature, e: =elapsed }'))
    const [row] = rows as [Row]
    const [read, made] = row.measured
    expect(made).toBe(row.wall)
    expect(row.wall).toBe(VIRTUAL_EPOCH_MS + Math.floor(row.time / 1e6))
    expect((made as number) - (read as number)).toBe(5000)
  })

  it('names the actions of columns that would have one name', () => {
    const plan = checked(inPlan('- record: [ level.read, level.capture: { for: 1s } ]'))
    expect(columnsOf(plan)).toContain('level.read.level')
  })

  it('takes actions with an input and what may stand beside them, readings, parameters and expressions', async () => {
    const { plan, rows } = await run(
      withParams(
        '{ dose: { default: 2, unit: ml } }',
        '- record:\n  - air.read: { attempts: 2 }\n    timeout: 30s\n  - dose\n  - =dose * 2\n  - room-air.read',
      ),
    )
    expect(columnsOf(plan)).toEqual([
      'air.temperature',
      'air.humidity',
      'dose',
      'dose * 2',
      'room-air.temperature',
      'room-air.humidity',
    ])
    expect(plan.streams[0]?.columns[2]).toMatchObject({ unit: 'ml', source: 'dose' })
    expect(valuesOf(rows)).toEqual([[21, 45, 2, 4, 21, 45]])
  })

  it('as a map does nothing, and names the columns', async () => {
    const { plan, rows, began } = await run(
      inPlan('- air.read\n- record: { warmth: air.temperature, double: =air.read.humidity * 2, fix: 3 }'),
    )
    expect(began).toEqual(['0 air.read'])
    expect(columnsOf(plan)).toEqual(['warmth', 'double', 'fix'])
    expect(plan.streams[0]?.columns.map(({ unit, source }) => [unit, source])).toEqual([
      ['°C', 'air.temperature'],
      [undefined, '=air.read.humidity * 2'],
      [undefined, '=3'],
    ])
    expect(valuesOf(rows)).toEqual([[21, 90, 3]])
  })

  it('leaves a cell empty whose reading failed, when the plan goes on', async () => {
    const text = `${inPlan('- record:\n  - air.read: { attempts: 1 }\n    onError: continue\n  - =2 * 3')}simulate:\n  air: { faults: [ { kind: unplugged } ] }\n`
    const { rows, result } = await run(text)
    expect(result).toMatchObject({ outcome: 'succeeded', passedOver: 1 })
    expect(rows[0]?.values.slice(0, 2)).toEqual([null, null])
  })

  it('fails with an expression that has no value', async () => {
    const { result, rows } = await run(withParams('{ a: 0 }', '- record: { x: =1 / elapsed }'))
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_EXPRESSION' } })
    expect(rows).toEqual([])
  })

  it('puts rows into another stream, each with numbers of its own', async () => {
    const { rows, plan } = await run(
      inPlan('- repeat: 2\n  do:\n  - record: { a: =round }\n  - record: { b: =elapsed }\n    to: times'),
    )
    expect(plan.streams.map(({ name }) => name)).toEqual(['primary', 'times'])
    expect(rows.map(({ stream, seq }) => `${stream.name} ${seq}`)).toEqual([
      'primary 1',
      'times 1',
      'primary 2',
      'times 2',
    ])
  })

  it('may stand in several places with the same columns', async () => {
    const { plan, rows } = await run(inPlan('- record: [ air.read ]\n- wait: 5s\n- record: [ air.read ]'))
    expect([plan.streams.length, rows.map(({ seq }) => seq)]).toEqual([1, [1, 2]])
    expect(rows[0]?.stream).toBe(rows[1]?.stream)
  })

  it('says the rounds of the loops around each row', async () => {
    const { rows } = await run(inPlan('- repeat: 2\n  do:\n  - repeat: 2\n    do: [ record: { n: =round } ]'))
    expect(rows.map(({ position }) => position)).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ])
  })

  it.each([
    [
      'other columns in one stream',
      '- record: { a: =elapsed }\n- record: { b: =elapsed }',
      'ERR_PLAN_VALUE 11:5 the rows of primary have other columns already: those at a.yaml:10:5',
    ],
    ['an action that is not there', '- record: [ air.raed ]', 'ERR_UNKNOWN_ACTION 10:15'],
    ['a peripheral that is not there', '- record: [ wind.read ]', 'ERR_UNKNOWN_PERIPHERAL 10:15'],
    ['a name that stands for nothing', '- record: { t: tmeperature }', 'ERR_EXPRESSION 10:18'],
    [
      'an expression without its =',
      '- record: { t: elapsed * 2 }',
      'ERR_PLAN_VALUE 10:18 "elapsed * 2" is no name of a value',
    ],
    ['nothing', '- record: []', 'ERR_PLAN_VALUE 10:13'],
    ['a step that measures nothing', '- record: [ { wait: 1s } ]', 'ERR_PLAN_VALUE 10:15 only actions can be recorded'],
    ['one column twice', '- record: [ =1 + 1, =1 + 1 ]', 'ERR_PLAN_VALUE 10:23 the row has two columns "1 + 1"'],
    [
      'a column that every row has',
      '- record: { n: =1, time: elapsed }',
      'ERR_BAD_NAME 10:28 a column cannot be called "time"',
    ],
    [
      'an axis that is called as such a column',
      '- scan: { elapsed: [ 1 ] }\n  do: [ record: { n: =1 } ]',
      'ERR_BAD_NAME 10:13 an axis cannot be called "elapsed"',
    ],
    [
      'an axis that is called as a row is numbered',
      '- scan: { seq: [ 1 ] }\n  do: [ record: { n: =1 } ]',
      'ERR_BAD_NAME 11:19',
    ],
    [
      'a column called like an axis',
      '- scan: { x: [ 1 ] }\n  do: [ record: { x: =elapsed } ]',
      'ERR_PLAN_VALUE 11:24 the row has two columns "x"',
    ],
    ['a stream that no file could be called', '- record: [ air.read ]\n  to: "../x"', 'ERR_PLAN_VALUE 11:9'],
    ['a reading that nothing reads', '- record: { t: air.read.temperature }', 'ERR_EXPRESSION 10:18'],
  ])('is refused with %s', (_what, steps, expected) => {
    expect(problems(inPlan(steps))).toEqual([expect.stringContaining(expected)])
  })

  it('waits until the row is kept', async () => {
    const kept: number[] = []
    const { result } = await run(inPlan('- repeat: 3\n  do: [ record: { n: =round } ]'), {
      onRow: async ({ seq }) => {
        await new Promise(resolve => setImmediate(resolve))
        kept.push(seq)
      },
    })
    expect([result.rows, kept]).toEqual([3, [1, 2, 3]])
  })

  it('fails the plan when the row cannot be kept', async () => {
    const { result } = await run(inPlan('- record: { n: =elapsed }'), {
      onRow: async () => {
        throw new TypeError('the disk is gone')
      },
    })
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { message: 'the disk is gone' },
      failedStep: { kind: 'record' },
    })
  })
})
