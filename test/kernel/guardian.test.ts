/** Runners that end in every other way, and guardians that do: what becomes of the lines, as gpio-sim's own files show. */

import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { exportedLines, headerChip } from './gpio-sim.js'
import { gpioinfoLine } from './gpiod.js'
import { clock, endGuardians, guardians, keeps, POLL, RUN_FOLDER, Runner, timeUntil } from './runner.js'

const TIMES = 10
const WITHIN_MS = 250
const chip = headerChip()
/** The default. */
const LEASE_MS = 2000
const STOP_LINE = 22

afterEach(endGuardians, 90_000)

describe.each(['gpiochip', 'onoff'] as const)('on %s', driver => {
  /** Held, so that gpio-sim does not drop it. */
  const job = { driver, line: 17, safe: 'high', hold: 'forever' } as const

  test.each(['SIGKILL', 'SIGSEGV'] as const)(
    `%s leaves the line safe within ${WITHIN_MS} ms, ${TIMES / 2} times of ${TIMES / 2}`,
    async signal => {
      for (let time = 0; time < TIMES / 2; time++) {
        const runner = await Runner.start(job)
        expect(chip.level(17)).toBe('low')
        runner.kill(signal)
        expect(await timeUntil(chip, 17, 'high', 10_000)).toBeLessThanOrEqual(WITHIN_MS)
        expect(await keeps(chip, 17, 'high', 100)).toBe(true)
        expect(await runner.ended).toMatchObject({ signal })
      }
    },
    300_000,
  )

  test(`a blocked event loop leaves the line safe within the lease and ${WITHIN_MS} ms, and ends, ${TIMES / 2} times of ${TIMES / 2}`, async () => {
    for (let time = 0; time < TIMES / 2; time++) {
      const runner = await Runner.start(job)
      runner.tell('block')
      await runner.hear('blocked')
      expect(await timeUntil(chip, 17, 'high', 20_000)).toBeLessThanOrEqual(LEASE_MS + WITHIN_MS)
      expect(await runner.ended).toMatchObject({ signal: 'SIGKILL' })
      expect(await keeps(chip, 17, 'high', 100)).toBe(true)
    }
  }, 300_000)

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    `%s ends pi-worker run safe, with its exit code, ${TIMES / 2} times of ${TIMES / 2}`,
    async (signal, code) => {
      for (let time = 0; time < TIMES / 2; time++) {
        const runner = Runner.run(job)
        // Safe from the opening on, or held from the time before; then the plan runs.
        for (const level of ['high', 'low'] as const) {
          expect(await timeUntil(chip, 17, level, 60_000), runner.stderr).toBeLessThan(60_000)
        }
        runner.kill(signal)
        expect(await runner.ended).toMatchObject({ code })
        expect(await keeps(chip, 17, 'high', 100)).toBe(true)
      }
    },
    300_000,
  )

  test('what is held after a clean end keeps its safe level, and the next run has it without its being let go', async () => {
    const first = await Runner.start(job)
    first.tell('close')
    expect(await first.ended).toMatchObject({ code: 0 })
    const [held, ...others] = guardians()
    expect([chip.level(17), others]).toEqual(['high', []])
    const next = Runner.start({ ...job, stays: true })
    let ready = false
    void next.then(() => {
      ready = true
    })
    // One look that says low would be enough.
    for (let seen = 0; !ready || seen < 10; seen++) {
      expect(chip.level(17), `look ${seen}`).toBe('high')
      await clock.reach(clock.now() + 5e6)
    }
    await expect.poll(guardians, POLL).toEqual([...(await next).guardians])
    expect(guardians()).not.toContain(held)
    const log = readFileSync(`${RUN_FOLDER}/guardian.log`, 'utf8')
    expect(log).toContain('has ended; safe are valve: GPIO17 high; held are valve: GPIO17 high until the next run')
    ;(await next).tell('close')
    expect(await (await next).ended).toMatchObject({ code: 0 })
    expect(await keeps(chip, 17, 'high', 100)).toBe(true)
  }, 120_000)

  test('what is not held is let go after a death, and no guardian is left', async () => {
    const runner = await Runner.start({ driver, line: 17, safe: 'low' })
    expect(chip.level(17)).toBe('high')
    runner.kill('SIGKILL')
    expect(await timeUntil(chip, 17, 'low', 10_000)).toBeLessThanOrEqual(WITHIN_MS)
    await expect.poll(guardians, POLL).toEqual([])
    expect([gpioinfoLine(chip, 17).consumer, exportedLines()]).toEqual([undefined, []])
  }, 60_000)

  test('an ordinary end leaves no guardian', async () => {
    const runner = await Runner.start({ driver, line: 17, safe: 'low' })
    runner.tell('close')
    expect(await runner.ended).toEqual({ code: 0, signal: null })
    await expect.poll(guardians, POLL).toEqual([])
    expect([chip.level(17), gpioinfoLine(chip, 17).consumer, exportedLines()]).toEqual(['low', undefined, []])
  }, 60_000)

  test.each([
    ['throw', 1],
    ['exit', 7],
  ] as const)(
    'a script that ends by %s and closes nothing is left safe, with its own exit code',
    async (command, code) => {
      const runner = await Runner.start(job)
      runner.tell(command)
      expect(await timeUntil(chip, 17, 'high', 10_000)).toBeLessThanOrEqual(10_000)
      expect(await runner.ended).toEqual({ code, signal: null })
      expect(await keeps(chip, 17, 'high', 100)).toBe(true)
    },
    60_000,
  )

  test('a thread that plays pulses while the event loop is blocked writes nothing after the guardian', async () => {
    const runner = await Runner.start({ ...job, plays: true })
    runner.tell('block')
    expect(await runner.ended).toMatchObject({ signal: 'SIGKILL' })
    expect(await timeUntil(chip, 17, 'high', 10_000)).toBeLessThanOrEqual(WITHIN_MS)
    expect(await keeps(chip, 17, 'high', 500)).toBe(true)
  }, 60_000)

  test(`a stop line that opens while the event loop is blocked leaves the line safe within ${WITHIN_MS} ms`, async () => {
    onTestFinished(() => chip.reset())
    const runner = await Runner.start({ ...job, stopLine: STOP_LINE, guardian: { leaseMs: 60_000 } })
    runner.tell('block')
    await runner.hear('blocked')
    expect(chip.level(17)).toBe('low')
    chip.pull(STOP_LINE, 'up')
    expect(await timeUntil(chip, 17, 'high', 10_000)).toBeLessThanOrEqual(WITHIN_MS)
    // Whoever does not take a stop is ended, long before its lease is over.
    expect(await runner.ended).toMatchObject({ signal: 'SIGKILL' })
    expect(await keeps(chip, 17, 'high', 500)).toBe(true)
    expect(readFileSync(`${RUN_FOLDER}/guardian.log`, 'utf8')).toContain('was stopped: the stop line GPIO22 opened')
  }, 60_000)

  test('a stop line that opens while nothing is blocked stops the bench once', async () => {
    onTestFinished(() => chip.reset())
    const runner = await Runner.start({ ...job, stopLine: STOP_LINE })
    chip.pull(STOP_LINE, 'up')
    expect(await timeUntil(chip, 17, 'high', 10_000)).toBeLessThanOrEqual(WITHIN_MS)
    expect(await runner.hear('stop')).toMatchObject({ reason: 'the stop line GPIO22 opened', by: 'the stop line' })
    expect(await keeps(chip, 17, 'high', 500)).toBe(true)
    runner.tell('close')
    expect(await runner.ended).toMatchObject({ code: 0 })
    expect(runner.said.filter(({ type }) => type === 'stop')).toHaveLength(1)
    expect(exportedLines()).not.toContain(chip.base + STOP_LINE)
  }, 60_000)

  test('a guardian that is killed is noticed within 1 s, and another one makes the line safe', async () => {
    const runner = await Runner.start(job)
    const killed = clock.now()
    process.kill(runner.guardians[0] as number, 'SIGKILL')
    const error = expect.stringContaining('the guardian is gone')
    expect(await runner.hear('guardian', 'gone')).toMatchObject({ error })
    expect(clock.now() - killed).toBeLessThanOrEqual(1e9)
    // Which Node takes some time for in here.
    expect(await runner.hear('guardian', 'restarted')).toMatchObject({ error })
    runner.kill('SIGKILL')
    expect(await timeUntil(chip, 17, 'high', 10_000)).toBeLessThanOrEqual(WITHIN_MS)
  }, 60_000)

  test('a guardian that is killed is noticed within 1 s, and the bench is stopped where that is declared', async () => {
    const runner = await Runner.start({ ...job, guardian: { whenGuardianDies: 'safe' } })
    process.kill(runner.guardians[0] as number, 'SIGKILL')
    expect(await timeUntil(chip, 17, 'high', 10_000)).toBeLessThanOrEqual(1000)
    expect(await runner.hear('guardian')).toMatchObject({ state: 'gone' })
    expect(await runner.hear('stop')).toMatchObject({ reason: expect.stringContaining('the guardian is gone') })
    runner.tell('close')
    await runner.ended
  }, 60_000)
})

describe('two runners', () => {
  test('have two guardians, and the death of one leaves the lines of the other alone', async () => {
    const one = await Runner.start({ driver: 'gpiochip', line: 17, safe: 'low' })
    const other = await Runner.start({ driver: 'onoff', line: 27, safe: 'low' })
    expect(new Set([...one.guardians, ...other.guardians, ...guardians()]).size).toBe(2)
    one.kill('SIGKILL')
    expect(await timeUntil(chip, 17, 'low', 10_000)).toBeLessThanOrEqual(WITHIN_MS)
    expect(await keeps(chip, 27, 'high', 500)).toBe(true)
    expect(guardians()).toEqual(other.guardians)
    other.tell('close')
    expect(await other.ended).toMatchObject({ code: 0 })
    expect(chip.level(27)).toBe('low')
  }, 60_000)
})
