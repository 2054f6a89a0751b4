/** The tier itself: the kernel has the chip that the other tests rely on, and the witnesses see what happens. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { exportedLines, headerChip, openFds, SimulatedChip, toggle } from './gpio-sim.js'
import { Gpiomon, gpioinfo, gpioinfoLine } from './gpiod.js'

describe('the header chip', () => {
  test('is /dev/gpiochip0 and has 54 lines, two of them with names', () => {
    const lines = gpioinfo(headerChip())
    expect(headerChip().path).toBe('/dev/gpiochip0')
    expect(lines.map(row => row.line)).toEqual(Array.from({ length: 54 }, (_, line) => line))
    expect(lines.filter(row => row.name !== undefined).map(row => [row.line, row.name])).toEqual([
      [22, 'SENSOR_A'],
      [23, 'PUMP_RELAY'],
    ])
  })

  test('has the label of a Pi 4 and a base in sysfs that is not 0', () => {
    const { base } = headerChip()
    expect(base).toBeGreaterThan(0)
    expect(readFileSync(`/sys/class/gpio/gpiochip${base}/label`, 'utf8')).toBe('pinctrl-bcm2711\n')
  })

  test('starts every test with all lines low and unused', () => {
    for (const { line, consumer } of gpioinfo(headerChip())) {
      expect([line, consumer, headerChip().level(line)]).toEqual([line, undefined, 'low'])
    }
  })
})

describe('the witnesses', () => {
  test('gpiomon sees every edge of a pull, with the direction and times in order', async () => {
    const gpiomon = await Gpiomon.start(headerChip(), 4)
    await toggle(headerChip(), 4, 6)
    const edges = await gpiomon.collect(6)
    expect(edges.map(edge => edge.direction)).toEqual(['rising', 'falling', 'rising', 'falling', 'rising', 'falling'])
    const times = edges.map(edge => edge.time)
    expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)))
  })

  test('the simulator shows a line that is driven through sysfs, and gpioinfo who drives it', () => {
    const number = headerChip().base + 17
    writeFileSync('/sys/class/gpio/export', String(number))
    try {
      writeFileSync(`/sys/class/gpio/gpio${number}/direction`, 'high')
      expect(headerChip().level(17)).toBe('high')
      expect(exportedLines()).toEqual([number])
      expect(gpioinfoLine(headerChip(), 17)).toMatchObject({ consumer: 'sysfs', direction: 'output' })
    } finally {
      writeFileSync('/sys/class/gpio/unexport', String(number))
    }
    expect(headerChip().level(17)).toBe('low')
  })

  test('a chip of our own comes, has its own lines, and goes', () => {
    const fds = openFds()
    const chip = SimulatedChip.create({ folder: 'own', label: 'own-chip', lines: 3, names: { 1: 'OWN' } })
    // Not always 1: this kernel keeps the number of a chip that vanished while a line of it was held.
    expect(chip.path).toMatch(/^\/dev\/gpiochip[1-9]\d*$/)
    expect(gpioinfo(chip).map(row => row.name)).toEqual([undefined, 'OWN', undefined])
    chip.pull(2, 'up')
    expect(chip.level(2)).toBe('high')
    const { path } = chip
    chip.remove()
    expect(existsSync(path)).toBe(false)
    expect(openFds()).toEqual(fds)
  })
})
