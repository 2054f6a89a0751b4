import { describe, expect, it } from 'vitest'
import { functionName } from '../../../drivers/machine/function-names.js'
import { PiWorkerError } from '../../../src/errors.js'
import { ALT0, ALT5, gpfsel, LAPTOP, machineOf, memory, PI_4, PI_5, PI_ZERO } from './trees.js'

// The registers of these machines are files that are really mapped: nothing stands in for /dev/gpiomem here.
describe('the functions of lines', () => {
  it('of a Pi 4 are read from GPFSEL and GPLEV', async () => {
    const { lines } = await machineOf(PI_4).functions()
    expect(lines?.size).toBe(28)
    expect([2, 3, 4, 14, 15, 17].map(line => lines?.get(line))).toEqual([
      { line: 2, kind: 'alternate', name: 'SDA1', level: 'high' },
      { line: 3, kind: 'alternate', name: 'SCL1', level: 'high' },
      { line: 4, kind: 'plain', name: 'input', level: 'low' },
      { line: 14, kind: 'alternate', name: 'TXD1', level: 'high' },
      { line: 15, kind: 'alternate', name: 'RXD1', level: 'high' },
      { line: 17, kind: 'plain', name: 'output', level: 'high' },
    ])
  })

  it('of a Pi 5 are read from RP1', async () => {
    const { lines } = await machineOf(PI_5).functions()
    expect([2, 4, 14, 15, 17, 22].map(line => lines?.get(line))).toEqual([
      { line: 2, kind: 'alternate', name: 'SDA1', level: 'low' },
      { line: 4, kind: 'plain', name: 'input', level: 'low' },
      { line: 14, kind: 'alternate', name: 'TXD0', level: 'high' },
      { line: 15, kind: 'alternate', name: 'RXD0', level: 'low' },
      { line: 17, kind: 'plain', name: 'output', level: 'high' },
      { line: 22, kind: 'off', name: 'off', level: 'low' },
    ])
  })

  it.each([
    [4, 'GPCLK0'],
    [5, 'SA1'],
    [6, 'DPI_D0'],
    [7, 'SPI4_CE0'],
    [3, 'TXD3'],
    [2, 'SDA3'],
  ])('are told apart by all values of FSEL: %i is %s on GPIO4 of a Pi 4', async (fsel, name) => {
    const tree = { ...PI_4, 'dev/gpiomem': memory(4096, gpfsel({ 4: fsel })) }
    expect((await machineOf(tree).functions()).lines?.get(4)).toMatchObject({ kind: 'alternate', name })
  })

  it('differ between the processors where their manuals do', async () => {
    const registers = memory(4096, gpfsel({ 0: ALT5, 14: ALT5, 18: ALT0 }))
    const names = async (tree: typeof PI_4) => {
      const { lines } = await machineOf({ ...tree, 'dev/gpiomem': registers }).functions()
      return [0, 14, 18].map(line => lines?.get(line)?.name)
    }
    expect(await names(PI_4)).toEqual(['SDA6', 'TXD1', 'PCM_CLK'])
    expect(await names(PI_ZERO)).toEqual(['alt5', 'TXD1', 'PCM_CLK'])
  })

  it('have a name or a number for every line of the header and every function', () => {
    for (const [soc, count] of [
      ['bcm2835', 6],
      ['bcm2711', 6],
      ['bcm2712', 9],
    ] as const) {
      for (let line = 0; line < 28; line++) {
        for (let alternate = 0; alternate < count; alternate++) {
          expect(functionName(soc, line, alternate)).toMatch(/^[A-Z][A-Z0-9_]+$|^alt[0-8]$/)
        }
      }
    }
    expect(functionName('bcm2711', 27, 5)).toBe('SPI6_CE1')
    expect(functionName('bcm2835', 27, 4)).toBe('ARM_TMS')
    expect(functionName('bcm2712', 27, 8)).toBe('SPI1_CE1')
  })

  it('are not known on a laptop, whatever device it has', async () => {
    const machine = machineOf({ ...LAPTOP, 'dev/gpiomem': memory(4096, {}) })
    expect(await machine.functions()).toEqual({ why: expect.stringContaining('not a Raspberry Pi') })
  })

  it('are not known where there is no device for them', async () => {
    const { 'dev/gpiomem': _, ...tree } = PI_4
    expect(await machineOf(tree).functions()).toEqual({ why: 'there is no /dev/gpiomem' })
  })

  it('are not known where the device cannot be read, and why is told', async () => {
    const error = new PiWorkerError('ERR_PERMISSION', 'pi may not open /dev/gpiomem, which belongs to group gpio')
    const machine = machineOf(PI_4, { readRegisters: () => Promise.reject(error) })
    expect(await machine.functions()).toEqual({ why: error.message, error })
  })

  it('hide no fault of the program', async () => {
    const machine = machineOf(PI_4, { readRegisters: () => Promise.reject(new TypeError('x')) })
    await expect(machine.functions()).rejects.toThrow(TypeError)
  })
})
