/** What the line commands and the doctor reach beyond their session: boards and the machine. Tests give their own. */

import { type OpenBoardOptions, type OpenedBoard, openBoard } from '../../drivers/detect.js'
import type { DriverName } from '../../drivers/driver.js'
import { Machine } from '../../drivers/machine/machine.js'

export interface LineWorld {
  readonly machine: Machine
  open(options: OpenBoardOptions): Promise<OpenedBoard>
}

/** This machine and its drivers. */
export function thisWorld(): LineWorld {
  return { machine: new Machine(), open: options => openBoard(options) }
}

/** What `--driver` takes. */
export type DriverChoice = 'auto' | DriverName

/** Options of every command that reaches lines. */
export interface BoardFlags {
  readonly driver: DriverChoice
  readonly chip?: string
  readonly json?: true
  readonly verbose?: true
}
