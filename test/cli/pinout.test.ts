import { describe, expect, it } from 'vitest'
import { pinoutCommand } from '../../src/cli/pinout.js'
import { PiWorkerError } from '../../src/errors.js'
import { LAPTOP, PI_4, PI_5 } from '../drivers/machine/trees.js'
import { NO_CHIP, NO_SYSFS, TestWorld, type WorldOptions } from './line-world.js'
import { planFile, runMain, tempFile } from './setup.js'

const FLAGS = { driver: 'auto' } as const
const ESC = String.fromCharCode(27)

async function pinout(options: WorldOptions = {}, flags: object = {}): Promise<TestWorld> {
  const there = new TestWorld(options)
  expect(await pinoutCommand(there.session, { ...FLAGS, ...flags }, there)).toBe(0)
  return there
}

/** The row that has the pin, without the spaces around. */
function rowOf(there: TestWorld, pin: number): string {
  const row = there.stdout.split('\n').find(line => new RegExp(`(^|\\s)${pin}\\s*\\|\\s|\\|\\s${pin}\\s`).test(line))
  return row?.replace(/\s+/g, ' ').trim() ?? ''
}

describe('pinout', () => {
  it('shows functions, levels, directions and holders of a Pi 4, 20 rows of two pins', async () => {
    const there = await pinout({ board: { names: {} }, info: { 4: { used: true, consumer: 'onewire@4' } } })
    expect(there.stdout.split('\n')[0]).toBe(
      'Raspberry Pi 4 Model B Rev 1.4, /dev/gpiochip0 (pinctrl-bcm2711, 58 lines)',
    )
    expect(there.stdout.split('\n').filter(line => /\d +\| +\d/.test(line))).toHaveLength(20)
    expect([1, 3, 7, 11, 13, 20].map(pin => rowOf(there, pin))).toEqual([
      '3.3 V 1 | 2 5 V',
      'SDA1 high GPIO2 3 | 4 5 V',
      'onewire@4 input low GPIO4 7 | 8 GPIO14 high TXD1',
      '(SPI1_CE1) output high GPIO17 11 | 12 GPIO18 low input (PWM0)',
      'input low GPIO27 13 | 14 ground',
      '(MOSI) input low GPIO10 19 | 20 ground',
    ])
    expect(there.stdout).not.toContain('?')
  })

  it('reads the registers of a Pi 5', async () => {
    const there = await pinout({ tree: PI_5, board: { label: 'pinctrl-rp1', lineCount: 54 } })
    expect([8, 11, 15].map(pin => rowOf(there, pin))).toEqual([
      '(GPCLK0) input low GPIO4 7 | 8 GPIO14 high TXD0',
      '(SPI1_CE1) output high GPIO17 11 | 12 GPIO18 low input (PWM0)',
      'off low GPIO22 15 | 16 GPIO23 low input',
    ])
  })

  it('never requests a line', async () => {
    const there = await pinout()
    expect([there.requested, there.closed]).toEqual([[], 1])
  })

  it('never opens pigpio of its own accord, whose opening starts DMA', async () => {
    const there = await pinout({ refusals: { gpiochip: NO_CHIP, onoff: NO_SYSFS } })
    expect(there.opened).toEqual(['gpiochip', 'onoff'])
  })

  it('marks what is not sure and says why, where the registers cannot be read', async () => {
    const { 'dev/gpiomem': _, ...tree } = PI_4
    const info = { 4: { used: true, consumer: 'gpiomon' }, 17: { used: false, direction: 'output' } } as const
    const there = await pinout({ tree, info })
    expect(rowOf(there, 7)).toBe('gpiomon input ? GPIO4 7 | 8 GPIO14 ? input? (TXD)')
    expect(rowOf(there, 11)).toContain('output? ? GPIO17 11')
    expect(there.stdout).toContain('? is not known: there is no /dev/gpiomem')
  })

  it('shows the header on a laptop, all unknown, and says why', async () => {
    const there = await pinout({ tree: LAPTOP, refusals: { gpiochip: NO_CHIP, onoff: NO_SYSFS } }, { verbose: true })
    expect(rowOf(there, 3)).toBe('(SDA1) ? ? GPIO2 3 | 4 5 V')
    expect(there.stdout).toContain('? is not known: there is no /dev/gpiochip*')
    expect(there.stderr).toContain('no driver opens here: there is no /dev/gpiochip*')
  })

  it('fails when a driver that was named does not open', async () => {
    const there = new TestWorld({ refusals: { onoff: NO_SYSFS } })
    await expect(pinoutCommand(there.session, { driver: 'onoff' }, there)).rejects.toBe(NO_SYSFS)
  })

  it('fits into 80 columns and is plain ASCII, whatever holders are called', async () => {
    const long = { used: true, consumer: 'a very long name of a program with an ümlaut\u0007' }
    const info = Object.fromEntries(Array.from({ length: 28 }, (_, line) => [line, long]))
    const there = await pinout({ info })
    const table = there.stdout.split('\n').filter(line => line.includes(' | '))
    expect(Math.max(...table.map(line => line.length))).toBeLessThanOrEqual(80)
    expect(there.stdout).toMatch(/^[\x20-\x7e\n]*$/)
    expect(rowOf(there, 7)).toContain('a very long~')
  })

  it('is the same text with and without colour', async () => {
    const plain = await pinout()
    const colored = await pinout({ terminal: true })
    expect(plain.stdout).not.toContain(ESC)
    expect(colored.stdout).toContain(ESC)
    expect(colored.stdout.replaceAll(new RegExp(`${ESC}\\[\\d+m`, 'g'), '')).toBe(plain.stdout)
  })

  it('has no colour on a terminal when NO_COLOR is set', async () => {
    expect((await pinout({ terminal: true, env: { NO_COLOR: '1' } })).stdout).not.toContain(ESC)
  })
})

describe('pinout --bench', () => {
  it('marks the lines of the bench with the names of their peripherals', async () => {
    const there = await pinout({}, { bench: planFile('- pump.on') })
    expect(rowOf(there, 11)).toBe('*pump output high GPIO17 11 | 12 GPIO18 low input (PWM0)')
    expect(rowOf(there, 7)).toMatch(/^\*level input/)
    expect(there.stdout).toContain('* is a peripheral of the bench')
  })

  it('tells of lines of the bench that somebody holds or that serve other hardware', async () => {
    const bench = tempFile('bench: { a: { type: output, line: 14 }, b: { type: input, line: 22 } }\nplan: [b.read]\n')
    const there = await pinout({ info: { 22: { used: true, consumer: 'gpiomon' } } }, { bench })
    expect(there.stdout).toContain('GPIO14 of a serves TXD1')
    expect(there.stdout).toContain('GPIO22 of b is held by "gpiomon"')
  })

  it('finds lines by their own names, and tells which it does not find or show', async () => {
    const bench = tempFile(
      'bench: { a: { type: input, line: DOOR }, b: { type: input, line: GATE }, c: { type: input, line: 40 } }\n' +
        'plan: [a.read]\n',
    )
    const there = await pinout({ board: { names: { 22: 'DOOR' } } }, { bench })
    expect(rowOf(there, 15)).toMatch(/^\*a input/)
    expect(there.stdout).toContain('not on the header: c (GPIO40)')
    expect(there.stdout).toContain('lines that are not found here: b (GATE)')
  })

  it.each([
    ['ERR_UNKNOWN_CHIP', 'there is no /dev/gpiochip3'],
    ['ERR_PERMISSION', 'pi may not open /dev/gpiochip3'],
  ] as const)('shows the others when the chip of one is refused with %s', async (code, message) => {
    const bench = tempFile(
      'bench: { a: { type: input, line: 22 }, b: { type: input, line: gpiochip3:5 } }\nplan: [a.read]\n',
    )
    const there = await pinout({ chips: { 3: new PiWorkerError(code, message) } }, { bench })
    expect(rowOf(there, 15)).toMatch(/^\*a input/)
    expect(there.stdout).toContain('lines that are not found here: b (gpiochip3:5)')
  })

  it('refuses a file that is no plan, with the place', async () => {
    const bench = tempFile('bench: { a: { type: outptu, line: 14 } }\nplan: []\n')
    const { code, stderr } = await runMain(['pinout', '--driver', 'mock', '--bench', bench])
    expect([code, stderr.includes('plan.yaml:1:')]).toEqual([2, true])
  })
})

describe('pinout --json', () => {
  it('has 40 pins with null for what is not known', async () => {
    const { 'dev/gpiomem': _, ...tree } = PI_4
    const there = await pinout({ tree }, { json: true, bench: planFile('- pump.on') })
    const { board, chip, pins } = JSON.parse(there.stdout)
    expect([board, chip, pins.length]).toEqual([
      'Raspberry Pi 4 Model B Rev 1.4',
      '/dev/gpiochip0 (pinctrl-bcm2711, 58 lines)',
      40,
    ])
    expect(pins[0]).toEqual({ pin: 1, kind: '3V3' })
    expect(pins[10]).toEqual({
      pin: 11,
      kind: 'line',
      line: 17,
      name: 'GPIO17',
      functions: ['SPI1_CE1'],
      function: null,
      direction: null,
      level: null,
      consumer: null,
      peripheral: 'pump',
    })
  })

  it('has function and level where the registers tell', async () => {
    const { pins } = JSON.parse((await pinout({}, { json: true })).stdout)
    expect(pins[7]).toMatchObject({ line: 14, function: 'TXD1', direction: null, level: 'high' })
    expect(pins[10]).toMatchObject({ line: 17, function: 'output', direction: 'output', level: 'high' })
  })

  it('has the levels of the simulation with the mock', async () => {
    const { code, stdout } = await runMain(['pinout', '--driver', 'mock', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).pins[6]).toMatchObject({ line: 4, function: 'input', level: 'high' })
  })
})
