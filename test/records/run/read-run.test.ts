import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../../../mocks/random.js'
import { PlanTask } from '../../../src/plan/plan-task.js'
import type { RecordedRow } from '../../../src/records/run/format.js'
import { lineBatches } from '../../../src/records/run/lines.js'
import { readRun } from '../../../src/records/run/read-run.js'
import { Worker } from '../../../src/worker/worker.js'
import { airRow, recording, tempFolder } from './setup.js'

const ROWS = 300
const CUTS = 200

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Files by name, as a whole run leaves them. */
let files: ReadonlyMap<string, Buffer>
let rows: readonly RecordedRow[]
beforeAll(async () => {
  const folder = tempFolderOfFile()
  const { recorder, clock } = await recording({ folder })
  const worker = new Worker({ clock })
  for (let n = 1; n <= ROWS; n++) {
    await recorder.row(airRow(n))
    const task = new PlanTask(
      worker.run(() => n),
      'air.read',
    )
    recorder.created(task)
    await clock.reach(clock.now() + 1e6)
    task.settle()
    recorder.finished(task)
    if (n % 10 === 0) recorder.log('info', 'note', `note ${n}`)
  }
  await recorder.close({ outcome: 'succeeded', error: null, overruns: 0 })
  files = new Map(readdirSync(folder).map(name => [name, readFileSync(join(folder, name))]))
  rows = await all((await readRun(folder)).rows())
})

/** For all tests of the file: `tempFolder` belongs to one test. */
function tempFolderOfFile(): string {
  const folder = join(process.env.TMPDIR ?? '/tmp', `pi-worker-read-run-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  return folder
}

describe('a record whose files were cut off anywhere', () => {
  it('is readable up to there: every whole row, task and line of the log, and no other', async () => {
    const random = new Random(11)
    for (let cut = 0; cut < CUTS; cut++) {
      const folder = tempFolder()
      const kept = new Map<string, string>()
      for (const [name, bytes] of files) {
        // run.json is replaced as a whole: it is never cut.
        const length = name === 'run.json' ? bytes.length : Math.floor(random.float() * (bytes.length + 1))
        writeFileSync(join(folder, name), bytes.subarray(0, length))
        kept.set(name, bytes.subarray(0, length).toString('latin1'))
      }
      const whole = (name: string): number => (kept.get(name)?.match(/\n/g) ?? []).length
      const run = await readRun(folder)
      const events = (kept.get('documents.jsonl')?.match(/^\["event".*\n/gm) ?? []).length
      expect(await all(run.rows())).toEqual(rows.slice(0, events))
      expect((await all(run.tasks())).map(({ result }) => result)).toEqual(
        Array.from({ length: whole('tasks.jsonl') }, (_, index) => index + 1),
      )
      expect(await all(run.log())).toHaveLength(whole('log.jsonl'))
      expect(run.unreadable).toBe(0)
      const table = kept.get('data.csv') ?? ''
      const lines = parse(Buffer.from(table.slice(0, table.lastIndexOf('\n') + 1), 'latin1')) as string[][]
      expect(lines.slice(1).map(cells => cells[2])).toEqual(
        Array.from({ length: Math.max(0, whole('data.csv') - 1) }, (_, index) => String(index + 1)),
      )
    }
  })
})

describe('a record', () => {
  const copied = (): string => {
    const folder = tempFolder()
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes)
    return folder
  }

  it('that lacks a file has nothing of it', async () => {
    const folder = copied()
    for (const name of ['tasks.jsonl', 'log.jsonl', 'documents.jsonl']) {
      copyFileSync(join(folder, name), join(folder, `${name}.old`))
      truncateSync(join(folder, name))
    }
    const run = await readRun(folder)
    expect([await all(run.rows()), await all(run.tasks()), await all(run.log())]).toEqual([[], [], []])
  })

  it('with zeros at its end, as a power cut leaves them, is read up to there', async () => {
    const folder = copied()
    for (const name of ['documents.jsonl', 'tasks.jsonl']) appendFileSync(join(folder, name), Buffer.alloc(5000))
    const run = await readRun(folder)
    expect([(await all(run.rows())).length, (await all(run.tasks())).length]).toEqual([ROWS, ROWS])
  })

  it('with a line that cannot be read says so, and has the others', async () => {
    const folder = copied()
    const path = join(folder, 'tasks.jsonl')
    writeFileSync(path, readFileSync(path, 'utf8').replace('{', '\0{'))
    const run = await readRun(folder)
    expect([(await all(run.tasks())).length, run.unreadable]).toEqual([ROWS - 1, 1])
  })

  it.each([
    '["event"]',
    '["event",{"descriptor":"x"}]',
    '["descriptor",{"uid":"x","name":"y"}]',
    '["descriptor",{"uid":"x","name":"y","data_keys":{"a":null}}]',
    '["what",{}]',
    '7',
  ])('with a document that is none says so, and has the others: %s', async line => {
    const folder = copied()
    appendFileSync(join(folder, 'documents.jsonl'), `${line}\n`)
    const run = await readRun(folder)
    expect([(await all(run.rows())).length, run.unreadable]).toEqual([ROWS, 1])
  })

  it('knows its streams though run.json does not', async () => {
    const folder = copied()
    const path = join(folder, 'run.json')
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), streams: [] }))
    const run = await readRun(folder)
    const [first] = await all(run.rows())
    expect(first?.values).toEqual([1, 20.1, false, 'row 1'])
    expect(run.streams[0]?.columns.map(({ name, unit }) => [name, unit])).toEqual([
      ['angle', '°'],
      ['air.temperature', '°C'],
      ['air.dry', undefined],
      ['air.note', undefined],
    ])
  })

  it('of another version is refused, with its place and what reads it', async () => {
    const folder = copied()
    const path = join(folder, 'run.json')
    const json = { ...JSON.parse(readFileSync(path, 'utf8')), version: 2, versions: { piWorker: '3.1.0' } }
    writeFileSync(path, JSON.stringify(json))
    await expect(readRun(folder)).rejects.toMatchObject({
      code: 'ERR_RUN_VERSION',
      place: path,
      message: expect.stringContaining('version 2'),
      remedy: expect.stringContaining('3.1.0'),
    })
  })

  it.each<[string, string | undefined]>([
    ['has no run.json', undefined],
    ['has one that is no JSON', '{"format": "pi-wor'],
    ['has one of another program', '{"version":1}'],
    ['has one that holds null', 'null'],
    ['has one that lacks what every run has', '{"format":"pi-worker-run","version":1,"id":"a"}'],
  ])('is none when the folder %s', async (_what, text) => {
    const folder = tempFolder()
    if (text !== undefined) writeFileSync(join(folder, 'run.json'), text)
    await expect(readRun(folder)).rejects.toMatchObject({ code: 'ERR_RUN_FOLDER', place: folder })
  })
})

describe('lines', () => {
  it('are the same however they lie in what is read at once', async () => {
    const path = join(tempFolder(), 'lines')
    const random = new Random(5)
    const lines = Array.from({ length: 300 }, (_, n) => `${n} ${'ü'.repeat(Math.floor(random.float() ** 8 * 400_000))}`)
    writeFileSync(path, `${lines.join('\n')}\ntorn`)
    const read: string[] = []
    for await (const batch of lineBatches(path)) read.push(...batch)
    expect(read).toEqual(lines)
  })
})
