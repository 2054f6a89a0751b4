import { describe, expect, it } from 'vitest'
import { watchCommand } from '../../src/cli/watch.js'
import { PI_4 } from '../drivers/machine/trees.js'
import { TestWorld } from './line-world.js'
import { runMain } from './setup.js'

const FLAGS = { driver: 'gpiochip', edges: 'both' } as const

/** A line that is driven low now, and high and low in turn at the given ms. */
function pulsing(there: TestWorld, line: number, times: readonly number[]): void {
  there.chip.drive(line, 'low')
  for (const [index, ms] of times.entries()) {
    there.io.after(ms, () => there.chip.drive(line, index % 2 === 0 ? 'high' : 'low'))
  }
}

describe('watch', () => {
  it('prints time since the start, line, direction and number of each edge', async () => {
    const there = new TestWorld()
    pulsing(there, 22, [1.5, 2000])
    expect(await watchCommand(there.session, ['22'], { ...FLAGS, for: '3s' }, there)).toBe(0)
    expect(there.stdout).toBe('   0.001500000 s  GPIO22  rising   #1\n   2.000000000 s  GPIO22  falling  #2\n')
    expect(there.stderr).toBe('watching GPIO22=low; Ctrl-C ends it\n')
  })

  it('prints one object a line with --json, and nothing else', async () => {
    const there = new TestWorld()
    pulsing(there, 22, [5])
    await watchCommand(there.session, ['22'], { ...FLAGS, for: '1s', json: true }, there)
    const lines = there.stdout.trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line))).toEqual([
      { kind: 'edge', line: 'GPIO22', edge: 'rising', ns: 5e6, sequence: 1 },
    ])
    expect(there.stderr).toBe('')
  })

  it('shows only the edges that were asked for', async () => {
    const there = new TestWorld()
    pulsing(there, 22, [1, 2, 3, 4])
    await watchCommand(there.session, ['22'], { ...FLAGS, edges: 'falling', for: '1s' }, there)
    expect(there.stdout.match(/rising|falling/g)).toEqual(['falling', 'falling'])
  })

  it('does not show what is shorter than --debounce', async () => {
    const there = new TestWorld()
    pulsing(there, 22, [10, 11, 30])
    await watchCommand(there.session, ['22'], { ...FLAGS, debounce: '5ms', for: '1s' }, there)
    expect(there.stdout.match(/rising|falling/g)).toEqual(['rising'])
  })

  it('ends after so many edges with --count', async () => {
    const there = new TestWorld()
    pulsing(there, 22, [1, 2, 3, 4])
    expect(await watchCommand(there.session, ['22'], { ...FLAGS, count: '2' }, there)).toBe(0)
    expect(there.stdout.match(/#\d/g)).toEqual(['#1', '#2'])
    expect(there.io.clock.now()).toBe(2e6)
  })

  it('watches several lines as one', async () => {
    const there = new TestWorld()
    pulsing(there, 22, [1, 3])
    pulsing(there, 27, [2])
    await watchCommand(there.session, ['22', '27'], { ...FLAGS, count: '3' }, there)
    expect(there.stdout.match(/GPIO\d+ +\w+/g)).toEqual(['GPIO22  rising', 'GPIO27  rising', 'GPIO22  falling'])
  })

  it('sets the bias that it was given', async () => {
    const there = new TestWorld()
    await watchCommand(there.session, ['22'], { ...FLAGS, bias: 'pull-up', for: 1 as never }, there)
    expect(there.stderr).toContain('GPIO22=high')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('ends with %s, lets the lines go, and has its exit code', async (signal, code) => {
    const there = new TestWorld()
    pulsing(there, 22, [1, 5000])
    there.io.after(1000, () => there.io.signals.emit(signal))
    expect(await watchCommand(there.session, ['22'], FLAGS, there)).toBe(code)
    expect(there.stdout.match(/#\d/g)).toEqual(['#1'])
    expect([there.chip.lineInfo(22).used, there.closed, there.io.listeners]).toEqual([false, 1, 0])
  })

  it.each([
    [22, 3, 'lost at least 3 edges of GPIO22'],
    [undefined, 1, 'lost at least 1 edge'],
  ])('says when edges were lost, and where if that is known: %s', async (line, count, text) => {
    const there = new TestWorld()
    const request = there.chip.request.bind(there.chip)
    there.chip.request = async wanted => {
      const handle = await request(wanted)
      handle.edges = listener => {
        listener({ kind: 'lost', line, count, time: 2e6 })
        return () => undefined
      }
      return handle
    }
    await watchCommand(there.session, ['22'], { ...FLAGS, for: '1s' }, there)
    expect(there.stdout).toBe(`   0.002000000 s  ${text}\n`)
    await watchCommand(there.session, ['22'], { ...FLAGS, for: '1s', json: true }, there)
    const json = { kind: 'lost', line: line === undefined ? null : 'GPIO22', count, ns: expect.any(Number) }
    expect(JSON.parse(there.stdout.trimEnd().split('\n').at(-1) ?? '')).toEqual(json)
  })

  it('fails when the chip vanishes', async () => {
    const there = new TestWorld()
    there.io.after(1, () => there.chip.unplug())
    await expect(watchCommand(there.session, ['22'], FLAGS, there)).rejects.toMatchObject({ code: 'ERR_CHIP_GONE' })
    expect(there.closed).toBe(1)
  })

  it('ends when its reader has gone away', async () => {
    const there = new TestWorld()
    there.io.stdout.onWrite = () => Object.assign(new RangeError('EPIPE'), { code: 'EPIPE' })
    pulsing(there, 22, [1, 2, 3, 4])
    expect(await watchCommand(there.session, ['22'], FLAGS, there)).toBe(0)
    expect(there.io.clock.now()).toBeLessThan(1e9)
  })

  it('refuses a line that serves other hardware', async () => {
    const there = new TestWorld()
    await expect(watchCommand(there.session, ['2'], FLAGS, there)).rejects.toMatchObject({ code: 'ERR_LINE_BUSY' })
    expect(there.requested).toEqual([])
  })

  it.each([
    ['the registers', PI_4, 'pi-worker get GPIO17'],
    ['the kernel', { ...PI_4, 'dev/gpiomem': { link: 'nothing' } }, 'pinctrl get 17'],
  ])('refuses an output that drives on, which %s tell, but for --force', async (_, tree, look) => {
    const there = new TestWorld({ tree, info: { 17: { direction: 'output' } } })
    await expect(watchCommand(there.session, ['17'], FLAGS, there)).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      place: 'GPIO17',
      message: 'GPIO17 was left as an output, and watching it here would make it an input',
      remedy: expect.stringContaining(look),
    })
    expect(there.requested).toEqual([])
    await watchCommand(there.session, ['17'], { ...FLAGS, force: true, for: '1s' }, there)
    expect(there.stderr).toContain('warning: GPIO17 was left as an output; --force makes it an input\n')
  })

  it.each([
    ['--count', '0', 'ERR_USAGE'],
    ['--count', 'many', 'ERR_USAGE'],
    ['--for', 'soon', 'ERR_BAD_DURATION'],
    ['--debounce', '5', 'ERR_BAD_DURATION'],
    ['--edges', 'none', 'ERR_USAGE'],
    ['--bias', 'up', 'ERR_USAGE'],
  ])('refuses %s %s', async (option, value, code) => {
    const run = await runMain(['watch', '4', '--driver', 'mock', option, value])
    expect([run.code, run.stdout, run.stderr.includes(code)]).toEqual([2, '', true])
  })

  it('runs from the command line', async () => {
    const { code, stderr } = await runMain(['watch', '4', '--driver', 'mock', '--for', '1s'])
    expect([code, stderr]).toEqual([0, 'watching GPIO4=high; Ctrl-C ends it\n'])
  })
})
