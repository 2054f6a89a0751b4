/** A chip's own account of its lines, for drivers that cannot ask it themselves. */

import { isPiWorkerError } from '../../src/errors.js'
import type { LineInspector } from '../driver.js'
import { SYSFS_GPIO } from '../sysfs-chips.js'
import { openChip } from './chip.js'
import { type Libc, loadLibc } from './libc.js'

/**
 * The lines of the chip at `path` (`/dev/gpiochip0`), or of the header's when it is left out; undefined where they cannot
 * be asked for: no koffi, no permission, an old kernel.
 */
export async function inspectChip(
  path?: string,
  load: () => Promise<Libc> = loadLibc,
): Promise<(LineInspector & { readonly path: string }) | undefined> {
  try {
    return openChip(await load(), { dev: '/dev', sysfs: SYSFS_GPIO }, path)
  } catch (error) {
    if (isPiWorkerError(error)) return undefined
    throw error
  }
}
