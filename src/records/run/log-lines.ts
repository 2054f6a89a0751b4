/** What of a worker's events a person must know afterwards, and how it is said. */

import type { WorkerEvent } from '../../worker/events.js'
import type { LogLevel } from './format.js'

export interface LogEntry {
  readonly level: LogLevel
  readonly message: string
}

/** Undefined for what is in `tasks.jsonl`, or of no consequence. */
export function logEntry(event: WorkerEvent): LogEntry | undefined {
  switch (event.type) {
    case 'stop':
      return { level: 'error', message: `stopped by ${event.by}: ${event.reason}` }
    case 'stopReset':
      return { level: 'info', message: `reset by ${event.by}: ${event.acknowledge}` }
    case 'reset':
      return { level: 'info', message: `${event.queue} was reset` }
    case 'paused':
      return { level: 'info', message: `${event.plan} is paused${event.outputs === 'safe' ? ', and all is safe' : ''}` }
    case 'resumed':
      return { level: 'info', message: `${event.plan} goes on` }
    case 'quarantined':
      return { level: 'error', message: `${event.queue} is quarantined: ${event.error}` }
    case 'notSafe':
      return { level: 'error', message: `${event.queue} could not be made safe: ${event.error}` }
    case 'limit':
      return { level: 'error', message: `${event.line} was switched off (${event.rule}): ${event.error}` }
    case 'settledLate':
      return { level: 'warning', message: `${event.name}, which was given up, has ended${after(event.error)}` }
    case 'guardian':
      return event.state === 'gone'
        ? { level: 'error', message: `the guardian is gone${after(event.error)}` }
        : { level: 'info', message: 'there is a guardian again' }
    case 'recovered':
      return {
        level: 'warning',
        message: 'the run before did not come to its end; what was in flight is indeterminate',
      }
    default:
      return undefined
  }
}

function after(error: string | null): string {
  return error === null ? '' : `: ${error}`
}
