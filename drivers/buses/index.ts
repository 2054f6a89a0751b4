/** The buses: their contract, the drivers of Linux, and the queue that a bus shares out. */

export type {
  AnyBus,
  Bus,
  BusKind,
  BusOfKind,
  I2cBus,
  I2cMessage,
  IioBus,
  IioDevice,
  OneWireBus,
  PwmBus,
  PwmOutput,
  PwmPolarity,
  Reading,
  SpiBus,
  SpiMode,
  SpiSettings,
} from './bus.js'
export { FIRST_ADDRESS, formatAddress, LAST_ADDRESS } from './check.js'
export { type I2cOptions, openI2c } from './i2c.js'
export { type ByteOrder, I2cDevice } from './i2c-device.js'
export { type IioOptions, openIio } from './iio.js'
export type { Leased } from './lease.js'
export { type OneWireOptions, openOneWire } from './one-wire.js'
export { openPwm, type PwmOptions } from './pwm.js'
export { DEFAULT_TRANSACTION_TIMEOUT, SharedBus, type TransactionOptions } from './shared-bus.js'
export { openSpi, type SpiOptions } from './spi.js'
export { DEFAULT_LIMIT } from './traffic.js'
