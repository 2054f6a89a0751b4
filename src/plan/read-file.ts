/** Reads a plan file as text, never more of it than a plan may have. */

import { readFileSync, type Stats, statSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { codeOf, messageOf, PiWorkerError } from '../errors.js'

/** 1 MiB: what a plan file may have. */
export const MAX_PLAN_BYTES = 1024 * 1024

/**
 * The bytes of a plan file.
 * @throws ERR_FILE when it is not there, no regular file, or unreadable; ERR_PLAN_TOO_LARGE when it has more than 1 MiB
 */
export async function readPlanBytes(file: string): Promise<Buffer> {
  try {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    refuse(file, await stat(file))
    return await readBounded(file)
  } catch (error) {
    if (error instanceof PiWorkerError) throw error
    throw fileError(file, error)
  }
}

/** The same at once, for a file that another one includes. @throws as `readPlanBytes` */
export function readPlanBytesNow(file: string): Buffer {
  try {
    refuse(file, statSync(file))
    const bytes = readFileSync(file)
    if (bytes.length > MAX_PLAN_BYTES) throw tooLarge(file, bytes.length)
    return bytes
  } catch (error) {
    if (error instanceof PiWorkerError) throw error
    throw fileError(file, error)
  }
}

/** @throws what is wrong with a file that nobody has opened yet */
function refuse(file: string, facts: Stats): void {
  if (!facts.isFile()) {
    const kind = facts.isDirectory() ? 'a folder' : 'not a regular file'
    throw new PiWorkerError('ERR_FILE', `${file} is ${kind}`, { place: file, remedy: 'Name a plan file.' })
  }
  if (facts.size > MAX_PLAN_BYTES) throw tooLarge(file, facts.size)
}

/** Reads at most one byte more than a plan may have: the size may be wrong (`/proc`) or may have grown meanwhile. */
async function readBounded(file: string): Promise<Buffer> {
  const handle = await open(file, 'r')
  try {
    const chunks: Buffer[] = []
    let size = 0
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, null)
      if (bytesRead === 0) return Buffer.concat(chunks, size)
      chunks.push(buffer.subarray(0, bytesRead))
      size += bytesRead
      if (size > MAX_PLAN_BYTES) throw tooLarge(file, size)
    }
  } finally {
    await handle.close()
  }
}

function tooLarge(file: string, bytes: number): PiWorkerError {
  const size = bytes < 1e6 * 2 ? `${bytes} bytes` : `${Math.round(bytes / 1e6)} MB`
  return new PiWorkerError('ERR_PLAN_TOO_LARGE', `${file} has ${size}; a plan file may have 1 MiB`, {
    place: file,
    remedy: 'Use repeat instead of copies, or name the right file.',
  })
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['does not exist', 'Check the path; it is taken from the current folder.'],
  ENOTDIR: ['does not exist', 'Check the path: a part of it is not a folder.'],
  EACCES: ['may not be read by this user', 'Give this user the right to read it (chmod, chown).'],
  EPERM: ['may not be read by this user', 'Give this user the right to read it (chmod, chown).'],
}

function fileError(file: string, cause: unknown): PiWorkerError {
  const [what, remedy] = REASONS[codeOf(cause) ?? ''] ?? [`cannot be read: ${messageOf(cause)}`, undefined]
  return new PiWorkerError('ERR_FILE', `${file} ${what}`, { place: file, remedy, cause })
}
