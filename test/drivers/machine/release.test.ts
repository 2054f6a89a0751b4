import { describe, expect, it } from 'vitest'
import { LAPTOP, machineOf, PI_4, PI_5, PI_ZERO, sysfsChip } from './trees.js'

const BCM = 'sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs'
const RP1 = 'sys/module/pinctrl_rp1/parameters/persist_gpio_outputs'

describe('an output that is let go', () => {
  it.each([
    ['keeps its level on a Pi 4 with persist_gpio_outputs', PI_4, 'kept'],
    ['becomes an input on a Pi 4 with strict_gpiod', { ...PI_4, [BCM]: 'N\n' }, 'input'],
    ['becomes an input where the kernel has no choice', PI_ZERO, 'input'],
    ['keeps its level on a Pi 5', PI_5, 'kept'],
    ['becomes an input on a Pi 5 with strict_gpiod', { ...PI_5, [RP1]: 'N\n' }, 'input'],
    ['does what nobody knows on a laptop', LAPTOP, 'unknown'],
  ] as const)('%s', (_, tree, outcome) => {
    for (const driver of ['gpiochip', 'onoff'] as const) expect(machineOf(tree).release(driver).outcome).toBe(outcome)
  })

  it('keeps its level with pigpio, which goes past the kernel', () => {
    expect(machineOf(PI_ZERO).release('pigpio').outcome).toBe('kept')
  })

  it('falls to its pull on simulated lines', () => {
    expect(machineOf(PI_4).release('mock').outcome).toBe('pull')
    const simulated = machineOf({
      'dev/gpiochip0': '',
      'sys/devices/platform/gpio-sim.0/gpiochip0/': '',
      'sys/bus/gpio/devices/gpiochip0': { link: '../../../devices/platform/gpio-sim.0/gpiochip0' },
      ...sysfsChip(454, 'pinctrl-bcm2711', 54, 'gpiochip0'),
    })
    expect(simulated.release('gpiochip').outcome).toBe('pull')
  })

  it('does what nobody knows on a chip that is not the header', () => {
    expect(machineOf(PI_4).release('gpiochip', '/dev/gpiochip1').outcome).toBe('unknown')
    expect(machineOf(PI_4).release('gpiochip', '/dev/gpiochip0').outcome).toBe('kept')
  })
})
