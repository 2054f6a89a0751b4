/** Where records are: one folder for each run, below the folder of all runs. */

import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { codeOf, messageOf, PiWorkerError } from '../../errors.js'
import { RUN_FILES } from './format.js'

/** A service or a test names another folder of all runs here; nothing in it means that nothing is recorded. */
export const RUNS_VARIABLE = 'PI_WORKER_RUNS'
const RUNS_FOLDER = 'runs'
const LONGEST_SLUG = 60
/** In one second; who asks for more has something else in mind. */
const MOST_ALIKE = 10_000

/** The folder of all runs, or undefined when nothing is to be recorded. */
export function runsFolder(env: Readonly<Record<string, string | undefined>>, named?: string): string | undefined {
  const folder = named ?? env[RUNS_VARIABLE] ?? RUNS_FOLDER
  return folder === '' ? undefined : folder
}

/** `2026-11-27T104500-dose-until-full`: sorted by name they are sorted by time, which is UTC as in the files. */
export function runId(name: string, wall: number): string {
  const [date = '', time = ''] = new Date(wall).toISOString().split('T')
  return `${date}T${time.slice(0, 8).replaceAll(':', '')}-${slugOf(name)}`
}

/** A name as a file name that every system takes: small letters, digits and `-`. */
function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  const words = plain.replace(/[^a-z0-9]+/g, '-').slice(0, LONGEST_SLUG)
  return words.replace(/^-+|-+$/g, '') || 'plan'
}

/**
 * Makes the folder of a new run below that of all runs.
 * @returns its path
 * @throws ERR_RUN_FOLDER
 */
export async function makeRecordFolder(runs: string, name: string, wall: number): Promise<string> {
  const id = runId(name, wall)
  try {
    await makeAll(runs)
    for (let number = 1; number <= MOST_ALIKE; number++) {
      const path = join(runs, number === 1 ? id : `${id}-${number}`)
      if (await made(path)) return path
    }
  } catch (cause) {
    throw folderError(runs, cause)
  }
  throw new PiWorkerError('ERR_RUN_FOLDER', `${runs} has too many runs called ${id}`, { place: runs })
}

/**
 * Makes a folder that was asked for by its name; it may be there already, with nothing in it.
 * @throws ERR_RUN_FOLDER
 */
export async function makeNamedFolder(path: string): Promise<string> {
  try {
    await makeAll(path)
    const [first] = await readdir(path)
    if (first === undefined) {
      // Whoever comes at the same moment finds it taken.
      await writeFile(join(path, RUN_FILES.run), '', { flag: 'wx' })
      return path
    }
    throw new PiWorkerError('ERR_RUN_FOLDER', `${path} is not empty: it has ${first}`, {
      place: path,
      remedy: 'Name a folder that is not there yet: a record is never written over anything.',
    })
  } catch (cause) {
    throw cause instanceof PiWorkerError ? cause : folderError(path, cause)
  }
}

/** Takes a folder away in which nothing has been recorded, because the run never began. */
export async function discardFolder(path: string, files: readonly string[]): Promise<void> {
  for (const file of files) await rm(join(path, file), { force: true })
  await rmdir(path)
}

/** With the folders above. Node's own way never ends where none can be made, as below /proc (ENOENT for ever). */
async function makeAll(path: string): Promise<void> {
  try {
    await made(path)
  } catch (error) {
    const above = dirname(path)
    if (codeOf(error) !== 'ENOENT' || above === path || existsSync(above)) throw error
    await makeAll(above)
    await made(path)
  }
}

/** False when something is there already. */
async function made(path: string): Promise<boolean> {
  try {
    await mkdir(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  EACCES: ['this user may not write there', 'Name a folder of your own: --runs ~/runs.'],
  EPERM: ['this user may not write there', 'Name a folder of your own: --runs ~/runs.'],
  EROFS: ['the file system is read-only', 'Name a folder on another file system: --runs /tmp/runs.'],
  ENOSPC: ['the disk is full', 'Make room, or name a folder on another disk with --runs.'],
  EDQUOT: ['the disk is full for this user', 'Make room, or name a folder on another disk with --runs.'],
  ENOENT: ['no folder can be made there', 'Name another folder with --runs or --out.'],
  ENOTDIR: ['a part of its path is a file', 'Name another folder with --runs or --out.'],
  EEXIST: ['it is a file', 'Name another folder with --runs or --out.'],
  ENAMETOOLONG: ['its name is too long', 'Name another folder with --runs or --out.'],
}

/** @param doing What is refused, as a predicate. */
export function folderError(path: string, cause: unknown, doing = 'cannot take a record'): PiWorkerError {
  const [why, remedy] = REASONS[codeOf(cause) ?? ''] ?? [messageOf(cause), undefined]
  return new PiWorkerError('ERR_RUN_FOLDER', `the folder ${path} ${doing}: ${why}`, { place: path, remedy, cause })
}

export function idOf(folder: string): string {
  return basename(resolve(folder))
}
