/** What can be completed on a command line, read from the commands themselves: a script made of it has nothing of its own. */

import type { Argument, Command, Option } from 'commander'
import type { NamesOf } from './completion-command.js'
import { oneLine } from './format.js'

/** What stands in the place of a value. */
export type Value =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Files with one of these endings; with none, any. */
  | { readonly kind: 'files'; readonly endings: readonly string[] }
  | { readonly kind: 'folders' }
  /** Names that are known only when they are asked for. */
  | { readonly kind: 'names'; readonly of: NamesOf }
  /** Nobody knows what. */
  | { readonly kind: 'text' }

export interface FlagNode {
  /** `--driver`, and `-d` where there is one. */
  readonly names: readonly string[]
  readonly about: string
  /** Undefined for a flag without a value. */
  readonly value: Value | undefined
}

export interface CommandNode {
  /** `` for the program itself, `runs show` for a command of a command. */
  readonly path: string
  readonly about: string
  /** The last word of each of its commands, with what it does. */
  readonly commands: readonly { readonly name: string; readonly about: string }[]
  readonly flags: readonly FlagNode[]
  /** What its arguments are: all of them are like the first one. */
  readonly argument: Value | undefined
}

/** The program and all commands below it, from the top down. */
export function completionTree(program: Command): CommandNode[] {
  return nodesOf(program, [])
}

function nodesOf(command: Command, path: readonly string[]): CommandNode[] {
  const below = command.commands
  const [first] = command.registeredArguments
  const node: CommandNode = {
    path: path.join(' '),
    about: oneLine(command.description()),
    commands: below.map(each => ({ name: each.name(), about: oneLine(each.description()) })),
    flags: command.createHelp().visibleOptions(command).map(flagOf),
    argument: first === undefined ? undefined : valueIn(first),
  }
  return [node, ...below.flatMap(each => nodesOf(each, [...path, each.name()]))]
}

function flagOf(option: Option): FlagNode {
  const names = [option.long, option.short].filter(name => name !== undefined && name !== null)
  const takes = option.required || option.optional
  return { names, about: oneLine(option.description), value: takes ? valueIn(option) : undefined }
}

/** By its choices, by what its placeholder is called, or by what is said of it. */
function valueIn(what: Option | Argument): Value {
  if (what.argChoices !== undefined && what.argChoices.length > 0) return { kind: 'words', words: what.argChoices }
  const placeholder = 'flags' in what ? (/[<[]([^>\].]+(?:\.\w+)?)/.exec(what.flags)?.[1] ?? '') : what.name()
  const ending = /\.\w+$/.exec(placeholder)?.[0]
  if (ending !== undefined) return { kind: 'files', endings: [ending] }
  if (placeholder === 'file') {
    return { kind: 'files', endings: /\bplan\b/.test(what.description) ? ['.yaml', '.yml', '.json'] : [] }
  }
  if (placeholder === 'path')
    return /\bfolder|journals\b/.test(what.description) ? { kind: 'folders' } : { kind: 'files', endings: [] }
  if (placeholder === 'folder') return { kind: 'folders' }
  if (placeholder === 'type') return { kind: 'names', of: 'types' }
  if (placeholder === 'name=value') return { kind: 'names', of: 'params' }
  if ('long' in what && what.long === '--resume') return { kind: 'names', of: 'resumable' }
  if (['id', 'ids', 'a', 'b'].includes(placeholder)) return { kind: 'names', of: 'runs' }
  if (/\brunning bench\b/.test(what.description)) return { kind: 'names', of: 'benches' }
  return { kind: 'text' }
}
