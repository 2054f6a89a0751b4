/** What the driver has to know of the machine before it loads anything: pigpio writes to the registers of a Pi 0 to 4. */

import { readFileSync } from 'node:fs'
import { codeOf, PiWorkerError } from '../../src/errors.js'

/** Who holds pigpio. */
export interface PigpioHolder {
  readonly pid: number
  /** `pigpiod`, `node`; undefined when it cannot be read. */
  readonly name: string | undefined
}

/** Facts of this machine; tests give their own. */
export interface Machine {
  /** `process.platform` */
  readonly platform: string
  /** The effective user id; undefined where there is none. */
  readonly uid: number | undefined
  /** The revision code of the board; undefined when this is no Raspberry Pi. */
  revision(): number | undefined
  /** The process that has locked the C library, when one lives. */
  holder(): PigpioHolder | undefined
}

const REVISION = '/proc/device-tree/system/linux,revision'
const LOCK = '/var/run/pigpio.pid'
/** Of a Pi 4B, 400, Compute Module 4: its PWM hardware has a faster clock. */
const BCM2711 = 3
/** Of a Pi 5, 500, Compute Module 5: their lines hang on the RP1. */
const BCM2712 = 4

/** @param proc Where the proc file system is; `lock`: the C library's lock file. */
export function thisMachine(proc = '/proc', revisionFile = REVISION, lock = LOCK): Machine {
  return {
    platform: process.platform,
    uid: process.geteuid?.(),
    revision: () => {
      const bytes = readOrUndefined(revisionFile)
      return bytes === undefined || bytes.length < 4 ? undefined : bytes.readUInt32BE(0)
    },
    holder: () => {
      const pid = Number(readOrUndefined(lock)?.toString('latin1').trim())
      if (!(Number.isInteger(pid) && pid > 0) || pid === process.pid) return undefined
      const name = readOrUndefined(`${proc}/${pid}/comm`)
      // The file outlives its process; the lock does not.
      return name === undefined ? undefined : { pid, name: name.toString().trim() }
    },
  }
}

/**
 * Refuses machines on which pigpio cannot run, before anything is loaded.
 * @returns the board's revision code
 * @throws ERR_UNSUPPORTED, ERR_PERMISSION
 */
export function checkMachine(machine: Machine): number {
  const { platform, uid } = machine
  if (platform !== 'linux') {
    throw unsupported(`the pigpio driver needs Linux; this is ${platform}`, 'Use --driver mock on this machine.')
  }
  const revision = machine.revision()
  if (revision === undefined) {
    throw unsupported(
      'the pigpio driver needs a Raspberry Pi, and this is none',
      'Use --driver gpiochip, or --driver mock where there are no lines.',
    )
  }
  if (processorOf(revision) >= BCM2712) {
    throw unsupported(
      'pigpio cannot reach the lines of a Raspberry Pi 5, 500 or Compute Module 5',
      'Use --driver gpiochip on this machine.',
    )
  }
  if (uid !== undefined && uid !== 0) {
    throw new PiWorkerError('ERR_PERMISSION', 'pigpio needs root: it maps the memory of the machine', {
      remedy: 'Run it as root (sudo), or use --driver gpiochip, which does not need it.',
      details: { driver: 'pigpio', uid },
    })
  }
  return revision
}

/** The clock of the PWM hardware, in Hz, of which its frequencies are whole parts. */
export function pwmClockOf(revision: number): number {
  return processorOf(revision) === BCM2711 ? 375e6 : 250e6
}

/**
 * The processor, counted from 0 for the BCM2835. Old boards have a plain number instead of a code with fields; all have
 * that one. Source: Raspberry Pi documentation, "Revision codes".
 */
function processorOf(revision: number): number {
  return (revision & 0x80_00_00) === 0 ? 0 : (revision >> 12) & 0xf
}

function unsupported(message: string, remedy: string): PiWorkerError {
  return new PiWorkerError('ERR_UNSUPPORTED', message, { remedy, details: { driver: 'pigpio' } })
}

function readOrUndefined(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}
