/** The options and the help of `pi-worker journal`. */

import type { Command } from 'commander'
import type { JournalFlags } from './journal.js'
import type { Session } from './program.js'

const HELP = `
A bench on real lines writes down every action that does more than read, before it is begun and when it
is over. After a run that did not come to its end, in flight is what may have run, in part or as a whole.`

/** Adds it to the program; `done` is called with the exit code. */
export function addJournalCommand(program: Command, session: Session, done: (code: number) => void): void {
  program
    .command('journal')
    .description('say what was done on a bench, and what was in flight when its run ended')
    .argument('[name]', 'a journal, or as much of its name as no other has; all of them when left out')
    .option('--folder <path>', 'where the journals are, if not in the usual place')
    .option('--last <number>', 'so many of the last records', '20')
    .option('--json', 'print one JSON object, and nothing else, on standard output')
    .addHelpText('after', HELP)
    .action(async (name: string | undefined, flags: JournalFlags) => {
      const { journalCommand } = await import('./journal.js')
      done(await journalCommand(session, name, flags))
    })
}
