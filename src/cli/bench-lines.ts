/** Which peripheral of a plan file has which line. */

import type { Board } from '../../drivers/driver.js'
import { resolveLine } from '../../drivers/lines.js'
import { check, linesOf } from '../bench/check.js'
import { type ErrorCode, isPiWorkerError } from '../errors.js'
import { peripherals } from '../peripherals/index.js'
import { checkPlan } from '../plan/check.js'
import { readPlanSource } from '../plan/source.js'

export interface BenchLines {
  /** Names of peripherals, by BCM number. */
  readonly lines: ReadonlyMap<number, string>
  /** Lines by their own names, and of other chips, that cannot be found here: `level (DOOR)`. */
  readonly unknown: readonly string[]
}

/** @throws what is wrong with the file, all of it in one error */
export async function readBenchLines(file: string, board: Board | undefined): Promise<BenchLines> {
  const plan = checkPlan(await readPlanSource(file), peripherals, { files: false })
  const lines = new Map<number, string>()
  const unknown: string[] = []
  for (const [name, { definition, config }] of Object.entries(plan.bench)) {
    for (const { line } of linesOf(definition.config, check(definition.config, config).value)) {
      const number = typeof line === 'number' ? line : find(board, line)
      if (number === undefined) unknown.push(`${name} (${line})`)
      else lines.set(number, name)
    }
  }
  return { lines, unknown }
}

/** What a board says of a line, or of the chip that should have it, which is not there or is closed to this user. */
const NOT_HERE: readonly ErrorCode[] = [
  'ERR_UNKNOWN_LINE',
  'ERR_UNKNOWN_CHIP',
  'ERR_DRIVER_MISSING',
  'ERR_PERMISSION',
  'ERR_CHIP_GONE',
  'ERR_UNSUPPORTED',
  'ERR_IO',
]

function find(board: Board | undefined, name: string): number | undefined {
  if (board === undefined) return undefined
  try {
    return resolveLine(board, name)
  } catch (error) {
    if (!isPiWorkerError(error) || !NOT_HERE.includes(error.code)) throw error
    return undefined
  }
}
