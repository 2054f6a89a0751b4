/** The registers of a PCA9685 and what goes into them (NXP PCA9685 data sheet, rev. 4, sections 7.3.1 to 7.3.5). Pure. */

export const CHANNELS = 16
/** Steps of one period. */
export const STEPS = 4096
/** Of the oscillator inside, in Hz; it may be some per cent off. */
export const OSCILLATOR_HZ = 25_000_000

export const MODE1 = 0x00
/** Where the four registers of channel 0 begin; those of the others follow. */
export const FIRST_CHANNEL = 0x06
export const BYTES_PER_CHANNEL = 4
export const ALL_ON_LOW = 0xfa
export const ALL_ON_HIGH = 0xfb
export const ALL_OFF_LOW = 0xfc
export const ALL_OFF_HIGH = 0xfd
export const PRE_SCALE = 0xfe

/** Of MODE1: auto-increment, and the oscillator off. Its restart bit is left alone: nothing runs when it is put to sleep. */
export const AUTO_INCREMENT = 0x20
export const SLEEP = 0x10
/** Of MODE2: outputs inverted, and driven high as well as low. */
export const INVERTED = 0x10
export const TOTEM_POLE = 0x04
/** In the high byte of a time: on or off throughout. */
export const FULL = 0x10

/** Switches all channels off, whatever they do. */
export const ALL_OFF_MESSAGE: readonly number[] = [ALL_OFF_HIGH, FULL]

/** The prescaler's limits. */
const LEAST = 3
const MOST = 255

/**
 * The prescaler for a frequency (equation 1): the oscillator by 4096 and by the frequency, rounded, less one.
 * Undefined when the chip has none for it.
 */
export function prescaleFor(frequency: number, oscillator: number): number | undefined {
  const prescale = Math.round(oscillator / (STEPS * frequency)) - 1
  return prescale >= LEAST && prescale <= MOST ? prescale : undefined
}

/** The lowest and the highest frequency that there is a prescaler for, in Hz. */
export function frequencyRange(oscillator: number): { readonly lowest: number; readonly highest: number } {
  return { lowest: oscillator / (STEPS * (MOST + 1)), highest: oscillator / (STEPS * (LEAST + 1)) }
}

/** The time of one step, in ms. */
export function stepMs(prescale: number, oscillator: number): number {
  return ((prescale + 1) * 1000) / oscillator
}

/** The four bytes of a channel that is on for so many of the 4096 steps, from the beginning of the period. */
export function channelBytes(steps: number): Uint8Array {
  if (steps <= 0) return Uint8Array.of(0, 0, 0, FULL)
  if (steps >= STEPS) return Uint8Array.of(0, FULL, 0, 0)
  return Uint8Array.of(0, 0, steps & 0xff, steps >> 8)
}

/** How many steps a channel with these bytes is on. */
export function channelSteps([onLow = 0, onHigh = 0, offLow = 0, offHigh = 0]: Uint8Array): number {
  if ((offHigh & FULL) !== 0) return 0 // wins over full on
  if ((onHigh & FULL) !== 0) return STEPS
  const on = ((onHigh & 0x0f) << 8) | onLow
  const off = ((offHigh & 0x0f) << 8) | offLow
  return (off - on + STEPS) % STEPS
}
