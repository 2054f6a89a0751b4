/**
 * Reads registers of the chip through /dev/gpiomem*, which is mapped for reading only: nothing is requested, and nothing
 * can be changed.
 */

import { closeSync, fstatSync, openSync } from 'node:fs'
import { codeOf, messageOf, PiWorkerError } from '../../src/errors.js'
import { permissionError } from '../permission.js'

/**
 * The 32-bit words at byte offsets of a device, each read once.
 * @throws ERR_UNSUPPORTED, ERR_DRIVER_MISSING, ERR_PERMISSION, ERR_IO: why it cannot be read here
 */
export type ReadRegisters = (path: string, offsets: readonly number[]) => Promise<readonly number[]>

const PROT_READ = 1
const MAP_SHARED = 1
const PAGE = 4096

/** The reader for a processor (`uname -m`). */
export function registersOn(processor: string): ReadRegisters {
  return async (path, offsets) => readMapped(await loadMemory(processor), path, offsets)
}

function readMapped(memory: Memory, path: string, offsets: readonly number[]): readonly number[] {
  const length = Math.ceil((Math.max(...offsets) + 4) / PAGE) * PAGE
  const fd = open(path)
  try {
    // Beyond the end of a plain file a mapping ends the process with SIGBUS.
    const { size } = fstatSync(fd)
    if (fstatSync(fd).isFile() && size < length) throw ioError(path, `it has ${size} bytes, not ${length}`)
    return memory.read(path, fd, length, offsets)
  } finally {
    closeSync(fd)
  }
}

interface Memory {
  read(path: string, fd: number, length: number, offsets: readonly number[]): number[]
}

/** Through koffi, which on ARMv6 must not even be loaded: its binary is ARMv7 and ends the process with SIGILL. */
async function loadMemory(processor: string): Promise<Memory> {
  if (processor.startsWith('armv6')) {
    throw new PiWorkerError('ERR_UNSUPPORTED', `registers cannot be read on ${processor}: koffi has no binary for it`, {
      remedy: 'Raspberry Pi OS shows them with: pinctrl',
    })
  }
  try {
    const { default: koffi } = await import('koffi')
    const libc = koffi.load(null)
    const mmap = libc.func('void *mmap(void *address, size_t length, int prot, int flags, int fd, long offset)')
    const munmap = libc.func('int munmap(void *address, size_t length)')
    return {
      read(path, fd, length, offsets) {
        const address: bigint = mmap(null, length, PROT_READ, MAP_SHARED, fd, 0)
        if (isFailure(address)) throw ioError(path, `mmap failed with errno ${koffi.errno()}`)
        try {
          // One aligned word each: device memory does not take wide or unaligned reads.
          return offsets.map(offset => Number(koffi.decode(address, offset, 'uint32_t')))
        } finally {
          munmap(address, length)
        }
      },
    }
  } catch (error) {
    throw new PiWorkerError('ERR_DRIVER_MISSING', `the package koffi cannot be loaded: ${messageOf(error)}`, {
      remedy: 'Install it: npm install --include=optional',
      cause: error,
      details: { package: 'koffi' },
    })
  }
}

/** MAP_FAILED is -1 as a pointer, which has 32 or 64 bits. */
function isFailure(address: bigint): boolean {
  return address === 0xffff_ffff_ffff_ffffn || address === 0xffff_ffffn
}

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') throw permissionError('gpiochip', path, error)
    throw ioError(path, messageOf(error), error)
  }
}

function ioError(path: string, reason: string, cause?: unknown): PiWorkerError {
  return new PiWorkerError('ERR_IO', `${path} cannot be read: ${reason}`, { cause })
}
