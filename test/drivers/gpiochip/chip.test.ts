/** Finding and opening a chip, and what is known of its lines. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Chip, openChip } from '../../../drivers/gpiochip/chip.js'
import { inspectChip } from '../../../drivers/gpiochip/inspect.js'
import { IOCTL } from '../../../drivers/gpiochip/layout.js'
import { PiWorkerError } from '../../../src/errors.js'
import { FakeKernel } from './fake-kernel.js'

// Root may open any file, so that a refusal has to be made up.
const closed = vi.hoisted(() => new Set<string>())
vi.mock('node:fs', async original => {
  const fs = await original<typeof import('node:fs')>()
  const openSync = (path: string, flags: string) => {
    if (closed.has(path)) throw Object.assign(new Error(`EACCES: ${path}`), { code: 'EACCES' })
    return fs.openSync(path, flags)
  }
  return { ...fs, openSync }
})

function open(kernel: FakeKernel, path?: string): Chip {
  const chip = openChip(kernel.libc, kernel, path)
  onTestFinished(() => chip.close())
  return chip
}

function closeToUser(kernel: FakeKernel, name: string): void {
  closed.add(join(kernel.dev, name))
  onTestFinished(() => closed.clear())
}

function sysfsChip(kernel: FakeKernel, base: number, label: string): void {
  const folder = join(kernel.sysfs, `gpiochip${base}`)
  mkdirSync(folder)
  for (const [name, text] of Object.entries({ label, base, ngpio: 54 })) writeFileSync(join(folder, name), String(text))
}

function kernelWith(...labels: readonly string[]): FakeKernel {
  const kernel = new FakeKernel()
  for (const [number, label] of labels.entries()) kernel.addChip(`gpiochip${number}`, label)
  return kernel
}

describe('the header chip', () => {
  it.each(['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1'])('is known by its label %s', label => {
    const kernel = kernelWith('raspberrypi-exp-gpio', 'gpio-brcmstb', label)
    expect(open(kernel).description).toBe(`${join(kernel.dev, 'gpiochip2')} (${label}, 54 lines)`)
  })

  it('is found although another chip may not be opened', () => {
    const kernel = kernelWith('raspberrypi-exp-gpio', 'pinctrl-bcm2711')
    closeToUser(kernel, 'gpiochip0')
    expect(open(kernel).info.label).toBe('pinctrl-bcm2711')
  })

  it('that may not be opened is refused for want of permission', () => {
    const kernel = kernelWith('pinctrl-bcm2711', 'raspberrypi-exp-gpio')
    closeToUser(kernel, 'gpiochip0')
    expect(() => open(kernel)).toThrow(expect.objectContaining({ code: 'ERR_PERMISSION' }))
    sysfsChip(kernel, 512, 'pinctrl-bcm2711')
    expect(() => open(kernel)).toThrow(expect.objectContaining({ code: 'ERR_PERMISSION' }))
  })

  it('does not exist on a machine whose own chip is closed, and no permission would help', () => {
    const kernel = kernelWith('INT34C5:00')
    closeToUser(kernel, 'gpiochip0')
    sysfsChip(kernel, 512, 'INT34C5:00')
    expect(() => open(kernel)).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_CHIP' }))
  })

  it('that is none of those that there are is refused with their labels', () => {
    expect(() => open(kernelWith('INT34C5:00', 'usb-gpio'))).toThrow(
      expect.objectContaining({
        code: 'ERR_UNKNOWN_CHIP',
        place: expect.stringMatching(/gpiochip\*$/),
        message: expect.stringMatching(/pinctrl-rp1.*INT34C5:00.*usb-gpio/),
        remedy: expect.stringContaining('--chip'),
      }),
    )
  })

  it('is missing where there is no chip at all', () => {
    const missing = expect.objectContaining({
      code: 'ERR_DRIVER_MISSING',
      place: expect.stringMatching(/gpiochip\*$/),
      remedy: expect.stringContaining('mock'),
    })
    expect(() => open(new FakeKernel())).toThrow(missing)
    const { libc, sysfs } = new FakeKernel()
    expect(() => openChip(libc, { dev: '/nowhere/dev', sysfs }, undefined)).toThrow(missing)
  })
})

describe('a chip that is named', () => {
  it('is opened whatever its label is, by path or by name', () => {
    const kernel = kernelWith('pinctrl-bcm2711', 'usb-gpio')
    expect(open(kernel, join(kernel.dev, 'gpiochip1')).info.label).toBe('usb-gpio')
    expect(open(kernel, 'gpiochip1').info.label).toBe('usb-gpio')
  })

  it('but is not there, or is no chip, is refused', () => {
    const kernel = kernelWith('pinctrl-bcm2711')
    writeFileSync(join(kernel.dev, 'null'), '')
    const unknown = (message: string) =>
      expect.objectContaining({
        code: 'ERR_UNKNOWN_CHIP',
        place: expect.stringContaining(kernel.dev),
        message: expect.stringContaining(message),
      })
    expect(() => open(kernel, 'gpiochip9')).toThrow(unknown('there is no'))
    expect(() => open(kernel, 'null')).toThrow(unknown('is not a GPIO chip'))
    expect(() => open(kernel, kernel.dev)).toThrow(unknown('is not a GPIO chip'))
  })

  it('on a kernel without version 2 of the interface is refused, with onoff as the remedy', () => {
    const kernel = kernelWith('pinctrl-bcm2711')
    kernel.failing.set(IOCTL.LINEINFO, 'EINVAL')
    expect(() => open(kernel)).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED', remedy: expect.stringContaining('onoff') }),
    )
  })
})

describe('a line of a chip', () => {
  it('is told of without being requested', () => {
    const kernel = kernelWith('pinctrl-bcm2711')
    kernel.hold(17, 'gpiomon')
    kernel.line(22).name = 'SENSOR_A'
    const chip = open(kernel)
    expect(chip.lineInfo(17)).toEqual({
      line: 17,
      name: undefined,
      used: true,
      consumer: 'gpiomon',
      direction: 'input',
    })
    expect(chip.lineInfo(22)).toMatchObject({ name: 'SENSOR_A', used: false, consumer: undefined })
  })

  it('is found by its own name, the first where several share it', () => {
    const kernel = kernelWith('pinctrl-bcm2711')
    for (const line of [22, 40]) kernel.line(line).name = 'SENSOR_A'
    expect([open(kernel).findLine('SENSOR_A'), open(kernel).findLine('SENSOR_B')]).toEqual([22, undefined])
  })

  it('that is held through sysfs is reported with the number that unexports it', () => {
    const kernel = kernelWith('pinctrl-bcm2711')
    sysfsChip(kernel, 512, 'pinctrl-bcm2711')
    kernel.hold(17, 'sysfs')
    expect(open(kernel).busy([4, 17])).toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'GPIO17 is held by "sysfs"',
      remedy: expect.stringContaining('echo 529 > /sys/class/gpio/unexport'),
      details: { line: 17, consumer: 'sysfs' },
    })
  })
})

describe('inspectChip', () => {
  it('tells of the lines of a chip', async () => {
    const kernel = kernelWith('pinctrl-bcm2711')
    kernel.hold(17, 'gpiomon')
    const inspector = await inspectChip(join(kernel.dev, 'gpiochip0'), async () => kernel.libc)
    expect(inspector?.lineInfo(17).consumer).toBe('gpiomon')
    inspector?.close()
  })

  it('gives nothing where koffi or the chip cannot be had', async () => {
    const kernel = kernelWith('pinctrl-bcm2711')
    const missing = new PiWorkerError('ERR_DRIVER_MISSING', 'the package koffi cannot be loaded')
    expect(await inspectChip(join(kernel.dev, 'gpiochip0'), () => Promise.reject(missing))).toBeUndefined()
    expect(await inspectChip('/nowhere/gpiochip0', async () => kernel.libc)).toBeUndefined()
  })

  it('does not hide a bug', async () => {
    const bug = new TypeError('undefined is not a function')
    await expect(inspectChip('/dev/gpiochip0', () => Promise.reject(bug))).rejects.toBe(bug)
  })
})
