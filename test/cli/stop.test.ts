import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FakeIo, type FakeIoOptions, planFile, runMain, tempFolder } from './setup.js'

const PULSE = '- pump.pulse: { width: 1s }\n- pump.on'

/** Runs a pulse of 1 s, on a clock that goes fast, with a trace; gives the outcome and when the pump was low again. */
async function runPulse(options: FakeIoOptions, argv: readonly string[] = []) {
  const trace = join(tempFolder(), 'run.vcd')
  const outcome = await runMain(['run', planFile(PULSE), '--driver', 'mock', '--trace', trace, ...argv], options)
  const changes = readFileSync(trace, 'utf8').split('#0\n')[1]
  return { ...outcome, changes }
}

const emitAt = (ms: number, ...events: [string, unknown?][]) => ({
  onOpen: (io: FakeIo) => {
    io.after(ms, () => {
      for (const [event, value] of events) io.signals.emit(event, value)
    })
  },
})

/** Both lines at first, the pump high at 0, low at 300 ms, the end. */
const SAFE_AT_300_MS = '0!\n1"\n1!\n#300000\n0!\n#300001\n'

describe('a signal in the middle of a pulse', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('%s: the line is made safe at once and the exit code is %d', async (signal, expected) => {
    const { code, stdout, stderr, changes, io } = await runPulse(emitAt(300, [signal]))
    expect(code).toBe(expected)
    expect(changes).toBe(SAFE_AT_300_MS)
    expect(stderr).toContain(`${signal}: the plan is being stopped`)
    expect(stderr).not.toContain('error')
    expect(stdout).toContain(`Test was stopped by ${signal}: 1 task in 300 ms`)
    expect(io.listeners).toBe(0)
  })

  it('is told in JSON', async () => {
    const { stdout } = await runPulse(emitAt(300, ['SIGTERM']), ['--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'cancelled',
      tasks: [{ name: 'pump.pulse', state: 'cancelled', code: 'ERR_CANCELLED', ran: 300 }],
      error: { code: 'ERR_CANCELLED', message: 'stopped by SIGTERM' },
    })
  })

  it('is not hurried by a second one: the safe states are not skipped, and the first one gives the exit code', async () => {
    const { code, stderr, changes } = await runPulse(emitAt(300, ['SIGINT'], ['SIGTERM'], ['SIGINT']))
    expect(code).toBe(130)
    expect(changes).toBe(SAFE_AT_300_MS)
    expect(stderr).toContain('SIGTERM: still stopping, safe states come first')
  })

  it('stops a plan that has not begun', async () => {
    const { code, stdout, changes } = await runPulse({ onOpen: io => io.signals.emit('SIGINT') })
    expect(code).toBe(130)
    expect(stdout).toContain('0 tasks')
    expect(changes).toBe('0!\n1"\n#1\n')
  })
})

describe('an error that nobody caught, in the middle of a pulse', () => {
  it.each(['uncaughtException', 'unhandledRejection'])(
    '%s: the line is made safe and the exit code is 1',
    async event => {
      const { code, stdout, stderr, changes } = await runPulse(emitAt(300, [event, new RangeError('oops')]))
      expect(code).toBe(1)
      expect(changes).toBe(SAFE_AT_300_MS)
      expect(stderr).toContain('ERR_UNEXPECTED: oops')
      expect(stdout).toContain('Test failed')
    },
  )

  it('shows every later one', async () => {
    const oops = (text: string): [string, unknown] => ['unhandledRejection', new RangeError(text)]
    const { code, stderr } = await runPulse(emitAt(300, oops('first'), oops('second')), ['--json'])
    expect(code).toBe(1)
    for (const text of ['first', 'second']) expect(stderr).toContain(text)
  })

  it('is told in JSON as a failure', async () => {
    const { stdout } = await runPulse(emitAt(300, ['uncaughtException', new RangeError('oops')]), ['--json'])
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'failed', error: { code: 'ERR_UNEXPECTED', message: 'oops' } })
  })
})
