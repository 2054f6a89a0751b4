/** Refuses what a request would take from a line: what it serves, and what it drives without anybody who holds it. */

import { chipLineOf } from '../../drivers/chip-lines.js'
import type { Board, Level } from '../../drivers/driver.js'
import { pinOfLine } from '../../drivers/header.js'
import { formatLine } from '../../drivers/lines.js'
import type { LineFunction, LineFunctions } from '../../drivers/machine/functions.js'
import type { Machine } from '../../drivers/machine/machine.js'
import { PiWorkerError } from '../errors.js'

/** Lines that Raspberry Pi OS gives to I2C, SPI, a UART or the EEPROM of a HAT, when they are turned on. */
const USUALLY_SERVING = [0, 1, 2, 3, 7, 8, 9, 10, 11, 14, 15]
const NOT_ASKED = 'these are no lines of a Raspberry Pi'

/** What the lines are wanted for: their levels now, their edges, or to be set. */
export type LineUse = 'get' | 'watch' | 'set'

export interface GuardOptions {
  readonly board: Board
  readonly machine: Machine
  readonly use: LineUse
  readonly chip?: string | undefined
  readonly force?: true | undefined
  /** Told what is taken away with `force`, as one line. */
  readonly warn: (text: string) => void
}

/** What is known of one line without a request. */
interface Knowledge {
  readonly line: number
  /** What the registers say. */
  readonly found: LineFunction | undefined
  /** Why they say nothing. */
  readonly why: string | undefined
}

/**
 * Refuses lines that serve a UART, I2C, SPI or other hardware, or may do so, and for `get` and `watch` lines that drive
 * without a holder, or may do so: a request would end that. With `force` there are warnings instead.
 * @returns for `get`: the levels of lines that drive and that the registers show, so that no request is needed
 * @throws ERR_LINE_BUSY
 */
export async function guardLines(lines: readonly number[], options: GuardOptions): Promise<ReadonlyMap<number, Level>> {
  const functions = await functionsOf(options)
  const shown = new Map<number, Level>()
  for (const line of lines) {
    const header = chipLineOf(line) === undefined
    const found = header ? functions.lines?.get(line) : undefined
    const known = { line, found, why: header ? functions.why : NOT_ASKED }
    guardFunction(known, options)
    if (options.use === 'set' || !mayDrive(known, options.board)) continue
    if (options.use === 'get' && found !== undefined && !options.force) shown.set(line, found.level)
    else guardOutput(known, options)
  }
  return shown
}

/** Simulated chips and chips that are plugged in have no registers that this could look at. */
async function functionsOf({ board, machine, chip }: GuardOptions): Promise<LineFunctions> {
  if (board.driver === 'mock' || machine.chipOf(chip)?.simulated) return { why: NOT_ASKED }
  if (chip !== undefined && machine.chipOf(chip)?.header !== true) return { why: NOT_ASKED }
  return await machine.functions()
}

function guardFunction({ line, found, why }: Knowledge, { force, warn }: GuardOptions): void {
  const name = formatLine(line)
  if (found?.kind === 'alternate') {
    const what = `${name} serves ${found.name}`
    if (!force) throw busy(line, `${what}, and a request would take it away from there`, SERVING, found.name)
    warn(`${what} until now; --force takes it away from there`)
  } else if (found === undefined && why !== NOT_ASKED && USUALLY_SERVING.includes(line)) {
    const usual = pinOfLine(line)?.functions[0] ?? 'something else'
    const what = `${name} is ${usual} where that is turned on, and a request turns it off; whether it is, is not known`
    if (!force) throw busy(line, `${what}: ${why}`, `If nothing needs ${usual} here, add --force. ${ASK_PINCTRL(line)}`)
    warn(`${what}: ${why}`)
  }
}

/** The registers tell better than the kernel, which remembers the direction of a line that it has let go. */
function mayDrive({ line, found }: Knowledge, board: Board): boolean {
  const { used, direction } = board.lineInfo(line)
  // Who holds it says the request, which is refused.
  if (used) return false
  return found === undefined ? direction !== 'input' : found.name === 'output'
}

/** An output that nobody holds drives on, on many kernels: a request for reading would make it an input. */
function guardOutput({ line, found, why }: Knowledge, { board, use, force, warn }: GuardOptions): void {
  const name = formatLine(line)
  const known = found !== undefined || board.lineInfo(line).direction === 'output'
  const what = known ? `${name} was left as an output` : `whether ${name} was left as an output is not known`
  if (force) {
    warn(`${what}; --force makes it an input`)
    return
  }
  const doing = use === 'get' ? 'reading' : 'watching'
  const look =
    found !== undefined
      ? ` Its level without a request: pi-worker get ${name}`
      : why === NOT_ASKED
        ? ''
        : ASK_PINCTRL(line)
  throw busy(
    line,
    `${what}, and ${doing} it here would make it an input`,
    `If it need not drive anything, add --force. ${look}`.trim(),
  )
}

const SERVING = 'See it without a request: pi-worker pinout. If nothing needs it there, add --force.'
const ASK_PINCTRL = (line: number): string => `Raspberry Pi OS shows it without a request: sudo pinctrl get ${line}`

function busy(line: number, message: string, remedy: string, consumer?: string): PiWorkerError {
  return new PiWorkerError('ERR_LINE_BUSY', message, { place: formatLine(line), remedy, details: { line, consumer } })
}
