/** The options of `pi-worker completion`. The script is made from the commands that the program has then. */

import { Argument, type Command, Option } from 'commander'
import type { CompletionFlags, SHELLS } from './completion.js'
import type { Session } from './program.js'

/** Which names the program can be asked for: `params` end in `=`, for a value follows. */
export const NAMES = ['benches', 'runs', 'types', 'params', 'resumable'] as const
export type NamesOf = (typeof NAMES)[number]

const HELP = `
It completes pi-worker where that is on the PATH. A package of a project is on no PATH: write
npx pi-worker in its place, here and afterwards; that is completed too, unless npx has a completion
of its own. To have pi-worker itself: npm install -g pi-worker, or alias pi-worker='npx pi-worker'.`

/** Adds it to the program; `done` is called with the exit code. */
export function addCompletionCommand(program: Command, session: Session, done: (code: number) => void): void {
  program
    .command('completion')
    .description('print a script for a shell, which completes commands, flags, files and names')
    .addArgument(new Argument('[shell]', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addOption(new Option('--names <which>', 'names alone, as the script asks for them').choices(NAMES).hideHelp())
    .addOption(new Option('--words <lines>', 'the words of the command line, each on a line').hideHelp())
    .addHelpText('after', HELP)
    .action(async (shell: (typeof SHELLS)[number] | undefined, flags: CompletionFlags) => {
      const { completionCommand } = await import('./completion.js')
      done(await completionCommand(session, program, shell, flags))
    })
}
