/** `pi-worker completion SHELL`: prints a script that completes commands, flags, files and names. */

import type { Command } from 'commander'
import { PiWorkerError } from '../errors.js'
import { bashScript } from './completion-bash.js'
import type { NamesOf } from './completion-command.js'
import { fishScript } from './completion-fish.js'
import { namesFor } from './completion-names.js'
import { type CommandNode, completionTree } from './completion-tree.js'
import { zshScript } from './completion-zsh.js'
import { exit } from './exit.js'
import type { Session } from './program.js'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

export interface CompletionFlags {
  /** Which names are wanted, one a line, instead of a script. */
  readonly names?: NamesOf
  /** Of the command line that is completed, each on a line. */
  readonly words?: string
}

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (nodes: readonly CommandNode[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** @throws ERR_USAGE */
export async function completionCommand(
  { io, out }: Session,
  program: Command,
  shell: (typeof SHELLS)[number] | undefined,
  { names, words = '' }: CompletionFlags,
): Promise<number> {
  if (names !== undefined)
    out.write((await namesFor(names, words.split('\n'), io.env)).map(name => `${name}\n`).join(''))
  else if (shell !== undefined) out.write(SCRIPTS[shell](completionTree(program)))
  else {
    throw new PiWorkerError('ERR_USAGE', 'no shell was named', { remedy: `Name one of ${SHELLS.join(', ')}.` })
  }
  return exit.succeeded
}
