import { mkdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Contents, pageData, readContents } from '../../../src/records/report/contents.js'
import { BAR_STATES } from '../../../src/records/report/page-data.js'
import { column, csv, type FileTexts, jsonLines, recordFolder, runJson, task, vcd } from './fixture.js'

const folders: string[] = []

function folderOf(files?: FileTexts): string {
  const folder = recordFolder(files)
  folders.push(folder)
  return folder
}

async function contentsOf(files?: FileTexts): Promise<Contents> {
  return await readContents(folderOf(files))
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe('the rows of a record', () => {
  test('become one curve for each column of numbers, with its unit', async () => {
    const { curves, end, start } = pageData(await contentsOf())
    expect(curves).toMatchObject([{ label: 'air.temperature', unit: '°C', x: [0, 60, 120], y: [20.5, 21.25, 19.75] }])
    expect([start, end]).toEqual([Date.parse('2026-03-20T12:00:00Z'), 120])
  })

  test('may be of names that contain commas, quotes and newlines', async () => {
    const name = 'a "strange", name\nof two lines'
    const streams = [{ name: 'primary', columns: [column(name, { unit: 'V' })] }]
    const { curves } = pageData(
      await contentsOf({ 'run.json': runJson({ streams }), 'data.csv': csv([`${name} (V)`], [[0, 1]]) }),
    )
    expect(curves).toMatchObject([{ label: name, unit: 'V', y: [1] }])
  })

  test('over one axis become a scan, and the axis no curve of its own', async () => {
    const streams = [
      { name: 'primary', columns: [column('angle', { axis: true, unit: '°' }), column('distance', { unit: 'cm' })] },
    ]
    const rows = [
      [0, 0, 10],
      [1, 5, 11],
      [2, 5, 13],
    ]
    const { curves, scans, maps } = pageData(
      await contentsOf({
        'run.json': runJson({ streams }),
        'data.csv': csv(['angle (°)', 'distance (cm)'], rows),
      }),
    )
    expect(curves.map(({ label }) => label)).toEqual(['distance'])
    expect(scans).toMatchObject([
      {
        label: 'distance',
        axis: { name: 'angle', unit: '°', places: null },
        x: [0, 5],
        mean: [10, 12],
        min: [10, 11],
        max: [10, 13],
      },
    ])
    expect(maps).toEqual([])
  })

  test('over two axes become a map, the longer axis along the page', async () => {
    const axes = [column('tilt', { axis: true }), column('pan', { axis: true })]
    const streams = [{ name: 'primary', columns: [...axes, column('distance')] }]
    const rows = [
      [0, 1, 10, 5],
      [1, 1, 20, 6],
      [2, 1, 30, 7],
    ]
    const { maps, scans } = pageData(
      await contentsOf({ 'run.json': runJson({ streams }), 'data.csv': csv(['tilt', 'pan', 'distance'], rows) }),
    )
    expect(maps).toMatchObject([
      {
        axes: [{ name: 'pan' }, { name: 'tilt' }],
        x: [10, 20, 30],
        y: [1],
        cells: [0, 0, 5, 5, 1, 0, 6, 6, 2, 0, 7, 7],
      },
    ])
    expect(scans).toEqual([])
  })

  test('over an axis of texts keep the order and the names of its places', async () => {
    const columns = [column('colour', { type: 'string', axis: true }), column('light', { unit: 'lx' })]
    const rows = [
      [0, 'red', 10],
      [1, 'green', 30],
      [2, 'red', 12],
    ]
    const contents = await contentsOf({
      'run.json': runJson({ streams: [{ name: 'primary', columns }] }),
      'data.csv': csv(['colour', 'light (lx)'], rows),
    })
    expect(pageData(contents).scans).toMatchObject([{ axis: { places: ['red', 'green'] }, x: [0, 1], mean: [11, 30] }])
    expect(contents.streams[0]?.texts).toEqual([])
  })

  test('of truths are steps of 0 and 1, of text are named and not drawn, and an empty cell is a gap', async () => {
    const columns = [column('near', { type: 'boolean' }), column('note', { type: 'string' })]
    const contents = await contentsOf({
      'run.json': runJson({ streams: [{ name: 'primary', columns }] }),
      'data.csv': csv(
        ['near', 'note'],
        [
          [0, 'TRUE', 'a'],
          [1, null, 'b'],
          [2, 'FALSE', 'c'],
        ],
      ),
    })
    expect(pageData(contents).curves).toMatchObject([{ label: 'near', steps: true, y: [1, null, 0] }])
    expect(contents.streams[0]?.texts.map(({ name }) => name)).toEqual(['note'])
    expect(contents.streams[0]?.readings[0]?.statistics).toMatchObject({ count: 2, missing: 1 })
  })

  test('of other streams are read from their own files', async () => {
    const streams = [
      { name: 'primary', columns: [column('air.temperature', { unit: '°C' })] },
      { name: 'slow', columns: [column('soil')] },
    ]
    const contents = await contentsOf({
      'run.json': runJson({ streams }),
      'data-slow.csv': csv(['soil'], [[30, 0.4]]),
    })
    expect(contents.streams.map(({ name, rows }) => [name, rows])).toEqual([
      ['primary', 3],
      ['slow', 1],
    ])
  })

  test('are of the stream whose file they are in, whatever that is called', async () => {
    const streams = [{ name: 'über den Tag', file: 'data-2.csv', columns: [column('soil', { unit: '%' })] }]
    const contents = await contentsOf({
      'run.json': runJson({ streams }),
      'data.csv': undefined,
      'data-2.csv': csv(['soil (%)'], [[30, 0.4]]),
    })
    expect(contents.streams.map(({ name }) => name)).toEqual(['über den Tag'])
    expect(contents.streams[0]?.readings[0]?.column).toMatchObject({ name: 'soil', unit: '%' })
  })

  test('are readable without a run.json, by the titles of their columns', async () => {
    const contents = await contentsOf({ 'run.json': undefined })
    expect(pageData(contents).curves).toMatchObject([{ label: 'air.temperature', unit: '°C' }])
    expect(contents.missing).toEqual(['run.json is missing.'])
  })
})

describe('a record that is not whole', () => {
  test.each([
    ['in a number', '2026-03-20T12:00:02.000Z,2,19.7', 2],
    ['in a quoted cell', '2026-03-20T12:00:02.000Z,2,"19', 2],
    ['in the time', '2026-03-2', 2],
  ])('has its last row cut off %s: that row is left out, and the page says so', async (_, torn, rows) => {
    const whole = csv(
      ['air.temperature (°C)'],
      [
        [0, 20],
        [1, 21],
      ],
    )
    const { streams, missing } = await contentsOf({ 'data.csv': whole + torn })
    expect(streams[0]?.rows).toBe(rows)
    expect(missing).toContainEqual('data.csv: the last row is cut off, and left out.')
  })

  test('has a cut off task: the others are there', async () => {
    const lines = jsonLines([task('pump.pulse', 0, 10), task('pump.pulse', 20, 10)])
    const { lanes, missing } = await contentsOf({ 'tasks.jsonl': lines.slice(0, -30) })
    expect(lanes.tasks).toBe(1)
    expect(missing).toEqual(['tasks.jsonl: one line is cut off or damaged.'])
  })

  test('has a trace that was cut off: its waves are shown as far as they go', async () => {
    const trace = vcd(
      ['pump'],
      [
        [0, 0, 0],
        [0, 1, 50],
      ],
    )
    const { waves, missing } = await contentsOf({ 'trace.vcd': `${trace}#70\n1?` })
    expect(waves.waves).toEqual([{ name: 'pump', initial: 0, entries: [50_000, 0, 1, 1] }])
    expect(missing).toHaveLength(1)
    expect(missing[0]).toContain('as far as it could be read')
  })

  test('may be an empty folder: every file is named', async () => {
    const files = ['run.json', 'data.csv', 'tasks.jsonl', 'log.jsonl', 'trace.vcd']
    const { missing } = await contentsOf(Object.fromEntries(files.map(name => [name, undefined])))
    expect(files.filter(name => !missing.some(what => what.startsWith(name)))).toEqual([])
  })

  test('may have a folder or nothing in the place of any file', async () => {
    const files = ['run.json', 'data.csv', 'tasks.jsonl', 'log.jsonl', 'trace.vcd']
    const folder = folderOf(Object.fromEntries(files.map(name => [name, undefined])))
    for (const name of files) mkdirSync(join(folder, name))
    expect((await readContents(folder)).missing).toHaveLength(5)
    const empty = folderOf()
    for (const name of files) truncateSync(join(empty, name))
    expect((await readContents(empty)).streams).toEqual([])
  })

  test('does not miss the rows and tasks that it never had', async () => {
    const none = { tasks: { count: 0, failed: 0 }, rows: {} }
    const files = { 'data.csv': undefined, 'tasks.jsonl': undefined }
    expect((await contentsOf({ ...files, 'run.json': runJson(none) })).missing).toEqual([])
    // One that was cut off did not know what it had.
    const cut = runJson({ ...none, outcome: 'interrupted' })
    expect((await contentsOf({ ...files, 'run.json': cut })).missing).toHaveLength(2)
  })

  test('of a later version says so', async () => {
    const { missing } = await contentsOf({ 'run.json': runJson({ version: 9 }) })
    expect(missing[0]).toContain('version 9')
  })

  test.each([['[]'], ['null'], ['{"streams":[null,{"columns":7}],"params":"x","plan":3,"error":{}}']])(
    'may have a run.json of any form: %s',
    async text => {
      expect((await contentsOf({ 'run.json': text })).streams[0]?.rows).toBe(3)
    },
  )
})

describe('the tasks of a record', () => {
  test('are bars on the lane of their peripheral, with what they waited', async () => {
    const { lanes } = pageData(await contentsOf())
    expect(lanes).toEqual([
      { name: 'servo', actions: ['angle'], bars: [[0, 0, 0.35, 0, 1, 0]] },
      { name: 'air', actions: ['read'], bars: [[0.1, 0.12, 0.16, BAR_STATES.indexOf('failed'), 1, 0]] },
    ])
  })

  test('lie where the monotonic clock says, also when the wall clock jumped', async () => {
    const jumped = { ...task('pump.pulse', 3_600_000, 10), created: 1.5 }
    const { lanes } = pageData(await contentsOf({ 'tasks.jsonl': jsonLines([jumped]) }))
    expect(lanes[0]?.bars).toEqual([[1.5, 1.5, 1.51, 0, 1, 0]])
  })

  test('that are too many share bars: none is lost, and one that failed stays alone', async () => {
    const failed = task('pump.pulse', 50_000, 1, { state: 'failed', error: 'no', code: 'ERR_X' })
    const many = Array.from({ length: 20_000 }, (_, index) => task('pump.pulse', index * 10, 2))
    const contents = await contentsOf({ 'tasks.jsonl': jsonLines([...many, failed]) })
    const [lane] = pageData(contents).lanes
    const bars = lane?.bars ?? []
    expect(bars.length).toBeLessThan(5000)
    expect(bars.reduce((sum, [, , , , count]) => sum + count, 0)).toBe(20_001)
    expect(bars.filter(([, , , state]) => BAR_STATES[state] === 'failed')).toEqual([[50, 50, 50.001, 5, 1, 0]])
    expect(contents.lanes.wrong).toMatchObject([{ name: 'pump.pulse', code: 'ERR_X', message: 'no', from: 50 }])
  })
})

describe('the trace of a record', () => {
  test('keeps the edges of a pulse exact, and their numbers when there are too many', async () => {
    const bursts = Array.from({ length: 60_000 }, (_, index) => [0, index % 2 === 0 ? 1 : 0, 1000 + index] as const)
    const { waves, facts } = (
      await contentsOf({ 'trace.vcd': vcd(['pump'], [[0, 0, 0], ...bursts, [0, 1, 90_000_000], [0, 0, 90_000_200]]) })
    ).waves
    const entries = waves[0]?.entries ?? []
    expect(entries.length / 4).toBeLessThanOrEqual(40_000)
    const changes = entries.filter((_, at) => at % 4 === 2)
    expect(changes.reduce((sum, count) => sum + count, 0)).toBe(60_002)
    // The last pulse, far from the burst, is still a pulse: its beginning, its length, two changes, low after it.
    expect(entries.slice(-8).filter((_, at) => at % 4 !== 0)).toEqual(
      changes.at(-1) === 2 ? [expect.any(Number), expect.any(Number), 0, 200_000, 2, 0] : [0, 1, 1, 0, 1, 0],
    )
    expect(facts[0]?.summary.edges).toBe(60_002)
  })

  test('says which levels are not known', async () => {
    const { waves } = await contentsOf({
      'trace.vcd': vcd(
        ['a', 'b'],
        [
          [0, 1, 0],
          [1, 0, 5],
          [0, 'x', 9],
        ],
      ),
    })
    expect(waves.waves).toEqual([
      { name: 'a', initial: 1, entries: [9000, 0, 1, 2] },
      { name: 'b', initial: 2, entries: [5000, 0, 1, 0] },
    ])
  })
})

test('a long log is its beginning, its end and its errors', async () => {
  const entries = Array.from({ length: 5000 }, (_, index) => ({
    elapsed: index,
    level: index === 2500 ? 'error' : 'info',
    type: 'note',
    message: `${index}`,
  }))
  const { log } = await contentsOf({ 'log.jsonl': jsonLines(entries) })
  expect(log.count).toBe(5000)
  expect(log.entries.length).toBeLessThan(500)
  expect(log.entries.map(({ message }) => message)).toEqual(expect.arrayContaining(['0', '2500', '4999']))
})

test('a folder that is not there is an error with the path', async () => {
  await expect(readContents('/nonexistent/run')).rejects.toMatchObject({ code: 'ERR_FILE', place: '/nonexistent/run' })
})
