/** How a bench and its peripherals are at this moment: what people, other programs and `pi-worker status` are shown. */

import type { Level, Signal } from '../../../drivers/driver.js'
import { codeOf, type PiWorkerError } from '../../errors.js'
import type { PeripheralQueue } from '../../worker/peripheral-queue.js'
import type { PlanState } from './running-plans.js'

/**
 * `stopping`: what ran there is being ended or made safe. `held`: nothing may start, because the bench is stopped.
 * `quarantined`: nothing may start until the queue is reset.
 */
export type PeripheralState = 'idle' | 'running' | 'stopping' | 'held' | 'quarantined'

/** All of it is JSON; times are ISO 8601. */
export interface BenchStatus {
  /** Null when the bench was given no name. */
  readonly name: string | null
  readonly pid: number
  readonly driver: string
  /** Process id of its guardian; null when it has none. */
  readonly guardian: number | null
  /** Why and since when it is stopped; null while it is not. */
  readonly stopped: { readonly reason: string; readonly by: string; readonly since: string } | null
  /** Null when there is no stop line; `open` says why the bench cannot be reset, or is null while the button is closed. */
  readonly stopLine: { readonly line: number; readonly open: string | null } | null
  readonly plans: readonly { readonly name: string; readonly state: PlanState }[]
  readonly peripherals: Readonly<Record<string, PeripheralStatus & { readonly lines: readonly LineStatus[] }>>
}

export interface PeripheralStatus {
  readonly type: string
  readonly state: PeripheralState
  /** What has the peripheral for itself now. */
  readonly task: { readonly id: string; readonly name: string; readonly since: string } | null
  /** How many tasks wait. */
  readonly waiting: number
  readonly quarantine: {
    readonly reason: string
    readonly code: string
    readonly since: string
    /** Why a reset would be refused now; null when it can be tried. */
    readonly noReset: string | null
  } | null
}

export interface LineStatus {
  /** BCM number. */
  readonly line: number
  readonly name: string
  /** Physical; null when it cannot be read. */
  readonly level: Level | null
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

/** @param stopped The whole bench is. */
export function peripheralStatus(type: string, queue: PeripheralQueue, stopped: boolean): PeripheralStatus {
  const task = queue.current?.task
  const { quarantineReason: reason, quarantinedSince: since } = queue
  return {
    type,
    state: stateOf(queue, stopped),
    task:
      task === undefined || task.finished
        ? null
        : { id: task.id, name: task.name, since: isoTime((task.runningAt ?? task.startedAt).getTime()) },
    waiting: queue.waiting,
    quarantine: reason === undefined || since === undefined ? null : quarantineStatus(queue, reason, since),
  }
}

function quarantineStatus(
  queue: PeripheralQueue,
  reason: PiWorkerError,
  since: number,
): PeripheralStatus['quarantine'] {
  return {
    reason: reason.message,
    code: codeOf(reason) ?? 'ERR_UNEXPECTED',
    since: isoTime(since),
    noReset: queue.resetRefusal?.message ?? null,
  }
}

function stateOf(queue: PeripheralQueue, stopped: boolean): PeripheralState {
  if (queue.quarantined) return 'quarantined'
  const task = queue.current?.task
  if (task?.state === 'stopping' || queue.makingSafe) return 'stopping'
  if (task !== undefined && !task.finished) return 'running'
  return stopped ? 'held' : 'idle'
}

/** @param levelOf What may throw, when a chip is gone. */
export function lineStatus(signals: readonly Signal[], levelOf: (line: number) => Level | undefined): LineStatus[] {
  return signals.map(({ line, name }) => ({ line, name, level: levelOrNull(line, levelOf) }))
}

function levelOrNull(line: number, levelOf: (line: number) => Level | undefined): Level | null {
  try {
    return levelOf(line) ?? null
  } catch {
    return null // a status has to be told of what is broken too
  }
}
