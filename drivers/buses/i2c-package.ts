/** The npm package `i2c-bus`, as far as the driver uses it; it is optional, so nothing here loads it by itself. */

import { loadPackage } from './load-package.js'

/** What the adapter can do. */
export interface I2cFuncs {
  /** Plain messages of any length; an adapter without it has SMBus calls only. */
  readonly i2c: boolean
  readonly smbusQuick: boolean
}

/** One bus of the package, by its promises. It keeps a file open for each address that was ever used. */
export interface PackageBus {
  i2cFuncs(): Promise<I2cFuncs>
  receiveByte(address: number): Promise<number>
  sendByte(address: number, byte: number): Promise<void>
  readByte(address: number, register: number): Promise<number>
  writeByte(address: number, register: number, byte: number): Promise<void>
  readWord(address: number, register: number): Promise<number>
  writeWord(address: number, register: number, word: number): Promise<void>
  readI2cBlock(address: number, register: number, length: number, buffer: Buffer): Promise<{ bytesRead: number }>
  writeI2cBlock(address: number, register: number, length: number, buffer: Buffer): Promise<unknown>
  i2cRead(address: number, length: number, buffer: Buffer): Promise<{ bytesRead: number }>
  i2cWrite(address: number, length: number, buffer: Buffer): Promise<{ bytesWritten: number }>
  writeQuick(address: number, bit: 0 | 1): Promise<void>
  close(): Promise<void>
}

export interface I2cPackage {
  openPromisified(bus: number): Promise<PackageBus>
}

/** @throws ERR_DRIVER_MISSING */
export function loadI2c(load: () => Promise<{ readonly default: I2cPackage }> = () => import('i2c-bus')) {
  return loadPackage('i2c-bus', load)
}
