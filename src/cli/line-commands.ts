/** The commands on single lines and on the machine: their options and help. What each does is loaded when it is called. */

import { type Command, Option } from 'commander'
import { LINE_SPELLINGS } from '../catalogue-hardware.js'
import type { DoctorFlags } from './doctor.js'
import type { GetFlags } from './get.js'
import type { PinoutFlags } from './pinout.js'
import type { Session } from './program.js'
import type { SetFlags } from './set.js'
import type { WatchFlags } from './watch.js'

export const LINE_COMMANDS: readonly string[] = ['doctor', 'pinout', 'get', 'set', 'watch']

const DRIVERS = ['auto', 'mock', 'gpiochip', 'onoff', 'pigpio'] as const

/** What every command takes that reaches lines. */
export function withBoardOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--driver <name>', 'how lines are reached; auto never takes mock').choices(DRIVERS).default('auto'),
    )
    .option('--chip <path>', 'the GPIO chip; found by its label when left out')
}

const LINE_HELP = `lines: ${LINE_SPELLINGS}`

const DOCTOR_HELP = `
Exit codes: 0 all is well, 1 there are warnings, 2 there are problems.`

const PINOUT_HELP = `
It looks at registers and at what the kernel tells, and never requests a line.`

const GET_HELP = `
A line that serves a UART, I2C or SPI is refused, because a request takes it away from there.`

const SET_HELP = `
LEVEL is high or low, or 1, 0, on or off, which --active-low turns over. What the level will be
when the command has ended depends on the kernel; the command says it.`

const WATCH_HELP = `
Each edge: seconds since the start, line, direction, and its number in this watch.`

/** Adds them to the program; `done` is called with the exit code. */
export function addLineCommands(program: Command, session: Session, done: (code: number) => void): void {
  program
    .command('doctor')
    .description('look at all that jobs on real lines depend on, and say how to mend what is wrong')
    .option('--json', 'print one JSON object, and nothing else, on standard output')
    .addHelpText('after', DOCTOR_HELP)
    .action(async (flags: DoctorFlags) => {
      const { doctorCommand } = await import('./doctor.js')
      done(await doctorCommand(session, flags))
    })
  withBoardOptions(program.command('pinout'))
    .description('show the 40-pin header: functions, levels, directions, holders')
    .option('--bench <file>', 'a plan file whose peripherals are marked')
    .option('--json', 'print one JSON object, and nothing else, on standard output')
    .option('--verbose', 'why no driver opens, where none does')
    .addHelpText('after', PINOUT_HELP)
    .action(async (flags: PinoutFlags) => {
      const { pinoutCommand } = await import('./pinout.js')
      done(await pinoutCommand(session, flags))
    })
  onLines(program, 'get', '<line...>', LINE_HELP)
    .description('print the levels of lines')
    .addOption(biasOption())
    .option('--active-low', 'show on for low and off for high')
    .option('--json', 'print one JSON object, and nothing else, on standard output')
    .addHelpText('after', GET_HELP)
    .action(async (lines: string[], flags: GetFlags) => {
      const { getCommand } = await import('./get.js')
      done(await getCommand(session, lines, flags))
    })
  onLines(program, 'set', '<line=level...>', 'lines and what they are set to: GPIO17=high')
    .description('set outputs, all at once, and say what becomes of them afterwards')
    .option('--hold', 'hold them until Ctrl-C')
    .option('--for <duration>', 'hold them for so long: 500ms, 2s, 5m')
    .option('--active-low', '1 and on are low')
    .option('--json', 'print one JSON object, and nothing else, on standard output')
    .addHelpText('after', SET_HELP)
    .action(async (assignments: string[], flags: SetFlags) => {
      const { setCommand } = await import('./set.js')
      done(await setCommand(session, assignments, flags))
    })
  onLines(program, 'watch', '<line...>', LINE_HELP)
    .description('print the edges of lines as they come, until Ctrl-C')
    .addOption(new Option('--edges <which>', 'which edges').choices(['rising', 'falling', 'both']).default('both'))
    .option('--debounce <duration>', 'do not show changes that are shorter')
    .addOption(biasOption())
    .option('--count <number>', 'end after so many edges')
    .option('--for <duration>', 'end after so long: 500ms, 2s, 5m')
    .option('--json', 'print one JSON object for each edge, on a line of its own')
    .addHelpText('after', WATCH_HELP)
    .action(async (lines: string[], flags: WatchFlags) => {
      const { watchCommand } = await import('./watch.js')
      done(await watchCommand(session, lines, flags))
    })
}

function onLines(program: Command, name: string, argument: string, description: string): Command {
  return withBoardOptions(program.command(name).argument(argument, description))
    .option('--force', 'take a line away from what it serves')
    .option('--verbose', 'more about the driver and about errors')
}

function biasOption(): Option {
  return new Option('--bias <bias>', 'as the line is, when left out').choices(['pull-up', 'pull-down', 'disabled'])
}
