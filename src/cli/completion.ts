/** `pi-worker completion SHELL`: prints a script that completes commands, flags, files and names. */

import { readdirSync } from 'node:fs'
import type { Command } from 'commander'
import { runFolder } from '../bench/run-folder.js'
import { labelOf, runningBenches } from '../bench/stop/running-benches.js'
import { PiWorkerError } from '../errors.js'
import { peripherals } from '../peripherals/index.js'
import { bashScript } from './completion-bash.js'
import { fishScript } from './completion-fish.js'
import { type CommandNode, completionTree } from './completion-tree.js'
import { zshScript } from './completion-zsh.js'
import { exit } from './exit.js'
import type { Session } from './program.js'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export const NAMES = ['benches', 'runs', 'types'] as const

export interface CompletionFlags {
  /** Which names are wanted, one a line, instead of a script. */
  readonly names?: (typeof NAMES)[number]
}

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (nodes: readonly CommandNode[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** Where the records of runs are when nobody says anything else. */
const RUNS = 'runs'

/** @throws ERR_USAGE */
export async function completionCommand(
  { io, out }: Session,
  program: Command,
  shell: (typeof SHELLS)[number] | undefined,
  { names }: CompletionFlags,
): Promise<number> {
  if (names !== undefined) out.write((await namesOf(names, io.env)).map(name => `${name}\n`).join(''))
  else if (shell !== undefined) out.write(SCRIPTS[shell](completionTree(program)))
  else {
    throw new PiWorkerError('ERR_USAGE', 'no shell was named', { remedy: `Name one of ${SHELLS.join(', ')}.` })
  }
  return exit.succeeded
}

async function namesOf(which: (typeof NAMES)[number], env: Session['io']['env']): Promise<string[]> {
  switch (which) {
    case 'types':
      return Object.keys(peripherals)
    case 'runs':
      return ['last', ...foldersIn(RUNS)]
    case 'benches': {
      const benches = await runningBenches({ folder: runFolder(env) })
      // The name alone is enough, where only one has it.
      return benches.map(bench => {
        return benches.filter(({ name }) => name === bench.name).length === 1 ? bench.name : labelOf(bench)
      })
    }
  }
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(({ name }) => name)
      .reverse()
  } catch {
    return []
  }
}
