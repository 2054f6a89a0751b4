/** The options and the help of `pi-worker runs`. What each does is loaded when it is called. */

import type { Command } from 'commander'
import type { Session } from './program.js'

const HELP = `
ID is the name of a run, or as much of it as no other has, or last; or the path of a record (./rehearsal).`

/** Where the records are. */
export interface RunsFlags {
  readonly runs?: string
  readonly json?: true
}

export interface ExportFlags extends RunsFlags {
  readonly csv?: true
  readonly jsonl?: true
  readonly stream?: string
  readonly out?: string
}

export interface DeleteFlags extends RunsFlags {
  readonly olderThan?: string
  readonly yes?: true
}

export interface ReportFlags extends RunsFlags {
  readonly open?: true
}

/** Adds it to the program; `done` is called with the exit code. */
export function addRunsCommand(program: Command, session: Session, done: (code: number) => void): void {
  // What is known to `runs` itself is taken by it, wherever it stands: each asks for what both were given.
  const runs = program.command('runs').description('what was run, and what came of it')
  const sub = (usage: string, description: string): Command =>
    runs
      .command(usage)
      .description(description)
      .option('--runs <folder>', 'where the records of all runs are; runs/ when left out')
  sub('list', 'the runs in the folder (what runs does by itself)')
    .option('--json', 'print one JSON object')
    .action(async (_own: RunsFlags, command: Command) => {
      const { listCommand } = await import('./runs.js')
      done(await listCommand(session, command.optsWithGlobals()))
    })
  sub('show <id>', 'what is known of a run')
    .option('--json', 'print what run.json says')
    .action(async (id: string, _own: RunsFlags, command: Command) => {
      const flags: RunsFlags = command.optsWithGlobals()
      const { showCommand } = await import('./runs.js')
      done(await showCommand(session, id, flags))
    })
  sub('report <id>', 'write the report of a run, one page, and say where it is')
    .option('--open', 'show it in the browser')
    .action(async (id: string, _own: ReportFlags, command: Command) => {
      const flags: ReportFlags = command.optsWithGlobals()
      const { reportCommand } = await import('./runs-report.js')
      done(await reportCommand(session, id, flags))
    })
  sub('compare <a> <b>', 'two runs side by side; what differs is marked')
    .option('--json', 'print one JSON object')
    .action(async (a: string, b: string, _own: RunsFlags, command: Command) => {
      const flags: RunsFlags = command.optsWithGlobals()
      const { compareCommand } = await import('./runs-compare.js')
      done(await compareCommand(session, a, b, flags))
    })
  sub('export <id>', 'the rows of a run, on standard output or in a file')
    .option('--csv', 'as a table (the default)')
    .option('--jsonl', 'as one JSON object a line')
    .option('--stream <name>', 'which rows; primary when left out')
    .option('--out <file>', 'a new file')
    .action(async (id: string, _own: ExportFlags, command: Command) => {
      const flags: ExportFlags = command.optsWithGlobals()
      const { exportCommand } = await import('./runs-export.js')
      done(await exportCommand(session, id, flags))
    })
  sub('delete [ids...]', 'delete records; asks first')
    .option('--older-than <time>', 'those that are older: 12h, 30d')
    .option('--yes', 'do not ask')
    .action(async (ids: string[], _own: DeleteFlags, command: Command) => {
      const flags: DeleteFlags = command.optsWithGlobals()
      const { deleteCommand } = await import('./runs-delete.js')
      done(await deleteCommand(session, ids, flags))
    })
  runs
    .option('--runs <folder>', 'where the records of all runs are; runs/ when left out')
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP)
    .action(async (flags: RunsFlags) => {
      const { listCommand } = await import('./runs.js')
      done(await listCommand(session, flags))
    })
}
