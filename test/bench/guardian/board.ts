/** A simulated board whose lines another process can make safe: each has a file, into which its safe level is written. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LineHandle, LineRequest, LineSettings } from '../../../drivers/driver.js'
import type { Handover, SafeLevel } from '../../../drivers/handover.js'
import { MockBoard } from '../../../mocks/board.js'

export interface GuardableOptions {
  readonly folder: string
  /** Default `mock`. */
  readonly driver?: 'mock' | 'onoff' | 'gpiochip' | undefined
  readonly description?: string | undefined
}

/** What happened to its lines: `request 17`, `request 17 inherited file`, `release 17`, `leave 17`. */
export type Happened = string[]

/** Changes the board in place. */
export function guardable<B extends MockBoard>(board: B, options: GuardableOptions): B & { happened: Happened } {
  const { folder, driver = 'mock', description = 'a board' } = options
  const happened: Happened = []
  const request = async (asked: LineRequest): Promise<LineHandle> => {
    const { inherited } = asked
    happened.push(`request ${asked.lines}${inherited === undefined ? '' : ` inherited ${inherited.kind}`}`)
    const handle = await MockBoard.prototype.request.call(board, asked)
    for (const line of asked.lines) writeFileSync(fileOf(folder, line), '')
    const release = handle.release.bind(handle)
    return Object.assign(handle, {
      handover: (safe: readonly SafeLevel[], settings: LineSettings = handle.settings): Handover => ({
        kind: 'file',
        writes: handle.lines.flatMap((line, index) => {
          const text = safe[index]!
          return text === 'keep' ? [] : [{ path: fileOf(folder, line), text: `${text} ${settings.direction}` }]
        }),
        release: [{ path: fileOf(folder, 'released'), text: String(handle.lines) }],
      }),
      release: () => {
        happened.push(`release ${handle.lines}`)
        release()
      },
      leave: () => {
        happened.push(`leave ${handle.lines}`)
        release()
      },
    })
  }
  writeFileSync(fileOf(folder, 'released'), '')
  return Object.assign(board, { request, driver: driver as 'mock', description, happened })
}

export function fileOf(folder: string, line: number | string): string {
  return join(folder, `line-${line}`)
}
