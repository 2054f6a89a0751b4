/** The options and the help of `pi-worker run` and `pi-worker rehearse`. What they do is loaded when it is called. */

import { type Command, Option } from 'commander'
import { withBoardOptions } from './line-commands.js'
import type { Session } from './program.js'
import type { RunFlags } from './run-flags.js'

const RUN_HELP = `
The record of a run is a folder below runs/, which says all that happened: tables, tasks, levels, what was run.
PI_WORKER_RUNS in the environment names another folder than runs/; when it is empty, nothing is recorded.`

const REHEARSE_HELP = `
The plan runs on simulated hardware in virtual time, so that days pass in seconds, and leaves the record that
a run leaves. Questions are answered as with --yes.`

/** Adds them to the program; `done` is called with the exit code. */
export function addRunCommands(program: Command, session: Session, done: (code: number) => void): void {
  const run = withBoardOptions(program.command('run').description('run a plan file'))
    .argument('<file>', 'plan file: YAML or JSON')
    .option('--virtual', 'in virtual time, as fast as it goes; only with --driver mock')
  withPlanOptions(run)
    .option('--yes', 'answer every question of the plan with yes, or with its default')
    .addOption(
      new Option(
        '--sync <when>',
        'when what is recorded must be on the disk: each row, every second, or whenever',
      ).choices(['row', 'second', 'off']),
    )
    .option('--resume <id>', 'go on after the last row of a run that was interrupted, if the plan says that it may')
    .option('--journal <folder>', 'keep the journal there; with --driver mock there is none otherwise')
    .option('--no-journal', 'keep no journal: after a crash nobody will know what was in flight')
    .option('--json', 'print one JSON object, and nothing else, on standard output')
    .option('--quiet', 'print nothing but errors and how it ended')
    .option('--verbose', 'more about the driver and about errors')
    .addHelpText('after', RUN_HELP)
    .action(async (file: string, flags: RunFlags) => {
      const { runCommand } = await import('./run.js')
      done(await runCommand(session, file, flags))
    })
  const rehearse = program
    .command('rehearse')
    .description('run a plan file on simulated hardware in virtual time, and record it')
    .argument('<file>', 'plan file: YAML or JSON')
  withPlanOptions(rehearse)
    .option('--json', 'print one JSON object, and nothing else, on standard output')
    .option('--quiet', 'print nothing but errors and how it ended')
    .option('--verbose', 'more about the driver and about errors')
    .addHelpText('after', REHEARSE_HELP)
    .action(async (file: string, flags: RunFlags) => {
      const { rehearseCommand } = await import('./rehearse.js')
      done(await rehearseCommand(session, file, flags))
    })
}

export function withParams(command: Command): Command {
  const description = 'what a parameter of the plan is to be; may be given several times'
  return command.option('--param <name=value>', description, collected)
}

/** What a run and a rehearsal have in common. */
function withPlanOptions(command: Command): Command {
  return withParams(command)
    .option('--runs <folder>', 'where the records of all runs are; runs/ when left out')
    .option('--out <folder>', 'the folder of this record: empty, or not there yet')
    .option('--for <duration>', 'stop the plan after so long: 90s, 3d')
    .option('--no-record', 'record nothing')
    .option('--trace <file.vcd>', 'write every level change of the lines there, too')
    .option('--no-trace', 'leave the level changes out of the record: they may be many')
    .addOption(
      new Option('--timescale <tick>', 'one tick of the trace; 1ns is for short ones')
        .choices(['1us', '1ns'])
        .default('1us'),
    )
    .option('--replay <file.vcd>', 'let inputs do what was recorded; only with --driver mock')
    .option('--seed <number>', 'seed of what is left to chance in a simulation; default 1; only with --driver mock')
}

function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}
