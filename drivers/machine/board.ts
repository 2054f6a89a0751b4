/** Which board this is: from the device tree that its firmware left. */

import type { MachineFiles } from './files.js'

const TREE = '/proc/device-tree'

/** The processor, as far as it decides which registers a line has; `undefined` for any other machine. */
export type Soc = 'bcm2835' | 'bcm2711' | 'bcm2712'

export interface BoardFacts {
  /** `Raspberry Pi 4 Model B Rev 1.4`; undefined where there is no device tree. */
  readonly model: string | undefined
  /** `c03114`, on a Raspberry Pi only. */
  readonly revision: string | undefined
  readonly soc: Soc | undefined
  readonly raspberryPi: boolean
  /** What kind of container this is in, as far as it shows. */
  readonly container: string | undefined
}

export function readBoard(files: MachineFiles): BoardFacts {
  const model = files.text(`${TREE}/model`)
  const revision = files.bytes(`${TREE}/system/linux,revision`)
  const raspberryPi = model?.startsWith('Raspberry Pi') ?? false
  return {
    model: model ?? pcModel(files),
    // A big-endian number, as all numbers of a device tree.
    revision: revision !== undefined && revision.length >= 4 ? revision.readUInt32BE(0).toString(16) : undefined,
    soc: raspberryPi ? socOf(files.text(`${TREE}/compatible`) ?? '') : undefined,
    raspberryPi,
    container: containerOf(files),
  }
}

/** `raspberrypi,4-model-b brcm,bcm2711`: the last of them is the processor. */
function socOf(compatible: string): Soc | undefined {
  if (compatible.includes('brcm,bcm2712')) return 'bcm2712'
  if (compatible.includes('brcm,bcm2711')) return 'bcm2711'
  // BCM2836 and 2837 (Pi 2, 3, Zero 2) have the lines of the 2835.
  return /brcm,bcm283[567]/.test(compatible) ? 'bcm2835' : undefined
}

function pcModel(files: MachineFiles): string | undefined {
  const [vendor, product] = ['sys_vendor', 'product_name'].map(name => files.text(`/sys/class/dmi/id/${name}`))
  const model = [vendor, product].filter(Boolean).join(' ')
  return model === '' ? undefined : model
}

function containerOf(files: MachineFiles): string | undefined {
  if (files.exists('/.dockerenv')) return 'docker'
  if (files.exists('/run/.containerenv')) return 'podman'
  return files.text('/run/systemd/container')
}
