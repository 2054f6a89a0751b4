/** The program with all its commands, as `main` makes it. */

import { Command } from 'commander'
import { vi } from 'vitest'
import { addCompletionCommand } from '../../src/cli/completion-command.js'
import { addInitCommand } from '../../src/cli/init-command.js'
import { Output } from '../../src/cli/io.js'
import { FakeIo, runMain } from './setup.js'

export async function programTree(): Promise<Command> {
  let program: Command | undefined
  const parse = vi.spyOn(Command.prototype, 'parseAsync').mockImplementation(async function (this: Command) {
    program = this
    return this
  })
  try {
    await runMain([])
  } finally {
    parse.mockRestore()
  }
  const made = program as Command | undefined
  if (made === undefined) throw new RangeError('main parses nothing')
  const io = new FakeIo()
  const session = { io, out: new Output(io.stdout, io.env), err: new Output(io.stderr, io.env) }
  const has = (name: string): boolean => made.commands.some(command => command.name() === name)
  if (!has('init')) addInitCommand(made, session, () => undefined)
  if (!has('completion')) addCompletionCommand(made, session, () => undefined)
  return made
}

/** All of it, from the top down, with the words that it is called by. */
export function everyCommand(command: Command, path: readonly string[] = []): [path: string, command: Command][] {
  return [[path.join(' '), command], ...command.commands.flatMap(each => everyCommand(each, [...path, each.name()]))]
}
