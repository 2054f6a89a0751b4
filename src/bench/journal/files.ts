/** The few things that a journal asks of the file system, so that a test can let each of them fail, or a crash come. */

import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, PiWorkerError } from '../../errors.js'
import { tooLarge } from './journal-errors.js'

/** A file that is written from its beginning to its end. */
export interface JournalFile {
  /** Gives how many bytes were taken; they may be fewer. */
  write(bytes: Buffer): Promise<number>
  /** Resolves when all that was written is on the disk. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** One folder of files. Everything rejects with what the system says. */
export interface JournalFolder {
  readonly path: string
  /** Makes the folder, if it is not there. */
  make(): Promise<void>
  /** Names of the files; none when the folder is not there. */
  list(): Promise<readonly string[]>
  /** Undefined when there is no such file. */
  read(name: string): Promise<Buffer | undefined>
  /** A file with nothing in it, whatever was there before. */
  create(name: string): Promise<JournalFile>
  /** A file that is written on at its end. */
  append(name: string): Promise<JournalFile>
  /** False when there is no file `from`. */
  rename(from: string, to: string): Promise<boolean>
  /** Does nothing when there is no such file. */
  remove(name: string): Promise<void>
  /** Resolves when the names of the files are on the disk. */
  sync(): Promise<void>
}

/** A short write is no failure: what is left is written next, and that says why it cannot be. */
export async function writeAll(file: JournalFile, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const taken = await file.write(done === 0 ? bytes : bytes.subarray(done))
    if (taken === 0) throw new PiWorkerError('ERR_IO', 'the file takes no more bytes')
    done += taken
  }
}

/** Closes a file that is not needed any more: nothing of it can be lost by a close that fails. */
export async function letGo(file: JournalFile | undefined): Promise<void> {
  await file?.close().catch(() => undefined)
}

/** More than any journal has; another file may be anything. */
const MOST_BYTES = 256 * 1024 * 1024

/** A real folder. Its files are for this user alone: inputs of actions may be nobody else's business. */
export class DiskFolder implements JournalFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  async make(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 })
  }

  async list(): Promise<readonly string[]> {
    return (await unlessMissing(readdir(this.path))) ?? []
  }

  async read(name: string): Promise<Buffer | undefined> {
    const path = join(this.path, name)
    // Looked at before it is opened: opening a pipe would wait for its writer.
    const facts = await unlessMissing(stat(path))
    if (facts === undefined) return undefined
    if (facts.size > MOST_BYTES) throw tooLarge(path, facts.size)
    if (!facts.isFile()) return Buffer.from('no file')
    const handle = await open(path, constants.O_RDONLY)
    try {
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  }

  async create(name: string): Promise<JournalFile> {
    return new DiskFile(await open(join(this.path, name), 'w', 0o600))
  }

  async append(name: string): Promise<JournalFile> {
    return new DiskFile(await open(join(this.path, name), constants.O_WRONLY | constants.O_APPEND))
  }

  async rename(from: string, to: string): Promise<boolean> {
    const done = await unlessMissing(rename(join(this.path, from), join(this.path, to)).then(() => true))
    return done ?? false
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.path, name), { force: true })
  }

  async sync(): Promise<void> {
    await syncFolder(this.path)
  }
}

/** What was made, renamed or removed in a folder is on the disk then. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

class DiskFile implements JournalFile {
  readonly #handle: FileHandle

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async write(bytes: Buffer): Promise<number> {
    return (await this.#handle.write(bytes)).bytesWritten
  }

  sync(): Promise<void> {
    return this.#handle.datasync()
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
