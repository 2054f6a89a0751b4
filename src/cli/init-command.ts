/** The options of `pi-worker init`. What it does is loaded when it is called. */

import type { Command } from 'commander'
import type { InitFlags } from './init.js'
import type { Session } from './program.js'

/** Adds it to the program; `done` is called with the exit code. */
export function addInitCommand(program: Command, session: Session, done: (code: number) => void): void {
  program
    .command('init')
    .description('ask what is connected, and write a plan file with comments')
    .argument('[file]', 'the new plan file', 'plan.yaml')
    .option('--yes', 'ask nothing: a file to begin with, which lets an LED blink')
    .action(async (file: string, flags: InitFlags) => {
      const { initCommand } = await import('./init.js')
      done(await initCommand(session, file, flags))
    })
}
