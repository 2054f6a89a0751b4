/** The lines of the header that its buses need: whoever uses a bus has them too. */

import { headerPins } from '../../drivers/header.js'
import { busName } from '../../drivers/open-bus.js'

/** A line that a bus needs. */
export interface BusLine {
  /** BCM number. */
  readonly line: number
  /** What it is for: `SDA1`. */
  readonly use: string
  /** `i2c-1` */
  readonly bus: string
}

/**
 * What the lines of a bus are called in the table of the header. Only buses that are always on the same lines are here:
 * which line 1-Wire is on (w1-gpio, GPIO4 if it is not told), where a PWM channel comes out, and where other I²C and
 * SPI buses are, is said by overlays in the machine's config.txt, which a bench file knows nothing of. To refuse GPIO4
 * because of a thermometer could be wrong.
 */
const USES: ReadonlyMap<string, readonly string[]> = new Map([
  [busName('i2c', 1), ['SDA1', 'SCL1']],
  [busName('spi', 0), ['MOSI', 'MISO', 'SCLK']],
])
const CHIP_SELECT = /^chip select (\d+)$/

/**
 * The lines that are needed by what a peripheral occupies, if that is something on a bus: it is then called by the bus
 * first, `i2c-1 0x76`. Of chip selects there is only the one that is used.
 */
export function busLines(occupied: string): BusLine[] {
  const [bus = '', ...rest] = occupied.split(' ')
  const uses = USES.get(bus)
  if (uses === undefined) return []
  const [, select] = CHIP_SELECT.exec(rest.join(' ')) ?? []
  const all = select === undefined ? uses : [...uses, `CE${select}`]
  return headerPins.flatMap(pin => {
    if (pin.kind !== 'line') return []
    return all.filter(use => pin.functions.includes(use)).map(use => ({ line: pin.line, use, bus }))
  })
}
