/** The commands on single lines, and the doctor, through the command line on real lines. */

import { writeFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Cli, planFile } from './cli.js'
import { headerChip, toggle } from './gpio-sim.js'
import { Gpiomon, gpioinfo, gpioinfoLine } from './gpiod.js'

const chip = headerChip()
const POLL = { interval: 20, timeout: 40_000 }
/** Node takes some seconds to start in there. */
const PATIENCE = 90_000

describe.each(['gpiochip', 'onoff'])('get on %s', driver => {
  test('prints the levels that are on the lines, and leaves them free', async () => {
    chip.pull(4, 'up')
    const { code, stdout, stderr } = await new Cli(['get', '4', 'J8:22', '--driver', driver]).ended
    // GPIO25: a line that no test of this tier drives, since reading one that was left as an output is refused.
    expect([code, stdout, stderr]).toEqual([0, 'GPIO4=high\nGPIO25=low\n', ''])
    expect(gpioinfoLine(chip, 4).consumer).toBeUndefined()
  })

  test('names who holds a line, and ends with 3', async () => {
    const gpiomon = await Gpiomon.start(chip, 4)
    onTestFinished(async () => {
      await gpiomon.stop()
    })
    const { code, stdout, stderr } = await new Cli(['get', '4', '--driver', driver]).ended
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(/ERR_LINE_BUSY.*gpiomon/)
  })
})

describe.each(['gpiochip', 'onoff'])('set on %s', driver => {
  test(
    'holds the levels until SIGINT, lets the lines go, and ends with 130',
    async () => {
      const cli = new Cli(['set', '17=high', '22=low', '27=on', '--hold', '--driver', driver])
      await expect.poll(() => [17, 22, 27].map(line => chip.level(line)), POLL).toEqual(['high', 'low', 'high'])
      expect(gpioinfoLine(chip, 17)).toMatchObject({ direction: 'output' })
      cli.kill('SIGINT')
      const { code, stdout } = await cli.ended
      expect([code, stdout]).toEqual([130, 'GPIO17=high\nGPIO22=low\nGPIO27=high\n'])
      expect(gpioinfoLine(chip, 17).consumer).toBeUndefined()
    },
    PATIENCE,
  )

  test('says what becomes of the line on this kernel, and it does become that', async () => {
    const { code, stderr } = await new Cli(['set', '17=1', '--driver', driver]).ended
    expect(code).toBe(0)
    expect(stderr).toContain('GPIO17 falls back to its pull when this command ends: the chip is simulated by gpio-sim')
    expect(chip.level(17)).toBe('low')
  })
})

describe('watch', () => {
  test(
    'prints the edges that the outside makes',
    async () => {
      const cli = new Cli(['watch', '4', '--count', '4', '--json'])
      await expect.poll(() => gpioinfoLine(chip, 4).consumer, POLL).toBe('pi-worker watch')
      await toggle(chip, 4, 4)
      const { code, stdout, stderr } = await cli.ended
      expect([code, stderr]).toEqual([0, ''])
      const edges = stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line) as { line: string; edge: string; ns: number; sequence: number })
      expect(edges.map(({ line, edge, sequence }) => `${line} ${edge} ${sequence}`)).toEqual([
        'GPIO4 rising 1',
        'GPIO4 falling 2',
        'GPIO4 rising 3',
        'GPIO4 falling 4',
      ])
      const times = edges.map(({ ns }) => ns)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    },
    PATIENCE,
  )

  test('ends with 130 at SIGINT and leaves the line free', async () => {
    const cli = new Cli(['watch', '4', '--edges', 'rising'])
    await expect.poll(() => gpioinfoLine(chip, 4).consumer, POLL).toBe('pi-worker watch')
    cli.kill('SIGINT')
    const { code, stderr } = await cli.ended
    expect([code, stderr.includes('watching GPIO4=low')]).toEqual([130, true])
    expect(gpioinfoLine(chip, 4).consumer).toBeUndefined()
  })
})

describe('pinout', () => {
  test('shows who holds a line, and requests none itself', async () => {
    const gpiomon = await Gpiomon.start(chip, 4)
    onTestFinished(async () => {
      await gpiomon.stop()
    })
    const bench = planFile('bench: { pump: { type: output, line: GPIO17 } }\nplan: [pump.on]\n')
    const before = gpioinfo(chip)
    const { code, stdout } = await new Cli(['pinout', '--json', '--bench', bench]).ended
    expect(code).toBe(0)
    const { chip: description, pins } = JSON.parse(stdout)
    expect(description).toBe('/dev/gpiochip0 (pinctrl-bcm2711, 54 lines)')
    expect(pins[6]).toMatchObject({ line: 4, function: 'input', direction: 'input', consumer: 'gpiomon' })
    // There is no /dev/gpiomem in here: nothing else is known of a line that nobody holds.
    expect(pins[10]).toMatchObject({ line: 17, function: null, level: null, consumer: null, peripheral: 'pump' })
    expect(gpioinfo(chip)).toEqual(before)
  })
})

describe('doctor', () => {
  const checksOf = async (): Promise<{ code: number | undefined; checks: Record<string, string | null>[] }> => {
    const { code, stdout } = await new Cli(['doctor', '--json']).ended
    return { code, checks: JSON.parse(stdout).checks }
  }

  test('finds chip and drivers, and requests no line', async () => {
    const before = gpioinfo(chip)
    const { checks } = await checksOf()
    const finding = (name: string) => checks.find(check => check.name === name)
    expect(finding('chip')).toMatchObject({ state: 'ok', finding: expect.stringContaining('/dev/gpiochip0') })
    expect(finding('gpiochip')).toMatchObject({ state: 'ok', finding: expect.stringContaining('--driver auto') })
    expect(finding('onoff')).toMatchObject({ state: 'ok', finding: expect.stringContaining('can be used') })
    expect(finding('exports')).toMatchObject({ state: 'ok' })
    expect(gpioinfo(chip)).toEqual(before)
  })

  test('finds a line that was left exported, and the command that lets it go works', async () => {
    const number = chip.base + 17
    writeFileSync('/sys/class/gpio/export', String(number))
    const { code, checks } = await checksOf()
    const found = checks.find(({ name }) => name === 'exports')
    expect(found).toMatchObject({
      state: 'warning',
      finding: expect.stringContaining(`GPIO17 (sysfs number ${number})`),
      mend: `echo ${number} | sudo tee /sys/class/gpio/unexport`,
    })
    expect([1, 2]).toContain(code)
    const [, given, file] = /^echo (\d+) \| sudo tee (\S+)$/.exec(String(found?.mend)) ?? []
    writeFileSync(String(file), String(given))
    expect((await checksOf()).checks.find(({ name }) => name === 'exports')).toMatchObject({ state: 'ok' })
  })
})
