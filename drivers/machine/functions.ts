/**
 * What each line of the header serves now and which level it has, from the chip's registers; nothing is requested.
 * Register layout: BCM2835 ARM Peripherals, chapter 6 (GPFSELn, GPLEVn; the BCM2711 has the same ones); RP1 Peripherals,
 * sections 3.1.3 and 3.3 (GPIOn_CTRL.FUNCSEL, and RIO_OE and RIO_IN of SYS_RIO0). Both are read as `pinctrl` of Raspberry
 * Pi's utils does (gpiochip_bcm2835.c, gpiochip_rp1.c).
 */

import { isPiWorkerError, type PiWorkerError } from '../../src/errors.js'
import type { Level } from '../driver.js'
import type { Soc } from './board.js'
import type { MachineFiles } from './files.js'
import { functionName, NAMED_LINES } from './function-names.js'
import type { ReadRegisters } from './registers.js'

export interface LineFunction {
  readonly line: number
  /**
   * `plain` lines are inputs or outputs that programs may use; an `alternate` one serves hardware such as a UART; `off`
   * is a line that is connected to nothing (Pi 5 only).
   */
  readonly kind: 'plain' | 'alternate' | 'off'
  /** `input`, `output`, `off`, or the name of the alternate function: `TXD1`. */
  readonly name: string
  readonly level: Level
}

/** The functions of the header's lines, or why they cannot be known. */
export type LineFunctions =
  | { readonly lines: ReadonlyMap<number, LineFunction>; readonly why?: undefined }
  | { readonly lines?: undefined; readonly why: string; readonly error?: PiWorkerError }

interface Layout {
  readonly device: string
  readonly offsets: readonly number[]
  decode(soc: Soc, words: readonly number[]): LineFunction[]
}

const GPFSEL0 = 0x00
const GPFSEL_COUNT = 3
const GPLEV0 = 0x34
/** FSEL counts oddly: 4, 5, 6, 7, 3, 2 are the functions 0 to 5. */
const ALTERNATE_OF_FSEL = [-1, -1, 5, 4, 0, 1, 2, 3]

const BCM: Layout = {
  device: '/dev/gpiomem',
  offsets: [...Array.from({ length: GPFSEL_COUNT }, (_, index) => GPFSEL0 + 4 * index), GPLEV0],
  decode: (soc, words) =>
    headerLines(line => {
      const selected = ((words[Math.floor(line / 10)] ?? 0) >>> ((line % 10) * 3)) & 7
      const level = levelOf(words[GPFSEL_COUNT], line)
      if (selected <= 1) return { line, kind: 'plain', name: selected === 1 ? 'output' : 'input', level }
      return { line, kind: 'alternate', name: functionName(soc, line, ALTERNATE_OF_FSEL[selected] ?? 0), level }
    }),
}

const RIO_OE = 0x1_0004
const RIO_IN = 0x1_0008
const FUNCSEL_GPIO = 5
const FUNCSEL_NONE = 0x1f

const RP1: Layout = {
  device: '/dev/gpiomem0',
  offsets: [...Array.from({ length: NAMED_LINES }, (_, line) => 8 * line + 4), RIO_OE, RIO_IN],
  decode: (soc, words) =>
    headerLines(line => {
      const selected = (words[line] ?? 0) & 0x1f
      const level = levelOf(words[NAMED_LINES + 1], line)
      if (selected === FUNCSEL_GPIO) {
        const output = ((words[NAMED_LINES] ?? 0) >>> line) & 1
        return { line, kind: 'plain', name: output === 1 ? 'output' : 'input', level }
      }
      // Values that the chip does not have connect the line to nothing, too.
      if (selected === FUNCSEL_NONE || selected > 8) return { line, kind: 'off', name: 'off', level }
      return { line, kind: 'alternate', name: functionName(soc, line, selected), level }
    }),
}

/** Never rejects for what the machine is like: what cannot be known, `why` says. */
export async function readFunctions(
  files: MachineFiles,
  soc: Soc | undefined,
  read: ReadRegisters,
): Promise<LineFunctions> {
  if (soc === undefined) return { why: 'this is not a Raspberry Pi whose registers are known' }
  const layout = soc === 'bcm2712' ? RP1 : BCM
  if (!files.exists(layout.device)) return { why: `there is no ${layout.device}` }
  try {
    const words = await read(files.path(layout.device), layout.offsets)
    return { lines: new Map(layout.decode(soc, words).map(found => [found.line, found])) }
  } catch (error) {
    if (!isPiWorkerError(error)) throw error
    return { why: error.message, error }
  }
}

function headerLines(make: (line: number) => LineFunction): LineFunction[] {
  return Array.from({ length: NAMED_LINES }, (_, line) => make(line))
}

function levelOf(word: number | undefined, line: number): Level {
  return (((word ?? 0) >>> line) & 1) === 1 ? 'high' : 'low'
}
