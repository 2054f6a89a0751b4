import { describe, expect, it } from 'vitest'
import { numberOfChipLine } from '../../drivers/chip-lines.js'
import { getCommand } from '../../src/cli/get.js'
import { memory, PI_4, PI_ZERO } from '../drivers/machine/trees.js'
import { TestWorld, type WorldOptions } from './line-world.js'
import { runMain } from './setup.js'

const FLAGS = { driver: 'gpiochip' } as const

function world(options: WorldOptions = {}): TestWorld {
  return new TestWorld(options)
}

describe('get', () => {
  it('prints one level a line, in the order that was asked for, as set takes them', async () => {
    const { code, stdout, stderr } = await runMain(['get', '17', 'J8:7', '--driver', 'mock'])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'GPIO17=low\nGPIO4=high\n', stderr: '' })
  })

  it('prints an object with --json', async () => {
    const { stdout } = await runMain(['get', '17', '4', '--driver', 'mock', '--json'])
    expect(JSON.parse(stdout)).toEqual({
      GPIO17: { level: 'low', value: 0 },
      GPIO4: { level: 'high', value: 1 },
    })
  })

  it('shows on and off with --active-low, where low is on', async () => {
    const { stdout } = await runMain(['get', '17', '4', '--driver', 'mock', '--active-low'])
    expect(stdout).toBe('GPIO17=on\nGPIO4=off\n')
  })

  it('sets the bias that it was given', async () => {
    const { stdout } = await runMain(['get', '17', '--driver', 'mock', '--bias', 'pull-up'])
    expect(stdout).toBe('GPIO17=high\n')
  })

  it('takes the names that lines have of their own', async () => {
    const there = world({ board: { names: { 22: 'DOOR' } } })
    expect(await getCommand(there.session, ['DOOR'], FLAGS, there)).toBe(0)
    expect(there.stdout).toBe('GPIO22=low\n')
  })

  it('lets the lines go and closes the board', async () => {
    const there = world()
    await getCommand(there.session, ['22'], FLAGS, there)
    expect(there.chip.lineInfo(22).used).toBe(false)
    expect([there.closed, there.io.listeners]).toEqual([1, 0])
  })

  it('says which driver it took with --verbose', async () => {
    const { stderr } = await runMain(['get', '17', '--driver', 'mock', '--verbose'])
    expect(stderr).toMatch(/^driver: mock on simulated/)
  })

  it('refuses a line that was named twice, in whatever spelling', async () => {
    const { code, stderr } = await runMain(['get', '17', 'J8:11', '--driver', 'mock'])
    expect(code).toBe(2)
    expect(stderr).toContain('GPIO17 is named twice, as 17 and as J8:11')
  })

  it('refuses a line that does not exist, with the nearest that does', async () => {
    const { code, stderr } = await runMain(['get', 'GPI017', '--driver', 'mock'])
    expect(code).toBe(2)
    expect(stderr).toContain('GPIO17')
  })

  it('prints a refusal as one object with --json', async () => {
    const { stdout } = await runMain(['get', 'GPIO99', '--driver', 'mock', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ERR_UNKNOWN_LINE' } })
  })

  it('names who holds a line', async () => {
    const there = world()
    there.chip.occupy(22, 'gpiomon')
    await expect(getCommand(there.session, ['22'], FLAGS, there)).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: expect.stringContaining('gpiomon'),
    })
    expect(there.closed).toBe(1)
  })
})

describe('get of a line that serves other hardware', () => {
  it('is refused before anything is requested, and says what it serves', async () => {
    const there = world()
    await expect(getCommand(there.session, ['22', '14'], FLAGS, there)).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'GPIO14 serves TXD1, and a request would take it away from there',
      remedy: expect.stringMatching(/pinout.*--force/),
    })
    expect(there.requested).toEqual([])
  })

  it('is done with --force, and the loss is told', async () => {
    const there = world()
    await getCommand(there.session, ['14'], { ...FLAGS, force: true }, there)
    expect(there.requested).toEqual([14])
    expect(there.stderr).toBe('warning: GPIO14 serves TXD1 until now; --force takes it away from there\n')
  })

  it('is refused where it cannot be known what it serves, but for --force', async () => {
    const { 'dev/gpiomem': _, ...tree } = PI_4
    const there = world({ tree })
    await expect(getCommand(there.session, ['22', '14'], FLAGS, there)).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      place: 'GPIO14',
      message: expect.stringMatching(/^GPIO14 is TXD where that is turned on.*not known: there is no \/dev\/gpiomem$/),
      remedy: expect.stringMatching(/--force.*pinctrl get 14$/),
    })
    expect(there.requested).toEqual([])
    await getCommand(there.session, ['22', '14'], { ...FLAGS, force: true }, there)
    expect(there.requested).toEqual([22, 14])
    expect(there.stderr).toMatch(/^warning: GPIO14 is TXD where that is turned on/)
  })

  it('is done without a word on simulated lines and on chips that are not the header', async () => {
    const there = world()
    await getCommand(there.session, ['14'], { driver: 'mock' }, there)
    await getCommand(there.session, ['14'], { ...FLAGS, chip: '/dev/gpiochip1' }, there)
    expect([there.requested, there.stderr]).toEqual([[14, 14], ''])
  })
})

describe('get of an output that nobody holds any more', () => {
  const left = { 17: { direction: 'output' } } as const

  it('reads the register and requests nothing, so that the output drives on', async () => {
    const there = world({ info: left })
    await getCommand(there.session, ['17', '22'], FLAGS, there)
    expect([there.stdout, there.requested]).toEqual(['GPIO17=high\nGPIO22=low\n', [22]])
  })

  it('is logical with --active-low there too', async () => {
    const there = world({ info: left })
    await getCommand(there.session, ['17'], { ...FLAGS, activeLow: true }, there)
    expect(there.stdout).toBe('GPIO17=off\n')
  })

  it('is refused where there is no register to read, but for --force', async () => {
    const { 'dev/gpiomem': _, ...tree } = PI_4
    const there = world({ tree, info: left })
    await expect(getCommand(there.session, ['17'], FLAGS, there)).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: expect.stringContaining('would make it an input'),
    })
    await getCommand(there.session, ['17'], { ...FLAGS, force: true }, there)
    expect(there.requested).toEqual([17])
  })

  it('is an input when the registers say so, whatever the kernel remembers', async () => {
    const there = world({ tree: { ...PI_ZERO, 'dev/gpiomem': memory(4096, {}) }, info: left })
    await getCommand(there.session, ['17'], FLAGS, there)
    expect(there.requested).toEqual([17])
  })

  it('is refused on another chip, without a word of the registers of the header', async () => {
    const line = numberOfChipLine({ chip: 1, offset: 3 })
    const there = world({ info: { [line]: { direction: 'output' } } })
    await expect(getCommand(there.session, ['gpiochip1:3'], FLAGS, there)).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      place: 'gpiochip1:3',
      remedy: 'If it need not drive anything, add --force.',
    })
    expect(there.requested).toEqual([])
  })
})

describe('get of a line of which nothing is known', () => {
  // A Pi Zero: no koffi, so that neither the character device nor the registers tell.
  const unknown = {
    tree: PI_ZERO,
    machine: { arch: 'arm', processor: 'armv6l' },
    info: { 17: { direction: undefined } },
  }

  it('is refused, because it may be an output that drives', async () => {
    const there = world(unknown)
    await expect(getCommand(there.session, ['17'], { driver: 'onoff' }, there)).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      place: 'GPIO17',
      message: 'whether GPIO17 was left as an output is not known, and reading it here would make it an input',
      remedy: expect.stringMatching(/--force.*sudo pinctrl get 17$/),
    })
    expect([there.requested, there.closed]).toEqual([[], 1])
  })

  it('is done with --force, and the risk is told', async () => {
    const there = world(unknown)
    expect(await getCommand(there.session, ['17'], { driver: 'onoff', force: true }, there)).toBe(0)
    expect([there.requested, there.stdout]).toEqual([[17], 'GPIO17=low\n'])
    expect(there.stderr).toBe('warning: whether GPIO17 was left as an output is not known; --force makes it an input\n')
  })
})
