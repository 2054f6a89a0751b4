/** The simulated buses. */

export { type BusTraceHead, type BusTraceOptions, type BusTraceSink, writeBusTrace } from './bus-trace.js'
export { type I2cLogEntry, MockI2cBus, type MockI2cOptions } from './i2c.js'
export { type MockI2cDevice, type RegisterHooks, RegisterMap } from './i2c-device.js'
export { type MockChannel, MockIio, type MockIioDevice, type MockIioOptions } from './iio.js'
export { MockOneWire, type MockOneWireOptions, type MockThermometer } from './one-wire.js'
export { MockPwm, type MockPwmOptions, type PwmLogEntry } from './pwm.js'
export { SimulatedBuses } from './simulated-buses.js'
export { MockSpiBus, type MockSpiDevice, type MockSpiOptions, type SpiLogEntry } from './spi.js'
export { type W1Fault, w1Text } from './w1-text.js'
