/** A run and those that it goes on with, each of which was interrupted. */

import { dirname, join, resolve } from 'node:path'
import { isPiWorkerError, type PiWorkerError } from '../../errors.js'
import { type RecordedRun, readRun } from './read-run.js'

/** More runs that go on with each other are a ring. */
const MOST_RUNS = 1000

export interface Chain {
  /** The latest first. */
  readonly runs: readonly RecordedRun[]
  /** Why the earliest of them is not the first: the one that it goes on with is not there. */
  readonly missing: { readonly id: string; readonly error: PiWorkerError } | undefined
}

/** @throws ERR_RUN_VERSION */
export async function chainOf(run: RecordedRun): Promise<Chain> {
  const runs = [run]
  for (let at = run; at.json.resumes && runs.length < MOST_RUNS; ) {
    const id = at.json.resumes
    try {
      at = await readRun(join(dirname(resolve(at.folder)), id))
    } catch (error) {
      if (isPiWorkerError(error, 'ERR_RUN_FOLDER')) return { runs, missing: { id, error } }
      throw error
    }
    runs.push(at)
  }
  return { runs, missing: undefined }
}
