/** Where a run comes from: versions, the kernel, and the commit of the plan. */

import { execFile } from 'node:child_process'
import { release, type } from 'node:os'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { GitFacts, RunFacts } from './format.js'
import { packageVersion } from './package-version.js'

/** ms; a repository on a network may take its time, but a run must begin. */
const GIT_TIMEOUT = 3000

/** `Linux 6.12.25`, and the versions of what runs on it. */
export function machineFacts(): Pick<RunFacts, 'versions' | 'kernel'> {
  return { versions: { piWorker: packageVersion(), node: process.version }, kernel: `${type()} ${release()}` }
}

/**
 * The commit that a plan is in, or null when it is in none, or there is no git.
 * @param runs The folder of all runs: what is in it does not count as a change.
 */
export async function gitOf(file: string, runs: string | undefined): Promise<GitFacts | null> {
  const folder = dirname(resolve(file))
  const git = async (...args: string[]): Promise<string> => {
    const options = { cwd: folder, timeout: GIT_TIMEOUT, maxBuffer: 2 ** 24 }
    return (await promisify(execFile)('git', ['--no-optional-locks', ...args], options)).stdout
  }
  try {
    const commit = (await git('rev-parse', '--verify', 'HEAD')).trim()
    const below = runs === undefined ? undefined : relative(folder, resolve(runs))
    const inside = below !== undefined && below !== '' && !below.startsWith('..') && !isAbsolute(below)
    const but = inside ? [`:(exclude,literal)${below}`] : []
    const changes = await git('status', '--porcelain', '--', '.', ...but)
    return { commit, dirty: changes.trim() !== '' }
  } catch {
    return null // no git, no repository, no commit, or one that this user may not look into
  }
}
