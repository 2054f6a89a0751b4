import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Stream } from '../../../src/plan/rows.js'
import { keyOf } from '../../../src/records/run/documents.js'
import { eventModelProblems, hasEventModel, ownProblems } from './schemas.js'
import { AIR, airRow, column, EPOCH, FACTS, recording, row, tempFolder } from './setup.js'

type Documents = readonly [string, Record<string, never>][]

const ODD: Stream = {
  name: 'odd/one.two',
  columns: [
    column('a.b'),
    column('a/b'),
    column('a_b', { type: 'string' }),
    column('elapsed', { unit: 'm' }),
    column('1'),
    column('__proto__'),
    column('größe', { unit: 'µm' }),
  ],
}

/** A run with two streams, and values of every kind. */
async function written(): Promise<string> {
  const folder = tempFolder()
  const { recorder } = await recording({ folder }, [AIR])
  for (let n = 1; n <= 3; n++) await recorder.row(airRow(n))
  await recorder.row(row(ODD, 1, 2500, [1, null, 'a "b"\n', Number.NaN, 5, 6, 1e-9]))
  await recorder.close({ outcome: 'failed', error: { code: 'ERR_X', message: 'why', place: null }, overruns: 0 })
  return readFileSync(join(folder, 'documents.jsonl'), 'utf8')
}

const parsed = (text: string): Documents =>
  text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as [string, Record<string, never>])

describe('the documents of a run', () => {
  it('fit our own schema', async () => {
    expect(ownProblems(await written())).toEqual([])
  })

  it.skipIf(!hasEventModel)('fit the schemas that Bluesky publishes', async () => {
    expect(eventModelProblems(await written())).toEqual([])
  })

  it('are a start, a descriptor before the first event of each stream, events, and a stop, each pointing back', async () => {
    const documents = parsed(await written())
    const kinds = documents.map(([kind]) => kind)
    expect(kinds).toEqual(['start', 'descriptor', 'event', 'event', 'event', 'descriptor', 'event', 'stop'])
    const [start, air, , , , odd, oddEvent, stop] = documents.map(([, document]) => document)
    expect([air?.run_start, odd?.run_start, stop?.run_start]).toEqual([start?.uid, start?.uid, start?.uid])
    expect(oddEvent?.descriptor).toBe(odd?.uid)
    expect(new Set(documents.map(([, { uid }]) => uid)).size).toBe(documents.length)
    expect(stop).toMatchObject({
      exit_status: 'fail',
      reason: 'ERR_X: why',
      num_events: { primary: 3, 'odd/one.two': 1 },
    })
  })

  it('say what each value is, what it comes from, and which object it belongs to', async () => {
    const [start, descriptor] = parsed(await written())
    expect(start?.[1]).toMatchObject({
      time: EPOCH / 1000,
      plan_name: 'Test',
      plan_args: { dose_volume: 20 },
      git_commit: FACTS.git?.commit,
      hints: { dimensions: [[['angle'], 'primary']] },
    })
    expect(descriptor?.[1]).toMatchObject({
      name: 'primary',
      data_keys: {
        air_temperature: { dtype: 'number', shape: [], source: 'air.read', units: '°C', dtype_numpy: '<f8' },
        air_dry: { dtype: 'boolean', units: null },
        air_note: { dtype: 'string', source: '=note' },
      },
      object_keys: { angle: ['angle'], air: ['air_temperature', 'air_dry', 'air_note'] },
      hints: { air: { fields: ['air_temperature', 'air_dry', 'air_note'] } },
    })
  })

  it('have in every event the values, when they were measured, the monotonic seconds, and the place in the loops', async () => {
    const [, , , event] = parsed(await written())
    const measured = (EPOCH + 1999) / 1000
    expect(event?.[1]).toMatchObject({
      seq_num: 2,
      time: EPOCH / 1000 + 2,
      data: { angle: 2, air_temperature: 20.2, air_dry: true, air_note: 'row 2', elapsed: 2, position: '0,1' },
      timestamps: { angle: measured, air_temperature: measured, elapsed: EPOCH / 1000 + 2 },
    })
  })

  it('have null where there is no value, or none that JSON can say', async () => {
    const event = parsed(await written())[6]?.[1]
    expect(Object.values(event?.data ?? {}).slice(0, 7)).toEqual([1, null, 'a "b"\n', null, 5, 6, 1e-9])
  })
})

describe('data keys', () => {
  it('hold no point and no slash, begin with no digit, and are told apart', async () => {
    const descriptor = parsed(await written())[5]?.[1]
    expect(Object.keys(descriptor?.data_keys ?? {})).toEqual([
      'a_b',
      'a_b_2',
      'a_b_3',
      'elapsed',
      '_1',
      '__proto__',
      'größe',
      'elapsed_2',
      'position',
    ])
  })

  it('are there for names of nothing but signs', () => {
    expect(keyOf('%/.', new Set())).toBe('_')
    expect(keyOf('.', new Set(['_']))).toBe('__2')
  })
})

describe('the ids of documents', () => {
  it('are the same again in virtual time for the same plan and seed, and others for another seed', async () => {
    const of = async (seed: number): Promise<string> => {
      const folder = tempFolder()
      const { recorder } = await recording({ folder, facts: { ...FACTS, seed } })
      await recorder.row(airRow(1))
      await recorder.close({ outcome: 'succeeded', error: null, overruns: 0 })
      return readFileSync(join(folder, 'documents.jsonl'), 'utf8')
    }
    expect(await of(7)).toBe(await of(7))
    const [one, other] = [await of(7), await of(8)].map(text => parsed(text)[0]?.[1].uid)
    expect(one).not.toBe(other)
  })
})
