/** Giving signals back: every listener is put on anew, and what nobody listens for is taken off. */

import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { giveBackSignals, type SignalTarget } from '../../../drivers/pigpio/signals.js'

/** A process that writes down when it begins and ends to handle a signal, as Node does it. */
function fakeProcess() {
  const emitter = new EventEmitter()
  const handled: string[] = []
  emitter.on('newListener', (signal: string) => {
    if (signal.startsWith('SIG') && emitter.listenerCount(signal) === 0) handled.push(`+${signal}`)
  })
  emitter.on('removeListener', (signal: string) => {
    if (signal.startsWith('SIG') && emitter.listenerCount(signal) === 0) handled.push(`-${signal}`)
  })
  return { emitter, handled, target: emitter as unknown as SignalTarget }
}

describe('giving signals back', () => {
  it('puts the handler of one that is listened for on anew', () => {
    const { emitter, handled, target } = fakeProcess()
    emitter.on('SIGTERM', () => undefined)
    handled.length = 0
    giveBackSignals(target)
    expect(handled.filter(what => what.endsWith('SIGTERM'))).toEqual(['-SIGTERM', '+SIGTERM'])
  })

  it('restores what the system does with one that nobody listens for', () => {
    const { handled, target } = fakeProcess()
    giveBackSignals(target)
    expect(handled.filter(what => what.endsWith('SIGINT'))).toEqual(['+SIGINT', '-SIGINT'])
    expect(handled).toContain('-SIGCHLD')
    expect(handled).toContain('-SIGCONT')
  })

  it('keeps the order of the listeners, and those that are to be called once', () => {
    const { emitter, target } = fakeProcess()
    const called: string[] = []
    emitter.once('SIGTERM', () => called.push('once'))
    emitter.on('SIGTERM', () => called.push('always'))
    giveBackSignals(target)
    emitter.emit('SIGTERM')
    emitter.emit('SIGTERM')
    expect(called).toEqual(['once', 'always', 'always'])
  })

  it.each(['SIGKILL', 'SIGPIPE', 'SIGUSR1', 'SIGSEGV'])('leaves %s alone', signal => {
    const { handled, target } = fakeProcess()
    giveBackSignals(target)
    expect(handled.filter(what => what.endsWith(signal))).toEqual([])
  })
})
