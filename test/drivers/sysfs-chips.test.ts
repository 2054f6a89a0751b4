/** The chips that sysfs lists, and the numbers that it gives their lines. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSysfsChips } from '../../drivers/sysfs-chips.js'
import { tempFolder } from './temp-folder.js'

function addChip(root: string, base: number, label: string, lineCount: number, ...devices: readonly string[]): void {
  const folder = join(root, `gpiochip${base}`)
  for (const device of ['power', ...devices]) mkdirSync(join(folder, 'device', device), { recursive: true })
  for (const [name, text] of Object.entries({ label, base, ngpio: lineCount })) {
    writeFileSync(join(folder, name), `${text}\n`)
  }
}

describe('readSysfsChips', () => {
  it('gives name, label, base, lines and device of each, lowest base first', () => {
    const root = tempFolder()
    addChip(root, 571, 'pinctrl-rp1', 54, 'gpiochip0')
    addChip(root, 99, 'gpio-brcmstb', 32, 'gpiochip10')
    expect(readSysfsChips(root)).toEqual([
      { name: 'gpiochip99', label: 'gpio-brcmstb', base: 99, lineCount: 32, device: 'gpiochip10' },
      { name: 'gpiochip571', label: 'pinctrl-rp1', base: 571, lineCount: 54, device: 'gpiochip0' },
    ])
  })

  it('names no device where the hardware has several chips or none is shown', () => {
    const root = tempFolder()
    addChip(root, 0, 'bank', 8, 'gpiochip0', 'gpiochip1')
    addChip(root, 8, 'bare', 8)
    expect(readSysfsChips(root)?.map(chip => chip.device)).toEqual([undefined, undefined])
  })

  it('passes over what is no chip, and a chip that is going', () => {
    const root = tempFolder()
    mkdirSync(join(root, 'gpio529'))
    mkdirSync(join(root, 'gpiochip512'))
    writeFileSync(join(root, 'export'), '')
    expect(readSysfsChips(root)).toEqual([])
  })

  it('is undefined where the kernel has no GPIO in sysfs', () => {
    expect(readSysfsChips(join(tempFolder(), 'gpio'))).toBeUndefined()
  })
})
