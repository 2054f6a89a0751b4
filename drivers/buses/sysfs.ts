/** The files of sysfs, as far as the buses use them. Tests put a kernel of their own in their place. */

import { constants } from 'node:fs'
import { access, readdir, readFile, writeFile } from 'node:fs/promises'
import { codeOf, type PiWorkerError } from '../../src/errors.js'
import type { BusKind } from './bus.js'
import { busIo, busMissing } from './failures.js'
import { busPermission } from './permission.js'

/** All reject with the kernel's refusal, with its errno as code. */
export interface SysfsFiles {
  read(path: string): Promise<string>
  /** Writes to a file that is there. */
  write(path: string, text: string): Promise<void>
  /** The names in a folder. */
  list(path: string): Promise<string[]>
  /** Resolves when the file may be read and written. */
  check(path: string): Promise<void>
}

export const sysfsFiles: SysfsFiles = {
  read: path => readFile(path, 'utf8'),
  // For writing only: a group may write `export` and not read it; and what is not there is not to be made.
  write: (path, text) => writeFile(path, text, { flag: constants.O_WRONLY }),
  list: path => readdir(path),
  check: path => access(path, constants.R_OK | constants.W_OK),
}

/** The file's text without spaces around it, or undefined when it is not there. */
export async function readIfThere(files: SysfsFiles, path: string): Promise<string | undefined> {
  try {
    return (await files.read(path)).trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The kernel does not let this user do it. */
export function isRefusal(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(codeOf(error) ?? '')
}

/** There is no such file, or no such device behind it any more. */
export function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENODEV'].includes(codeOf(error) ?? '')
}

/** Why nothing can be learnt of a whole bus. @param what `the devices cannot be listed` */
export function unreadableBus(kind: BusKind, bus: string, folder: string, what: string, error: unknown): PiWorkerError {
  if (codeOf(error) === 'ENOENT') return busMissing(kind, bus, folder, error)
  return isRefusal(error) ? busPermission(kind, bus, folder, error) : busIo(bus, what, error)
}
