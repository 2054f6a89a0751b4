/** Machines as folders of files: what a Pi 4, a Pi 5, a Pi Zero, a laptop and a container show of themselves. */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Machine, type MachineOptions } from '../../../drivers/machine/machine.js'
import { tempFolder } from '../temp-folder.js'

export interface Link {
  readonly link: string
}

/** Contents by path; a path that ends in a slash is an empty folder. */
export type Tree = Readonly<Record<string, string | Buffer | Link>>

/** A folder with these files in it, which is gone when the test is over. */
export function plant(tree: Tree): string {
  const root = tempFolder()
  for (const [path, content] of Object.entries(tree)) {
    const file = join(root, path)
    mkdirSync(path.endsWith('/') ? file : dirname(file), { recursive: true })
    if (path.endsWith('/')) continue
    if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(file, content)
    else symlinkSync(content.link, file)
  }
  return root
}

export function bigEndian(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}

/** Registers as a file: words at byte offsets, zero elsewhere. */
export function memory(size: number, words: Readonly<Record<number, number>>): Buffer {
  const bytes = Buffer.alloc(size)
  for (const [offset, word] of Object.entries(words)) bytes.writeUInt32LE(word >>> 0, Number(offset))
  return bytes
}

/** GPFSELn of a BCM2835 or 2711, from the FSEL of single lines; all others are inputs. */
export function gpfsel(selected: Readonly<Record<number, number>>): Record<number, number> {
  const words: Record<number, number> = { 0: 0, 4: 0, 8: 0 }
  for (const [line, fsel] of Object.entries(selected)) {
    const at = 4 * Math.floor(Number(line) / 10)
    words[at] = (words[at] ?? 0) | (fsel << ((Number(line) % 10) * 3))
  }
  return words
}

/** FSEL values of the alternate functions 0 and 5. */
export const ALT0 = 4
export const ALT5 = 2
export const OUTPUT = 1

/** sysfs's account of a chip. */
export function sysfsChip(base: number, label: string, ngpio: number, device: string): Tree {
  const folder = `sys/class/gpio/gpiochip${base}`
  return {
    'sys/class/gpio/export': '',
    [`${folder}/base`]: `${base}\n`,
    [`${folder}/label`]: `${label}\n`,
    [`${folder}/ngpio`]: `${ngpio}\n`,
    [`${folder}/device/${device}/`]: '',
  }
}

/** A Pi 4 with kernel 6.6: I2C and the UART on, GPIO17 an output that is high. */
export const PI_4: Tree = {
  'proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0',
  'proc/device-tree/compatible': 'raspberrypi,4-model-b\0brcm,bcm2711\0',
  'proc/device-tree/system/linux,revision': bigEndian(0xc03114),
  'proc/sys/kernel/osrelease': '6.6.51+rpt-rpi-v8\n',
  'dev/gpiochip0': '',
  'dev/gpiochip1': '',
  'dev/gpiomem': memory(4096, {
    ...gpfsel({ 2: ALT0, 3: ALT0, 14: ALT5, 15: ALT5, 17: OUTPUT }),
    52: (1 << 2) | (1 << 3) | (1 << 14) | (1 << 15) | (1 << 17),
  }),
  'dev/i2c-1': '',
  'dev/spidev0.0': '',
  'sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs': 'Y\n',
  'run/systemd/timesync/synchronized': '',
  'boot/firmware/config.txt': '# a comment\ndtparam=i2c_arm=on\ndtoverlay=w1-gpio,gpiopin=4\n[all]\n',
  ...sysfsChip(512, 'pinctrl-bcm2711', 58, 'gpiochip0'),
  ...sysfsChip(570, 'raspberrypi-exp-gpio', 8, 'gpiochip1'),
}

/** RP1: all lines are plain inputs, but for those told. */
function rp1(functions: Readonly<Record<number, number>>, outputs: number, levels: number): Buffer {
  const words: Record<number, number> = { 65540: outputs, 65544: levels }
  for (let line = 0; line < 28; line++) words[8 * line + 4] = functions[line] ?? 5
  return memory(0x1_1000, words)
}

/** A Pi 5: UART0 and I2C1 on, GPIO17 an output that is high, GPIO22 connected to nothing. */
export const PI_5: Tree = {
  'proc/device-tree/model': 'Raspberry Pi 5 Model B Rev 1.0\0',
  'proc/device-tree/compatible': 'raspberrypi,5-model-b\0brcm,bcm2712\0',
  'proc/device-tree/system/linux,revision': bigEndian(0xd04170),
  'proc/sys/kernel/osrelease': '6.12.34+rpt-rpi-2712\n',
  'dev/gpiochip0': '',
  'dev/gpiochip4': { link: 'gpiochip0' },
  'dev/gpiomem0': rp1({ 2: 3, 3: 3, 14: 4, 15: 4, 22: 0x1f }, 1 << 17, (1 << 17) | (1 << 14)),
  'dev/rtc0': '',
  'run/systemd/timesync/synchronized': '',
  ...sysfsChip(569, 'pinctrl-rp1', 54, 'gpiochip0'),
}

/** A Pi Zero W: ARMv6, an older kernel. */
export const PI_ZERO: Tree = {
  'proc/device-tree/model': 'Raspberry Pi Zero W Rev 1.1\0',
  'proc/device-tree/compatible': 'raspberrypi,model-zero-w\0brcm,bcm2835\0',
  'proc/device-tree/system/linux,revision': bigEndian(0x9000c1),
  'proc/sys/kernel/osrelease': '6.1.21+\n',
  'dev/gpiochip0': '',
  'dev/gpiomem': memory(4096, gpfsel({})),
  ...sysfsChip(0, 'pinctrl-bcm2835', 54, 'gpiochip0'),
}

export const LAPTOP: Tree = {
  'proc/sys/kernel/osrelease': '6.8.0-45-generic\n',
  'sys/class/dmi/id/sys_vendor': 'LENOVO\n',
  'sys/class/dmi/id/product_name': '21CB\n',
  'dev/rtc0': '',
  'run/systemd/timesync/synchronized': '',
}

export const CONTAINER: Tree = { 'proc/sys/kernel/osrelease': '6.8.0-45-generic\n', '.dockerenv': '' }

/** A machine of these files that knows all packages, and whose user may open everything, unless told otherwise. */
export function machineOf(tree: Tree, options: MachineOptions = {}): Machine {
  return new Machine({
    root: plant(tree),
    platform: 'linux',
    arch: 'arm64',
    processor: 'aarch64',
    node: 'v20.20.2',
    checkAccess: () => undefined,
    findPackage: name => (name === 'pigpio' ? undefined : `/packages/${name}`),
    askTimeSync: async () => undefined,
    ...options,
  })
}
