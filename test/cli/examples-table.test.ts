import { Command } from 'commander'
import { beforeAll, describe, expect, it } from 'vitest'
import { addExamples, examples } from '../../src/cli/examples.js'
import { everyCommand, programTree } from './program-tree.js'

let all: [path: string, command: Command][]

beforeAll(async () => {
  all = everyCommand(await programTree())
})

const lines = Object.entries(examples).flatMap(([path, own]) =>
  own.map(example => [path, typeof example === 'string' ? example : example[0]] as const),
)

/** The words of the parts of a line that call the program, as a shell takes them. */
function callsIn(line: string): string[][] {
  return line
    .split(/ (?:&&|\||>) |<\(|\)$/)
    .map(part => [...part.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? (word as string)))
    .map(words => (words[0] === 'sudo' ? words.slice(1) : words))
    .filter(([word]) => word === 'pi-worker')
    .map(words => words.slice(1))
}

/** What is wrong with a call, found as the program finds it. */
function wrongWith(words: readonly string[]): string | undefined {
  let [path, rest] = ['', words]
  for (;;) {
    const next = `${path} ${rest[0]}`.trim()
    if (rest.length === 0 || !all.some(([known]) => known === next)) break
    path = next
    rest = rest.slice(1)
  }
  const command = all.find(([known]) => known === path)?.[1] as Command
  try {
    const { operands, unknown } = command.exitOverride().parseOptions([...rest])
    if (unknown.length > 0) return `unknown ${unknown.join(' ')}`
    const needed = command.registeredArguments.filter(({ required }) => required).length
    const most = command.registeredArguments.some(({ variadic }) => variadic) ? 99 : command.registeredArguments.length
    if (operands.length < needed || operands.length > most) return `${operands.length} arguments`
    for (const [index, { argChoices, name }] of command.registeredArguments.entries()) {
      const operand = operands[index]
      if (operand !== undefined && argChoices !== undefined && !argChoices.includes(operand))
        return `no ${name()}: ${operand}`
    }
    return undefined
  } catch (error) {
    return String(error)
  }
}

describe('the examples', () => {
  it('are there for every command', () => {
    expect(all.map(([path]) => path).filter(path => (examples[path] ?? []).length === 0)).toEqual([])
  })

  it('are for commands that there are', () => {
    expect(Object.keys(examples).filter(path => !all.some(([known]) => known === path))).toEqual([])
  })

  it.each(lines)('of "%s": %s', (path, line) => {
    const calls = callsIn(line)
    expect(calls.length).toBeGreaterThan(0)
    for (const words of calls) expect(wrongWith(words)).toBeUndefined()
    if (path !== '') expect(line).toContain(`pi-worker ${path}`)
  })

  it.each([
    ['an unknown flag', ['run', 'a.yaml', '--vitual']],
    ['a wrong choice', ['run', 'a.yaml', '--driver', 'pigpoi']],
    ['an unknown command', ['rnu']],
    ['an argument too many', ['check', 'a.yaml', 'b.yaml']],
    ['an argument too few', ['check']],
    ['an unknown shell', ['completion', 'csh']],
  ])('would not be right with %s', (_what, words) => {
    expect(wrongWith(words)).toBeDefined()
  })

  it('stand at the end of the help', async () => {
    const program = new Command('pi-worker').exitOverride()
    let text = ''
    program.configureOutput({ writeOut: written => (text += written) })
    program.command('check').argument('<file>')
    addExamples(program)
    program.commands[0]?.outputHelp()
    expect(text).toMatch(/Examples:\n {2}pi-worker check dose\.yaml\n {2}pi-worker check dose\.yaml && /)
  })

  it('fit into a terminal', () => {
    for (const [, own] of Object.entries(examples)) {
      for (const example of own) {
        const [line, about] = typeof example === 'string' ? [example, ''] : example
        expect(about === '' ? line.length + 2 : Math.max(46, line.length) + about.length + 4).toBeLessThanOrEqual(98)
      }
    }
  })
})
