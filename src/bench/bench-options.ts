/** What `openBench` may be asked for. A misspelt option is refused: `{ drvier: 'mock' }` would drive real lines. */

import type { Driver, DriverName } from '../../drivers/driver.js'
import { PiWorkerError } from '../errors.js'
import { nearest } from '../nearest.js'
import type { Clock } from '../worker/clock.js'
import type { WorkerOptions } from '../worker/worker.js'
import type { GuardianChoice } from './guardian/bench-guard.js'
import type { InterlockSpec } from './guards/interlocks.js'
import type { JournalOptions } from './journal/open-journal.js'
import type { WhenStopped } from './stop/emergency-stop.js'
import type { StopLineConfig } from './stop/stop-line.js'

export interface BenchOptions {
  /** `auto` (the default) takes the first that is usable here and has what the peripherals need, and never `mock`. */
  readonly driver?: 'auto' | DriverName | Driver | undefined
  /** Path of the GPIO chip; found by its label when left out. */
  readonly chip?: string | undefined
  /** Default: the system clock. */
  readonly clock?: Clock | undefined
  /** How long and how many finished tasks are kept; see `WorkerOptions`. */
  readonly retain?: WorkerOptions['retain']
  /** What the simulation is told of each peripheral; only the mock driver listens. */
  readonly simulate?: Readonly<Record<string, unknown>> | undefined
  /** Path of a VCD file whose levels the mock driver replays on the inputs; other drivers ignore it. */
  readonly replay?: string | undefined
  /** Seed of whatever is random in a simulation. Default 1. */
  readonly seed?: number | undefined
  /** What must never be on together, by the names of peripherals or of their lines: `[{ never: ['heater', 'drain'] }]`. */
  readonly interlocks?: readonly InterlockSpec[] | undefined
  /**
   * A process of its own that makes the outputs safe when this one is killed, crashes or hangs. Default: on real drivers
   * yes, on the mock no. `false` refuses it.
   */
  readonly guardian?: boolean | GuardianChoice | undefined
  /** Watch every line for level changes on a real driver too, for `onLevel`. Costs a wake-up for every edge. */
  readonly observe?: boolean | undefined
  /**
   * The bench's name, by which its journal is found again (default: made of the program's path and the peripherals). In
   * real time a bench with a name is reached by `pi-worker stop`, `status`, `reset` and `pause`.
   */
  readonly name?: string | undefined
  /**
   * Writes down every action that does more than read before it is begun and when it is over, so that the next start
   * knows what was in flight. Default: on real drivers yes, on the mock no.
   */
  readonly journal?: boolean | JournalOptions | undefined
  /** The input of a stop button, normally closed: `{ line: 'GPIO5' }`. While it is open, nothing runs. */
  readonly stopLine?: StopLineConfig | undefined
  /** What happens to tasks that wait when the bench is stopped: they fail (the default), or wait for its reset. */
  readonly whenStopped?: WhenStopped | undefined
  /**
   * Makes the bench safe, closes it and ends the process at SIGINT, SIGTERM, SIGHUP and at errors that nobody caught.
   * Default: no; then the program has to do it.
   */
  readonly signals?: boolean | undefined
}

const NAMES: Readonly<Record<keyof BenchOptions, true>> = {
  driver: true,
  chip: true,
  clock: true,
  retain: true,
  simulate: true,
  replay: true,
  seed: true,
  interlocks: true,
  guardian: true,
  observe: true,
  name: true,
  journal: true,
  stopLine: true,
  whenStopped: true,
  signals: true,
}

/** @throws ERR_BAD_OPTION for an option that there is not */
export function checkOptionNames(options: BenchOptions): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(NAMES, name)) continue
    const meant = nearest(name, Object.keys(NAMES))
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`
    throw new PiWorkerError('ERR_BAD_OPTION', `openBench has no option "${name}"${hint}`, {
      place: name,
      remedy: meant === undefined ? `Leave it out; there are ${Object.keys(NAMES).join(', ')}.` : `Write ${meant}.`,
    })
  }
}
