/** The C library through koffi: the one place where the driver touches native code on the main thread. */

import { endianness, machine } from 'node:os'
import { messageOf, PiWorkerError } from '../../src/errors.js'

/** What the driver needs of libc, with C's conventions: -1 is failure, and then `errno()` says why. */
export interface Libc {
  ioctl(fd: number, request: number, argument: Uint8Array | Uint32Array): number
  /** Fills two ints: the reading and the writing end. */
  pipe2(ends: Int32Array, flags: number): number
  /** Valid only right after a failed call. */
  errno(): number
}

/** Where this process runs, as far as it matters to koffi's binaries. */
export interface Platform {
  /** `process.platform`. */
  readonly platform: string
  /** `process.arch`. */
  readonly arch: string
  /** `uname -m`: `armv6l`, `armv7l`, `aarch64`, `x86_64`. */
  readonly machine: string
  readonly endianness: 'LE' | 'BE'
}

export function thisPlatform(): Platform {
  return { platform: process.platform, arch: process.arch, machine: machine(), endianness: endianness() }
}

/**
 * Refuses machines that cannot run the driver, before koffi is loaded: its 32-bit ARM binary is ARMv7, and on a
 * Pi 0, 0 W or 1 (ARMv6) loading it ends the process with SIGILL. The processor decides, not how Node was compiled:
 * Raspberry Pi OS has an ARMv6 Node on every 32-bit Pi.
 * @throws ERR_UNSUPPORTED
 */
export function checkPlatform({ platform, arch, machine, endianness }: Platform): void {
  if (platform !== 'linux') {
    throw new PiWorkerError('ERR_UNSUPPORTED', `the gpiochip driver needs Linux; this is ${platform}`, {
      place: 'gpiochip',
      remedy: 'Use --driver mock on this machine.',
      details: { driver: 'gpiochip', platform },
    })
  }
  if (arch === 'arm' && machine.startsWith('armv6')) {
    throw new PiWorkerError(
      'ERR_UNSUPPORTED',
      `the gpiochip driver needs ARMv7 or newer, because koffi has no binary for ${machine} (Pi 0, 0 W, 1)`,
      {
        place: 'gpiochip',
        remedy: 'Use --driver onoff on this machine.',
        details: { driver: 'gpiochip', machine },
      },
    )
  }
  if (endianness !== 'LE') {
    throw new PiWorkerError('ERR_UNSUPPORTED', 'the gpiochip driver needs a little-endian machine', {
      place: 'gpiochip',
      remedy: 'Use --driver onoff on this machine.',
      details: { driver: 'gpiochip', machine },
    })
  }
}

/**
 * Loads koffi and binds libc, whichever it is (glibc or musl): its functions are in the process already.
 * @throws ERR_UNSUPPORTED, ERR_DRIVER_MISSING
 */
export async function loadLibc(platform: Platform = thisPlatform()): Promise<Libc> {
  checkPlatform(platform)
  try {
    const { default: koffi } = await import('koffi')
    const library = koffi.load(null)
    return {
      // Variadic in C; on Linux the three arguments go the same way, and koffi calls this form faster.
      ioctl: library.func('int ioctl(int fd, unsigned long request, void *argument)'),
      pipe2: library.func('int pipe2(void *ends, int flags)'),
      errno: () => koffi.errno(),
    }
  } catch (error) {
    throw new PiWorkerError('ERR_DRIVER_MISSING', `the package koffi cannot be loaded: ${messageOf(error)}`, {
      place: 'koffi',
      remedy: 'Install it: npm install --include=optional (--omit=optional leaves it out).',
      cause: error,
      details: { driver: 'gpiochip', package: 'koffi' },
    })
  }
}
