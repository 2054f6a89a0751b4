/** The processes of the machine, as /proc shows them. */

import type { MachineFiles } from './files.js'

export interface ProcessFacts {
  readonly pid: number
  readonly name: string
}

export function processes(files: MachineFiles): ProcessFacts[] {
  return files.names('/proc').flatMap(entry => {
    const name = /^\d+$/.test(entry) ? files.text(`/proc/${entry}/comm`) : undefined
    return name === undefined ? [] : [{ pid: Number(entry), name }]
  })
}
