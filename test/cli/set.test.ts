import { describe, expect, it } from 'vitest'
import { setCommand } from '../../src/cli/set.js'
import { LAPTOP, PI_4, PI_ZERO } from '../drivers/machine/trees.js'
import { TestWorld } from './line-world.js'
import { runMain } from './setup.js'

const FLAGS = { driver: 'gpiochip' } as const

describe('set', () => {
  it.each([
    ['GPIO17=high', 'high'],
    ['17=1', 'high'],
    ['J8:11=on', 'high'],
    ['BCM17=HIGH', 'high'],
    ['17=low', 'low'],
    ['17=0', 'low'],
    ['17=off', 'low'],
  ])('takes %s', async (assignment, level) => {
    const { code, stdout } = await runMain(['set', assignment, '--driver', 'mock'])
    expect([code, stdout]).toEqual([0, `GPIO17=${level}\n`])
  })

  it.each([
    ['17=on', 'on', 'low'],
    ['17=1', 'on', 'low'],
    ['17=high', 'off', 'high'],
  ])('turns %s over with --active-low, but for high and low', async (assignment, word, level) => {
    const there = new TestWorld()
    const seen: string[] = []
    there.io.after(1, () => seen.push(there.chip.level(17)))
    await setCommand(there.session, [assignment], { ...FLAGS, activeLow: true, for: '2ms' }, there)
    expect([there.stdout, seen]).toEqual([`GPIO17=${word}\n`, [level]])
  })

  it('sets all lines in one request', async () => {
    const there = new TestWorld()
    await setCommand(there.session, ['17=1', '22=low', '27=on'], FLAGS, there)
    expect(there.requested).toEqual([17, 22, 27])
    expect(there.stdout).toBe('GPIO17=high\nGPIO22=low\nGPIO27=high\n')
  })

  it.each([
    ['no level', '17'],
    ['no line', '=1'],
    ['another level', '17=2'],
    ['nothing after the sign', '17='],
  ])('refuses %s and says how it is written', async (_, assignment) => {
    const { code, stdout, stderr } = await runMain(['set', assignment, '--driver', 'mock'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('GPIO17=1')
  })

  it('refuses a line that gets two levels', async () => {
    const { code, stderr } = await runMain(['set', '17=1', 'GPIO17=0', '--driver', 'mock'])
    expect([code, stderr.includes('GPIO17 is named twice')]).toEqual([2, true])
  })

  it('refuses a duration that is none before it opens anything', async () => {
    const there = new TestWorld()
    await expect(setCommand(there.session, ['17=1'], { ...FLAGS, for: '2 days' }, there)).rejects.toMatchObject({
      code: 'ERR_BAD_DURATION',
    })
    expect(there.opened).toEqual([])
  })

  it('refuses a line that serves other hardware, but for --force', async () => {
    const there = new TestWorld()
    await expect(setCommand(there.session, ['14=1'], FLAGS, there)).rejects.toMatchObject({ code: 'ERR_LINE_BUSY' })
    expect(there.requested).toEqual([])
    await setCommand(there.session, ['14=1'], { ...FLAGS, force: true }, there)
    expect(there.requested).toEqual([14])
  })
})

describe('what set says of the level afterwards', () => {
  it.each([
    ['on a Pi 4', PI_4, 'GPIO22 stays high when this command ends: persist_gpio_outputs is on.'],
    [
      'on an older kernel',
      PI_ZERO,
      'GPIO22 becomes an input when this command ends: the kernel has no persist_gpio_outputs. To hold it, add --hold.',
    ],
    [
      'elsewhere',
      LAPTOP,
      'What GPIO22 does when this command ends is not known: the chip is not one of a Raspberry Pi. ' +
        'To hold it, add --hold.',
    ],
  ])('%s', async (_, tree, sentence) => {
    const there = new TestWorld({ tree })
    await setCommand(there.session, ['22=1'], FLAGS, there)
    expect(there.stderr).toBe(`${sentence}\n`)
  })

  it('is in the plural for several lines', async () => {
    const there = new TestWorld()
    await setCommand(there.session, ['22=1', '27=0'], FLAGS, there)
    expect(there.stderr).toContain('GPIO22 and GPIO27 stay as set when this command ends')
  })

  it('is part of the object with --json', async () => {
    const there = new TestWorld()
    await setCommand(there.session, ['22=1'], { ...FLAGS, json: true }, there)
    expect(JSON.parse(there.stdout)).toEqual({
      lines: { GPIO22: { level: 'high', value: 1 } },
      afterwards: { GPIO22: { outcome: 'kept', because: 'persist_gpio_outputs is on' } },
    })
    expect(there.stderr).toBe('')
  })
})

describe('what set says of the lines of another chip', () => {
  const unknown = { outcome: 'unknown', because: "the chip is not the header's" }

  it('is not what the header does', async () => {
    const there = new TestWorld()
    await setCommand(there.session, ['gpiochip1:3=1'], FLAGS, there)
    expect(there.stderr).toBe(
      "What gpiochip1:3 does when this command ends is not known: the chip is not the header's. To hold it, add --hold.\n",
    )
  })

  it('is said of each line by itself', async () => {
    const there = new TestWorld()
    await setCommand(there.session, ['22=1', 'gpiochip1:3=1'], FLAGS, there)
    expect(there.stderr).toBe(
      'GPIO22 stays high when this command ends: persist_gpio_outputs is on. ' +
        "What gpiochip1:3 does when this command ends is not known: the chip is not the header's. To hold them, add --hold.\n",
    )
  })

  it('is so with --json, and for a chip of which the machine knows nothing', async () => {
    const there = new TestWorld()
    await setCommand(there.session, ['22=1', 'gpiochip7:3=1'], { ...FLAGS, json: true }, there)
    expect(JSON.parse(there.stdout).afterwards).toMatchObject({ GPIO22: { outcome: 'kept' }, 'gpiochip7:3': unknown })
  })
})

describe('set that holds', () => {
  it('keeps the line until SIGINT, lets it go, and ends with 130', async () => {
    const there = new TestWorld()
    const levels: string[] = []
    there.io.after(3_600_000, () => levels.push(there.chip.level(22)))
    there.io.after(7_200_000, () => there.io.signals.emit('SIGINT'))
    expect(await setCommand(there.session, ['22=1'], { ...FLAGS, hold: true }, there)).toBe(130)
    expect([levels, there.chip.lineInfo(22).used, there.closed]).toEqual([['high'], false, 1])
    expect(there.stderr).toMatch(/^Held until Ctrl-C\. GPIO22 stays high/)
  })

  it('keeps the line for the duration of --for', async () => {
    const there = new TestWorld()
    const levels: string[] = []
    there.io.after(1999, () => levels.push(there.chip.level(22)))
    there.io.after(2001, () => levels.push(there.chip.level(22)))
    expect(await setCommand(there.session, ['22=1'], { ...FLAGS, for: '2s' }, there)).toBe(0)
    expect(there.io.clock.now()).toBe(2e9)
    expect(levels).toEqual(['high'])
    expect(there.stderr).toMatch(/^Held for 2\.00 s\./)
  })

  it('ends with 1 and shows the error when something breaks meanwhile', async () => {
    const there = new TestWorld()
    there.io.after(5, () => there.io.signals.emit('uncaughtException', new TypeError('broken')))
    expect(await setCommand(there.session, ['22=1'], { ...FLAGS, hold: true }, there)).toBe(1)
    expect(there.stderr).toContain('broken')
    expect(there.chip.lineInfo(22).used).toBe(false)
  })
})
