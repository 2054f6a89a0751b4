import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { main } from '../../../src/cli/program.js'
import { catalogue } from '../../../src/errors.js'
import { FakeIo, type FakeIoOptions, planFile, runMain } from '../setup.js'

const PULSES = '- repeat: 3\n  do: [ { pump.pulse: { width: 1s } } ]'
const DRAWS = { terminal: true, env: { TERM: 'xterm', NO_COLOR: '1', LANG: 'C.UTF-8' } } as const

/** A run with somebody at the keyboard, who types a key at some time of the bench. */
async function runTyped(steps: string, typed: { readonly key: string; readonly ms: number }) {
  const raw: boolean[] = []
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) })
  const onOpen: FakeIoOptions['onOpen'] = io => io.after(typed.ms, () => stdin.emit('data', Buffer.from(typed.key)))
  const io = Object.assign(new FakeIo({ ...DRAWS, onOpen }), { stdin })
  const code = await main(['run', planFile(steps), '--driver', 'mock'], io)
  return { code, raw, io }
}

describe('pi-worker run on a terminal that can draw', () => {
  it('draws the bench while the plan runs, and leaves the terminal as it was', async () => {
    const { code, io } = await runTyped(PULSES, { key: 'x', ms: 100 })
    expect(code).toBe(0)
    expect(io.stderr.text).toMatch(/pump {3}output {2}running +pulse 0\.5 s/)
    expect(io.stderr.text).toContain('round 2/3')
    expect(io.stderr.text.endsWith('\u001b[?25h')).toBe(true)
    expect(io.stdout.text).toContain('Test succeeded: 3 tasks')
  })

  it('says that it cleans up, and has the time of each note', async () => {
    const steps =
      '- try: [ { note: it begins }, { pump.pulse: { width: 5s } } ]\n  finally: [ { pump.pulse: { width: 1s } } ]'
    const { io } = await runTyped(steps, { key: 's', ms: 300 })
    expect(io.stderr.text).toContain('    0.000 s  it begins')
    expect(io.stderr.text).toContain('key s: the plan is being stopped')
    expect(io.stderr.text).toContain('stopping: cleaning up')
  })

  it('stops at a key, with the exit code of Ctrl-C', async () => {
    const { code, raw, io } = await runTyped(PULSES, { key: 's', ms: 300 })
    expect(code).toBe(130)
    expect(raw).toEqual([true, false])
    expect(io.stdout.text).toContain('Test was stopped by key s: 1 task in 300 ms')
  })

  it('is an emergency stop at another one', async () => {
    const { code, io } = await runTyped(PULSES, { key: 'e', ms: 300 })
    expect(code).toBe(catalogue.ERR_STOPPED.exit)
    expect(io.stderr.text).toContain('STOPPED by key e: emergency stop')
    expect(io.stderr.text).toContain('ERR_STOPPED')
  })
})

describe('a second SIGINT', () => {
  it('is an emergency stop, with and without a terminal', async () => {
    const onOpen = (io: FakeIo) => {
      io.after(300, () => {
        io.signals.emit('SIGINT')
        io.signals.emit('SIGINT')
      })
    }
    for (const options of [{ onOpen }, { ...DRAWS, onOpen }]) {
      const { code, stderr } = await runMain(['run', planFile(PULSES), '--driver', 'mock'], options)
      expect(code).toBe(130)
      expect(stderr).toContain('STOPPED by SIGINT: emergency stop')
    }
  })
})

describe('pi-worker run --quiet', () => {
  it('prints how it ended, and nothing more', async () => {
    const { stdout, stderr } = await runMain(['run', planFile(PULSES), '--driver', 'mock', '--quiet'], DRAWS)
    expect({ stdout, stderr }).toEqual({ stdout: 'Test succeeded: 3 tasks in 3.00 s\n', stderr: '' })
  })

  it('prints errors', async () => {
    const file = planFile('- level.waitFor: { edge: falling, timeout: 2s }')
    const { code, stderr } = await runMain(['run', file, '--driver', 'mock', '--quiet'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error ERR_NO_EDGE/)
  })
})
