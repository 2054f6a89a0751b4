import { describe, expect, it } from 'vitest'
import { machineOf, PI_4, type Tree } from './trees.js'

const line = (number: number, direction: string, value: string, activeLow = '0'): Tree => ({
  [`sys/class/gpio/gpio${number}/direction`]: `${direction}\n`,
  [`sys/class/gpio/gpio${number}/value`]: `${value}\n`,
  [`sys/class/gpio/gpio${number}/active_low`]: `${activeLow}\n`,
})

describe('exported lines', () => {
  it('are none on a fresh machine', () => {
    expect(machineOf(PI_4).exports()).toEqual([])
  })

  it('have the number for unexport, their BCM number, and what they do', () => {
    const machine = machineOf({ ...PI_4, ...line(529, 'out', '1'), ...line(516, 'in', '0') })
    expect(machine.exports()).toMatchObject([
      { number: 516, line: 4, label: 'pinctrl-bcm2711', direction: 'input', level: 'low', holder: undefined },
      { number: 529, line: 17, label: 'pinctrl-bcm2711', direction: 'output', level: 'high', holder: undefined },
    ])
  })

  it('that are active-low have the level that is on the line', () => {
    expect(machineOf({ ...PI_4, ...line(529, 'out', '1', '1') }).exports()).toMatchObject([{ level: 'low' }])
  })

  it('of another chip have its label', () => {
    expect(machineOf({ ...PI_4, ...line(572, 'in', '0') }).exports()).toMatchObject([
      { line: 2, label: 'raspberrypi-exp-gpio' },
    ])
  })

  it('of no chip that is there have no line', () => {
    expect(machineOf({ ...PI_4, ...line(17, 'in', '0') }).exports()).toMatchObject([
      { number: 17, line: undefined, label: undefined },
    ])
  })

  it('that cannot be read are listed all the same', () => {
    expect(machineOf({ ...PI_4, 'sys/class/gpio/gpio529/': '' }).exports()).toMatchObject([
      { number: 529, direction: undefined, level: undefined },
    ])
  })

  it('name the program that has their files open', () => {
    const machine = machineOf({
      ...PI_4,
      ...line(529, 'out', '1'),
      'proc/77/comm': 'node\n',
      'proc/77/fd/21': { link: '/sys/devices/platform/soc/fe200000.gpio/gpiochip0/gpio/gpio529/value' },
      'proc/78/comm': 'bash\n',
      'proc/78/fd/0': { link: '/dev/pts/0' },
    })
    expect(machine.exports()).toMatchObject([{ number: 529, holder: 'node (77)' }])
  })

  it.each([
    ['a file where the folder should be', { 'proc/1/fd': '' }, true],
    ['a folder that is open', { 'proc/1/fd/': '' }, false],
    ['a process that is just gone', {}, false],
  ])('of which nobody is seen may be those of somebody else: %s', (_, files, hidden) => {
    const machine = machineOf({ ...PI_4, ...line(529, 'out', '1'), 'proc/1/comm': 'systemd\n', ...files })
    expect(machine.exports()).toMatchObject([{ holder: undefined, hidden }])
  })

  it("whose holder is seen are nobody else's", () => {
    const machine = machineOf({
      ...PI_4,
      ...line(529, 'out', '1'),
      'proc/1/comm': 'systemd\n',
      'proc/1/fd': '',
      'proc/77/comm': 'node\n',
      'proc/77/fd/21': { link: '/sys/devices/platform/soc/gpio/gpio529/value' },
    })
    expect(machine.exports()).toMatchObject([{ holder: 'node (77)', hidden: false }])
  })
})
