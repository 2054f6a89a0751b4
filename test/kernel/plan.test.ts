/** Whole plans through the command line, on real lines: what they do, how they end, and what they leave. */

import { chmodSync, chownSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { SystemClock } from 'pi-worker'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PlanTaskJson } from '../../src/plan/plan-task.js'
import { NOBODY } from './child.js'
import { Cli, type Ended, planFile } from './cli.js'
import { headerChip, SimulatedChip } from './gpio-sim.js'
import { Gpiomon, gpioinfoLine } from './gpiod.js'

const chip = headerChip()
const POLL = { interval: 20, timeout: 40_000 }
/** Node takes some seconds to start in there. */
const PATIENCE = 90_000

/** The plan of the README, quicker; `bias` only where the driver has it. */
const DOSE = (bias: string) => `
name: Dose until full
bench:
  pump:  { type: output, line: GPIO17, safe: low }
  level: { type: input, line: GPIO4${bias} }
plan:
  - repeat: 3
    every: 800ms
    do:
      - pump.pulse: { width: 300ms }
  - level.waitFor: { edge: falling, timeout: 60s }
`

/** Everything that gpio-sim shows of a line until the run has ended: its levels, in the order in which they were seen. */
function watchLevels(line: number, cli: Cli): { readonly seen: string[]; readonly over: Promise<void> } {
  const clock = new SystemClock()
  const seen: string[] = [chip.level(line)]
  let ended = false
  void cli.ended.then(() => {
    ended = true
  })
  const watch = async (): Promise<void> => {
    while (!ended) {
      const level = chip.level(line)
      if (level !== seen.at(-1)) seen.push(level)
      await new Promise<void>(resolve => clock.after(20e6, resolve))
    }
  }
  return { seen, over: watch() }
}

const tasksOf = ({ stdout }: Ended) => JSON.parse(stdout) as { outcome: string; tasks: PlanTaskJson[] }

describe.each([
  { driver: 'gpiochip', bias: ', bias: pull-up', pumpBy: 'pi-worker pump', levelBy: 'pi-worker level' },
  { driver: 'onoff', bias: '', pumpBy: 'sysfs', levelBy: 'sysfs' },
])('a whole plan on $driver', ({ driver, bias, pumpBy, levelBy }) => {
  test(
    'pulses the pump and ends with the edge that the outside makes',
    async () => {
      chip.pull(4, 'up')
      const trace = planFile('').replace('plan.yaml', 'trace.vcd')
      const cli = new Cli(['run', planFile(DOSE(bias)), '--driver', driver, '--json', '--trace', trace])
      // Three pulses, seen by gpio-sim itself; then the plan waits.
      const levels = watchLevels(17, cli)
      await expect.poll(() => levels.seen, POLL).toEqual(['low', 'high', 'low', 'high', 'low', 'high', 'low'])
      expect([17, 4].map(line => gpioinfoLine(chip, line).consumer)).toEqual([pumpBy, levelBy])
      chip.pull(4, 'down')
      const ended = await cli.ended
      expect([ended.code, ended.stderr.includes('error')]).toEqual([0, false])
      const { outcome, tasks } = tasksOf(ended)
      expect(outcome).toBe('succeeded')
      expect(tasks.map(({ name, state }) => [name, state])).toEqual([
        ...Array.from({ length: 3 }, () => ['pump.pulse', 'succeeded']),
        ['level.waitFor', 'succeeded'],
      ])
      for (const { result } of tasks.slice(0, 3)) {
        expect(result).toMatchObject({ requested: 300 })
        expect((result as { achieved: number }).achieved).toBeGreaterThanOrEqual(300)
      }
      expect(tasks[3]?.result).toMatchObject({ edge: 'falling', level: 'low' })
      await levels.over
      expect(levels.seen).toHaveLength(7)
      expect([chip.level(17), gpioinfoLine(chip, 17).consumer]).toEqual(['low', undefined])
      const changes = readFileSync(trace, 'utf8')
        .split('\n')
        .filter(line => /^[01]/.test(line))
      // First levels of both, six changes of the pump, one of the level.
      expect(changes).toHaveLength(9)
    },
    PATIENCE,
  )

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('that %s ends is left safe, with its exit code', async (signal, code) => {
    const plan = planFile(`
bench:
  pump: { type: output, line: GPIO17, safe: low }
plan:
  - pump.pulse: { width: 1h }
`)
    const cli = new Cli(['run', plan, '--driver', driver, '--json'])
    await expect.poll(() => chip.level(17), POLL).toBe('high')
    cli.kill(signal)
    const ended = await cli.ended
    expect([ended.code, chip.level(17), gpioinfoLine(chip, 17).consumer]).toEqual([code, 'low', undefined])
    expect(tasksOf(ended)).toMatchObject({ outcome: 'cancelled', tasks: [{ name: 'pump.pulse', state: 'cancelled' }] })
  })

  test('that needs a line which somebody holds is refused with exit code 3, and names who', async () => {
    const gpiomon = await Gpiomon.start(chip, 4)
    onTestFinished(async () => {
      await gpiomon.stop()
    })
    const { code, stderr } = await new Cli(['run', planFile(DOSE(bias)), '--driver', driver]).ended
    expect(code).toBe(3)
    expect(stderr).toMatch(/ERR_LINE_BUSY.*gpiomon/)
    expect(stderr).toMatch(/plan\.yaml:5:\d+/)
    expect(stderr).toContain('remedy:')
    expect(gpioinfoLine(chip, 17).consumer).toBeUndefined()
  })
})

describe('a plan', () => {
  test('whose safe state is high is held high and let go when it ends', async () => {
    const plan = planFile(`
bench: { valve: { type: output, line: GPIO17, safe: high } }
plan: [{ valve.off: {} }, { wait: 500ms }]
`)
    const cli = new Cli(['run', plan, '--driver', 'gpiochip'])
    const levels = watchLevels(17, cli)
    expect((await cli.ended).code).toBe(0)
    await levels.over
    // High from the opening on, then off. The safe state of the end lasts only until the line is let go, which gpio-sim
    // answers by dropping it to its pull, so it is seen or not.
    expect(levels.seen.slice(0, 3)).toEqual(['low', 'high', 'low'])
  })

  test('that needs a bias is refused by onoff before a line moves, and names gpiochip', async () => {
    const { code, stderr } = await new Cli(['run', planFile(DOSE(', bias: pull-up')), '--driver', 'onoff']).ended
    expect(code).toBe(3)
    expect(stderr).toMatch(/ERR_UNSUPPORTED.*level.*bias pull-up/)
    expect(stderr).toContain('--driver gpiochip')
  })

  test('runs on the driver that is chosen by itself, and says which', async () => {
    const plan = planFile('bench: { pump: { type: output, line: GPIO17 } }\nplan: [pump.on]\n')
    const { code, stdout, stderr } = await new Cli(['run', plan]).ended
    expect(code).toBe(0)
    expect(stdout + stderr).toMatch(/gpiochip on \/dev\/gpiochip0 \(pinctrl-bcm2711, 54 lines\)/)
  })

  test('without permission is refused with exit code 3, and names the group', async () => {
    chownSync(chip.path, 0, 20)
    chmodSync(chip.path, 0o660)
    onTestFinished(() => {
      chownSync(chip.path, 0, 0)
      chmodSync(chip.path, 0o600)
    })
    const plan = planFile('bench: { pump: { type: output, line: GPIO17 } }\nplan: [pump.on]\n')
    chmodSync(dirname(plan), 0o755)
    const { code, stderr } = await new Cli(['run', plan, '--driver', 'gpiochip'], { uid: NOBODY, gid: NOBODY }).ended
    expect(code).toBe(3)
    expect(stderr).toMatch(/ERR_PERMISSION.*dialout/)
    expect(stderr).toContain('usermod -aG dialout')
  })

  test('on a chip that does not exist is refused with exit code 3', async () => {
    const plan = planFile('bench: { pump: { type: output, line: GPIO17 } }\nplan: [pump.on]\n')
    const { code, stderr } = await new Cli(['run', plan, '--driver', 'gpiochip', '--chip', '/dev/gpiochip7']).ended
    expect([code, stderr.includes('/dev/gpiochip7')]).toEqual([3, true])
  })

  test('whose chip vanishes while it waits ends with exit code 3', async () => {
    const usb = SimulatedChip.create({ folder: 'usb', label: 'usb-gpio', lines: 8 })
    onTestFinished(() => usb.remove())
    const plan = planFile('bench: { level: { type: input, line: 2 } }\nplan: [{ level.waitFor: { edge: falling } }]\n')
    const cli = new Cli(['run', plan, '--driver', 'gpiochip', '--chip', usb.path])
    await expect.poll(() => gpioinfoLine(usb, 2).consumer, POLL).toBe('pi-worker level')
    usb.vanish()
    const { code, stderr } = await cli.ended
    expect([code, stderr.includes('ERR_CHIP_GONE')]).toEqual([3, true])
  })
})
