/** Which of sysfs's chips is meant: the header's, or the one that the user names. */

import { realpathSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { codeOf, PiWorkerError } from '../../src/errors.js'
import { headerChipLabels } from '../header.js'
import { otherDriver } from '../other-driver.js'
import { readSysfsChips, type SysfsChip } from '../sysfs-chips.js'

/**
 * @param root `/sys/class/gpio`
 * @param wanted `/dev/gpiochip0`, `gpiochip0`, `/sys/class/gpio/gpiochip458` or a label; the header's when left out.
 * @throws ERR_DRIVER_MISSING (no sysfs GPIO, or no chip in it), ERR_UNKNOWN_CHIP
 */
export function findChip(root: string, wanted: string | undefined): SysfsChip {
  const chips = readSysfsChips(root)
  if (chips === undefined || chips.length === 0) {
    const onPi =
      otherDriver() === 'gpiochip'
        ? 'Use --driver gpiochip on a Raspberry Pi'
        : 'Use a kernel with GPIO_SYSFS on this Raspberry Pi, or --driver pigpio'
    const missing = chips === undefined ? root : join(root, 'gpiochip*')
    throw new PiWorkerError('ERR_DRIVER_MISSING', `there is no ${missing}, so the kernel has no GPIO lines in sysfs`, {
      place: missing,
      remedy: `${onPi}, or --driver mock elsewhere.`,
      details: { driver: 'onoff', path: root, mend: 'Use --driver mock where there are no lines.' },
    })
  }
  const found =
    wanted === undefined ? chips.find(chip => headerChipLabels.includes(chip.label)) : named(chips, root, wanted)
  if (found !== undefined) return found
  const seen = chips.map(chip => `${chip.name} (${chip.label})`)
  const details = { driver: 'onoff', path: wanted, seen }
  if (wanted !== undefined) {
    throw new PiWorkerError('ERR_UNKNOWN_CHIP', `sysfs has no chip ${wanted}: it has ${seen.join(', ')}`, {
      place: wanted,
      remedy: `Name one by its label, such as --chip ${chips[0]?.label}, or by its path in /dev.`,
      details,
    })
  }
  throw new PiWorkerError(
    'ERR_UNKNOWN_CHIP',
    `none of the chips in sysfs is a Raspberry Pi's header (${headerChipLabels.join(', ')}): ${seen.join(', ')}`,
    {
      place: root,
      remedy: `If one of them is meant, name it: --chip ${chips[0]?.label}. Elsewhere, use --driver mock.`,
      details,
    },
  )
}

function named(chips: readonly SysfsChip[], root: string, wanted: string): SysfsChip | undefined {
  if (isAbsolute(wanted)) {
    const device = basename(resolved(wanted))
    return chips.find(chip => wanted === join(root, chip.name)) ?? chips.find(chip => chip.device === device)
  }
  return (
    chips.find(chip => chip.device === wanted) ??
    chips.find(chip => chip.label === wanted) ??
    chips.find(chip => chip.name === wanted)
  )
}

/** Raspberry Pi OS makes /dev/gpiochip4 a link to gpiochip0 on a Pi 5. */
function resolved(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return path
    throw new PiWorkerError('ERR_UNKNOWN_CHIP', `${path} cannot be looked up`, { place: path, cause: error })
  }
}
