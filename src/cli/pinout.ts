/** `pi-worker pinout`: the 40-pin header with functions, levels, directions and holders. It never requests a line. */

import type { Board, DriverName } from '../../drivers/driver.js'
import { formatLine } from '../../drivers/lines.js'
import type { LineFunctions } from '../../drivers/machine/functions.js'
import { isPiWorkerError, type PiWorkerError } from '../errors.js'
import { type Clock, SystemClock } from '../worker/clock.js'
import { type BenchLines, readBenchLines } from './bench-lines.js'
import { exit } from './exit.js'
import { oneLine } from './format.js'
import { type BoardFlags, type LineWorld, thisWorld } from './line-world.js'
import { pinsJson, readPins } from './pinout-pins.js'
import { legend, pinoutTable } from './pinout-table.js'
import type { Session } from './program.js'
import { wrapped } from './wrap.js'

export interface PinoutFlags extends BoardFlags {
  /** A plan file. */
  readonly bench?: string
}

/** What `auto` tries: only drivers that open without touching anything. pigpio would start its DMA. */
const HARMLESS: readonly DriverName[] = ['gpiochip', 'onoff']
const NO_BENCH: BenchLines = { lines: new Map(), unknown: [] }
const WIDTH = 80

/** @throws what is wrong with the bench file; why a driver that was named does not open */
export async function pinoutCommand(
  session: Session,
  flags: PinoutFlags,
  world: LineWorld = thisWorld(),
): Promise<number> {
  const { io, out, err } = session
  const { board, error } = await openHarmless(world, flags, io.clock ?? new SystemClock())
  try {
    const functions = await functionsOf(world, board, flags.chip)
    const bench = flags.bench === undefined ? NO_BENCH : await readBenchLines(flags.bench, board)
    const pins = readPins({ board, functions, bench: bench.lines })
    const { model, raspberryPi } = world.machine.board()
    if (flags.json) {
      const chip = board?.description ?? null
      out.write(`${JSON.stringify({ board: raspberryPi ? model : null, chip, pins: pinsJson(pins) }, null, 2)}\n`)
      return exit.succeeded
    }
    if (flags.verbose && error !== undefined) err.write(`no driver opens here: ${oneLine(error.message)}\n`)
    const about = board?.description ?? 'the header of a Raspberry Pi; no chip is open here'
    out.write(`${oneLine([raspberryPi ? model : undefined, about].filter(Boolean).join(', '))}\n`)
    out.write(pinoutTable(pins, out.colored))
    const notes = legend(pins, whyUnknown(functions, board, error))
    for (const note of [...notes, ...elsewhere(bench)]) {
      for (const line of wrapped(oneLine(note), WIDTH)) out.write(`${line}\n`)
    }
    return exit.succeeded
  } finally {
    await board?.close()
  }
}

interface Opened {
  readonly board: Board | undefined
  /** Why there is none. */
  readonly error: PiWorkerError | undefined
}

/** With `auto`, a machine without lines still gets to see the header. */
async function openHarmless(world: LineWorld, { driver, chip }: PinoutFlags, clock: Clock): Promise<Opened> {
  if (driver !== 'auto') return { board: (await world.open({ driver, chip, clock })).board, error: undefined }
  let first: PiWorkerError | undefined
  for (const name of HARMLESS) {
    try {
      return { board: (await world.open({ driver: name, chip, clock })).board, error: undefined }
    } catch (error) {
      if (!isPiWorkerError(error)) throw error
      first ??= error
    }
  }
  return { board: undefined, error: first }
}

/** The registers are those of the header, and not of simulated lines or of another chip. */
async function functionsOf(world: LineWorld, board: Board | undefined, chip?: string): Promise<LineFunctions> {
  if (board?.driver === 'mock') return { why: 'the lines are simulated' }
  if (chip !== undefined && world.machine.chipOf(chip)?.header !== true)
    return { why: 'this chip has no registers here' }
  return await world.machine.functions()
}

function whyUnknown(functions: LineFunctions, board: Board | undefined, error: PiWorkerError | undefined): string {
  if (board === undefined && functions.lines === undefined) return error?.message ?? 'no driver opens here'
  return functions.why ?? 'the kernel does not tell'
}

/** Lines of the bench that are not on the header. */
function elsewhere({ lines, unknown }: BenchLines): string[] {
  const far = [...lines].filter(([line]) => line > 27).map(([line, name]) => `${name} (${formatLine(line)})`)
  return [
    ...(far.length === 0 ? [] : [`not on the header: ${far.join(', ')}`]),
    ...(unknown.length === 0 ? [] : [`lines that are not found here: ${unknown.join(', ')}`]),
  ]
}
