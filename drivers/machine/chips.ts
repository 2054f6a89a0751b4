/** The GPIO chips that there are, and which of them has the header. */

import { codeOf } from '../../src/errors.js'
import { headerChipLabels } from '../header.js'
import { readSysfsChips, SYSFS_GPIO, type SysfsChip } from '../sysfs-chips.js'
import type { MachineFiles } from './files.js'

export interface ChipFacts {
  /** `gpiochip0` */
  readonly name: string
  /** `/dev/gpiochip0` */
  readonly device: string
  /** `pinctrl-bcm2711`, where the kernel tells without being asked through the device. */
  readonly label: string | undefined
  /** What sysfs adds to a BCM number, where the chip is there too. */
  readonly base: number | undefined
  /** The kernel's simulator, which drops a line to its pull when it is let go. */
  readonly simulated: boolean
  /** Its lines are those of the 40-pin header. */
  readonly header: boolean
}

/** What a chip is called in the device tree, for kernels without sysfs GPIO. */
const LABELS: readonly (readonly [string, string])[] = [
  ['raspberrypi,rp1-gpio', 'pinctrl-rp1'],
  ['brcm,bcm2711-gpio', 'pinctrl-bcm2711'],
  ['brcm,bcm2835-gpio', 'pinctrl-bcm2835'],
]

export function readChips(files: MachineFiles): ChipFacts[] {
  const inSysfs = sysfsChips(files)
  return files
    .names('/dev')
    .filter(name => /^gpiochip\d+$/.test(name) && !isLink(files, name))
    .sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)))
    .map(name => {
      const chip = inSysfs.find(({ device }) => device === name)
      const label = chip?.label ?? labelInTree(files, name)
      return {
        name,
        device: `/dev/${name}`,
        label,
        base: chip?.base,
        simulated: files.real(`/sys/bus/gpio/devices/${name}`)?.includes('/gpio-sim.') ?? false,
        header: label !== undefined && headerChipLabels.includes(label),
      }
    })
}

/** Chips in sysfs; none where sysfs GPIO is missing or closed. */
export function sysfsChips(files: MachineFiles): SysfsChip[] {
  try {
    return readSysfsChips(files.path(SYSFS_GPIO)) ?? []
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return []
  }
}

/** Raspberry Pi OS makes /dev/gpiochip4 a link to gpiochip0 on a Pi 5: the same chip again. */
function isLink(files: MachineFiles, name: string): boolean {
  return files.link(`/dev/${name}`) !== undefined
}

function labelInTree(files: MachineFiles, name: string): string | undefined {
  const compatible = files.text(`/sys/bus/gpio/devices/${name}/of_node/compatible`)
  if (compatible === undefined) return undefined
  return LABELS.find(([known]) => compatible.includes(known))?.[1]
}
