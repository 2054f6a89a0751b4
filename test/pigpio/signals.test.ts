/** Signals: the library would take them, and the process has them nevertheless. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStill } from './still.js'

const LOCK = process.env.PI_WORKER_STANDIN_LOCK ?? ''

/** Runs the program until its valve is open, then sends it a signal; gives how it ended and what it said. */
async function signalled(signal: NodeJS.Signals, args: readonly string[]) {
  const script = join(import.meta.dirname, 'signal-child.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let said = ''
  let complained = ''
  child.stderr.on('data', (data: Buffer) => {
    complained += data
  })
  const ended = once(child, 'close')
  await new Promise<void>(resolve => {
    child.stdout.on('data', (data: Buffer) => {
      said += data
      if (said.includes('valve high\n')) resolve()
    })
    child.once('close', () => resolve())
  })
  child.kill(signal)
  const [code, by] = await ended
  return { code, by, said: said.trim().split('\n'), complained }
}

describe.each([
  ['kept from the library', []],
  ['given back by it', ['taken']],
] as const)('signals %s', (_, args) => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s runs the safe state', async signal => {
    expect(await signalled(signal, ['listen', ...args])).toEqual({
      code: 0,
      by: null,
      said: ['valve high', `heard ${signal}`, 'valve low', 'terminated'],
      complained: '',
    })
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s that nobody listens for ends PWM and the library, and then the process as it always does',
    async signal => {
      expect(await signalled(signal, ['pwm', ...args])).toEqual({
        code: null,
        by: signal,
        said: ['valve high'],
        complained: '',
      })
      // Only the library's own end, which ends all DMA, takes the lock away.
      expect(existsSync(LOCK)).toBe(false)
    },
  )
})

describe('signals of a program with PWM', () => {
  it('leave PWM and the library to a program that listens', async () => {
    const { said, by } = await signalled('SIGTERM', ['listen', 'pwm'])
    expect([said.slice(0, 2), by]).toEqual([['valve high', 'heard SIGTERM'], null])
  })

  it('that nobody can listen for leave a lock, which does not hinder the next one', async () => {
    expect((await signalled('SIGKILL', ['pwm'])).by).toBe('SIGKILL')
    expect(existsSync(LOCK)).toBe(true)
    await openStill()
  })
})

describe('the library', () => {
  it('ends the process at a signal, safe state or not, when nobody keeps it from that', async () => {
    const { code, said, complained } = await signalled('SIGTERM', ['listen', 'taken', 'never'])
    expect([code, said]).toEqual([255, ['valve high']])
    expect(complained).toContain('Unhandled signal 15, terminating')
  })
})

describe('a child process', () => {
  it('that starts while a board is open is heard of when it ends', async () => {
    await openStill()
    const [code] = await once(spawn('false'), 'exit')
    expect(code).toBe(1)
  })
})
