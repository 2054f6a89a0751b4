/**
 * Where what runs on this machine can be found: sockets of open benches and of guardians, and what guardians have written.
 * It has to be the same place for every session and service of a user, so it hangs on nothing that a login sets up or
 * takes away: a guardian that holds a line outlives the session that it was started in.
 */

import { appendFileSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, messageOf, PiWorkerError } from '../errors.js'

/** A service that has a /tmp of its own names a folder here that others see. */
export const RUN_FOLDER_VARIABLE = 'PI_WORKER_RUN_FOLDER'
/** The kernel takes no longer path for a socket. */
export const MOST_SOCKET_PATH = 107
/** A log that is larger begins anew, and the old one is kept beside it. */
const MOST_LOG_BYTES = 256 * 1024
/** Others may not look in, and not reach what listens there. */
const OWN_ONLY = 0o700

export type SocketKind = 'bench' | 'guardian'

/** The folder's path, whether it is there or not. */
export function runFolder(env: NodeJS.ProcessEnv = process.env): string {
  const named = env[RUN_FOLDER_VARIABLE]
  return named === undefined || named === '' ? `/tmp/pi-worker-${process.getuid?.() ?? 0}` : named
}

/**
 * Makes the folder if it is not there.
 * @throws ERR_PERMISSION: it is somebody else's, or others may write there; ERR_FILE: it cannot be made
 */
export function makeRunFolder(folder = runFolder()): string {
  try {
    mkdirSync(folder, { recursive: true, mode: OWN_ONLY })
    if (isOwnAlone(folder)) return folder
  } catch (error) {
    throw new PiWorkerError('ERR_FILE', `${folder} cannot be made: ${messageOf(error)}`, {
      place: folder,
      remedy: `Name a folder in ${RUN_FOLDER_VARIABLE} that this user may write to.`,
      cause: error,
    })
  }
  throw notOwn(folder)
}

/**
 * Whether the folder is there: whoever looks for sockets in it asks first, since in a folder where others may write,
 * anybody could answer.
 * @throws ERR_PERMISSION: as above; what Node throws
 */
export function hasRunFolder(folder: string): boolean {
  try {
    if (isOwnAlone(folder)) return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
  throw notOwn(folder)
}

/** It is a folder, no link to one, of this user, and others may not even look in. @throws what Node throws */
function isOwnAlone(folder: string): boolean {
  const found = lstatSync(folder)
  const own = process.getuid === undefined || found.uid === process.getuid()
  return found.isDirectory() && own && (found.mode & 0o077) === 0
}

function notOwn(folder: string): PiWorkerError {
  return new PiWorkerError('ERR_PERMISSION', `${folder} is not a folder that this user alone may use`, {
    place: folder,
    remedy: `Find out who made it, then remove it; or name another folder in ${RUN_FOLDER_VARIABLE}.`,
  })
}

/** Where the process `pid` listens. */
export function socketPath(folder: string, kind: SocketKind, pid: number): string {
  return join(folder, `${kind}-${pid}.sock`)
}

/**
 * Sockets of that kind in the folder; who listened there may be gone. None when there is no folder.
 * @throws ERR_PERMISSION: it is somebody else's, or others may use it
 */
export function socketsIn(folder: string, kind: SocketKind): string[] {
  if (!hasRunFolder(folder)) return []
  return readdirSync(folder)
    .filter(name => name.startsWith(`${kind}-`) && name.endsWith('.sock'))
    .map(name => join(folder, name))
}

/** Takes away what a process has left that was killed. */
export function removeDead(path: string): void {
  const pid = Number(/-(\d+)\.sock$/.exec(path)?.[1])
  try {
    if (pid > 0) process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') rmSync(path, { force: true })
  }
}

/** Adds a line to the log of the folder. Gives why it could not: whoever writes here has told it elsewhere too. */
export function appendLog(folder: string, line: string): unknown {
  const path = join(folder, 'guardian.log')
  try {
    if ((lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) > MOST_LOG_BYTES) renameSync(path, `${path}.1`)
    appendFileSync(path, `${line}\n`, { mode: 0o600 })
    return undefined
  } catch (error) {
    return error
  }
}
