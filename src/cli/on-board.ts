/** Opens a board for one command, and closes it again, however the command ends: by itself, by a signal, by an error. */

import type { Board } from '../../drivers/driver.js'
import { signalExit } from '../stop-signals.js'
import { type Clock, SystemClock } from '../worker/clock.js'
import { MAX_DURATION_MS } from '../worker/duration.js'
import { sleep } from '../worker/sleep.js'
import { errorBlock } from './error-block.js'
import { exit } from './exit.js'
import { oneLine } from './format.js'
import type { BoardFlags, LineWorld } from './line-world.js'
import type { Session } from './program.js'
import { StopRequest } from './stop.js'

/** What a command is given once its board is open. */
export interface OnBoard {
  readonly board: Board
  readonly clock: Clock
  /** Aborts when a signal, or an error that nobody caught, ends the command. */
  readonly stop: AbortSignal
}

/**
 * The exit code of `use`, or the signal's when one came.
 * @throws what opening, `use` and closing throw
 */
export async function onBoard(
  session: Session,
  flags: BoardFlags,
  world: LineWorld,
  use: (opened: OnBoard) => Promise<number>,
): Promise<number> {
  const { io, err } = session
  const clock = io.clock ?? new SystemClock()
  const stop = new StopRequest(
    io.signals,
    reason => {
      if (reason.kind !== 'crash') return
      err.write(errorBlock(reason.error, { colored: err.colored, verbose: flags.verbose }))
    },
    () => err.write('still ending: the lines are let go first\n'),
  )
  try {
    const code = await openAndUse(world, flags, clock, stop.signal, session, use)
    if (stop.reason?.kind === 'signal') return signalExit[stop.reason.signal]
    return stop.reason === undefined ? code : exit.failed
  } finally {
    stop.dispose()
  }
}

async function openAndUse(
  world: LineWorld,
  { driver, chip, verbose }: BoardFlags,
  clock: Clock,
  stop: AbortSignal,
  { err }: Session,
  use: (opened: OnBoard) => Promise<number>,
): Promise<number> {
  const { board, choice } = await world.open({ driver, chip, clock })
  try {
    if (verbose) err.write(`driver: ${oneLine(choice)}\n`)
    return stop.aborted ? exit.succeeded : await use({ board, clock, stop })
  } finally {
    await board.close()
  }
}

/** Waits until `stop` aborts, or until `ms` have passed if they are given. It keeps the process alive meanwhile. */
export async function untilStopped(clock: Clock, stop: AbortSignal, ms = MAX_DURATION_MS): Promise<void> {
  try {
    await sleep(clock, ms, stop)
  } catch (error) {
    if (!stop.aborted) throw error
  }
}
