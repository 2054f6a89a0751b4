/** The driver `onoff`: lines through sysfs and the npm package `onoff`, for machines where `gpiochip` cannot run. */

import { join } from 'node:path'
import { codeOf, PiWorkerError } from '../../src/errors.js'
import type { Driver, LineInspector } from '../driver.js'
import { permissionError } from '../permission.js'
import { checkHardwareAllowed } from '../real-hardware.js'
import { SYSFS_GPIO } from '../sysfs-chips.js'
import { OnoffBoard, onoffCapabilities } from './board.js'
import { readOnly } from './failures.js'
import { type SysfsFiles, sysfsFiles } from './files.js'
import { findChip } from './find-chip.js'
import { type GpioClass, loadGpio } from './package.js'

export interface OnoffOptions {
  /**
   * Opens the chip's own account of its lines (names, holders) by the path of its device; sysfs has none. Default: none.
   */
  readonly inspect?: (path: string) => Promise<LineInspector | undefined>
  /** Where sysfs GPIO is. Default `/sys/class/gpio`, which is the only one that the package knows. */
  readonly sysfs?: string
  /** Gives the class of the package; tests give one of their own. */
  readonly gpio?: () => Promise<GpioClass>
  /** Writes sysfs; tests put a kernel of their own in its place. */
  readonly files?: SysfsFiles
  /** Default `process.platform`. */
  readonly platform?: string
}

/** The driver. It watches inputs with edges or debounce from the request on, and so keeps the process alive. */
export function onoffDriver(options: OnoffOptions = {}): Driver {
  const { inspect, sysfs: root = SYSFS_GPIO, gpio = loadGpio, files = sysfsFiles } = options
  const { platform = process.platform } = options
  return {
    name: 'onoff',
    capabilities: onoffCapabilities,
    async open({ clock, chip: wanted }) {
      checkHardwareAllowed('onoff')
      if (clock.kind !== 'system') {
        throw new PiWorkerError('ERR_UNSUPPORTED', 'the onoff driver cannot run in virtual time', {
          remedy: 'Use --driver mock in virtual time, or leave out --virtual.',
          details: { driver: 'onoff' },
        })
      }
      if (platform !== 'linux') {
        throw new PiWorkerError('ERR_UNSUPPORTED', `the onoff driver needs Linux; this is ${platform}`, {
          remedy: 'Use --driver mock on this machine.',
          details: { driver: 'onoff', platform },
        })
      }
      const chip = findChip(root, wanted)
      checkMayExport(files, join(root, 'export'))
      const Gpio = await gpio()
      const inspector = chip.device === undefined ? undefined : await inspect?.(`/dev/${chip.device}`)
      return new OnoffBoard({ chip, Gpio, root, files, clock, inspector, findChip: device => findChip(root, device) })
    },
  }
}

/** @throws ERR_PERMISSION: before a line is touched, so that another driver can be tried. */
function checkMayExport(files: SysfsFiles, path: string): void {
  try {
    files.check(path, 'w')
  } catch (error) {
    throw codeOf(error) === 'EROFS' ? readOnly(path, error) : permissionError('onoff', path, error)
  }
}
