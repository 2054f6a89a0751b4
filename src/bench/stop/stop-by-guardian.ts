/** Stops a program by its guardians, which need no program: as many as it has benches. */

import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { messageOf } from '../../errors.js'
import { Questions } from '../guardian/questions.js'
import { socketsIn } from '../run-folder.js'

/** A guardian says at once whose it is, however busy the machine. */
const STATUS_NS = 2e9

/** What came of asking the guardians. */
export interface GuardianStop {
  /** There are guardians of it, and every one made safe all that it has. */
  readonly confirmed: boolean
  /** Why not, for each that did not. */
  readonly failed: readonly string[]
}

/** All that guard for the process `pid` are asked at once: none waits for another. @throws ERR_PERMISSION */
export async function stopByGuardians(pid: number, reason: string, folder: string): Promise<GuardianStop> {
  const asked = socketsIn(folder, 'guardian').filter(path => mayBelongTo(pid, path))
  const outcomes = await Promise.all(asked.map(path => askOne(path, pid, reason)))
  const failed = outcomes.flatMap(outcome => (typeof outcome === 'string' ? [outcome] : []))
  return { confirmed: failed.length === 0 && outcomes.includes(true), failed }
}

/** True: it made all safe; false: it guards nothing of that process; a text: why it is not known to be safe. */
async function askOne(path: string, pid: number, reason: string): Promise<boolean | string> {
  const guardian = await Questions.open(path)
  if (guardian === undefined) return false
  try {
    const { runner, state } = await guardian.ask({ type: 'status' }, 'status', STATUS_NS)
    // What is held is safe, and its runner only had the same number; beside one that comes or goes, another one guards.
    if (runner !== pid || state === 'holding' || state === 'starting' || state === 'leaving') return false
    const { did, failed } = await guardian.ask({ type: 'stop', reason }, 'stopped')
    if (failed.length > 0) return failed.join('; ')
    return did.length > 0 ? true : 'the guardian had nothing to make safe'
  } catch (error) {
    return messageOf(error)
  } finally {
    guardian.close()
  }
}

/** A guardian is a child of its runner. Where it cannot be seen whose child it is, it may be ours. */
function mayBelongTo(pid: number, path: string): boolean {
  const parent = parentOf(Number(/(\d+)\.sock$/.exec(basename(path))?.[1]))
  return parent === undefined || parent === pid
}

/** Undefined when there is no such process, no /proc, or a parent that cannot be seen from in here. */
function parentOf(pid: number): number | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // `12 (any name (of it) S 1 ...`: the name may have everything in it.
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(parent) || undefined
}
