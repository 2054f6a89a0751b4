/** Which process this is, and whether another one still lives. */

import { readFileSync } from 'node:fs'
import { codeOf } from '../../errors.js'

/** A process, told apart from a later one that has the same number. */
export interface ProcessId {
  readonly pid: number
  /** When it began, in ticks since the machine was started; `0` where the system does not tell. */
  readonly began: string
  /** The id of the machine's start; `0` where the system does not tell. */
  readonly boot: string
}

/** The processes of a machine. */
export interface Processes {
  readonly self: ProcessId
  lives(process: ProcessId): boolean
}

/** Those of this machine, by what Linux tells in /proc; elsewhere by their numbers alone. */
export function thisMachine(): Processes {
  const boot = textOf('/proc/sys/kernel/random/boot_id')?.trim().replaceAll('-', '') ?? '0'
  const self = { pid: process.pid, began: beganAt(process.pid) ?? '0', boot }
  return {
    self,
    lives: other => {
      if (other.boot !== boot || !answers(other.pid)) return false
      const began = beganAt(other.pid)
      return began === undefined || other.began === '0' || began === other.began
    },
  }
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM' // it is there, and another user's
  }
}

/** The 22nd field; the second is the program's name in brackets, in which anything may stand. */
function beganAt(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // no Linux, or no such process
  }
}
