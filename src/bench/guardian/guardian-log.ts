/**
 * Where a guardian writes: the log of the run folder, and its standard error, which is its runner's: a terminal, a file,
 * a pipe that nobody reads any more, the system's journal. None of them may end it or keep it waiting.
 */

import { closeSync, constants, openSync, write, writeSync } from 'node:fs'
import { codeOf } from '../../errors.js'
import { appendLog } from '../run-folder.js'

const STDERR = 2

export class GuardianLog {
  readonly #folder: string
  #detached = false
  /** Whether a line is on its way to a socket. It is one at a time, so that only one thread can be kept waiting. */
  #writing = false

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Whether somebody who does not read keeps a line of ours waiting, and with it the end of this process. */
  get isStuck(): boolean {
    return this.#writing
  }

  /** Never throws, and waits for nobody. */
  write(line: string): void {
    appendLog(this.#folder, line)
    if (this.#detached) return
    try {
      const fd = openSync(`/proc/self/fd/${STDERR}`, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK)
      try {
        writeSync(fd, `${line}\n`)
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      // A socket cannot be opened anew, and to make this one not wait would make the runner's not wait either.
      if (codeOf(error) === 'ENXIO') this.#send(line)
    }
  }

  /** Standard error is let go: whoever reads what the runner wrote waits for its end. */
  detach(): void {
    if (this.#detached) return
    this.#detached = true
    if (!this.#writing) letGoOfStderr()
  }

  #send(line: string): void {
    if (this.#writing) return
    this.#writing = true
    // Whether it arrived, or nobody is there: the log of the run folder has it.
    write(STDERR, `${line}\n`, () => {
      this.#writing = false
      if (this.#detached) letGoOfStderr()
    })
  }
}

function letGoOfStderr(): void {
  closeSync(STDERR)
  openSync('/dev/null', 'w')
}
