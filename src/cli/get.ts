/** `pi-worker get LINE...`: the levels of lines now. */

import type { Bias, Board } from '../../drivers/driver.js'
import { formatLine } from '../../drivers/lines.js'
import type { LineFunctions } from '../../drivers/machine/functions.js'
import { PiWorkerError } from '../errors.js'
import { chooseLines, guardLines, levelsJson, showLevel } from './choose-lines.js'
import { exit } from './exit.js'
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
    const functions = await guardLines(lines, { board, machine: world.machine, chip, force, warn })
    const values = await readLevels(board, lines, functions, { bias, activeLow, force })
    if (json) out.write(`${JSON.stringify(levelsJson(values, activeLow))}\n`)
    else for (const [line, value] of values) out.write(`${showLevel(line, value, activeLow)}\n`)
    return exit.succeeded
  })
}

interface ReadOptions {
  readonly bias: Bias | undefined
  readonly activeLow: boolean
  readonly force: true | undefined
}

/** Logical values, in the order of the lines. */
async function readLevels(
  board: Board,
  lines: readonly number[],
  functions: LineFunctions,
  { bias = 'as-is', activeLow, force }: ReadOptions,
): Promise<Map<number, number>> {
  const known = new Map<number, number>()
  for (const line of lines) {
    const { used, direction } = board.lineInfo(line)
    const found = functions.lines?.get(line)
    // The registers tell better than the kernel, which remembers the direction of a line that it has let go.
    const output = found === undefined ? direction === 'output' : found.name === 'output'
    if (used || !output || force) continue
    if (found === undefined) throw wouldStop(line)
    known.set(line, Number((found.level === 'high') !== activeLow))
  }
  const asked = lines.filter(line => !known.has(line))
  if (asked.length > 0) {
    const handle = await board.request({ lines: asked, settings: { direction: 'input', bias, activeLow } })
    const bits = handle.get()
    handle.release()
    for (const [index, line] of asked.entries()) known.set(line, (bits >>> index) & 1)
  }
  return new Map(lines.map(line => [line, known.get(line) ?? 0]))
}

/** An output that nobody holds drives on, on many kernels: a request for reading would make it an input. */
function wouldStop(line: number): PiWorkerError {
  return new PiWorkerError(
    'ERR_LINE_BUSY',
    `${formatLine(line)} was left as an output, and reading it here would make it an input`,
    {
      place: formatLine(line),
      remedy: 'If it need not drive anything, add --force. On a Raspberry Pi, /dev/gpiomem shows it without that.',
      details: { line },
    },
  )
}
