/** The chips that sysfs knows: where the numbers come from that /sys/class/gpio/export takes. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../src/errors.js'

export const SYSFS_GPIO = '/sys/class/gpio'

export interface SysfsChip {
  /** `gpiochip458`: named after the base, not after the device. */
  readonly name: string
  readonly label: string
  /** The sysfs number of the chip's line 0: 0, 399, 458, 512, 571 have been seen on Pis. */
  readonly base: number
  readonly lineCount: number
  /** `gpiochip0`: the same chip's name in /dev, where sysfs tells. */
  readonly device: string | undefined
}

/**
 * All chips under `root`, lowest base first; undefined when the kernel has no sysfs GPIO at all.
 * @throws what `readdir` throws besides ENOENT.
 */
export function readSysfsChips(root: string): SysfsChip[] | undefined {
  let names: string[]
  try {
    names = readdirSync(root)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
  return names
    .filter(name => /^gpiochip\d+$/.test(name))
    .flatMap(name => readChip(root, name) ?? [])
    .sort((a, b) => a.base - b.base)
}

function readChip(root: string, name: string): SysfsChip | undefined {
  const read = (attribute: string) => readFileSync(join(root, name, attribute), 'utf8').trim()
  try {
    const numbers = { base: Number(read('base')), lineCount: Number(read('ngpio')) }
    return { name, label: read('label'), ...numbers, device: deviceName(join(root, name, 'device')) }
  } catch (error) {
    // A chip may go while we look.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENODEV') return undefined
    throw error
  }
}

/** The character device is a child of the same hardware device; when there are several, nothing tells them apart. */
function deviceName(folder: string): string | undefined {
  let names: string[]
  try {
    names = readdirSync(folder).filter(name => /^gpiochip\d+$/.test(name))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENODEV') return undefined
    throw error
  }
  return names.length === 1 ? names[0] : undefined
}
