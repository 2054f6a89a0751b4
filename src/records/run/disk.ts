/** The few things that a record asks of the file system, so that a test can let each of them fail, or the disk be full. */

import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../../bench/journal/files.js'

/** A file that is written from its beginning to its end. */
export interface RunFile {
  /** Gives how many bytes were taken; they may be fewer. What stood at `position` is written over. */
  write(bytes: Buffer, position: number): Promise<number>
  /** Resolves when all that was written is on the disk. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** The folder of one record. Everything rejects with what the system says. */
export interface RunDisk {
  readonly path: string
  /** A new file. */
  create(name: string): Promise<RunFile>
  /** Puts a file in the place of another, or of none, in one step: who reads sees the old one or the new one. */
  replace(name: string, text: string, sync: boolean): Promise<void>
  /** Resolves when the names of the files are on the disk. */
  sync(): Promise<void>
}

/** A real folder, which is there. */
export class RealDisk implements RunDisk {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  async create(name: string): Promise<RunFile> {
    // Not for appending: there the system would not heed the position.
    return new RealFile(await open(join(this.path, name), constants.O_WRONLY | constants.O_CREAT))
  }

  async replace(name: string, text: string, sync: boolean): Promise<void> {
    const path = join(this.path, name)
    const next = `${path}.new`
    try {
      const handle = await open(next, 'w')
      try {
        await handle.writeFile(text)
        if (sync) await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(next, path)
    } catch (error) {
      // The room that it takes is needed.
      await rm(next, { force: true }).catch(ignored)
      throw error
    }
    if (sync) await this.sync()
  }

  async sync(): Promise<void> {
    await syncFolder(this.path)
  }
}

class RealFile implements RunFile {
  readonly #handle: FileHandle

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async write(bytes: Buffer, position: number): Promise<number> {
    return (await this.#handle.write(bytes, 0, bytes.length, position)).bytesWritten
  }

  sync(): Promise<void> {
    return this.#handle.datasync()
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

/** What went wrong before counts. */
function ignored(): void {}
