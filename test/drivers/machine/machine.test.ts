import { describe, expect, it } from 'vitest'
import { CONTAINER, LAPTOP, machineOf, PI_4, PI_5, PI_ZERO, sysfsChip } from './trees.js'

describe('the board', () => {
  it.each([
    ['a Pi 4', PI_4, { model: 'Raspberry Pi 4 Model B Rev 1.4', revision: 'c03114', soc: 'bcm2711' }],
    ['a Pi 5', PI_5, { model: 'Raspberry Pi 5 Model B Rev 1.0', revision: 'd04170', soc: 'bcm2712' }],
    ['a Pi Zero', PI_ZERO, { model: 'Raspberry Pi Zero W Rev 1.1', revision: '9000c1', soc: 'bcm2835' }],
  ])('is read from the device tree of %s', (_, tree, facts) => {
    expect(machineOf(tree).board()).toEqual({ ...facts, raspberryPi: true, container: undefined })
  })

  it('of a laptop is named by its maker and is no Raspberry Pi', () => {
    const facts = { model: 'LENOVO 21CB', revision: undefined, soc: undefined, raspberryPi: false }
    expect(machineOf(LAPTOP).board()).toMatchObject(facts)
  })

  it('in a container says so', () => {
    expect(machineOf(CONTAINER).board()).toMatchObject({ model: undefined, container: 'docker' })
  })

  it('of another maker has no registers that are known, though its processor may be the same', () => {
    const tree = { 'proc/device-tree/model': 'Revolution Pi\0', 'proc/device-tree/compatible': 'x\0brcm,bcm2711\0' }
    expect(machineOf(tree).board()).toMatchObject({ soc: undefined, raspberryPi: false })
  })
})

describe('the platform', () => {
  it('is what Node and the kernel say', () => {
    const platform = { platform: 'linux', arch: 'arm64', processor: 'aarch64', node: 'v20.20.2' }
    expect(machineOf(PI_4).platform).toEqual({ ...platform, kernel: '6.6.51+rpt-rpi-v8' })
  })
})

describe('the chips', () => {
  it('are found with label and sysfs base, and the header is known by its label', () => {
    const chips = machineOf(PI_4).chips()
    expect(chips.map(({ device, label, base, header }) => [device, label, base, header])).toEqual([
      ['/dev/gpiochip0', 'pinctrl-bcm2711', 512, true],
      ['/dev/gpiochip1', 'raspberrypi-exp-gpio', 570, false],
    ])
  })

  it('of a Pi 5 are one, although it has two names', () => {
    const machine = machineOf(PI_5)
    expect(machine.chips().map(({ device }) => device)).toEqual(['/dev/gpiochip0'])
    for (const name of ['/dev/gpiochip4', 'gpiochip4', '/dev/gpiochip0', 'pinctrl-rp1', undefined]) {
      expect(machine.chipOf(name)?.label).toBe('pinctrl-rp1')
    }
  })

  it('are known by the device tree where the kernel has no sysfs GPIO', () => {
    const machine = machineOf({
      'dev/gpiochip0': '',
      'sys/bus/gpio/devices/gpiochip0/of_node/compatible': 'brcm,bcm2711-gpio\0brcm,bcm2835-gpio\0',
    })
    expect(machine.chips()).toMatchObject([{ label: 'pinctrl-bcm2711', base: undefined, header: true }])
    expect(machine.hasSysfs).toBe(false)
  })

  it('of the simulator are known as simulated', () => {
    const machine = machineOf({
      'dev/gpiochip0': '',
      'sys/devices/platform/gpio-sim.0/gpiochip0/': '',
      'sys/bus/gpio/devices/gpiochip0': { link: '../../../devices/platform/gpio-sim.0/gpiochip0' },
      ...sysfsChip(454, 'pinctrl-bcm2711', 54, 'gpiochip0'),
    })
    expect(machine.chips()).toMatchObject([{ simulated: true, header: true }])
  })

  it('are none on a laptop', () => {
    expect(machineOf(LAPTOP).chips()).toEqual([])
    expect(machineOf(LAPTOP).chipOf('/dev/gpiochip0')).toBeUndefined()
  })
})

describe('a device', () => {
  const closed = (): never => {
    throw Object.assign(new RangeError('EACCES: permission denied'), { code: 'EACCES' })
  }

  it('that this user may open is refused by nobody', () => {
    expect(machineOf(PI_4).refusal('/dev/gpiochip0')).toBeUndefined()
  })

  it('that this user may not open is refused, and the error names the user and the device', () => {
    const error = machineOf(PI_4, { checkAccess: closed, user: { user: 'pi', groupIds: [] } }).refusal('/dev/gpiochip0')
    expect(error?.code).toBe('ERR_PERMISSION')
    expect(error?.message).toMatch(/^pi may not open .*\/dev\/gpiochip0/)
  })

  it('is checked for this process when nothing else is given', () => {
    expect(machineOf(PI_4, { checkAccess: undefined }).refusal('/dev/gpiochip0')).toBeUndefined()
    expect(machineOf(PI_4, { checkAccess: undefined }).refusal('/dev/gpiochip7')?.code).toBe('ERR_PERMISSION')
  })
})
