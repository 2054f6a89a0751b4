/** How a bench is reached from outside of its program: through its socket, and by signals. */

import type { Clock } from '../../worker/clock.js'
import { badOption } from '../../worker/task-options.js'
import { BenchSocket, type ServedBench } from './bench-socket.js'
import { type Endable, processEnd } from './process-end.js'

export interface ReachOptions {
  readonly name?: string | undefined
  readonly signals?: boolean | undefined
}

interface ReachedBench extends ServedBench, Endable {
  readonly clock: Clock
  atEnd(ending: () => void | Promise<void>): void
}

/** @throws ERR_BAD_OPTION */
export function checkReach({ name, signals }: ReachOptions): void {
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) throw badOption('name', name, 'a text')
  if (signals !== undefined && typeof signals !== 'boolean') throw badOption('signals', signals, 'true or false')
}

/** In virtual time nobody is outside who could come in between. @throws ERR_FILE, ERR_PERMISSION */
export async function makeReachable(bench: ReachedBench, { name, signals = false }: ReachOptions): Promise<void> {
  if (name !== undefined && bench.clock.kind === 'system') {
    const socket = await BenchSocket.open(bench, name)
    bench.atEnd(() => socket.close())
  }
  if (signals) bench.atEnd(processEnd().add(bench))
}
