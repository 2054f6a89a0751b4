/**
 * The contract of the buses: how devices are reached that speak a protocol, and not just levels on lines.
 *
 * Everything that a bus takes and gives is plain data, and every call names the device: a handle of one device would
 * outlive the transaction that it was made in. One call is one thing on the wire: others wait until it is over.
 *
 * Every call rejects with ERR_RELEASED after `close`, with ERR_BUS_HUNG when it does not end in time, and with
 * ERR_BAD_OPTION for an argument that cannot be.
 */

export type BusKind = 'i2c' | 'spi' | 'one-wire' | 'iio' | 'pwm'

export interface Bus {
  readonly kind: BusKind
  /** As the system calls it, where it does: `i2c-1`, `spi0`, `w1`, `iio`, `pwmchip0`. */
  readonly name: string
  /**
   * Resolves when nothing is under way and, after a call that hung, when the bus has been seen to go again. It is the
   * safe state of a bus: the next transaction may begin. What its devices do is not its business: who switched
   * something on, has to know how it is made safe.
   * @throws ERR_BUS_HUNG
   */
  settle(): Promise<void>
  /** Lets everything go that was opened or exported. A second call does nothing. */
  close(): Promise<void>
}

/**
 * One message to one I²C device. Registers are 0 to 255, values of bytes too. `word` has its low byte first on the
 * wire, as SMBus says; `block` is 1 to 32 bytes from one register on. `write` and `read` name no register.
 */
export type I2cMessage =
  | { readonly kind: 'write'; readonly bytes: Uint8Array }
  | { readonly kind: 'read'; readonly length: number }
  | { readonly kind: 'writeByte'; readonly register: number; readonly value: number }
  | { readonly kind: 'readByte'; readonly register: number }
  | { readonly kind: 'writeWord'; readonly register: number; readonly value: number }
  | { readonly kind: 'readWord'; readonly register: number }
  | { readonly kind: 'writeBlock'; readonly register: number; readonly bytes: Uint8Array }
  | { readonly kind: 'readBlock'; readonly register: number; readonly length: number }

/** Addresses are of 7 bits, 0x03 to 0x77. */
export interface I2cBus extends Bus {
  readonly kind: 'i2c'
  /**
   * Sends messages to one device, one after the other, with nobody else in between; there is a stop after each. Gives
   * for each the bytes that came, in the order of the wire; none for one that writes.
   * @throws ERR_NO_DEVICE when nothing answers to the address at the first message, ERR_NACK when the device stops
   *   answering after that: the messages before had their effect, that one perhaps a part of it; ERR_UNSUPPORTED when
   *   the adapter cannot send such a message, ERR_LINE_BUSY when a driver of the kernel has the address, ERR_PERMISSION,
   *   ERR_DRIVER_MISSING, ERR_IO
   */
  transfer(address: number, messages: readonly I2cMessage[]): Promise<Uint8Array[]>
  /** Whether anything answers to an address. @throws as `transfer`, but not ERR_NO_DEVICE, ERR_NACK, ERR_LINE_BUSY */
  answers(address: number): Promise<boolean>
  /** Every address that answers, in order. It asks as i2cdetect does, which a few odd devices do not take well. */
  scan(): Promise<number[]>
}

/** Clock polarity and phase: 0 (idle low, first edge), 1 (idle low, second), 2 (idle high, first), 3 (high, second). */
export type SpiMode = 0 | 1 | 2 | 3

export interface SpiSettings {
  /** Chip select, 0 or more. */
  readonly cs: number
  /** Default 0. */
  readonly mode?: SpiMode | undefined
  /** In Hz, whole, 1 to 125 MHz; the hardware takes the next lower one that it has. Default 1 MHz. */
  readonly speedHz?: number | undefined
  /** Bits of a word, 1 to 32; one of more than 8 takes two bytes, of more than 16 four. Default 8. */
  readonly bits?: number | undefined
}

export interface SpiBus extends Bus {
  readonly kind: 'spi'
  /**
   * Sends bytes and gives as many, which came at the same time. Nobody acknowledges on SPI: where no device is, what
   * comes is a floating line, mostly all 0x00 or all 0xff.
   * @throws ERR_NO_DEVICE when the bus has no such chip select, ERR_UNSUPPORTED, ERR_PERMISSION, ERR_IO
   */
  transfer(bytes: Uint8Array, settings: SpiSettings): Promise<Uint8Array>
}

export interface OneWireBus extends Bus {
  readonly kind: 'one-wire'
  /** The ids of all devices, in order: family code, dash, serial number (`28-0316a2794aff`). */
  list(): Promise<string[]>
  /**
   * The temperature that a sensor measures now, in °C; that takes it up to 750 ms.
   * @throws ERR_NO_DEVICE, ERR_BAD_READING (checksum, power-on value, out of the sensor's range), ERR_UNSUPPORTED when
   *   the family is none of thermometers, ERR_PERMISSION, ERR_IO
   */
  temperature(id: string): Promise<number>
}

export interface IioDevice {
  /** `iio:device0` */
  readonly id: string
  /** What its driver calls it: `bme280`, `dht11`. */
  readonly name: string
  /** What can be read: `temp`, `humidityrelative`, `voltage0`, `accel_x`. */
  readonly channels: readonly string[]
}

export interface Reading {
  readonly value: number
  /** `°C`, `%`, `kPa`, `V`; empty where the kernel names none. */
  readonly unit: string
}

export interface IioBus extends Bus {
  readonly kind: 'iio'
  list(): Promise<IioDevice[]>
  /**
   * Reads a channel of a device, given by its id or, when no other has it, by its name.
   * @throws ERR_NO_DEVICE when there is no such device or it does not answer, ERR_BAD_READING when what came cannot be
   *   true, ERR_UNSUPPORTED when it has no such channel, ERR_PERMISSION, ERR_IO
   */
  read(device: string, channel: string): Promise<Reading>
}

export type PwmPolarity = 'normal' | 'inversed'

/** What a channel puts out. Times are whole ns: `periodNs` above 0, `dutyNs` from 0 to `periodNs`. */
export interface PwmOutput {
  readonly periodNs: number
  readonly dutyNs: number
  /** `inversed`: low for `dutyNs`, then high. Default `normal`. */
  readonly polarity?: PwmPolarity | undefined
  /** Default true. */
  readonly enabled?: boolean | undefined
}

export interface PwmBus extends Bus {
  readonly kind: 'pwm'
  /** How many channels it has; they are numbered from 0. */
  readonly channels: number
  /**
   * Sets what a channel puts out, and takes the channel when it is the first time. Gives what the hardware made of it.
   * @throws ERR_LINE_BUSY when another program has the channel, ERR_UNSUPPORTED when the hardware cannot do this,
   *   ERR_PERMISSION, ERR_NO_DEVICE when the chip or the channel is gone, ERR_IO
   */
  set(channel: number, output: PwmOutput): Promise<Required<PwmOutput>>
  /** Switches a channel off and lets it go. Does nothing when it is not taken. */
  release(channel: number): Promise<void>
}

/** The contract of each kind. */
export interface BusOfKind {
  readonly i2c: I2cBus
  readonly spi: SpiBus
  readonly 'one-wire': OneWireBus
  readonly iio: IioBus
  readonly pwm: PwmBus
}
export type AnyBus = BusOfKind[BusKind]
