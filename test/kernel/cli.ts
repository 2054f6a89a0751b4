/** The built command line as a program of its own, on the lines of the kernel. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repository } from './build-kernel.js'

const PROGRAM = join(repository, 'dist/src/cli/main.js')

export interface Ended {
  /** Exit code, or undefined when a signal ended it. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** One run of `pi-worker`. */
export class Cli {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  #stdout = ''
  #stderr = ''

  constructor(args: readonly string[], { uid = 0, gid = 0 }: { readonly uid?: number; readonly gid?: number } = {}) {
    // setpriv drops root's groups too, which spawn's own uid and gid do not.
    const user = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups']
    this.#child = spawn('setpriv', [...user, process.execPath, PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PI_WORKER_RUNS: '' },
    })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    this.ended = new Promise(resolve => {
      this.#child.on('close', code => resolve({ code: code ?? undefined, stdout: this.#stdout, stderr: this.#stderr }))
    })
  }

  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void {
    this.#child.kill(signal)
  }
}

/** A plan file in a folder of its own, which goes with the kernel. */
export function planFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'plan-')), 'plan.yaml')
  writeFileSync(path, text)
  return path
}
