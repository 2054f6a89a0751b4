/**
 * The 40-pin header J8 of every Raspberry Pi since the B+: which pin is which line, and what else it serves.
 * Functions are the usual ones of Raspberry Pi's own overlays (bcm2835 peripherals manual, "Alternative functions").
 */

/** A pin that is one of the chip's lines. */
export interface LinePin {
  readonly kind: 'line'
  /** 1 to 40. */
  readonly pin: number
  /** BCM number. */
  readonly line: number
  /** `GPIO17`. */
  readonly name: string
  /** What the line can serve besides plain input and output, usual name first; may be empty. */
  readonly functions: readonly string[]
  /** A resistor on the board pulls it up to 3.3 V; no bias setting takes that away. */
  readonly fixedPullUp: boolean
}

/** A pin that is wired to a supply and can never be a line. */
export interface SupplyPin {
  readonly kind: '3V3' | '5V' | 'GND'
  /** 1 to 40. */
  readonly pin: number
  /** `3.3 V`, `5 V` or `ground`. */
  readonly name: string
}

export type HeaderPin = LinePin | SupplyPin

const SUPPLY_NAMES = { '3V3': '3.3 V', '5V': '5 V', GND: 'ground' } as const

function supply(pin: number, kind: SupplyPin['kind']): SupplyPin {
  return { kind, pin, name: SUPPLY_NAMES[kind] }
}

function line(pin: number, bcm: number, ...functions: readonly string[]): LinePin {
  // Only the two I²C lines have resistors on the board (1.8 kΩ to 3.3 V).
  return { kind: 'line', pin, line: bcm, name: `GPIO${bcm}`, functions, fixedPullUp: bcm === 2 || bcm === 3 }
}

/** All 40 pins in order: `headerPins[n - 1]` is pin n. */
export const headerPins: readonly HeaderPin[] = [
  supply(1, '3V3'),
  supply(2, '5V'),
  line(3, 2, 'SDA1'),
  supply(4, '5V'),
  line(5, 3, 'SCL1'),
  supply(6, 'GND'),
  line(7, 4, 'GPCLK0'),
  line(8, 14, 'TXD'),
  supply(9, 'GND'),
  line(10, 15, 'RXD'),
  line(11, 17, 'SPI1_CE1'),
  line(12, 18, 'PWM0', 'PCM_CLK', 'SPI1_CE0'),
  line(13, 27),
  supply(14, 'GND'),
  line(15, 22),
  line(16, 23),
  supply(17, '3V3'),
  line(18, 24),
  line(19, 10, 'MOSI'),
  supply(20, 'GND'),
  line(21, 9, 'MISO'),
  line(22, 25),
  line(23, 11, 'SCLK'),
  line(24, 8, 'CE0'),
  supply(25, 'GND'),
  line(26, 7, 'CE1'),
  line(27, 0, 'ID_SD'),
  line(28, 1, 'ID_SC'),
  line(29, 5),
  supply(30, 'GND'),
  line(31, 6),
  line(32, 12, 'PWM0'),
  line(33, 13, 'PWM1'),
  supply(34, 'GND'),
  line(35, 19, 'PWM1', 'PCM_FS', 'SPI1_MISO'),
  line(36, 16, 'SPI1_CE2'),
  line(37, 26),
  line(38, 20, 'PCM_DIN', 'SPI1_MOSI'),
  supply(39, 'GND'),
  line(40, 21, 'PCM_DOUT', 'SPI1_SCLK'),
]

/** The pin with that number, or undefined when there is none (1 to 40). */
export function headerPin(pin: number): HeaderPin | undefined {
  return headerPins[pin - 1]
}

/** The header pin of a BCM number, or undefined when the line is not on the header. */
export function pinOfLine(bcm: number): LinePin | undefined {
  return headerPins.find((pin): pin is LinePin => pin.kind === 'line' && pin.line === bcm)
}

/**
 * Labels of the chip that has the header's lines: Pi 0 to 3 and CM3, Pi 4, 400 and CM4, Pi 5, 500 and CM5. Its number
 * (`gpiochip0`, `gpiochip4`) differs between kernels; line n of it is BCM n.
 */
export const headerChipLabels: readonly string[] = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1']
