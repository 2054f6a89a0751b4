import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { completionCommand } from '../../src/cli/completion.js'
import { bashScript } from '../../src/cli/completion-bash.js'
import type { NamesOf } from '../../src/cli/completion-command.js'
import { fishScript } from '../../src/cli/completion-fish.js'
import { type CommandNode, completionTree } from '../../src/cli/completion-tree.js'
import { zshScript } from '../../src/cli/completion-zsh.js'
import { Output } from '../../src/cli/io.js'
import { peripherals } from '../../src/peripherals/index.js'
import { everyCommand, programTree } from './program-tree.js'
import { FakeIo, runMain, tempFile, tempFolder } from './setup.js'

let program: Awaited<ReturnType<typeof programTree>>
let nodes: CommandNode[]

beforeAll(async () => {
  program = await programTree()
  nodes = completionTree(program)
})

const nodeOf = (path: string): CommandNode | undefined => nodes.find(node => node.path === path)
const flagOf = (path: string, name: string) => nodeOf(path)?.flags.find(({ names }) => names.includes(name))

describe('what can be completed', () => {
  it('is every command and every flag that the program has', () => {
    const all = everyCommand(program)
    expect(nodes.map(({ path }) => path)).toEqual(all.map(([path]) => path))
    for (const [path, command] of all) {
      const names = nodeOf(path)?.flags.flatMap(flag => flag.names) ?? []
      for (const { long, hidden } of command.options) if (!hidden) expect(names, path).toContain(long)
      expect(names).toContain('--help')
    }
  })

  it('is told with what it is for', () => {
    const { commands } = nodeOf('') as CommandNode
    expect(commands.find(({ name }) => name === 'check')?.about).toContain('wrong with a plan')
  })

  it.each([
    ['run', '--driver', { kind: 'words', words: expect.arrayContaining(['mock', 'gpiochip']) }],
    ['run', '--replay', { kind: 'files', endings: ['.vcd'] }],
    ['run', '--journal', { kind: 'folders' }],
    ['run', '--virtual', undefined],
    ['run', '--seed', { kind: 'text' }],
    ['run', '--param', { kind: 'names', of: 'params' }],
    ['check', '--param', { kind: 'names', of: 'params' }],
    ['run', '--resume', { kind: 'names', of: 'resumable' }],
    ['journal', '--folder', { kind: 'folders' }],
    ['pinout', '--bench', { kind: 'files', endings: ['.yaml', '.yml', '.json'] }],
  ])('%s %s takes %j', (path, name, value) => {
    expect(flagOf(path, name)?.value).toEqual(value)
  })

  it.each([
    ['run', { kind: 'files', endings: ['.yaml', '.yml', '.json'] }],
    ['trace', { kind: 'files', endings: ['.vcd'] }],
    ['stop', { kind: 'names', of: 'benches' }],
    ['status', { kind: 'names', of: 'benches' }],
    ['schema', { kind: 'names', of: 'types' }],
    ['completion', { kind: 'words', words: ['bash', 'zsh', 'fish'] }],
  ])('%s is given %j', (path, value) => {
    expect(nodeOf(path)?.argument).toEqual(value)
  })
})

describe.each([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
])('the script for %s', (shell, script) => {
  it('has every command and every flag', () => {
    const text = script(nodes)
    for (const { commands, flags } of nodes) {
      for (const { name } of commands) expect(text).toContain(name)
      for (const { names } of flags) {
        for (const name of names)
          expect(text).toContain(shell === 'fish' ? name.replace(/^--/, '-l ').replace(/^-(?=.$)/, '-s ') : name)
      }
    }
  })
})

describe('in a real bash', () => {
  /** What is offered at the end of a line; `pi-worker` itself is a script that knows the names. */
  function offered(...typed: string[]): string[] {
    return offeredTo('pi-worker', ...typed)
  }

  function offeredTo(command: 'pi-worker' | 'npx', ...typed: string[]): string[] {
    const folder = tempFolder()
    writeFileSync(join(folder, 'completion'), bashScript(nodes))
    writeFileSync(
      join(folder, 'pi-worker'),
      '#!/bin/sh\necho "$3-1"; echo dose; echo "$4" | sed "s/--words=//" | tr "\\n" ,\n',
    )
    writeFileSync(join(folder, 'npx'), '#!/bin/sh\nif [ "$1 $2 $3" = "--no -- pi-worker" ]; then echo "npx-$6"; fi\n')
    for (const name of ['pi-worker', 'npx']) chmodSync(join(folder, name), 0o755)
    const files = join(folder, 'files')
    mkdirSync(join(files, 'my bench'), { recursive: true })
    for (const name of ['dose.yaml', 'a plan.json', 'run.vcd', 'notes.txt']) writeFileSync(join(files, name), '')
    const program = `
      export LC_ALL=C
      source "$1/completion"
      cd "$1/files"
      PATH="$1:$PATH"
      COMP_WORDS=("$2" "\${@:3}")
      COMP_CWORD=$(($# - 2))
      _pi_worker "$2"
      printf '%s\\n' "\${COMPREPLY[@]}"`
    const text = execFileSync('bash', ['--norc', '-c', program, 'bash', folder, command, ...typed], {
      encoding: 'utf8',
    })
    return text.split('\n').filter(line => line !== '')
  }

  it('offers the commands that begin so', () => {
    expect(offered('re')).toEqual(expect.arrayContaining(['reset', 'resume']))
    expect(offered('re').every(word => word.startsWith('re'))).toBe(true)
  })

  it('offers the flags of the command, and of no other', () => {
    expect(offered('run', '--vi')).toEqual(['--virtual'])
    expect(offered('check', '--vi')).toEqual([])
    expect(offered('run', 'dose.yaml', '--json', '--ver')).toEqual(['--verbose'])
  })

  it('offers the choices of a flag', () => {
    expect(offered('run', '--driver', 'mo')).toEqual(['mock'])
    expect(offered('run', '--driver', '=', 'mo')).toEqual(['mock'])
    expect(offered('run', '--driver', '=')).toContain('auto')
  })

  it('offers plan files and folders, whatever they are called', () => {
    expect(offered('run', '').sort()).toEqual(['a plan.json', 'dose.yaml', 'my bench'])
    expect(offered('run', '--replay', '').sort()).toEqual(['my bench', 'run.vcd'])
  })

  it('asks the program for the names of benches and of types', () => {
    expect(offered('stop', 'b')).toEqual(['benches-1'])
    expect(offered('pause', 'd')).toEqual(['dose'])
    expect(offered('schema', 't')).toEqual(['types-1'])
  })

  it('offers nothing where nobody knows what comes', () => {
    expect(offered('run', '--seed', '')).toEqual([])
    expect(offered('run', 'dose.yaml', '--param', 'volume', '=')).toEqual([])
    expect(offered('run', 'dose.yaml', '--param', 'volume', '=', '2')).toEqual([])
  })

  it('asks the program for parameters and runs, and tells it all words', () => {
    expect(offered('run', 'dose.yaml', '--param', 'p')).toEqual(['params-1'])
    expect(offered('run', 'dose.yaml', '--param', '=', 'p')).toEqual(['params-1'])
    expect(offered('run', 'dose.yaml', '--resume', 'r')).toEqual(['resumable-1', 'run,dose.yaml,--resume,r,'])
  })

  it('completes what npx runs, and nothing else of it', () => {
    expect(offeredTo('npx', 'pi-worker', 'ch')).toEqual(['check'])
    expect(offeredTo('npx', 'pi-worker', 'schema', 'n')).toEqual(['npx-types'])
    expect(offeredTo('npx', 'tsx', 'ch')).toEqual([])
    expect(offeredTo('npx', '')).toEqual([])
  })
})

describe('pi-worker completion', () => {
  async function run(shell: 'bash' | undefined, names?: NamesOf, words: readonly string[] = []) {
    const io = new FakeIo({ env: { PI_WORKER_RUN_FOLDER: tempFolder() } })
    const session = { io, out: new Output(io.stdout, io.env), err: new Output(io.stderr, io.env) }
    const code = await completionCommand(session, program, shell, { ...(names && { names }), words: words.join('\n') })
    return { code, text: io.stdout.text }
  }

  it('prints the script', async () => {
    expect(await run('bash')).toEqual({ code: 0, text: bashScript(nodes) })
  })

  it('prints the types of peripherals', async () => {
    expect((await run(undefined, 'types')).text.trim().split('\n')).toEqual(Object.keys(peripherals))
  })

  it('prints the parameters of the plan file among the words, ready for a value', async () => {
    const plan = tempFile('name: Dose\nparams:\n  dose: { default: 3 }\n  limit: { default: 4 }\nplan: [wait: 1s]\n')
    expect(await run(undefined, 'params', ['run', '--param', '', plan])).toEqual({ code: 0, text: 'dose=\nlimit=\n' })
  })

  it('prints no parameters without a plan file that can be read', async () => {
    const words = ['run', tempFile('name: [', 'broken.yaml'), 'missing.yaml', '--param']
    expect(await run(undefined, 'params', words)).toEqual({ code: 0, text: '' })
  })

  describe('where runs are recorded', () => {
    const RESUMABLE = `name: Log
resumable: true
bench:
  door: { type: input, line: GPIO4 }
plan:
  - repeat: 2
    do: [record: [door.read]]
`

    /** The folder of all runs, with what is said of each; all of them were real runs of the same plan otherwise. */
    async function runsWith(all: Readonly<Record<string, object>>): Promise<string> {
      const runs = tempFolder()
      const done = await runMain(['rehearse', tempFile(RESUMABLE), '--out', join(runs, 'made')])
      expect(done.code, done.stderr).toBe(0)
      const made = JSON.parse(readFileSync(join(runs, 'made', 'run.json'), 'utf8'))
      rmSync(join(runs, 'made'), { recursive: true })
      for (const [id, changes] of Object.entries(all)) {
        mkdirSync(join(runs, id))
        const json = { ...made, id, recordedAt: `2026-01-01T00:00:0${id.at(-1)}.000Z`, rehearsal: false, ...changes }
        writeFileSync(join(runs, id, 'run.json'), JSON.stringify(json))
      }
      return runs
    }

    it('prints the runs that can be resumed, the latest first', async () => {
      const runs = await runsWith({
        failed1: { outcome: 'failed' },
        cut2: { outcome: 'interrupted' },
        stopped3: { outcome: 'cancelled' },
        done4: { outcome: 'succeeded' },
        rehearsed5: { outcome: 'failed', rehearsal: true },
        never6: { outcome: 'failed', plan: { file: 'x', text: 'name: X\nplan: [wait: 1s]\n' } },
      })
      const { text } = await run(undefined, 'resumable', ['run', '--runs', runs, '--resume', ''])
      expect(text).toBe('stopped3\ncut2\nfailed1\n')
    })

    it('prints those alone that ran the plan among the words', async () => {
      const runs = await runsWith({
        mine1: { outcome: 'failed' },
        other2: { outcome: 'failed', plan: { file: 'x', text: `${RESUMABLE}# changed\n` } },
      })
      const words = ['run', tempFile(RESUMABLE), '--runs', runs, '--resume', '']
      expect((await run(undefined, 'resumable', words)).text).toBe('mine1\n')
    })

    it('prints all of them for commands that only look', async () => {
      const runs = await runsWith({ a1: { outcome: 'failed' }, b2: { outcome: 'succeeded' } })
      expect((await run(undefined, 'runs', ['runs', 'show', '--runs', runs])).text).toBe('last\nb2\na1\n')
    })
  })

  it('says in its help how it works with npx', async () => {
    const { stdout } = await runMain(['completion', '--help'])
    expect(stdout).toContain('npm install -g pi-worker')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('prints no benches where none runs', async () => {
    expect(await run(undefined, 'benches')).toEqual({ code: 0, text: '' })
  })

  it('refuses to guess the shell', async () => {
    await expect(run(undefined)).rejects.toMatchObject({ code: 'ERR_USAGE' })
  })
})
