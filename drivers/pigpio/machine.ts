/** What the driver has to know of the machine before it loads anything: pigpio writes to the registers of a Pi 0 to 4. */

import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { codeOf, PiWorkerError } from '../../src/errors.js'
import { headerChipLabels } from '../header.js'
import { orOtherDriver, otherDriver } from '../other-driver.js'
import { readSysfsChips, SYSFS_GPIO } from '../sysfs-chips.js'

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
  /** The device of the header's chip, as far as sysfs tells: `/dev/gpiochip0`. */
  header(): string | undefined
  /** The process that has the C library, when one does. */
  holder(): PigpioHolder | undefined
  /**
   * The lock file of the C library, when it names a process that lives and has nothing to do with pigpio: a number that was
   * given out again. The library asks only whether such a process lives, and would not start.
   */
  staleLock(): string | undefined
}

const REVISION = '/proc/device-tree/system/linux,revision'
const LOCK = '/var/run/pigpio.pid'
/** Of a Pi 4B, 400, Compute Module 4: its PWM hardware has a faster clock. */
const BCM2711 = 3
/** Of a Pi 5, 500, Compute Module 5: their lines hang on the RP1. */
const BCM2712 = 4

/** @param proc Where the proc file system is; `lock`: the C library's lock file; `sysfs`: where sysfs GPIO is. */
export function thisMachine(proc = '/proc', revisionFile = REVISION, lock = LOCK, sysfs = SYSFS_GPIO): Machine {
  return {
    platform: process.platform,
    uid: process.geteuid?.(),
    revision: () => {
      const bytes = readOrUndefined(revisionFile)
      return bytes === undefined || bytes.length < 4 ? undefined : bytes.readUInt32BE(0)
    },
    header: () => {
      const device = readSysfsChips(sysfs)?.find(({ label }) => headerChipLabels.includes(label))?.device
      return device === undefined ? undefined : `/dev/${device}`
    },
    holder: () => {
      const user = lockUser(proc, lock)
      if (user === undefined || user.pid === process.pid || user.uses !== true) return undefined
      return { pid: user.pid, name: user.name }
    },
    staleLock: () => (lockUser(proc, lock)?.uses === false ? lock : undefined),
  }
}

/** The living process that the lock file names. */
interface LockUser {
  readonly pid: number
  readonly name: string
  /** Whether it has the C library; undefined when this user may not see. */
  readonly uses: boolean | undefined
}

function lockUser(proc: string, lock: string): LockUser | undefined {
  const pid = Number(readOrUndefined(lock)?.toString('latin1').trim())
  if (!(Number.isInteger(pid) && pid > 0)) return undefined
  // The file outlives its process.
  const name = readOrUndefined(`${proc}/${pid}/comm`)?.toString().trim()
  if (name === undefined) return undefined
  return { pid, name, uses: name === 'pigpiod' || usesPigpio(`${proc}/${pid}`, pid, lock) }
}

/** The lock is open as long as the library runs. Who has linked it in otherwise shows in the memory, as we do ourselves. */
function usesPigpio(folder: string, pid: number, lock: string): boolean | undefined {
  try {
    const file = realpathSync(lock)
    const open = readdirSync(`${folder}/fd`).some(fd => readlinkSync(`${folder}/fd/${fd}`) === file)
    return open || (pid !== process.pid && readFileSync(`${folder}/maps`, 'latin1').includes('libpigpio'))
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return undefined // closed to this user, or gone while we look
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
      `Use --driver ${otherDriver()}, or --driver mock where there are no lines.`,
      'Use --driver mock where there are no lines.',
    )
  }
  if (processorOf(revision) >= BCM2712) {
    throw unsupported(
      'pigpio cannot reach the lines of a Raspberry Pi 5, 500 or Compute Module 5',
      'Use --driver gpiochip on this machine.',
      'Ask for what driver gpiochip can do: it is the one for this machine.',
    )
  }
  if (uid !== undefined && uid !== 0) {
    const { remedy, mend } = orOtherDriver('Run it as root (sudo)', ', which does not need it')
    throw new PiWorkerError('ERR_PERMISSION', 'pigpio needs root: it maps the memory of the machine', {
      place: 'pigpio',
      remedy,
      details: { driver: 'pigpio', uid, mend },
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

function unsupported(message: string, remedy: string, mend = remedy): PiWorkerError {
  return new PiWorkerError('ERR_UNSUPPORTED', message, { place: 'pigpio', remedy, details: { driver: 'pigpio', mend } })
}

function readOrUndefined(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}
