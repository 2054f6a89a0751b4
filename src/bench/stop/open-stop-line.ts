/** The stop line among the peripherals of a bench that is being opened: it is checked like them, and opened before them. */

import type { LineHandle } from '../../../drivers/driver.js'
import { PiWorkerError } from '../../errors.js'
import { callAll } from '../../thrown.js'
import { badOption } from '../../worker/task-options.js'
import { check, checkConfig } from '../check.js'
import type { AnyDefinition } from '../definition.js'
import { HeldLines, type LineSource } from '../lease.js'
import { atPeripheral, problemError } from '../peripheral-errors.js'
import type { Planned } from '../planned.js'
import type { Parsed } from '../schema.js'
import type { WhenStopped } from './emergency-stop.js'
import { STOP_LINE_NAME, StopLine, type StopLineConfig, stopLine } from './stop-line.js'

export interface StopLineOptions {
  readonly stopLine?: StopLineConfig | undefined
  readonly whenStopped?: WhenStopped | undefined
}

export interface OpenedStopLine {
  readonly name: string
  readonly line: StopLine
  readonly close: () => Promise<void>
}

/**
 * None when there is no stop line.
 * @param simulate What the simulation is told of it.
 * @throws ERR_BAD_OPTION, ERR_BAD_CONFIG, ERR_BAD_DURATION, ERR_UNKNOWN_LINE
 */
export function planStopLine({ stopLine: written, whenStopped }: StopLineOptions, simulate: unknown): Planned[] {
  const name = STOP_LINE_NAME
  if (whenStopped !== undefined && whenStopped !== 'fail' && whenStopped !== 'keep') {
    throw badOption('whenStopped', whenStopped, "'fail' or 'keep'")
  }
  if (written === undefined) {
    if (simulate === undefined) return []
    throw new PiWorkerError('ERR_BAD_CONFIG', 'simulate.stop: the bench has no stop line', {
      place: 'simulate.stop',
      remedy: "Open the bench with stopLine: { line: 'GPIO5' }, or leave out simulate.stop.",
    })
  }
  const config = checkConfig(stopLine, written)
  if (config.problems !== undefined) throw problemError('ERR_BAD_CONFIG', name, config.problems)
  const planned = { name, definition: stopLine, config: config.value as Planned['config'] }
  if (simulate === undefined) return [{ ...planned, simulate: undefined }]
  const simulated = check(stopLine.simulate, simulate)
  if (simulated.problems !== undefined) throw problemError('ERR_BAD_CONFIG', `simulate.${name}`, simulated.problems)
  return [{ ...planned, simulate: simulated.value as Planned['simulate'] }]
}

/**
 * Opens it, if there is one among the peripherals.
 * @throws ERR_STOPPED when it is open: nothing has moved then; what requesting the line throws
 */
export async function openStopLine(
  located: readonly Planned[],
  source: LineSource,
): Promise<OpenedStopLine | undefined> {
  const found = located.find(({ definition }) => definition === (stopLine as AnyDefinition))
  if (found === undefined) return undefined
  const { name } = found
  const config = found.config as Parsed<typeof stopLine.config>
  const held = new HeldLines(name, source, [config.line])
  const close = (): Promise<void> => held.release()
  try {
    const handle = (await stopLine.open({ config, board: held.lease() } as never)) as LineHandle
    const line = new StopLine(handle, config)
    line.refuseOpen()
    return { name, line, close }
  } catch (error) {
    const fail = (): never => {
      throw atPeripheral(name, error)
    }
    await callAll([fail, close])
    return fail()
  }
}
