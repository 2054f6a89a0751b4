/**
 * This machine: each fact is looked up when it is asked for, and nothing that is asked requests a line.
 * Everything is read below a root of one's own, so that a folder of files can play any machine.
 */

import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { machine as processor } from 'node:os'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { codeOf, type PiWorkerError } from '../../src/errors.js'
import type { DriverName } from '../driver.js'
import { type PermissionContext, permissionError } from '../permission.js'
import { SYSFS_GPIO } from '../sysfs-chips.js'
import { type BoardFacts, readBoard } from './board.js'
import { type ChipFacts, readChips } from './chips.js'
import { type ExportedLine, readExports } from './exports.js'
import { MachineFiles } from './files.js'
import { type LineFunctions, readFunctions } from './functions.js'
import { type FindPackage, findPackage, type PackageFacts, readPackages } from './packages.js'
import { type ReadRegisters, registersOn } from './registers.js'
import { type ReleaseFacts, readRelease } from './release.js'
import { type AskTimeSync, readSystem, type SystemFacts } from './system.js'

export interface MachineOptions {
  /** Default `/`. */
  readonly root?: string | undefined
  /** `process.platform`, `process.arch`, `uname -m` and `process.version`. */
  readonly platform?: string | undefined
  readonly arch?: string | undefined
  readonly processor?: string | undefined
  readonly node?: string | undefined
  /** The effective user id. */
  readonly uid?: number | undefined
  /** Who asks for permission; this process when left out. */
  readonly user?: PermissionContext | undefined
  /** Throws when this process may not open the device for reading and writing. */
  readonly checkAccess?: ((path: string) => void) | undefined
  readonly findPackage?: FindPackage | undefined
  readonly readRegisters?: ReadRegisters | undefined
  readonly askTimeSync?: AskTimeSync | undefined
}

export interface PlatformFacts {
  /** `linux` */
  readonly platform: string
  /** `arm64` */
  readonly arch: string
  /** `aarch64`, `armv6l` */
  readonly processor: string
  /** `v20.20.2` */
  readonly node: string
  /** `6.6.31+rpt-rpi-v8`; undefined where /proc does not tell. */
  readonly kernel: string | undefined
}

export class Machine {
  readonly #files: MachineFiles
  readonly #options: MachineOptions

  constructor(options: MachineOptions = {}) {
    this.#options = options
    this.#files = new MachineFiles(options.root ?? '/')
  }

  get platform(): PlatformFacts {
    const { platform, arch, processor: given, node } = this.#options
    return {
      platform: platform ?? process.platform,
      arch: arch ?? process.arch,
      processor: given ?? processor(),
      node: node ?? process.version,
      kernel: this.#files.text('/proc/sys/kernel/osrelease'),
    }
  }

  /** The effective user id, 0 for root; undefined where there is none. */
  get uid(): number | undefined {
    return this.#options.uid ?? process.geteuid?.()
  }

  board(): BoardFacts {
    return readBoard(this.#files)
  }

  chips(): ChipFacts[] {
    return readChips(this.#files)
  }

  /** The kernel has GPIO lines in sysfs, which `onoff` needs. */
  get hasSysfs(): boolean {
    return this.#files.exists(`${SYSFS_GPIO}/export`)
  }

  exports(): ExportedLine[] {
    return readExports(this.#files)
  }

  packages(): PackageFacts[] {
    const { platform, arch } = this.platform
    return readPackages(this.#options.findPackage ?? findPackage, platform, arch)
  }

  /** What the header's lines serve now, and their levels, from the registers. */
  functions(): Promise<LineFunctions> {
    const read = this.#options.readRegisters ?? registersOn(this.platform.processor)
    return readFunctions(this.#files, this.board().soc, read)
  }

  /** The chip that was named (`/dev/gpiochip0`, `gpiochip0` or its label), or the header's when none was. */
  chipOf(named?: string): ChipFacts | undefined {
    if (named === undefined) return this.chips().find(({ header }) => header)
    // Raspberry Pi OS makes /dev/gpiochip4 a link to gpiochip0 on a Pi 5.
    const linked = this.#files.link(`/dev/${basename(named)}`)
    const wanted = linked === undefined ? named : basename(linked)
    return this.chips().find(({ name, device, label }) => [name, device, label].includes(wanted))
  }

  /** What becomes of an output of that chip, or of the header's, when it is let go. */
  release(driver: DriverName, chip?: string): ReleaseFacts {
    const facts = this.chipOf(chip)
    // A chip that was named and is not known here can be any.
    const header = facts?.header ?? (chip === undefined ? undefined : false)
    return readRelease(this.#files, { driver, soc: this.board().soc, header, simulated: facts?.simulated ?? false })
  }

  system(): Promise<SystemFacts> {
    return readSystem(this.#files, this.#options.askTimeSync ?? askTimeSync)
  }

  /** Why this user may not use a device, or undefined when it may. */
  refusal(device: string): PiWorkerError | undefined {
    const path = this.#files.path(device)
    try {
      const check = this.#options.checkAccess ?? ((file: string) => accessSync(file, constants.R_OK | constants.W_OK))
      check(path)
      return undefined
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      return permissionError('gpiochip', path, error, this.#options.user)
    }
  }
}

/** Asks systemd, which knows of every NTP daemon. */
async function askTimeSync(): Promise<string | undefined> {
  const question = ['show', '-p', 'NTPSynchronized', '--value']
  try {
    const { stdout } = await promisify(execFile)('timedatectl', question, { timeout: 5000 })
    return stdout.trim() || undefined
  } catch {
    return undefined // no such program, no systemd (a container), or no answer
  }
}
