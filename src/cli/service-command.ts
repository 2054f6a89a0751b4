/** The options and the help of `pi-worker install-service`. */

import { type Command, Option } from 'commander'
import type { ServiceFlags } from './install-service.js'
import { withBoardOptions } from './line-commands.js'
import type { Session } from './program.js'

const HELP = `
The service runs the plan at every boot, is watched, and is started again when it fails. It shows the
unit, writes it, and says how to start it. Only the runner is ended at a stop: its guardian outlives it.`

/** Adds it to the program; `done` is called with the exit code. */
export function addServiceCommand(program: Command, session: Session, done: (code: number) => void): void {
  withBoardOptions(
    program
      .command('install-service')
      .description('write a systemd unit that runs a plan')
      .argument('<file>', 'plan file: YAML or JSON'),
  )
    .option('--name <unit>', 'name of the unit; from the name of the plan when left out')
    .option('--as <user>', 'who runs it; you when left out, root for --driver pigpio')
    .addOption(
      new Option('--restart <when>', 'when it is started again')
        .choices(['on-failure', 'always', 'no'])
        .default('on-failure'),
    )
    .option('--watchdog <time>', 'it is taken for dead after so long without a sign of life', '30s')
    .option('--user', "a unit of your own manager, not the system's")
    .option('--print', 'print the unit on standard output and write nothing')
    .option('--force', 'replace another unit of that name')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: ServiceFlags) => {
      const { installServiceCommand } = await import('./install-service.js')
      done(await installServiceCommand(session, file, flags))
    })
}
