import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { main } from '../../src/cli/program.js'
import type { RunJson } from '../../src/records/run/format.js'
import { FakeIo, type Outcome, planFile, runMain, tempFile, tempFolder } from './setup.js'

const MOCK = ['--driver', 'mock', '--virtual']

/** Three rows of a sensor, with a lamp; a second for each. */
const SCAN = `name: Air scan
params:
  dose: { default: 20, unit: ml, min: 1, max: 50 }
bench:
  air: { type: dht, line: GPIO4 }
  lamp: { type: output, line: GPIO17, safe: low }
plan:
  - note: it begins
  - repeat: 3
    every: 3s
    do:
      - lamp.on
      - record: [air.read]
      - lamp.off
simulate:
  air: { temperature: { ramp: { from: 20, to: 30, over: 10s } } }
`

/** In a folder of its own, so that it is in no repository. */
const scanFile = (text = SCAN): string => tempFile(text, 'scan.yaml')
const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8')
const jsonOf = (folder: string): RunJson => JSON.parse(read(folder, 'run.json')) as RunJson

interface Recorded extends Outcome {
  readonly runs: string
  /** Of the only run. */
  readonly folder: string
}

async function recorded(argv: readonly string[], options: Parameters<typeof runMain>[1] = {}): Promise<Recorded> {
  const runs = join(tempFolder(), 'runs')
  const outcome = await runMain([...argv, '--runs', runs], options)
  return { ...outcome, runs, folder: join(runs, readdirSync(runs)[0] ?? 'none') }
}

describe('pi-worker run', () => {
  it('records what it did, and says where', async () => {
    const { code, stdout, folder } = await recorded(['run', scanFile(), ...MOCK])
    expect(code).toBe(0)
    expect(stdout).toContain(`; record in ${folder}\n`)
    expect(readdirSync(folder).sort()).toEqual([
      'data.csv',
      'documents.jsonl',
      'log.jsonl',
      'report.html',
      'run.json',
      'tasks.jsonl',
      'trace.vcd',
    ])
    expect(jsonOf(folder)).toMatchObject({
      name: 'Air scan',
      outcome: 'succeeded',
      rehearsal: false,
      rows: { primary: 3 },
      tasks: { count: 9, failed: 0 },
      params: [{ name: 'dose', value: 20, unit: 'ml', from: 'plan' }],
      plan: { text: SCAN },
      bench: {
        peripherals: { lamp: { type: 'output', line: 'GPIO17', safe: 'low' } },
        simulate: { air: expect.any(Object) },
      },
      board: { driver: 'mock' },
      git: null,
      seed: 1,
      error: null,
    })
    expect(read(folder, 'data.csv').split('\n')[0]).toBe('time,elapsed (s),air.temperature (°C),air.humidity (%RH)')
    expect(read(folder, 'log.jsonl')).toContain('"message":"it begins"')
    expect(read(folder, 'trace.vcd')).toContain('lamp')
  })

  it('takes parameters from the command line into the record', async () => {
    const { code, folder } = await recorded(['run', scanFile(), ...MOCK, '--param', 'dose=30'])
    expect([code, jsonOf(folder).params]).toEqual([0, [{ name: 'dose', value: 30, unit: 'ml', from: 'option' }]])
  })

  it('records a run that failed, with the error and its place', async () => {
    const file = planFile('- level.waitFor: { edge: falling, timeout: 2s }')
    const { code, folder } = await recorded(['run', file, ...MOCK])
    expect(code).toBe(1)
    expect(jsonOf(folder)).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_NO_EDGE', place: `${file}:6:5` },
      tasks: { count: 1, failed: 1 },
    })
    expect(read(folder, 'documents.jsonl')).toContain('"exit_status":"fail"')
  })

  it('records a run that was stopped', async () => {
    const onOpen = (io: FakeIo): void => io.after(100, () => io.signals.emit('SIGINT', 'SIGINT'))
    const { code, folder } = await recorded(['run', planFile('- wait: 10s'), '--driver', 'mock'], { onOpen })
    expect([code, jsonOf(folder).outcome]).toEqual([130, 'cancelled'])
  })

  it('leaves no record of a run whose bench could not be opened', async () => {
    const { code, runs } = await recorded(['run', scanFile(), '--driver', 'gpiochip', '--chip', '/dev/null'])
    expect([code, readdirSync(runs)]).toEqual([3, []])
  })

  it('keeps a trace where it was asked for, too, and none in the record when there is to be none', async () => {
    const trace = join(tempFolder(), 'own.vcd')
    const { folder } = await recorded(['run', scanFile(), ...MOCK, '--trace', trace])
    expect(read(folder, 'trace.vcd')).toBe(readFileSync(trace, 'utf8'))
    const without = await recorded(['run', scanFile(), ...MOCK, '--no-trace'])
    expect(readdirSync(without.folder)).not.toContain('trace.vcd')
  })

  it('says where the record is in its JSON, and how much there is', async () => {
    const { stdout, folder } = await recorded(['run', scanFile(), ...MOCK, '--json'])
    expect(JSON.parse(stdout).outcome).toBe('succeeded')
    expect(JSON.parse(stdout)).toMatchObject({ record: folder, counts: { tasks: 9, rows: 3 } })
  })

  it('syncs as it is told, and in virtual time not at all unless it is', async () => {
    const sync = async (...flags: string[]): Promise<string> =>
      jsonOf((await recorded(['run', scanFile(), ...MOCK, ...flags])).folder).sync
    expect([await sync(), await sync('--sync', 'row')]).toEqual(['off', 'row'])
  })

  it('records to a folder of its own when that is named', async () => {
    const folder = join(tempFolder(), 'here')
    const { code, stdout } = await runMain(['run', scanFile(), ...MOCK, '--out', folder])
    expect([code, stdout.includes(`record in ${folder}`), jsonOf(folder).id]).toEqual([0, true, 'here'])
  })

  it('records nothing when that is asked for', async () => {
    const env = { PI_WORKER_RUNS: join(tempFolder(), 'runs') }
    const { code, stdout } = await runMain(['run', scanFile(), ...MOCK, '--no-record'], { env })
    expect([code, stdout.includes('record')]).toEqual([0, false])
    expect(() => readdirSync(env.PI_WORKER_RUNS)).toThrow('ENOENT')
  })
})

describe('a folder that takes no record is refused before anything moves', () => {
  const refused = async (...flags: string[]): Promise<Outcome> => {
    const trace = join(tempFolder(), 'a.vcd')
    const outcome = await runMain(['run', scanFile(), ...MOCK, '--trace', trace, ...flags])
    expect(outcome.code).toBe(2)
    // The bench has not been opened.
    expect(outcome.stderr).not.toContain('driver:')
    expect(readdirSync(dirname(trace))).toEqual([])
    return outcome
  }

  it('when it is not empty', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'thesis.txt'), '')
    const { stderr } = await refused('--out', folder)
    expect(stderr).toMatch(/ERR_RUN_FOLDER.*is not empty: it has thesis\.txt\n.*at .*\n.*remedy: Name a folder/)
  })

  it('when no folder can be made there', async () => {
    const { code, stderr } = await refused('--out', '/proc/runs/today')
    expect([code, stderr]).toEqual([2, expect.stringContaining('ERR_RUN_FOLDER')])
  })

  it('when a file is in its way', async () => {
    expect((await refused('--runs', tempFile('', 'file'))).stderr).toContain('ERR_RUN_FOLDER')
  })
})

describe('questions', () => {
  const asking = (prompt: string): string => scanFile(`${SCAN.replace('- note: it begins', `- prompt: ${prompt}`)}`)

  it('that nobody can answer are refused before anything moves, with their place', async () => {
    const file = asking('{ ask: "Is it dark?" }')
    const { code, stderr } = await runMain(['run', file, ...MOCK])
    expect(code).toBe(2)
    expect(stderr).toContain(`at ${file}:8:5`)
    expect(stderr).toContain('Add --yes')
    expect(stderr).not.toContain('driver:')
  })

  it('are answered by --yes, and so they are in a rehearsal', async () => {
    const file = asking('{ ask: "Is it dark?" }')
    expect((await runMain(['run', file, ...MOCK, '--yes'])).code).toBe(0)
    const { code, folder } = await recorded(['rehearse', file])
    expect([code, read(folder, 'log.jsonl').includes('Is it dark? yes')]).toEqual([0, true])
  })

  it('for a value are not answered by --yes, but by the parameter or a default', async () => {
    const file = asking('{ ask: "How much?", param: dose }')
    const refused = await runMain(['run', file, ...MOCK, '--yes'])
    expect([refused.code, refused.stderr.includes('--param dose=')]).toEqual([2, true])
    expect((await runMain(['run', file, ...MOCK, '--param', 'dose=7'])).code).toBe(0)
    expect((await runMain(['run', asking('{ ask: "How much?", param: dose, default: 9 }'), ...MOCK])).code).toBe(0)
  })
})

describe('questions at a terminal', () => {
  /** Somebody sits there, and types that. */
  async function answered(prompt: string, typed: string): Promise<{ readonly code: number; readonly said: string }> {
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    stdin.end(typed)
    const io = Object.assign(new FakeIo({ terminal: true, env: { NO_COLOR: '1' } }), { stdin })
    const file = scanFile(SCAN.replace('- note: it begins', `- prompt: ${prompt}`))
    return { code: await main(['run', file, ...MOCK], io), said: io.stderr.text }
  }

  it('are asked, and their answer is taken', async () => {
    const { code, said } = await answered('{ ask: "Is it dark?" }', 'yes\n')
    expect([code, said.includes('Is it dark? [yes/no] ')]).toEqual([0, true])
  })

  it('end the plan with a no', async () => {
    const { code, said } = await answered('{ ask: "Is it dark?" }', 'no\n')
    expect([code, said.includes('the answer was no')]).toEqual([expect.any(Number), true])
    expect(said).toContain('run it again when the answer is yes')
    expect(said).not.toContain('--yes')
    expect(code).not.toBe(0)
  })

  it.each(['{ ask: "Is it dark?" }', '{ ask: "How much?", param: dose }'])(
    'that nobody answers before the input ends stop the plan: %s',
    async prompt => {
      const { code, said } = await answered(prompt, '')
      expect([code, said.includes('nobody can answer any more')]).toEqual([1, true])
    },
  )

  it('that come after the end of the input stop the plan, too', async () => {
    const { code, said } = await answered('{ ask: "Is it dark?" }\n  - prompt: { ask: "And cold?" }', 'yes\n')
    expect([code, said.includes('nobody can answer any more, for the input has ended: And cold?')]).toEqual([1, true])
  })

  it('tell what a value may be, and what an empty answer is', async () => {
    const { code, said } = await answered('{ ask: "How much?", param: dose, default: 9 }', '\n')
    expect([code, said.includes(' [9] ')]).toEqual([0, true])
    expect(said).toMatch(/How much\? \(dose[^)]*\) \[9\] /)
  })

  it('tell which answers there are', async () => {
    const { code, said } = await answered('{ ask: "Which?", choices: [left, right] }', 'right\n')
    expect([code, said.includes('Which? [left/right] ')]).toEqual([0, true])
  })
})

describe('pi-worker rehearse', () => {
  it('gives the whole record in virtual time, and the same again', async () => {
    const file = scanFile()
    const [one, other] = [await recorded(['rehearse', file]), await recorded(['rehearse', file])]
    expect([one.code, jsonOf(one.folder)]).toMatchObject([
      0,
      { rehearsal: true, sync: 'off', clock: { kind: 'virtual' } },
    ])
    for (const name of ['data.csv', 'documents.jsonl', 'trace.vcd', 'log.jsonl'])
      expect(read(one.folder, name)).toBe(read(other.folder, name))
  })

  it('gives other values for another seed, where chance is simulated', async () => {
    // How often the sensor has to be asked until an answer is whole.
    const file = scanFile(`bench: { air: { type: dht, line: 4 } }
plan:
  - repeat: 3
    every: 5s
    do: [ { air.read: { attempts: 50 } }, { record: { temperature: =air.read.temperature } } ]
simulate: { air: { faults: [{ kind: glitch, width: 20us, every: 5ms }] } }
`)
    const data = async (seed: string): Promise<string> =>
      read((await recorded(['rehearse', file, '--seed', seed])).folder, 'data.csv')
    const [one, again, other] = [await data('1'), await data('1'), await data('2')]
    expect(one).toBe(again)
    expect(one).not.toBe(other)
  })

  it('of a plan without end is refused, unless it says for how long', async () => {
    const file = planFile('- every: 1h\n  do: [ pump.pulse: { width: 1s } ]')
    const refused = await runMain(['rehearse', file])
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('Add --for 3d')])
    const { code, folder, stdout } = await recorded(['rehearse', file, '--for', '36h'])
    expect([code, stdout.includes('was stopped by --for 36h: 36 tasks')]).toEqual([0, true])
    expect(jsonOf(folder)).toMatchObject({ outcome: 'cancelled', error: null, elapsed: 36 * 3600 })
  })

  it('leaves a record even when the plan fails', async () => {
    const { code, folder } = await recorded(['rehearse', planFile('- level.waitFor: { edge: falling, timeout: 2s }')])
    expect([code, jsonOf(folder).outcome]).toEqual([1, 'failed'])
  })
})

describe('a run that was interrupted', () => {
  const resumable = (): string => scanFile(SCAN.replace('params:', 'resumable: true\nparams:'))

  /** As it is after a power cut: two rows, and nobody who wrote down its end. */
  async function interrupted(file: string): Promise<{ readonly runs: string; readonly folder: string }> {
    const { runs, folder } = await recorded(['run', file, ...MOCK, '--param', 'dose=30'])
    const lines = read(folder, 'documents.jsonl').split('\n')
    writeFileSync(join(folder, 'documents.jsonl'), `${lines.slice(0, 4).join('\n')}\n["event",{"desc`)
    const { process, ...json } = jsonOf(folder)
    const gone = { ...json, outcome: 'running', endedAt: null, process: { ...process, boot: 'another' } }
    writeFileSync(join(folder, 'run.json'), JSON.stringify(gone))
    return { runs, folder }
  }

  it('is marked so by the next one', async () => {
    const file = resumable()
    const { runs, folder } = await interrupted(file)
    const { stderr } = await runMain(['run', file, ...MOCK, '--runs', runs])
    expect(stderr).toContain('was interrupted; what it recorded is there')
    expect(jsonOf(folder)).toMatchObject({ outcome: 'interrupted', rows: { primary: 2 } })
  })

  it('goes on after its last row, with the parameters that it had', async () => {
    const file = resumable()
    const { runs, folder } = await interrupted(file)
    const { code, stderr } = await runMain(['run', file, ...MOCK, '--runs', runs, '--resume', 'last'])
    expect([code, stderr]).toEqual([0, expect.stringContaining('after its last row (2 of primary)')])
    const next = join(runs, readdirSync(runs).find(id => join(runs, id) !== folder) ?? '')
    expect(jsonOf(next)).toMatchObject({ outcome: 'succeeded', resumes: jsonOf(folder).id, rows: { primary: 1 } })
    expect(jsonOf(next).params).toMatchObject([{ name: 'dose', value: 30, from: 'option' }])
    expect(read(next, 'documents.jsonl')).toContain('"seq_num":3')
  })

  it('goes on where the one before it was, when it was interrupted in its turn before its first row', async () => {
    const file = resumable()
    const { runs, folder } = await interrupted(file)
    await runMain(['run', file, ...MOCK, '--runs', runs, '--resume', 'last'])
    const second = join(runs, readdirSync(runs).find(id => join(runs, id) !== folder) ?? '')
    const lines = read(second, 'documents.jsonl').split('\n')
    writeFileSync(join(second, 'documents.jsonl'), `${lines.slice(0, 2).join('\n')}\n`)
    writeFileSync(join(second, 'run.json'), JSON.stringify({ ...jsonOf(second), outcome: 'interrupted' }))
    const { code, stderr } = await runMain(['run', file, ...MOCK, '--runs', runs, '--resume', jsonOf(second).id])
    expect([code, stderr]).toEqual([0, expect.stringContaining('after its last row (2 of primary)')])
  })

  it('cannot go on when a file that it includes is another one now', async () => {
    const wash = tempFile('plan: [ lamp.off ]', 'wash.yaml')
    const file = scanFile(
      SCAN.replace('params:', 'resumable: true\nparams:').replace('- lamp.off', `- include: ${wash}`),
    )
    const { runs } = await interrupted(file)
    writeFileSync(wash, 'plan: [ lamp.on ]')
    const { code, stderr } = await runMain(['run', file, ...MOCK, '--runs', runs, '--resume', 'last'])
    expect([code, stderr]).toEqual([2, expect.stringContaining(`the file ${wash} is another one now`)])
  })

  it('is exported with what it goes on with, as one experiment', async () => {
    const file = resumable()
    const { runs, folder } = await interrupted(file)
    await runMain(['run', file, ...MOCK, '--runs', runs, '--resume', 'last'])
    const second = readdirSync(runs).find(id => join(runs, id) !== folder) ?? ''
    const began = (id: string, at: string): void =>
      writeFileSync(join(runs, id, 'run.json'), JSON.stringify({ ...jsonOf(join(runs, id)), startedAt: at }))
    began(jsonOf(folder).id, '2026-11-27T10:00:00.000Z')
    began(second, '2026-11-27T11:00:00.000Z')
    const { stdout } = await runMain(['runs', 'export', second, '--jsonl', '--runs', runs])
    const rows = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { seq: number; elapsed: number })
    expect(rows.map(({ seq, elapsed }) => [seq, Math.floor(elapsed)])).toEqual([
      [1, 0],
      [2, 3],
      [3, 3600],
    ])
  })

  it('cannot go on twice: the run that went on with it can', async () => {
    const file = resumable()
    const { runs, folder } = await interrupted(file)
    await runMain(['run', file, ...MOCK, '--runs', runs, '--resume', 'last'])
    const { code, stderr } = await runMain(['run', file, ...MOCK, '--runs', runs, '--resume', jsonOf(folder).id])
    expect([code, stderr]).toEqual([2, expect.stringContaining('remedy: Resume that one: --resume ')])
  })

  it('cannot go on with another plan, nor when the plan does not say that it may', async () => {
    const file = resumable()
    const { runs } = await interrupted(file)
    const other = await runMain(['run', scanFile(), ...MOCK, '--runs', runs, '--resume', 'last'])
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('the plan is another one now')])
    const plain = scanFile()
    const run = await interrupted(plain)
    const refused = await runMain(['run', plain, ...MOCK, '--runs', run.runs, '--resume', 'last'])
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('ERR_NOT_RESUMABLE')])
    expect(refused.stderr).not.toContain('driver:')
  })

  it('has to be one: what came to its end cannot be resumed', async () => {
    const file = resumable()
    const { runs } = await recorded(['run', file, ...MOCK])
    const { code, stderr } = await runMain(['run', file, ...MOCK, '--runs', runs, '--resume', 'last'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('it came to its end')])
  })
})

describe('flags that cannot be had together', () => {
  it.each([
    ['a record and none', ['--no-record', '--out', 'x']],
    ['two folders', ['--runs', 'x', '--out', 'y']],
    ['a parameter without a value', ['--param', 'dose']],
    ['a parameter twice', ['--param', 'a=1', '--param', 'a=2']],
    ['a parameter of a run that goes on', ['--resume', 'last', '--param', 'a=1']],
    ['a sync that there is not', ['--sync', 'sometimes']],
  ])('%s', async (_what, flags) => {
    const { code, stderr } = await runMain(['run', scanFile(), ...MOCK, ...flags])
    expect([code, stderr]).toEqual([2, expect.stringContaining('ERR_USAGE')])
  })
})

it('the folder of a plan in git is told by its commit', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'plans'))
  const file = join(folder, 'plans', 'scan.yaml')
  writeFileSync(file, SCAN)
  const { spawnSync } = await import('node:child_process')
  const git = (...args: string[]): string => {
    const name = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main']
    return spawnSync('git', [...name, ...args], { cwd: folder, encoding: 'utf8' }).stdout
  }
  git('init', '-q')
  git('add', '.')
  git('commit', '-q', '-m', 'plans')
  const runs = join(folder, 'plans', 'runs')
  const gitOf = async (): Promise<RunJson['git']> => {
    const { stdout } = await runMain(['run', file, ...MOCK, '--runs', runs])
    return jsonOf(/record in (.*)\n/.exec(stdout)?.[1] ?? '').git
  }
  const commit = git('rev-parse', 'HEAD').trim()
  expect(await gitOf()).toEqual({ commit, dirty: false })
  // The record of the first run is no change of the plan.
  expect(await gitOf()).toEqual({ commit, dirty: false })
  writeFileSync(file, `${SCAN}# changed\n`)
  expect(await gitOf()).toEqual({ commit, dirty: true })
})
