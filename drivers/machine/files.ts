/** Files that tell of the machine, under a root of one's own: '/' or a test's folder. What cannot be read is unknown. */

import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../src/errors.js'

export class MachineFiles {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  /** Where a file of the machine really is. */
  path(name: string): string {
    return join(this.root, name)
  }

  exists(name: string): boolean {
    return attempt(() => statSync(this.path(name))) !== undefined
  }

  bytes(name: string): Buffer | undefined {
    return attempt(() => readFileSync(this.path(name)))
  }

  /** The text without white space around it; device-tree strings end in a zero byte. */
  text(name: string): string | undefined {
    return this.bytes(name)?.toString('utf8').replaceAll('\0', ' ').trim()
  }

  /** The names in a folder; none when there is no such folder or it is closed. */
  names(name: string): string[] {
    return attempt(() => readdirSync(this.path(name))) ?? []
  }

  /** There is such a folder, and this user may not look into it. */
  closed(name: string): boolean {
    try {
      readdirSync(this.path(name))
      return false
    } catch (error) {
      const code = codeOf(error)
      if (code === undefined) throw error
      return code !== 'ENOENT' && code !== 'ESRCH'
    }
  }

  /** Where a link leads, as it is written. */
  link(name: string): string | undefined {
    return attempt(() => readlinkSync(this.path(name)))
  }

  /** The path with every link followed. */
  real(name: string): string | undefined {
    return attempt(() => realpathSync(this.path(name)))
  }
}

/** What `look` gives, or undefined when the system refuses: a file may be missing, closed, or go while we look. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return undefined
  }
}
