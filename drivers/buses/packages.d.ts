/**
 * The optional packages of the buses, as far as they are used: so that everything compiles where they are not
 * installed. Both are CommonJS, so that `default` is all that a dynamic import gives for certain.
 */

declare module 'i2c-bus' {
  const i2cBus: import('./i2c-package.js').I2cPackage
  export default i2cBus
}

declare module 'spi-device' {
  const spiDevice: import('./spi-package.js').SpiPackage
  export default spiDevice
}
