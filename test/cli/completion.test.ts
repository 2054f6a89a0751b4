import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { completionCommand } from '../../src/cli/completion.js'
import { bashScript } from '../../src/cli/completion-bash.js'
import { fishScript } from '../../src/cli/completion-fish.js'
import { type CommandNode, completionTree } from '../../src/cli/completion-tree.js'
import { zshScript } from '../../src/cli/completion-zsh.js'
import { Output } from '../../src/cli/io.js'
import { peripherals } from '../../src/peripherals/index.js'
import { everyCommand, programTree } from './program-tree.js'
import { FakeIo, tempFolder } from './setup.js'

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
    const folder = tempFolder()
    writeFileSync(join(folder, 'completion'), bashScript(nodes))
    writeFileSync(
      join(folder, 'pi-worker'),
      '#!/bin/sh\necho "$*" | tr -d "\\n" | sed "s/.*--names //"; echo "-1"; echo dose\n',
    )
    chmodSync(join(folder, 'pi-worker'), 0o755)
    const files = join(folder, 'files')
    mkdirSync(join(files, 'my bench'), { recursive: true })
    for (const name of ['dose.yaml', 'a plan.json', 'run.vcd', 'notes.txt']) writeFileSync(join(files, name), '')
    const program = `
      export LC_ALL=C
      source "$1/completion"
      cd "$1/files"
      COMP_WORDS=("$1/pi-worker" "\${@:2}")
      COMP_CWORD=$(($# - 1))
      _pi_worker
      printf '%s\\n' "\${COMPREPLY[@]}"`
    const text = execFileSync('bash', ['--norc', '-c', program, 'bash', folder, ...typed], { encoding: 'utf8' })
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
  })
})

describe('pi-worker completion', () => {
  async function run(shell: 'bash' | undefined, names?: 'types' | 'benches' | 'runs') {
    const io = new FakeIo({ env: { PI_WORKER_RUN_FOLDER: tempFolder() } })
    const session = { io, out: new Output(io.stdout, io.env), err: new Output(io.stderr, io.env) }
    const code = await completionCommand(session, program, shell, { ...(names && { names }) })
    return { code, text: io.stdout.text }
  }

  it('prints the script', async () => {
    expect(await run('bash')).toEqual({ code: 0, text: bashScript(nodes) })
  })

  it('prints the types of peripherals', async () => {
    expect((await run(undefined, 'types')).text.trim().split('\n')).toEqual(Object.keys(peripherals))
  })

  it('prints no benches where none runs', async () => {
    expect(await run(undefined, 'benches')).toEqual({ code: 0, text: '' })
  })

  it('refuses to guess the shell', async () => {
    await expect(run(undefined)).rejects.toMatchObject({ code: 'ERR_USAGE' })
  })
})
