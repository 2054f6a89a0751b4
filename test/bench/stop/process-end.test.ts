import { execFile } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type Endable, type EndingProcess, ProcessEnd } from '../../../src/bench/stop/process-end.js'
import { PiWorkerError } from '../../../src/errors.js'
import { output } from '../../../src/peripherals/index.js'
import { childProgram } from '../../child-program.js'
import { deferred } from '../../worker/setup.js'
import { failureOf, openMockBench } from '../setup.js'

/** A process whose signals are emitted by hand, and that notes what it is told. */
class FakeProcess extends EventEmitter implements EndingProcess {
  readonly log: string[] = []
  readonly ended = deferred<number>()
  readonly stderr = { write: (text: string) => void this.log.push(text.trim().split('\n')[0] ?? '') }

  exit(code: number): void {
    this.log.push(`exit ${code}`)
    this.ended.resolve(code)
  }
}

function ending(...benches: Partial<Endable>[]) {
  const host = new FakeProcess()
  const end = new ProcessEnd(host)
  const removes = benches.map((bench, index) =>
    end.add({
      stop: async reason => void host.log.push(`${index} stop: ${reason}`),
      close: async () => void host.log.push(`${index} close`),
      ...bench,
    }),
  )
  return { host, removes }
}

describe('a process with benches that follow its signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('at %s stops and closes them, then ends with %d', async (signal, code) => {
    const { host } = ending({})
    host.emit(signal, signal)
    expect(await host.ended.promise).toBe(code)
    expect(host.log).toEqual([`0 stop: the program ends: ${signal}`, '0 close', `exit ${code}`])
  })

  it.each(['uncaughtException', 'unhandledRejection'])('at an %s prints it, and ends with 1', async event => {
    const { host } = ending({})
    host.emit(event, new RangeError('oops'))
    expect(await host.ended.promise).toBe(1)
    expect(host.log).toEqual([
      `pi-worker: ${event}: RangeError: oops`,
      `0 stop: the program ends: ${event}`,
      '0 close',
      'exit 1',
    ])
  })

  it('ends with 4 when something is not safe', async () => {
    const unsafe = new PiWorkerError('ERR_NOT_SAFE', 'pump stays on')
    const { host } = ending({ stop: () => Promise.reject(unsafe), close: () => Promise.reject(unsafe) })
    host.emit('SIGINT')
    expect(await host.ended.promise).toBe(4)
    expect(host.log[0]).toContain('ERR_NOT_SAFE')
  })

  it('stops all of them in the turn of the signal, and ends when all are closed', async () => {
    const slow = deferred()
    const { host } = ending({ close: () => slow.promise }, {})
    host.emit('SIGINT')
    expect(host.log.filter(line => line.includes('stop'))).toHaveLength(2)
    await new Promise(resolve => setImmediate(resolve))
    expect(host.log).not.toContain('exit 130')
    slow.resolve()
    expect(await host.ended.promise).toBe(130)
  })

  it('is not hurried by a second signal', async () => {
    const { host } = ending({})
    host.emit('SIGINT')
    host.emit('SIGTERM')
    expect(await host.ended.promise).toBe(130)
    expect(host.log).toHaveLength(3)
  })

  it('listens only as long as there is one', () => {
    const { host, removes } = ending({}, {})
    expect(host.listenerCount('SIGINT')).toBe(1)
    removes[0]?.()
    removes[0]?.()
    expect(host.listenerCount('SIGINT')).toBe(1)
    removes[1]?.()
    expect(host.eventNames()).toEqual([])
  })
})

describe('openBench', () => {
  it('listens for signals only when it is told to, and until the bench is closed', async () => {
    const before = process.listenerCount('SIGHUP')
    const { bench: deaf } = await openMockBench({ pump: output({ line: 17 }) })
    expect(process.listenerCount('SIGHUP')).toBe(before)
    const { bench } = await openMockBench({ pump: output({ line: 17 }) }, { signals: true })
    expect(process.listenerCount('SIGHUP')).toBe(before + 1)
    await bench.close()
    await deaf.close()
    expect(process.listenerCount('SIGHUP')).toBe(before)
  })

  it('takes nothing else for it', async () => {
    const opening = openMockBench({ pump: output({ line: 17 }) }, { signals: 'SIGINT' as never })
    expect(await failureOf(opening)).toMatchObject({ code: 'ERR_BAD_OPTION', place: 'signals' })
  })
})

describe('a program of its own', () => {
  it.each([
    ['SIGTERM', 143, ''],
    ['throws', 1, 'the program is broken'],
    ['rejects', 1, 'the program is broken'],
  ])('that ends by %s leaves its pump off, and exits with %d', async (how, code, message) => {
    const child = await childProgram(new URL('./signals-child.ts', import.meta.url))
    const ended = await new Promise<{ code: unknown; stdout: string; stderr: string }>(resolve => {
      execFile(process.execPath, [...child, how], { timeout: 60_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, stdout, stderr })
      })
    })
    expect([ended.code, ended.stdout]).toEqual([code, 'high\nlow\n'])
    expect(ended.stderr).toContain(message)
  })
})
