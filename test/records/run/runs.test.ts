import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Processes } from '../../../src/bench/journal/processes.js'
import type { RunJson } from '../../../src/records/run/format.js'
import { makeNamedFolder, makeRecordFolder, runId, runsFolder } from '../../../src/records/run/record-folder.js'
import { findRun, listRuns, markInterrupted, outcomeOf } from '../../../src/records/run/runs.js'
import { airRow, FACTS, NOW, recording, tempFolder } from './setup.js'

const ENDED = { outcome: 'succeeded', error: null, overruns: 0 } as const
const jsonOf = (folder: string): RunJson => JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunJson

/** A machine on which no process lives, or every one. */
function machine(lives: boolean): Processes {
  return { self: { pid: 1, began: '1', boot: 'b' }, lives: () => lives }
}

/** A run that its process has left as it was. */
async function left(runs: string, name: string, rows: number, wall = NOW): Promise<string> {
  const folder = await makeRecordFolder(runs, name, wall)
  const { recorder } = await recording({ folder, facts: { ...FACTS, name }, recordedAt: wall, sync: 'row' })
  for (let n = 1; n <= rows; n++) await recorder.row(airRow(n))
  recorder.log('info', 'note', 'a note')
  onTestFinished(() => recorder.close(ENDED))
  return folder
}

async function ended(runs: string, name: string, wall = NOW): Promise<string> {
  const folder = await makeRecordFolder(runs, name, wall)
  const { recorder } = await recording({ folder, facts: { ...FACTS, name }, recordedAt: wall })
  await recorder.close(ENDED)
  return folder
}

describe('the folder of a run', () => {
  it.each([
    ['Dose until full', '2026-11-27T104500-dose-until-full'],
    ['  Überlauf: 20 °C / ½ ', '2026-11-27T104500-uberlauf-20-c-1-2'],
    ['../../etc', '2026-11-27T104500-etc'],
    ['測定', '2026-11-27T104500-plan'],
    ['a'.repeat(300), `2026-11-27T104500-${'a'.repeat(60)}`],
  ])('of the plan %j is called %s', (name, id) => {
    expect(runId(name, NOW)).toBe(id)
  })

  it('is another one for each run of a second', async () => {
    const runs = join(tempFolder(), 'deep', 'runs')
    for (let n = 0; n < 3; n++) await makeRecordFolder(runs, 'A', NOW)
    expect(readdirSync(runs).sort()).toEqual(['2026-11-27T104500-a', '2026-11-27T104500-a-2', '2026-11-27T104500-a-3'])
  })

  it('may be named: it must be empty, or not there', async () => {
    const parent = tempFolder()
    const folder = join(parent, 'x', 'y')
    mkdirSync(folder, { recursive: true })
    await makeNamedFolder(folder)
    expect(readdirSync(folder)).toEqual(['run.json'])
    await expect(makeNamedFolder(folder)).rejects.toMatchObject({ code: 'ERR_RUN_FOLDER' })
    rmSync(join(folder, 'run.json'))
    writeFileSync(join(folder, 'thesis.txt'), 'mine')
    await expect(makeNamedFolder(folder)).rejects.toMatchObject({
      code: 'ERR_RUN_FOLDER',
      place: folder,
      message: expect.stringContaining('thesis.txt'),
      remedy: expect.any(String),
    })
  })

  it('is had by one of several that want it at the same moment', async () => {
    const folder = join(tempFolder(), 'x')
    const ways = await Promise.allSettled(Array.from({ length: 5 }, () => makeNamedFolder(folder)))
    expect(ways.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(ways.filter(way => way.status === 'rejected' && way.reason.code !== 'ERR_RUN_FOLDER')).toEqual([])
  })

  it('is refused where a file is in its way', async () => {
    const file = join(tempFolder(), 'file')
    writeFileSync(file, '')
    const ways = [
      () => makeRecordFolder(file, 'A', NOW),
      () => makeNamedFolder(file),
      () => makeNamedFolder(`${file}/a`),
    ]
    for (const make of ways) {
      await expect(make()).rejects.toMatchObject({ code: 'ERR_RUN_FOLDER', message: expect.stringMatching(/a file/) })
    }
  })

  it('is below runs/, or where the environment or a flag says; an empty name is none', () => {
    expect(runsFolder({})).toBe('runs')
    expect(runsFolder({ PI_WORKER_RUNS: '/data' })).toBe('/data')
    expect(runsFolder({ PI_WORKER_RUNS: '/data' }, 'here')).toBe('here')
    expect(runsFolder({ PI_WORKER_RUNS: '' })).toBeUndefined()
  })
})

describe('the runs in a folder', () => {
  it('are listed from the oldest to the newest, and nothing else is', async () => {
    const runs = tempFolder()
    for (let n = 0; n < 11; n++) await ended(runs, 'A')
    await ended(runs, 'Z', NOW - 1000)
    mkdirSync(join(runs, 'photos'))
    writeFileSync(join(runs, 'run.json'), '{}')
    const ids = (await listRuns(runs)).map(({ id }) => id)
    expect(ids).toHaveLength(12)
    expect([ids[0], ids[1], ids[10], ids[11]]).toEqual([
      '2026-11-27T104459-z',
      '2026-11-27T104500-a',
      '2026-11-27T104500-a-10',
      '2026-11-27T104500-a-11',
    ])
  })

  it('are none where there is no folder', async () => {
    expect(await listRuns(join(tempFolder(), 'nowhere'))).toEqual([])
  })

  it('have those of other versions, with the error that reading one gives', async () => {
    const runs = tempFolder()
    const folder = await ended(runs, 'A')
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...jsonOf(folder), version: 9 }))
    expect(await listRuns(runs)).toMatchObject([{ json: undefined, error: { code: 'ERR_RUN_VERSION' } }])
  })

  it('are found by name, by its beginning, as the last one, and by path', async () => {
    const runs = tempFolder()
    const [a, b] = [await ended(runs, 'A', NOW - 1000), await ended(runs, 'B')]
    const find = (name: string): Promise<string> => findRun(runs, name)
    expect([await find('2026-11-27T104459'), await find('last'), await find('2026-11-27T104500-b')]).toEqual([a, b, b])
    expect(await find('./elsewhere')).toBe('./elsewhere')
    await expect(find('2026')).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_RUN',
      message: expect.stringContaining('runs begin with 2026: '),
    })
    await expect(find('2026-11-27T104500-c')).rejects.toMatchObject({
      remedy: expect.stringContaining('2026-11-27T104500-b'),
    })
    await expect(findRun(join(runs, 'none'), 'last')).rejects.toMatchObject({ code: 'ERR_UNKNOWN_RUN' })
  })

  it('with a name that is the beginning of another are found by it', async () => {
    const runs = tempFolder()
    const [first] = [await ended(runs, 'A'), await ended(runs, 'A')]
    expect(await findRun(runs, '2026-11-27T104500-a')).toBe(first)
  })
})

describe('a run whose process is gone', () => {
  it('is interrupted, and is marked so with how far it came', async () => {
    const runs = tempFolder()
    const folder = await left(runs, 'A', 5)
    expect(outcomeOf(jsonOf(folder), machine(true))).toBe('running')
    expect(outcomeOf(jsonOf(folder), machine(false))).toBe('interrupted')
    expect(await markInterrupted(runs, machine(false))).toEqual(['2026-11-27T104500-a'])
    expect(jsonOf(folder)).toMatchObject({
      outcome: 'interrupted',
      rows: { primary: 5 },
      elapsed: 5,
      startedAt: '2000-01-01T00:00:00.000Z',
      endedAt: '2000-01-01T00:00:05.000Z',
      plan: FACTS.plan,
    })
    expect(await markInterrupted(runs, machine(false))).toEqual([])
  })

  it('is left alone while it lives, when it has ended, and when it is another machine’s', async () => {
    const runs = tempFolder()
    const [mine, theirs] = [await left(runs, 'A', 1), await left(runs, 'B', 1)]
    await ended(runs, 'C')
    const json = jsonOf(theirs)
    const process = { ...json.process, host: `not-${hostname()}` }
    writeFileSync(join(theirs, 'run.json'), JSON.stringify({ ...json, process }))
    expect(await markInterrupted(runs, machine(true))).toEqual([])
    await markInterrupted(runs, machine(false))
    expect([jsonOf(mine).outcome, jsonOf(theirs).outcome]).toEqual(['interrupted', 'running'])
  })

  it('is known though its documents are gone', async () => {
    const runs = tempFolder()
    const folder = await left(runs, 'A', 3)
    writeFileSync(join(folder, 'documents.jsonl'), '')
    await markInterrupted(runs, machine(false))
    expect(jsonOf(folder)).toMatchObject({ outcome: 'interrupted', rows: {}, elapsed: 0 })
  })

  it('is marked with what can be told, when its files hold something else', async () => {
    const runs = tempFolder()
    const folder = await left(runs, 'A', 2)
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...jsonOf(folder), startedAt: 'yesterday' }))
    for (const file of ['documents.jsonl', 'tasks.jsonl', 'log.jsonl'])
      writeFileSync(join(folder, file), '["event"]\n{}\n7\n')
    expect(await markInterrupted(runs, machine(false))).toEqual(['2026-11-27T104500-a'])
    expect(jsonOf(folder)).toMatchObject({ outcome: 'interrupted', rows: {}, endedAt: null })
  })

  it('is not looked for behind links', async () => {
    const [runs, elsewhere] = [tempFolder(), tempFolder()]
    const folder = await left(elsewhere, 'A', 1)
    symlinkSync(folder, join(runs, 'link'))
    expect(await markInterrupted(runs, machine(false))).toEqual([])
  })
})
