/** The driver `gpiochip`: the kernel's GPIO character device, reached with ioctl through koffi; no compiler needed. */

import { Worker } from 'node:worker_threads'
import { PiWorkerError } from '../../src/errors.js'
import type { Driver } from '../driver.js'
import { checkHardwareAllowed } from '../real-hardware.js'
import { SYSFS_GPIO } from '../sysfs-chips.js'
import { GpiochipBoard, gpiochipCapabilities } from './board.js'
import { Chips } from './chips.js'
import type { PollThread, StartPollThread } from './edge-reader.js'
import { type Libc, loadLibc } from './libc.js'
import type { PollThreadData } from './poll-table.js'

export interface GpiochipOptions {
  /** Where the chips' device files are. Default `/dev`. */
  readonly dev?: string
  /** Where sysfs GPIO is: only for the number in the remedy for a line that sysfs holds. Default `/sys/class/gpio`. */
  readonly sysfs?: string
  /** Gives the C library; tests give one of their own. */
  readonly libc?: () => Promise<Libc>
  /** Starts the thread that waits for edges; tests start none. */
  readonly startThread?: StartPollThread
}

/** The driver with other folders than the usual ones. */
export function gpiochipDriver(options: GpiochipOptions = {}): Driver {
  const { dev = '/dev', sysfs = SYSFS_GPIO, libc: load = loadLibc, startThread = startPollThread } = options
  return {
    name: 'gpiochip',
    capabilities: gpiochipCapabilities,
    async open({ clock, chip: path }) {
      checkHardwareAllowed('gpiochip')
      if (clock.kind !== 'system') {
        throw new PiWorkerError('ERR_UNSUPPORTED', 'the gpiochip driver cannot run in virtual time', {
          remedy: 'Use --driver mock in virtual time, or leave out --virtual.',
          details: { driver: 'gpiochip' },
        })
      }
      const libc = await load()
      return new GpiochipBoard(libc, new Chips(libc, { dev, sysfs }, path), clock, startThread)
    },
  }
}

/** The driver on this machine. */
export const gpiochip: Driver = gpiochipDriver()

function startPollThread(data: PollThreadData): PollThread {
  // Without our own execArgv: a loader or an inspector of the program has no business in there.
  return new Worker(new URL('./poll-thread.js', import.meta.url), {
    workerData: data,
    execArgv: [],
    name: 'pi-worker edges',
  })
}
