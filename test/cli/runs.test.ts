import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { parse } from 'csv-parse/sync'
import { beforeEach, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/program.js'
import type { RunJson } from '../../src/records/run/format.js'
import { FakeIo, type Outcome, runMain, tempFile, tempFolder } from './setup.js'

const PLAN = `name: Air
params: { hot: { default: 30, unit: °C } }
bench:
  air: { type: dht, line: GPIO4 }
  tank: { type: dht, line: GPIO17 }
plan:
  - repeat: 4
    every: 3s
    do:
      - record: [air.read]
  - record: [tank.read]
    to: tank
simulate:
  air: { temperature: { ramp: { from: 20, to: 32, over: 12s } } }
`

let runs = ''
beforeEach(() => {
  runs = join(tempFolder(), 'runs')
})

/** Runs the plan, and gives the id of its record. */
async function record(text = PLAN, ...flags: string[]): Promise<string> {
  const before = new Set(ids())
  const { code, stderr } = await runMain(['rehearse', tempFile(text), '--runs', runs, ...flags])
  expect(code, stderr).toBe(0)
  return ids().find(id => !before.has(id)) ?? ''
}

const ids = (): string[] => {
  try {
    return readdirSync(runs)
  } catch {
    return []
  }
}
const command = (...argv: string[]): Promise<Outcome> => runMain(['runs', ...argv, '--runs', runs])
const jsonOf = (id: string): RunJson => JSON.parse(readFileSync(join(runs, id, 'run.json'), 'utf8')) as RunJson

function change(id: string, more: Partial<Record<keyof RunJson, unknown>>): void {
  writeFileSync(join(runs, id, 'run.json'), JSON.stringify({ ...jsonOf(id), ...more }))
}

describe('pi-worker runs', () => {
  it('lists what was run, the oldest first', async () => {
    const [one, two] = [await record(), await record(PLAN.replace('name: Air', 'name: Other'))]
    for (const words of [[], ['list']]) {
      const { code, stdout } = await command(...words)
      expect(code).toBe(0)
      const lines = stdout.split('\n').filter(line => /\d{4}-/.test(line))
      expect(lines).toHaveLength(2)
      expect(lines[0]).toMatch(new RegExp(`${one} .* Air .* succeeded \\(rehearsal\\) .* 9\\.02 s .* 5 `))
      expect(lines[1]).toContain(two)
    }
  })

  it('lists them as JSON', async () => {
    const id = await record()
    const { stdout } = await command('--json')
    expect(JSON.parse(stdout).runs).toMatchObject([
      { id, folder: join(runs, id), name: 'Air', outcome: 'succeeded', rows: { primary: 4, tank: 1 }, rehearsal: true },
    ])
  })

  it('says that there are none', async () => {
    const { code, stdout, stderr } = await command()
    expect([code, stdout, stderr]).toEqual([0, '', `there are no runs in ${runs}\n`])
  })

  it('says what it cannot read, and lists the others', async () => {
    const [one, two] = [await record(), await record()]
    change(one, { version: 2 })
    const { code, stdout, stderr } = await command()
    expect([code, stdout.includes(two), stdout.includes('another version')]).toEqual([2, true, true])
    expect(stderr).toMatch(new RegExp(`ERR_RUN_VERSION[\\s\\S]*at .*${one}/run\\.json[\\s\\S]*remedy:`))
  })

  it('shows that one was interrupted whose process is gone', async () => {
    const id = await record()
    change(id, { outcome: 'running', process: { ...jsonOf(id).process, boot: 'another' } })
    expect((await command()).stdout).toContain('interrupted')
    expect(JSON.parse((await command('show', 'last', '--json')).stdout).outcome).toBe('interrupted')
  })

  it('shows how far one came that nobody has marked yet', async () => {
    const id = await record()
    const gone = { outcome: 'running', elapsed: null, rows: {}, process: { ...jsonOf(id).process, boot: 'another' } }
    change(id, gone)
    expect((await command()).stdout).toMatch(/interrupted .* 9\.02 s .* 5 /)
    const shown = JSON.parse((await command('show', 'last', '--json')).stdout)
    expect([shown.rows, jsonOf(id).outcome]).toEqual([{ primary: 4, tank: 1 }, 'running'])
  })
})

describe('pi-worker runs show', () => {
  it('says what is known of a run', async () => {
    const id = await record(PLAN, '--param', 'hot=31', '--seed', '5')
    const { stdout } = await command('show', id.slice(0, -1))
    for (const line of ['plan *Air', 'outcome *succeeded', 'param hot *31 °C', 'seed *5', 'rows tank *1', 'tasks *5'])
      expect(stdout).toMatch(new RegExp(`^${line}`, 'm'))
    expect(JSON.parse((await command('show', 'last', '--json')).stdout)).toMatchObject({ id, plan: { text: PLAN } })
  })

  it('takes the path of a record, wherever it is', async () => {
    const out = join(tempFolder(), 'mine')
    await runMain(['rehearse', tempFile(PLAN), '--out', out])
    expect((await runMain(['runs', 'show', out])).stdout).toContain(out)
  })

  it.each([
    ['a name that no run has', '1999', 'ERR_UNKNOWN_RUN'],
    ['a folder that holds no record', './', 'ERR_RUN_FOLDER'],
  ])('refuses %s', async (_what, id, code) => {
    await record()
    const outcome = await command('show', id)
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining(code)])
  })

  it('refuses a record of another version, with its place and a remedy, as JSON too', async () => {
    const id = await record()
    change(id, { version: 7, versions: { piWorker: '9.9.9', node: 'v30' } })
    const outcome = await command('show', id, '--json')
    expect(outcome.code).toBe(2)
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      error: { code: 'ERR_RUN_VERSION', place: join(runs, id, 'run.json'), remedy: expect.stringContaining('9.9.9') },
    })
  })
})

describe('pi-worker runs compare', () => {
  it('lays parameters, outcome and columns side by side, and marks what differs', async () => {
    const [one, two] = [await record(), await record(PLAN.replace('to: 32', 'to: 44'), '--param', 'hot=40')]
    const { code, stdout } = await command('compare', one, two)
    expect(code).toBe(0)
    const line = (what: string): string => stdout.split('\n').find(text => text.includes(` ${what} `)) ?? ''
    expect(line('param hot')).toMatch(/≠ .* 30 °C .* 40 °C/)
    expect(line('outcome')).not.toContain('≠')
    expect(line('text of the plan')).toContain('≠')
    expect(line('air.temperature (°C) count')).toMatch(/^│ {3}│.* 4 .* 4 /)
    expect(line('air.temperature (°C) min')).toMatch(/^│ {3}│.* 20 .* 20 /)
    expect(line('air.temperature (°C) max')).toMatch(/≠ .* 29 .* 38 /)
    expect(line('air.temperature (°C) mean')).toMatch(/≠ .* 24\.5\d* .* 29\d*\.?\d* /)
    expect(line('tank: tank.temperature (°C) mean')).not.toContain('≠')
  })

  it('says that nothing differs', async () => {
    const [one, two] = [await record(), await record()]
    expect((await command('compare', one, two)).stdout).toContain('nothing differs')
  })

  it('compares columns that are no numbers', async () => {
    const plan = (on: number, word: string): string => `bench: { lamp: { type: output, line: 4 } }
plan:
  - repeat: 4
    do: [ { record: { wet: '=round > ${on}', word: '=round > 2 ? "${word}" : "a"' } } ]
`
    const [one, two] = [await record(plan(1, 'b')), await record(plan(3, 'c'))]
    const { pairs } = JSON.parse((await command('compare', one, two, '--json')).stdout)
    expect(pairs.filter(({ what }: { what: string }) => /^(wet|word) /.test(what))).toEqual([
      { what: 'wet count', a: '4', b: '4', differs: false },
      { what: 'wet yes', a: '3', b: '1', differs: true },
      { what: 'word count', a: '4', b: '4', differs: false },
      { what: 'word values', a: '2', b: '2', differs: false },
      { what: 'word last', a: 'b', b: 'c', differs: true },
    ])
  })

  it('gives the same as JSON, and what only one of them has', async () => {
    const [one, two] = [await record(), await record(PLAN.replace(/ {2}- record: \[tank[\s\S]*to: tank\n/, ''))]
    const { pairs } = JSON.parse((await command('compare', one, two, '--json')).stdout) as { pairs: { what: string }[] }
    expect(pairs.find(({ what }) => what === 'tank: tank.temperature (°C) count')).toEqual({
      what: 'tank: tank.temperature (°C) count',
      a: '1',
      b: '',
      differs: true,
    })
  })
})

describe('pi-worker runs export', () => {
  it('gives the table as it was recorded', async () => {
    const id = await record()
    for (const [flags, file] of [
      [[], 'data.csv'],
      [['--csv', '--stream', 'tank'], 'data-tank.csv'],
    ] as const) {
      const { code, stdout } = await command('export', id, ...flags)
      expect([code, stdout]).toEqual([0, readFileSync(join(runs, id, file), 'utf8')])
    }
  })

  it('gives rows as JSON lines, into a new file', async () => {
    await record()
    const file = join(tempFolder(), 'rows.jsonl')
    const { code } = await command('export', 'last', '--jsonl', '--out', file)
    const rows = readFileSync(file, 'utf8').trimEnd().split('\n')
    expect([code, rows.length]).toEqual([0, 4])
    expect(JSON.parse(rows[1] ?? '')).toEqual({
      seq: 2,
      time: expect.stringMatching(/^2000-01-01T00:00:03/),
      elapsed: expect.closeTo(3.011, 2),
      'air.temperature': 23,
      'air.humidity': expect.any(Number),
    })
  })

  it('gives what there is of a table that was torn', async () => {
    const id = await record()
    const path = join(runs, id, 'documents.jsonl')
    writeFileSync(path, readFileSync(path, 'utf8').split('\n').slice(0, 6).join('\n'))
    const { code, stdout } = await command('export', id)
    expect([code, parse(stdout).length]).toEqual([0, 1 + 2])
  })

  it('writes over nothing', async () => {
    await record()
    const file = tempFile('mine', 'rows.csv')
    const { code, stderr } = await command('export', 'last', '--out', file)
    expect([code, readFileSync(file, 'utf8')]).toEqual([2, 'mine'])
    expect(stderr).toContain('is there already')
  })

  it.each([
    ['a stream that there is not', ['--stream', 'tnak'], 'Write --stream tank'],
    ['two forms at once', ['--csv', '--jsonl'], 'Leave one of them out'],
  ])('refuses %s', async (_what, flags, remedy) => {
    await record()
    const { code, stderr } = await command('export', 'last', ...flags)
    expect([code, stderr]).toEqual([2, expect.stringContaining(remedy)])
  })
})

describe('pi-worker runs delete', () => {
  /** With somebody at the terminal, who types that. */
  async function typing(answer: string, ...argv: string[]): Promise<string> {
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    stdin.end(answer)
    const io = Object.assign(new FakeIo({ terminal: true }), { stdin })
    await main(['runs', 'delete', ...argv, '--runs', runs], io)
    return io.stderr.text + io.stdout.text
  }

  it('asks, and takes nothing but a yes for one', async () => {
    const id = await record()
    for (const answer of ['', '\n', 'n\n', 'ja\n']) {
      expect(await typing(answer, id)).toContain('nothing was deleted')
      expect(ids()).toEqual([id])
    }
    const said = await typing('y\n', id)
    expect([said.includes(join(runs, id)), said.includes('deleted 1 run'), ids()]).toEqual([true, true, []])
  })

  it('does not ask with --yes, and refuses without where nobody can be asked', async () => {
    const [one, two] = [await record(), await record()]
    const refused = await command('delete', one)
    expect([refused.code, refused.stderr, ids().length]).toEqual([2, expect.stringContaining('Add --yes'), 2])
    expect((await command('delete', one, two, '--yes')).stdout).toBe('deleted 2 runs\n')
    expect(ids()).toEqual([])
  })

  it('takes a link away, and not what it leads to', async () => {
    const id = await record()
    const links = join(tempFolder(), 'links')
    mkdirSync(links)
    symlinkSync(join(runs, id), join(links, 'run'))
    expect((await command('delete', `${join(links, 'run')}/`, '--yes')).stdout).toBe('deleted 1 run\n')
    expect([readdirSync(links), ids()]).toEqual([[], [id]])
  })

  it('takes those that are older', async () => {
    const [old, young] = [await record(), await record()]
    const wall = Date.parse(jsonOf(young).recordedAt)
    change(old, { recordedAt: new Date(wall - 31 * 24 * 3600e3).toISOString() })
    expect((await command('delete', '--older-than', '32d', '--yes')).stderr).toContain('no run')
    await command('delete', '--older-than', '30d', '--yes')
    expect(ids()).toEqual([young])
  })

  it('never takes what is no record, nor one that is being written', async () => {
    const id = await record()
    mkdirSync(join(runs, 'photos'))
    writeFileSync(join(runs, 'photos', 'cat.jpg'), '')
    change(id, { outcome: 'running', process: { ...jsonOf(id).process } })
    const paths = [join(runs, 'photos'), runs, `${runs}/..`]
    for (const argv of [['photos'], ...paths.map(path => [path]), [id], ['--older-than', '0s']]) {
      const { stdout } = await command('delete', ...argv, '--yes')
      expect(stdout).toBe('')
    }
    expect(ids().sort()).toEqual([id, 'photos'])
    expect(readdirSync(join(runs, 'photos'))).toEqual(['cat.jpg'])
  })

  it('wants to know what', async () => {
    expect((await command('delete')).stderr).toContain('--older-than 30d')
    expect((await command('delete', '--older-than', 'x')).code).toBe(2)
  })
})

it('pi-worker runs report writes the page again, and says where it is', async () => {
  const id = await record()
  const path = join(runs, id, 'report.html')
  writeFileSync(path, '')
  const { code, stdout } = await command('report', 'last')
  expect([code, stdout]).toEqual([0, `${path}\n`])
  expect(readFileSync(path, 'utf8')).toContain('<html')
})

describe('a wrong use of pi-worker runs', () => {
  it.each([
    [
      ['exprot', 'last', '--csv'],
      "runs has no command 'exprot'",
      'Did you mean runs export? See pi-worker runs --help.',
    ],
    [['exprot', 'last'], "runs has no command 'exprot'", 'Did you mean runs export?'],
    [['everything'], "runs has no command 'everything'", 'It has list, show, report, compare, export, delete.'],
    [['--jsno'], "unknown option '--jsno'", 'Did you mean --json? See pi-worker runs --help.'],
    [['show'], "missing required argument 'id'", 'See pi-worker runs show --help.'],
    [
      ['export', 'last', '--jsnol'],
      "unknown option '--jsnol'",
      'Did you mean --jsonl? See pi-worker runs export --help.',
    ],
  ])('%j says what was meant, and where help is', async (argv, reason, remedy) => {
    const { code, stderr } = await runMain(['runs', ...argv])
    expect([code, stderr.includes(reason)]).toEqual([2, true])
    expect(stderr).toContain(remedy)
  })
})
