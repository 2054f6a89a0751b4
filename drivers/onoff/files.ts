/** The files of sysfs, as far as they are written to. Tests put a kernel of their own in their place. */

import { accessSync, closeSync, constants, openSync, writeSync } from 'node:fs'

export interface SysfsFiles {
  /** Writes to a file that is there. @throws the kernel's refusal, with its errno as code */
  write(path: string, text: string): void
  /** @throws EACCES, EROFS, ENOENT ... when the file may not be written (`w`), or not read and written (`rw`) */
  check(path: string, access: 'w' | 'rw'): void
}

export const sysfsFiles: SysfsFiles = {
  write(path, text) {
    // For writing only: a group may write `export` and not read it.
    const fd = openSync(path, constants.O_WRONLY)
    try {
      writeSync(fd, text)
    } finally {
      closeSync(fd)
    }
  },
  check(path, access) {
    accessSync(path, access === 'w' ? constants.W_OK : constants.R_OK | constants.W_OK)
  },
}
