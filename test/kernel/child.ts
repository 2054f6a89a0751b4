/** Short programs that use the built package in a process of their own: as another user, or without some packages. */

import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { repository } from './build-kernel.js'

/** The user that nothing belongs to. */
export const NOBODY = 65_534

export interface ScriptOptions {
  readonly uid?: number
  readonly gid?: number
}

const PROLOGUE = `
import { SystemClock } from 'pi-worker'
import { openBoard } from 'pi-worker/drivers'
const clock = new SystemClock()
const plain = error => ({ code: error.code, message: error.message, place: error.place, remedy: error.remedy, details: error.details })
let report
try {
  report = await (async () => {`
const EPILOGUE = `
  })()
} catch (error) {
  report = { error: plain(error) }
}
process.stdout.write(JSON.stringify(report))
`

/**
 * Runs the body of an async function that has `openBoard`, `clock` and `plain(error)`, and gives what it returns.
 * What it throws comes as `{ error }`. It has to end by itself: what keeps a process alive fails the test.
 */
export async function runScript(body: string, { uid = 0, gid = 0 }: ScriptOptions = {}): Promise<unknown> {
  // setpriv drops root's groups too, which spawn's own uid and gid do not.
  const user = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups']
  const node = [process.execPath, '--input-type=module', '--eval', PROLOGUE + body + EPILOGUE]
  const { stdout } = await promisify(execFile)('setpriv', [...user, ...node], { cwd: repository, timeout: 20_000 })
  return JSON.parse(stdout)
}

/** Until the test is over, the folder of the repository is empty; the host's own files are not touched. */
export function hide(path: string): void {
  const folder = join(repository, path)
  if (!existsSync(folder)) throw new TypeError(`there is nothing to hide at ${folder}`)
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder])
  onTestFinished(() => {
    execFileSync('umount', [folder])
  })
}
