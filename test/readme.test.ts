/** Everything that the README says to type or to copy works as it stands. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { FAULT_KINDS } from '../src/bench/faults.js'
import { checkPlan } from '../src/plan/check.js'
import { PlanSource } from '../src/plan/source.js'
import { runMain } from './cli/setup.js'
import { markdown } from './conformance/abilities.js'
import { peripheralTable } from './peripheral-table.js'

const repository = join(import.meta.dirname, '..')
const readme = readFileSync(join(repository, 'README.md'), 'utf8')

/** The code blocks in one language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, code]) =>
    name === language ? [code ?? ''] : [],
  )
}

const commands = blocks('sh').flatMap(block => block.trim().split('\n'))
const plan = blocks('yaml')[0] ?? ''
// Inside the repository, so that `pi-worker` is found as it would be after an install.
const examples = join(repository, '.cache', `readme-${process.pid}`)
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pi-worker-readme-'))
  writeFileSync(join(folder, 'dose.yaml'), plan)
  mkdirSync(examples, { recursive: true })
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(examples, { recursive: true, force: true })
})

/** Runs an example and gives what it logged. */
async function logged(index: number): Promise<unknown[][]> {
  const file = join(examples, `example-${index}.ts`)
  writeFileSync(file, blocks('ts')[index] ?? '')
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    await import(pathToFileURL(file).href)
    return log.mock.calls
  } finally {
    log.mockRestore()
  }
}

describe('the examples in TypeScript', () => {
  it('are short: the bench has at most 20 lines', () => {
    expect(blocks('ts').map(code => code.trim().split('\n').length <= 20)).toEqual([true, true, true])
  })

  it('open a bench and log what their comments say', async () => {
    const calls = await logged(0)
    expect(calls.map(call => call.at(-1))).toEqual([
      ...Array.from({ length: 3 }, () => ({ requested: 200, achieved: 200 })),
      { edge: 'falling', level: 'low', time: 7_005_000_000, waited: 6405 },
    ])
  })

  it('run a function as a task', async () => {
    const [first, second] = await logged(1)
    expect(first).toEqual([true, 3])
    expect(JSON.parse(String(second?.[0]))).toMatchObject({ result: 3, error: null })
  })
})

describe('the example of a test', () => {
  it('is one of the examples, which are run with the tests', () => {
    const example = readFileSync(join(repository, 'examples/tested-script/dose.test.ts'), 'utf8')
    expect(example.endsWith(`\n\n${blocks('ts')[2]}`)).toBe(true)
  })
})

describe('the plan with limits', () => {
  it('runs, and is refused when it asks for more than they allow', async () => {
    const path = join(folder, 'limits.yaml')
    const written = blocks('yaml')[1] ?? ''
    writeFileSync(path, written)
    expect((await runMain(['run', path, '--driver', 'mock', '--virtual'])).code).toBe(0)
    writeFileSync(path, written.replace('width: 60s', 'width: 3m'))
    expect((await runMain(['check', path])).stderr).toContain('error ERR_LIMIT: heater.pulse.width must be at most')
  })
})

describe('the plan with faults', () => {
  it('runs, and what was read is right in spite of them', async () => {
    const path = join(folder, 'faults.yaml')
    writeFileSync(path, blocks('yaml')[2] ?? '')
    const run = await runMain(['run', path, '--driver', 'mock', '--virtual', '--json'])
    const [air, tank] = JSON.parse(run.stdout).tasks as { readonly result: Record<string, number> }[]
    expect([run.code, air?.result.temperature, tank?.result.humidity]).toEqual([
      0,
      expect.closeTo(20, 1),
      expect.closeTo(60, 1),
    ])
  })

  it('comes before the list of all kinds of faults', () => {
    for (const kind of FAULT_KINDS) expect(readme).toContain(`\`${kind}\``)
  })
})

describe('the table of peripherals', () => {
  it('is the one that follows from their definitions', () => {
    expect(readme).toContain(peripheralTable())
  })
})

describe('the plan file', () => {
  it('has 10 lines, is valid, and doses three times', async () => {
    expect(plan.trim().split('\n')).toHaveLength(10)
    expect(checkPlan(new PlanSource(plan, 'dose.yaml')).steps).toHaveLength(2)
    const run = await runMain(['run', join(folder, 'dose.yaml'), '--driver', 'mock', '--virtual', '--json'])
    expect(run.code).toBe(0)
    expect(JSON.parse(run.stdout).tasks.map(({ name }: { name: string }) => name)).toEqual([
      'pump.pulse',
      'pump.pulse',
      'pump.pulse',
      'level.waitFor',
    ])
  })
})

describe('the commands', () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }

  it.each(commands.filter(command => command.startsWith('npm')))('%s are scripts of the package', command => {
    for (const part of command.split(' && ')) {
      if (part === 'npm ci') continue
      expect(scripts).toHaveProperty([part.replace(/^npm (run )?/, '')])
    }
  })

  it.each(commands.filter(command => command.startsWith('pi-worker')))('%s works', async command => {
    const args = command
      .split(' ')
      .slice(1)
      .map(word => (/^dose\./.test(word) ? join(folder, word) : word))
    // The machine that runs the tests may have lines; they are not to be moved.
    if (args[0] === 'run' && !args.includes('--driver')) args.push('--driver', 'mock', '--virtual')
    const run = await runMain(args)
    expect([run.code, run.stderr.includes('error')]).toEqual([0, false])
  })

  it('are all known to these tests', () => {
    expect(commands.filter(command => !/^(npm|pi-worker) /.test(command))).toEqual([])
  })
})

describe('the table of what drivers can do', () => {
  it('is the one that the conformance suite follows', () => {
    expect(readme).toContain(markdown())
  })
})

describe('the links', () => {
  it('lead to files that are there', () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link ?? '')
    expect(links.filter(link => !existsSync(join(repository, link)))).toEqual([])
  })
})

describe('the layout', () => {
  it('names the folders that there are', () => {
    const named = [...readme.matchAll(/^([a-z/]+\/) {2,}\S/gm)].map(([, name]) => name ?? '')
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter(name => !existsSync(join(repository, name)))).toEqual([])
  })
})
