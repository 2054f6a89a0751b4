import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { PlanTask } from '../../../src/plan/plan-task.js'
import type { Stream } from '../../../src/plan/rows.js'
import type { RunJson } from '../../../src/records/run/format.js'
import { readRun } from '../../../src/records/run/read-run.js'
import { RunRecorder } from '../../../src/records/run/recorder.js'
import { runError } from '../../../src/records/run/run-text.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { Worker } from '../../../src/worker/worker.js'
import { AIR, airRow, BOARD, column, errnoError, FACTS, FakeDisk, NOW, recording, row, tempFolder } from './setup.js'

const ENDED = { outcome: 'succeeded', error: null, overruns: 0 } as const
const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8')
const jsonOf = (folder: string): RunJson => JSON.parse(read(folder, 'run.json')) as RunJson
const linesOf = (folder: string, file: string): Record<string, unknown>[] =>
  read(folder, file)
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>)

const TEXTS: Stream = {
  name: 'texts',
  columns: [column('plain, with comma', { type: 'string', unit: '"u"' }), column('y', { type: 'boolean' })],
}

describe('run.json', () => {
  it('is there before anything moves, and says that it runs', async () => {
    const folder = tempFolder()
    await RunRecorder.create({ folder, facts: FACTS, clock: new VirtualClock(), sync: 'second', recordedAt: NOW })
    expect(readdirSync(folder)).toEqual(['run.json'])
    expect(jsonOf(folder)).toMatchObject({
      format: 'pi-worker-run',
      version: 1,
      outcome: 'running',
      recordedAt: '2026-11-27T10:45:00.000Z',
      endedAt: null,
      board: null,
      process: { pid: process.pid },
      ...FACTS,
    })
  })

  it('says how the run ended, and what was recorded', async () => {
    const folder = tempFolder()
    const { recorder, clock } = await recording({ folder })
    for (let n = 1; n <= 3; n++) await recorder.row(airRow(n))
    await recorder.row(row(TEXTS, 1, 10, ['a', true]))
    await clock.reach(4e9)
    await recorder.close({ ...ENDED, overruns: 2 })
    expect(jsonOf(folder)).toMatchObject({
      outcome: 'succeeded',
      startedAt: '2000-01-01T00:00:00.000Z',
      endedAt: '2000-01-01T00:00:04.000Z',
      elapsed: 4,
      board: BOARD,
      rows: { primary: 3, texts: 1 },
      streams: [
        { name: 'primary', file: 'data.csv', columns: [{ name: 'angle' }, {}, {}, {}] },
        { name: 'texts', file: 'data-texts.csv' },
      ],
      timing: { plays: 0, worst: null, p99: null, overruns: 2, missed: 0 },
      clock: { kind: 'virtual', epoch: '2000-01-01T00:00:00.000Z' },
    })
  })

  it('names a stream before its table is there', async () => {
    const disk = new FakeDisk()
    let known: unknown
    disk.fault = what => {
      if (what === 'create data.csv') known = JSON.parse(disk.replaced.get('run.json') ?? '{}')
      return undefined
    }
    const { recorder } = await recording({ disk })
    await recorder.row(airRow(1))
    await recorder.close(ENDED)
    expect(known).toMatchObject({ outcome: 'running', streams: [{ name: 'primary', file: 'data.csv' }] })
  })

  it('keeps how late pulses came: the worst of all plays', async () => {
    const folder = tempFolder()
    const { recorder, clock } = await recording({ folder })
    const worker = new Worker({ clock })
    for (const [worst, p99] of [
      [0.3, 0.1],
      [0.2, 0.15],
    ]) {
      const task = new PlanTask(
        worker.run(() => ({ player: 'software', steps: 5, lateness: { worst, p99, mean: 0 } })),
        'led.play',
      )
      recorder.created(task)
      await clock.reach(clock.now() + 1e6)
      task.settle()
      recorder.finished(task)
    }
    await recorder.close(ENDED)
    expect(jsonOf(folder).timing).toEqual({ plays: 2, worst: 0.3, p99: 0.15, overruns: 0, missed: 0 })
  })
})

describe('data.csv', () => {
  it('has units in its header, and one line a row with ISO time and monotonic seconds', async () => {
    const folder = tempFolder()
    const { recorder } = await recording({ folder })
    for (let n = 1; n <= 2; n++) await recorder.row(airRow(n))
    await recorder.row(row(AIR, 3, 2500.5, [0.1, null, false, '']))
    await recorder.close(ENDED)
    expect(read(folder, 'data.csv').split('\n')).toEqual([
      'time,elapsed (s),angle (°),air.temperature (°C),air.dry,air.note',
      '2000-01-01T00:00:01.000Z,1,1,20.1,FALSE,row 1',
      '2000-01-01T00:00:02.000Z,2,2,20.2,TRUE,row 2',
      '2000-01-01T00:00:02.500Z,2.5005,0.1,,FALSE,""',
      '',
    ])
  })

  it('is read by a CSV reader as it was written, whatever stands in it', async () => {
    const folder = tempFolder()
    const { recorder } = await recording({ folder })
    const values = ['a,b', 'a "quote"', 'two\nlines', 'carriage\rreturn', ' spaces ', '=1+1', 'ünï 🌡']
    for (const [index, value] of values.entries()) await recorder.row(row(TEXTS, index + 1, index, [value, null]))
    await recorder.close(ENDED)
    const [header, ...rows] = parse(read(folder, 'data-texts.csv')) as string[][]
    expect(header).toEqual(['time', 'elapsed (s)', 'plain, with comma ("u")', 'y'])
    expect(rows.map(cells => cells[2])).toEqual(values)
  })

  it.skipIf(spawnSync('python3', ['--version']).error !== undefined)('is read by Python without options', async () => {
    const folder = tempFolder()
    const { recorder } = await recording({ folder })
    await recorder.row(row(TEXTS, 1, 0, ['a "quote", and\nanother line', true]))
    await recorder.close(ENDED)
    const script =
      'import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8")))))'
    const { stdout } = spawnSync('python3', ['-c', script, join(folder, 'data-texts.csv')], { encoding: 'utf8' })
    expect(JSON.parse(stdout)).toEqual([
      ['time', 'elapsed (s)', 'plain, with comma ("u")', 'y'],
      ['2000-01-01T00:00:00.000Z', '0', 'a "quote", and\nanother line', 'TRUE'],
    ])
  })

  it('is there with its header when the plan says what it will record, though there was no row', async () => {
    const folder = tempFolder()
    const { recorder } = await recording({ folder }, [AIR])
    await recorder.close(ENDED)
    expect(read(folder, 'data.csv')).toMatch(/^time,.*\n$/)
    expect(jsonOf(folder).rows).toEqual({ primary: 0 })
  })

  it('of streams whose names cannot be those of files are told apart', async () => {
    const folder = tempFolder()
    const names = ['a/b', 'a b', 'A-B', '../../etc']
    const { recorder } = await recording(
      { folder },
      names.map(name => ({ name, columns: AIR.columns })),
    )
    await recorder.close(ENDED)
    const files = jsonOf(folder).streams.map(({ file }) => file)
    expect(files).toEqual(['data-a-b.csv', 'data-a-b-2.csv', 'data-A-B-3.csv', 'data--etc.csv'])
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(files))
  })
})

describe('tasks.jsonl', () => {
  it('has a line for each task that is over, with seconds since the plan began', async () => {
    const folder = tempFolder()
    const clock = new VirtualClock()
    await clock.reach(5e9)
    const { recorder } = await recording({ folder, clock })
    await clock.reach(6e9)
    const worker = new Worker({ clock })
    const first = worker.submit(({ sleep }) => sleep('2s'), { on: 'pump' })
    const second = worker.submit(() => 7, { on: 'pump' })
    const tasks = [new PlanTask(first, 'pump.on'), new PlanTask(second, 'pump.read')]
    for (const task of tasks) recorder.created(task)
    await second.result()
    for (const task of tasks) {
      task.settle()
      recorder.finished(task)
    }
    await recorder.close(ENDED)
    expect(linesOf(folder, 'tasks.jsonl')).toMatchObject([
      { name: 'pump.on', state: 'succeeded', created: 1, began: 1, ended: 3, ran: 2000 },
      { name: 'pump.read', result: 7, created: 1, began: 3, ended: 3, waited: 2000 },
    ])
    expect(jsonOf(folder).tasks).toEqual({ count: 2, failed: 0 })
  })

  it('has those that never ended, too', async () => {
    const folder = tempFolder()
    const { recorder, clock } = await recording({ folder })
    recorder.created(
      new PlanTask(
        new Worker({ clock }).submit(({ sleep }) => sleep('9s')),
        'pump.on',
      ),
    )
    await clock.reach(1e9)
    await recorder.close({ ...ENDED, outcome: 'cancelled' })
    expect(linesOf(folder, 'tasks.jsonl')).toMatchObject([{ name: 'pump.on', state: 'running', began: 0, ended: null }])
  })
})

describe('log.jsonl', () => {
  it('has what a person must know of the worker, and nothing of what runs as it should', async () => {
    const folder = tempFolder()
    const { recorder, clock } = await recording({ folder })
    const worker = new Worker({ clock })
    worker.listen(event => recorder.heard(event))
    await worker.run(() => 1).result()
    worker.tell({ type: 'paused', plan: 'Test', outputs: 'safe' })
    await clock.reach(1.5e9)
    worker.tell({ type: 'notSafe', queue: 'pump', error: 'shorted' })
    recorder.log('info', 'note', 'the cuvette was changed')
    await recorder.close(ENDED)
    expect(linesOf(folder, 'log.jsonl')).toMatchObject([
      { elapsed: 0, level: 'info', type: 'paused', message: 'Test is paused, and all is safe', plan: 'Test' },
      {
        time: '2000-01-01T00:00:01.500Z',
        elapsed: 1.5,
        level: 'error',
        type: 'notSafe',
        message: 'pump could not be made safe: shorted',
        queue: 'pump',
      },
      { level: 'info', type: 'note', message: 'the cuvette was changed' },
    ])
  })

  it('ends with the error that ended the run', async () => {
    const folder = tempFolder()
    const { recorder } = await recording({ folder })
    await recorder.close({ outcome: 'failed', error: runError(new RangeError('oops'), 'a.yaml:3:5'), overruns: 0 })
    const facts = { code: 'ERR_UNEXPECTED', message: 'oops', place: 'a.yaml:3:5' }
    expect(linesOf(folder, 'log.jsonl')).toMatchObject([{ level: 'error', type: 'error', ...facts }])
    expect(jsonOf(folder).error).toEqual(facts)
  })
})

describe('a stream whose columns turn out to hold something else', () => {
  it('is described anew, and read as one', async () => {
    const { recorder, clock } = await recording()
    const before: Stream = { name: 'primary', columns: [column('said'), column('n')] }
    const after: Stream = { name: 'primary', columns: [column('said', { type: 'string' }), column('n')] }
    await recorder.row(row(before, 1, 0, [null, 1]))
    await clock.reach(1e9)
    await recorder.row(row(after, 2, 1000, ['hello', 2]))
    await recorder.close(ENDED)
    const run = await readRun(recorder.folder)
    const values: unknown[] = []
    for await (const { seq, values: cells } of run.rows()) values.push([seq, ...cells])
    expect(values).toEqual([
      [1, null, 1],
      [2, 'hello', 2],
    ])
    expect(run.streams.map(({ columns, file }) => [file, columns[0]?.type])).toEqual([['data.csv', 'string']])
    expect(run.unreadable).toBe(0)
  })
})

describe('a disk that is full', () => {
  it('pauses the plan at its next row, is told with the folder, and loses no row', async () => {
    const disk = new FakeDisk()
    const told: string[] = []
    const { recorder, clock } = await recording({ disk, sync: 'second', onDisk: message => told.push(message) })
    disk.capacity = disk.used + 3000
    clock.after(60e9, () => {
      disk.capacity = Number.POSITIVE_INFINITY
    })
    for (let n = 1; n <= 100; n++) {
      await recorder.row(airRow(n))
      await clock.reach(clock.now() + 0.5e9)
    }
    await recorder.close(ENDED)
    expect(told).toEqual([expect.stringContaining('/'), expect.stringContaining('nothing was lost')])
    const numbers = (parse(disk.text('data.csv')) as string[][]).slice(1).map(cells => Number(cells[2]))
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    expect(disk.text('documents.jsonl').match(/\["event"/g)).toHaveLength(100)
    // The pause: from the full disk to its room.
    expect(clock.now()).toBeGreaterThan(60e9 + 50 * 0.5e9)
    expect(disk.text('log.jsonl')).toMatch(/"type":"diskFull".*\n.*"type":"diskRoom"/)
  })

  it('is pressed on only until somebody wants the end, and then the run has failed', async () => {
    const disk = new FakeDisk()
    const { recorder, clock } = await recording({ disk, sync: 'second' })
    await clock.reach(1e9)
    disk.capacity = disk.used
    const giveUp = new AbortController()
    void recorder.row(airRow(1))
    clock.after(5e9, () => giveUp.abort())
    const closed = recorder.close({ ...ENDED, giveUp: giveUp.signal })
    await expect(closed).rejects.toMatchObject({ code: 'ERR_RUN_RECORD' })
  })
})

describe('trace.vcd', () => {
  it('is written like everything else: synced within a second, and kept while the disk is full', async () => {
    const disk = new FakeDisk()
    const { recorder, clock } = await recording({ disk, sync: 'second' })
    recorder.trace('#0\n')
    await clock.reach(1e9)
    expect(disk.safeText('trace.vcd')).toBe('#0\n')
    disk.capacity = disk.used
    recorder.trace('#1\n')
    await clock.reach(5e9)
    disk.capacity = Number.POSITIVE_INFINITY
    await recorder.close(ENDED)
    expect(disk.text('trace.vcd')).toBe('#0\n#1\n')
  })
})

describe('a recorder', () => {
  it('refuses a folder that takes nothing, before anything moves', async () => {
    const disk = new FakeDisk()
    disk.fault = () => errnoError('EROFS')
    const options = {
      folder: '/tmp/fake',
      facts: FACTS,
      clock: new VirtualClock(),
      sync: 'second',
      recordedAt: NOW,
    } as const
    await expect(RunRecorder.create({ ...options, disk })).rejects.toMatchObject({
      code: 'ERR_RUN_FOLDER',
      place: '/tmp/fake',
      message: expect.stringContaining('read-only'),
    })
  })

  it('fails the plan when the disk breaks', async () => {
    const disk = new FakeDisk()
    const { recorder } = await recording({ disk, sync: 'row' })
    disk.fault = what => (what.startsWith('write') ? errnoError('EIO') : undefined)
    await expect(recorder.row(airRow(1))).rejects.toMatchObject({ code: 'ERR_RUN_RECORD' })
  })

  it('leaves nothing of a run that never began', async () => {
    const parent = tempFolder()
    const folder = join(parent, 'run')
    mkdirSync(folder)
    const options = { folder, facts: FACTS, clock: new VirtualClock(), sync: 'off', recordedAt: NOW } as const
    await (await RunRecorder.create(options)).discard()
    expect(readdirSync(parent)).toEqual([])
  })

  it('leaves out what it is told after the end', async () => {
    const folder = tempFolder()
    const { recorder, clock } = await recording({ folder, sync: 'second' })
    recorder.log('info', 'note', 'first')
    await recorder.close(ENDED)
    const before = read(folder, 'log.jsonl')
    recorder.log('info', 'note', 'too late')
    await clock.reach(clock.now() + 5e9)
    expect(read(folder, 'log.jsonl')).toBe(before)
  })

  it('takes nothing away that is not its own', async () => {
    const folder = tempFolder()
    const options = { folder, facts: FACTS, clock: new VirtualClock(), sync: 'off', recordedAt: NOW } as const
    const recorder = await RunRecorder.create(options)
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    await recorder.discard().catch(() => 'expected')
    expect(readdirSync(folder)).toEqual(['notes.txt'])
  })

  it('records ten thousand rows that are read back as they were', async () => {
    const folder = tempFolder()
    const { recorder } = await recording({ folder })
    for (let n = 1; n <= 10_000; n++) {
      const wait = recorder.row(airRow(n))
      if (wait !== undefined) await wait
    }
    await recorder.close(ENDED)
    let n = 0
    for await (const { seq, elapsed, wall, values, measured, position } of (await readRun(folder)).rows()) {
      const expected = airRow(++n)
      expect({ seq, elapsed, wall, values, measured, position }).toEqual({
        seq: n,
        elapsed: n,
        wall: expected.wall,
        values: expected.values,
        measured: expected.measured,
        position: expected.position,
      })
    }
    expect(n).toBe(10_000)
  })
})
