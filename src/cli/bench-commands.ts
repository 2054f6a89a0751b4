/** The commands on benches that run: their options and help. What each does is loaded when it is called. */

import type { Command } from 'commander'
import type { PauseFlags } from './pause.js'
import type { Session } from './program.js'
import type { ResetFlags } from './reset.js'
import type { StatusFlags } from './status.js'
import type { StopFlags } from './stop-bench.js'

export const BENCH_COMMANDS: readonly string[] = ['status', 'stop', 'reset', 'pause', 'resume']

const NAMES = `
NAME is the name of the plan, or what the program gave openBench; NAME-PID or PID where several have it.
Only benches of this user are reached; the folder of their sockets is that of PI_WORKER_RUN_FOLDER.`

const STATUS_HELP = `${NAMES}`

const STOP_HELP = `
All outputs are safe at once, everything that runs is ended, and nothing starts any more until a reset. When the
program is stuck, its guardian makes the outputs safe.
${NAMES}

Exit codes: 0 stopped, and all is safe; 2 no such bench runs; 4 look at the hardware.`

const RESET_HELP = `
A stop lasts longer than its program: when that has ended, its next start is refused until the reset. Of a
simulated bench without a journal no stop is remembered: it can be started again without one.
What is said with --acknowledge is kept in the events of the bench, or in the log of the folder. A reset is refused
while the stop button is pressed, while something is not safe, and while something that was given up could still act.
${NAMES}`

const PAUSE_HELP = `
What is under way ends, then the plan waits for pi-worker resume.
${NAMES}`

const RESUME_HELP = `${NAMES}`

/** Adds them to the program; `done` is called with the exit code. */
export function addBenchCommands(program: Command, session: Session, done: (code: number) => void): void {
  const which = 'a running bench'
  const orTheOnly = `${which}; the only one when left out`
  program
    .command('status')
    .description('say how the benches are that run: their peripherals, tasks and levels')
    .argument('[name]', `${which}; all of them when left out`)
    .option('--json', 'print one JSON object, and nothing else, on standard output')
    .addHelpText('after', STATUS_HELP)
    .action(async (name: string | undefined, flags: StatusFlags) => {
      const { statusCommand } = await import('./status.js')
      done(await statusCommand(session, name, flags))
    })
  program
    .command('stop')
    .description('emergency stop: all outputs safe at once, until a reset')
    .argument('[name]', `${which}; all of them when left out`)
    .option('--reason <text>', 'why, for the record', 'pi-worker stop')
    .option('--json', 'print one JSON object, and nothing else, on standard output')
    .addHelpText('after', STOP_HELP)
    .action(async (name: string | undefined, flags: StopFlags) => {
      const { stopCommand } = await import('./stop-bench.js')
      done(await stopCommand(session, name, flags))
    })
  program
    .command('reset')
    .description('let a stopped bench go on, or be started again')
    .argument('[name]', 'a running bench that is stopped, or one whose program has ended; the only one when left out')
    .option('--acknowledge <text>', 'who lets it go on, or why it can; it must be given')
    .option('--fail-waiting', 'fail the tasks that were kept waiting, instead of running them now')
    .addHelpText('after', RESET_HELP)
    .action(async (name: string | undefined, flags: ResetFlags) => {
      const { resetCommand } = await import('./reset.js')
      done(await resetCommand(session, name, flags))
    })
  program
    .command('pause')
    .description('pause the plan of a bench at its next step')
    .argument('[name]', orTheOnly)
    .option('--safe', 'make all outputs safe meanwhile')
    .addHelpText('after', PAUSE_HELP)
    .action(async (name: string | undefined, flags: PauseFlags) => {
      const { pauseCommand } = await import('./pause.js')
      done(await pauseCommand(session, name, flags))
    })
  program
    .command('resume')
    .description('let a paused plan go on')
    .argument('[name]', orTheOnly)
    .addHelpText('after', RESUME_HELP)
    .action(async (name: string | undefined) => {
      const { resumeCommand } = await import('./pause.js')
      done(await resumeCommand(session, name))
    })
}
