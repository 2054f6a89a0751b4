/** The options of `pi-worker completion`. The script is made from the commands that the program has then. */

import { Argument, type Command, Option } from 'commander'
import type { CompletionFlags, SHELLS } from './completion.js'
import type { Session } from './program.js'

/** Adds it to the program; `done` is called with the exit code. */
export function addCompletionCommand(program: Command, session: Session, done: (code: number) => void): void {
  program
    .command('completion')
    .description('print a script for a shell, which completes commands, flags, files and names')
    .addArgument(new Argument('[shell]', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addOption(
      new Option('--names <which>', 'names alone, as the script asks for them')
        .choices(['benches', 'runs', 'types'])
        .hideHelp(),
    )
    .action(async (shell: (typeof SHELLS)[number] | undefined, flags: CompletionFlags) => {
      const { completionCommand } = await import('./completion.js')
      done(await completionCommand(session, program, shell, flags))
    })
}
