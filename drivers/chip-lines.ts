/**
 * Lines of chips beyond the header's, such as an I²C expander's: `gpiochip1:3`. One number says chip and offset, so
 * that they go wherever a BCM number goes. Pure.
 */

/** More than any chip has lines, and more than any BCM number. */
const LINES_A_CHIP = 4096

export interface ChipLine {
  /** Number of the device: 1 is /dev/gpiochip1. It may be another one after the next start of the system. */
  readonly chip: number
  /** 0 to 4095. */
  readonly offset: number
}

/** Reads `gpiochip1:3`; undefined for every other spelling. */
export function parseChipLine(text: string): ChipLine | undefined {
  const [, chip, offset] = /^gpiochip(\d{1,3}):(\d{1,4})$/i.exec(text) ?? []
  if (chip === undefined || Number(offset) >= LINES_A_CHIP) return undefined
  return { chip: Number(chip), offset: Number(offset) }
}

/** The number by which the board and its handles know the line. */
export function numberOfChipLine({ chip, offset }: ChipLine): number {
  return (chip + 1) * LINES_A_CHIP + offset
}

/** What a number stands for; undefined when it is a BCM number. */
export function chipLineOf(line: number): ChipLine | undefined {
  if (!(line >= LINES_A_CHIP)) return undefined // NaN is none either
  return { chip: Math.floor(line / LINES_A_CHIP) - 1, offset: line % LINES_A_CHIP }
}
