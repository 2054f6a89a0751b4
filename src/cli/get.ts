/** `pi-worker get LINE...`: the levels of lines now. */

import type { Bias, Board, Level } from '../../drivers/driver.js'
import { chooseLines, levelsJson, showLevel } from './choose-lines.js'
import { exit } from './exit.js'
import { guardLines } from './guard-lines.js'
import { type BoardFlags, type LineWorld, thisWorld } from './line-world.js'
import { onBoard } from './on-board.js'
import type { Session } from './program.js'

export interface GetFlags extends BoardFlags {
  readonly bias?: Bias
  readonly activeLow?: true
  readonly force?: true
}

/** @throws ERR_UNKNOWN_LINE, ERR_LINE_BUSY, and what opening and requesting throw */
export async function getCommand(
  session: Session,
  spellings: readonly string[],
  flags: GetFlags,
  world: LineWorld = thisWorld(),
): Promise<number> {
  const { out, err } = session
  const { chip, force, bias, activeLow = false, json } = flags
  return await onBoard(session, flags, world, async ({ board }) => {
    const lines = chooseLines(board, spellings)
    const warn = (text: string): void => err.write(`warning: ${text}\n`)
    const guard = { board, machine: world.machine, use: 'get', chip, force, warn } as const
    const values = await readLevels(board, lines, await guardLines(lines, guard), { bias, activeLow })
    if (json) out.write(`${JSON.stringify(levelsJson(values, activeLow))}\n`)
    else for (const [line, value] of values) out.write(`${showLevel(line, value, activeLow)}\n`)
    return exit.succeeded
  })
}

interface ReadOptions {
  readonly bias: Bias | undefined
  readonly activeLow: boolean
}

/** Logical values, in the order of the lines. @param shown Levels that are known already; these lines are not requested. */
async function readLevels(
  board: Board,
  lines: readonly number[],
  shown: ReadonlyMap<number, Level>,
  { bias = 'as-is', activeLow }: ReadOptions,
): Promise<Map<number, number>> {
  const known = new Map([...shown].map(([line, level]) => [line, Number((level === 'high') !== activeLow)]))
  const asked = lines.filter(line => !known.has(line))
  if (asked.length > 0) {
    const handle = await board.request({ lines: asked, settings: { direction: 'input', bias, activeLow } })
    const bits = handle.get()
    handle.release()
    for (const [index, line] of asked.entries()) known.set(line, (bits >>> index) & 1)
  }
  return new Map(lines.map(line => [line, known.get(line) ?? 0]))
}
