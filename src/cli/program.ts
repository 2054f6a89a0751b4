/** The `pi-worker` command: its options and subcommands. What each does is loaded when it is called. */

import { createRequire } from 'node:module'
import { Command, CommanderError, Option } from 'commander'
import type { DriverName } from '../../drivers/driver.js'
import { PiWorkerError } from '../errors.js'
import { addBenchCommands, BENCH_COMMANDS } from './bench-commands.js'
import { exit, exitOf } from './exit.js'
import { type CliIo, Output, processIo } from './io.js'
import { addJournalCommand } from './journal-command.js'
import { addLineCommands, LINE_COMMANDS, withBoardOptions } from './line-commands.js'
import type { SchemaFlags } from './schema.js'
import { addServiceCommand } from './service-command.js'
import type { TraceFlags } from './trace.js'

/** What `run` was asked for. */
export interface RunFlags {
  readonly driver: 'auto' | DriverName
  readonly chip?: string
  readonly virtual?: true
  readonly trace?: string
  readonly timescale: '1us' | '1ns'
  readonly seed?: string
  readonly replay?: string
  /** The folder of the journal; false for none. */
  readonly journal?: string | false
  readonly json?: true
  readonly verbose?: true
}

/** The streams of one call of the command. */
export interface Session {
  readonly io: CliIo
  readonly out: Output
  readonly err: Output
}

const HELP = `
Examples:
  pi-worker check dose.yaml                           say what is wrong with a plan; opens nothing
  pi-worker run dose.yaml --driver mock               run it on simulated hardware, in real time
  pi-worker run dose.yaml --driver mock --virtual     the same at once, in virtual time
  pi-worker run dose.yaml --trace dose.vcd            run it on this machine's lines and record them
  pi-worker trace dose.vcd                            draw what was recorded
  pi-worker run dose.yaml --json > result.json        the tasks as one JSON object
  pi-worker stop                                      emergency stop of every bench that runs here
  pi-worker doctor                                    what is wrong with this machine, and what mends it
  pi-worker pinout                                    the header, with what every line does now
  pi-worker schema servo                              what a plan may say of a servo
  pi-worker get 17                                    one level; set 17=1 and watch 17 are like it

Exit codes (doctor has its own):
  0 all tasks succeeded      3 no usable driver or line
  1 a task failed            4 a peripheral could not be made safe: look at the hardware
  2 bad plan or command      129, 130, 143 stopped by SIGHUP, SIGINT, SIGTERM, after safe states`

const RUN_HELP = `
Examples:
  pi-worker run dose.yaml
  pi-worker run dose.yaml --driver mock --virtual --trace dose.vcd
  pi-worker run dose.yaml --driver gpiochip --chip /dev/gpiochip4`

const CHECK_HELP = `
Examples:
  pi-worker check dose.yaml
  pi-worker check dose.yaml && pi-worker run dose.yaml`

const SCHEMA_HELP = `
Examples:
  pi-worker schema stepper                            its configuration, its actions, an example
  pi-worker schema > plan.schema.json                 all types, for completion in editors,
  and as the first line of a plan, for editors with the YAML language server:
  # yaml-language-server: $schema=plan.schema.json`

const TRACE_HELP = `
Examples:
  pi-worker trace dose.vcd
  pi-worker trace dose.vcd --from 1s --to 1.2s --lines pump,level`

/**
 * Runs one command line (without node and script) and gives the exit code. Never rejects for what a user did.
 * @param io streams, signals and environment; those of the process when left out
 */
export async function main(argv: readonly string[], io: CliIo = processIo()): Promise<number> {
  const session: Session = { io, out: new Output(io.stdout, io.env), err: new Output(io.stderr, io.env) }
  const code = await dispatch(argv, session)
  await session.out.flush()
  await session.err.flush()
  if (session.out.failure === undefined) return code
  session.err.write(`pi-worker: standard output could not be written: ${session.out.failure.message}\n`)
  await session.err.flush()
  return code === exit.succeeded ? exit.badInput : code
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
    const failure = error instanceof CommanderError ? usageError(error) : error
    await report(session, failure, argv)
    return exitOf(failure)
  }
}

/** As a failed run, which has tasks, or as that of another command, which has none. */
async function report(session: Session, failure: unknown, argv: readonly string[]): Promise<void> {
  const [json, verbose] = ['--json', '--verbose'].map(flag => argv.includes(flag))
  const { reportFailure } = await import('./failure.js')
  const ofRun = json && ![...LINE_COMMANDS, ...BENCH_COMMANDS, 'trace', 'schema', 'journal'].includes(argv[0] ?? '')
  await reportFailure(session, failure, { json: ofRun, verbose })
  if (!json || ofRun) return
  const { errorJson } = await import('./error-block.js')
  session.out.write(`${JSON.stringify({ error: errorJson(failure) })}\n`)
}

function buildProgram(session: Session, done: (code: number) => void): Command {
  const program = new Command('pi-worker')
    .description('Runs hardware jobs on a Raspberry Pi: timed, one at a time on each peripheral, and left safe.')
    .version(version(), '--version', 'print the version')
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
  withBoardOptions(program.command('run').description('run a plan file').argument('<file>', 'plan file: YAML or JSON'))
    .option('--virtual', 'in virtual time, as fast as it goes; only with --driver mock')
    .option('--trace <file.vcd>', 'record every level change of the lines')
    .addOption(
      new Option('--timescale <tick>', 'one tick of the trace; 1ns is for short ones')
        .choices(['1us', '1ns'])
        .default('1us'),
    )
    .option('--replay <file.vcd>', 'let inputs do what was recorded; only with --driver mock')
    .option('--seed <number>', 'seed of what is left to chance in a simulation; default 1; only with --driver mock')
    .option('--journal <folder>', 'keep the journal there; with --driver mock there is none otherwise')
    .option('--no-journal', 'keep no journal: after a crash nobody will know what was in flight')
    .option('--json', 'print one JSON object, and nothing else, on standard output')
    .option('--verbose', 'more about the driver and about errors')
    .addHelpText('after', RUN_HELP)
    .action(async (file: string, flags: RunFlags) => {
      const { runCommand } = await import('./run.js')
      done(await runCommand(session, file, flags))
    })
  program
    .command('check')
    .description('say everything that is wrong with a plan file; opens nothing')
    .argument('<file>', 'plan file: YAML or JSON')
    .addHelpText('after', CHECK_HELP)
    .action(async (file: string) => {
      const { checkCommand } = await import('./check.js')
      done(await checkCommand(session, file))
    })
  program
    .command('schema')
    .description('say what a plan may say of a type of peripheral; without one, the JSON Schema of plan files')
    .argument('[type]', 'type of peripheral: output, input, servo, …')
    .option('--json', 'print the JSON Schema of that type, for programs')
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
    .addHelpText('after', TRACE_HELP)
    .action(async (file: string, flags: TraceFlags) => {
      const { traceCommand } = await import('./trace.js')
      done(await traceCommand(session, file, flags))
    })
  addServiceCommand(program, session, done)
  addJournalCommand(program, session, done)
  addBenchCommands(program, session, done)
  addLineCommands(program, session, done)
  return program
}

/** `error: unknown option '--vitual'\n(Did you mean --virtual?)` as one of our errors. */
function usageError(error: CommanderError): PiWorkerError {
  if (error.code === 'commander.help') {
    return new PiWorkerError('ERR_USAGE', 'no command was given', { remedy: 'Name one: see pi-worker --help.' })
  }
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n')
  const guess = hint?.replace(/^\(|\)$/g, '')
  const remedy = guess === undefined ? undefined : `${guess} See pi-worker --help.`
  return new PiWorkerError('ERR_USAGE', message, { remedy, cause: error })
}

function version(): string {
  const facts: unknown = createRequire(import.meta.url)('pi-worker/package.json')
  return typeof facts === 'object' && facts !== null && 'version' in facts ? String(facts.version) : 'unknown'
}
