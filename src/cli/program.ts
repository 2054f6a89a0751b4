/** The `pi-worker` command: its options and subcommands. What each does is loaded when it is called. */

import { Command, CommanderError } from 'commander'
import { packageVersion } from '../records/run/package-version.js'
import { addBenchCommands, BENCH_COMMANDS } from './bench-commands.js'
import { addCompletionCommand } from './completion-command.js'
import { addExamples } from './examples.js'
import { exit, exitOf } from './exit.js'
import { addInitCommand } from './init-command.js'
import { Output, processIo } from './io.js'
import { addJournalCommand } from './journal-command.js'
import { addLineCommands, LINE_COMMANDS } from './line-commands.js'
import type { AskIo } from './run-ask.js'
import { addRunCommands, withParams } from './run-commands.js'
import type { RunFlags } from './run-flags.js'
import { addRunsCommand } from './runs-command.js'
import type { SchemaFlags } from './schema.js'
import { addServiceCommand } from './service-command.js'
import type { TraceFlags } from './trace.js'
import { pointToHelp, usageError } from './usage-error.js'

/** The streams of one call of the command. */
export interface Session {
  readonly io: AskIo
  readonly out: Output
  readonly err: Output
}

const HELP = `

Exit codes (doctor has its own):
  0 all tasks succeeded      3 no usable driver or line
  1 a task failed            4 a peripheral could not be made safe: look at the hardware
  2 bad plan or command      5 an emergency stop, until pi-worker reset
  129, 130, 143 stopped by SIGHUP, SIGINT, SIGTERM, after safe states`

const SCHEMA_HELP = `
As the first line of a plan, for editors with the YAML language server:
  # yaml-language-server: $schema=plan.schema.json`

/**
 * Runs one command line (without node and script) and gives the exit code. Never rejects for what a user did.
 * @param io streams, signals and environment; those of the process when left out
 */
export async function main(argv: readonly string[], io: AskIo = thisProcess()): Promise<number> {
  const session: Session = { io, out: new Output(io.stdout, io.env), err: new Output(io.stderr, io.env) }
  const code = await dispatch(argv, session)
  await session.out.flush()
  await session.err.flush()
  if (session.out.failure === undefined) return code
  session.err.write(`pi-worker: standard output could not be written: ${session.out.failure.message}\n`)
  await session.err.flush()
  return code === exit.succeeded ? exit.badInput : code
}

/** Standard input is opened when it is asked for: most commands never do. */
function thisProcess(): AskIo {
  return {
    ...processIo(),
    get stdin() {
      return process.stdin
    },
  }
}

async function dispatch(argv: readonly string[], session: Session): Promise<number> {
  let code: number = exit.succeeded
  const program = buildProgram(session, result => {
    code = result
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exit.succeeded
    const failure = error instanceof CommanderError ? usageError(error, 'pi-worker') : error
    await report(session, failure, argv)
    return exitOf(failure)
  }
}

/** As a failed run, which has tasks, or as that of another command, which has none. */
async function report(session: Session, failure: unknown, argv: readonly string[]): Promise<void> {
  const [json, verbose] = ['--json', '--verbose'].map(flag => argv.includes(flag))
  const { reportFailure } = await import('./failure.js')
  const ofRun =
    json && ![...LINE_COMMANDS, ...BENCH_COMMANDS, 'trace', 'schema', 'journal', 'runs'].includes(argv[0] ?? '')
  await reportFailure(session, failure, { json: ofRun, verbose })
  if (!json || ofRun) return
  const { errorJson } = await import('./error-block.js')
  session.out.write(`${JSON.stringify({ error: errorJson(failure) })}\n`)
}

function buildProgram(session: Session, done: (code: number) => void): Command {
  const program = new Command('pi-worker')
    .description('Runs hardware jobs on a Raspberry Pi: timed, one at a time on each peripheral, and left safe.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeOut: text => session.out.write(text),
      // Errors are printed as a block, once, by the caller.
      writeErr: () => undefined,
      getOutHelpWidth: () => Math.min(session.io.stdout.columns ?? 100, 100),
      getOutHasColors: () => session.out.colored,
    })
  addRunCommands(program, session, done)
  withParams(program.command('check'))
    .description('say everything that is wrong with a plan file, or what it takes; opens nothing')
    .argument('<file>', 'plan file: YAML or JSON')
    .action(async (file: string, flags: Pick<RunFlags, 'param'>) => {
      const { checkCommand } = await import('./check.js')
      done(await checkCommand(session, file, flags))
    })
  program
    .command('schema')
    .description('say what a plan may say of a type of peripheral or in a step; without one, the JSON Schema of plans')
    .argument('[type]', 'type of peripheral: output, servo, …; or of step: scan, cron, record, …')
    .option('--json', 'print its JSON Schema, for programs')
    .addHelpText('after', SCHEMA_HELP)
    .action(async (type: string | undefined, flags: SchemaFlags) => {
      const { schemaCommand } = await import('./schema.js')
      done(schemaCommand(session, type, flags))
    })
  program
    .command('trace')
    .description('draw a recording as a timing diagram, and say what each line did')
    .argument('<file.vcd>', 'VCD file, as run --trace and logic analysers write it')
    .option('--from <time>', 'where to begin: 20ms, 1.5s')
    .option('--to <time>', 'where to end')
    .option('--lines <names>', 'only these, in this order: SDA,SCL')
    .option('--width <columns>', 'width of the drawing; that of the terminal when left out')
    .option('--ascii', 'draw with ASCII characters only')
    .option('--json', 'print what each line did as one JSON object; times in ns')
    .action(async (file: string, flags: TraceFlags) => {
      const { traceCommand } = await import('./trace.js')
      done(await traceCommand(session, file, flags))
    })
  addInitCommand(program, session, done)
  addServiceCommand(program, session, done)
  addJournalCommand(program, session, done)
  addRunsCommand(program, session, done)
  addBenchCommands(program, session, done)
  addLineCommands(program, session, done)
  addCompletionCommand(program, session, done)
  addExamples(program)
  pointToHelp(program)
  return program
}
