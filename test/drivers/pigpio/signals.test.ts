/** Giving signals back: every listener is put on anew, and what nobody listens for is taken off. */

import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import {
  type EndingTarget,
  giveBackSignals,
  SignalEndings,
  type SignalTarget,
} from '../../../drivers/pigpio/signals.js'

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

/** A process that writes down with which signal it ends. */
function endingProcess() {
  const emitter = new EventEmitter()
  const happened: string[] = []
  const target = Object.assign(emitter, { raise: (signal: string) => happened.push(`ends by ${signal}`) })
  return { emitter, happened, endings: new SignalEndings(target as unknown as EndingTarget) }
}

describe('a signal that would end the process', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s ends what runs before the process, once', signal => {
    const { emitter, happened, endings } = endingProcess()
    endings.add(() => happened.push('first'))
    endings.add(() => happened.push('second'))
    emitter.emit(signal, signal)
    emitter.emit(signal, signal)
    expect(happened).toEqual(['first', 'second', `ends by ${signal}`])
    expect(emitter.eventNames()).toEqual([])
  })

  it.each(['on', 'once', 'prependListener'] as const)('is left to a program that listens with %s', method => {
    const { emitter, happened, endings } = endingProcess()
    if (method === 'once') emitter.once('SIGTERM', () => happened.push('heard'))
    endings.add(() => happened.push('ended'))
    if (method !== 'once') emitter[method]('SIGTERM', () => happened.push('heard'))
    emitter.emit('SIGTERM', 'SIGTERM')
    expect(happened).toEqual(['heard'])
  })

  it('ends the process even when what runs does not end well', () => {
    const { emitter, happened, endings } = endingProcess()
    endings.add(() => {
      throw new RangeError('stuck')
    })
    expect(() => emitter.emit('SIGTERM', 'SIGTERM')).toThrow('stuck')
    expect(happened).toEqual(['ends by SIGTERM'])
  })

  it('is listened for only while something runs', () => {
    const { emitter, endings } = endingProcess()
    const stops = [endings.add(() => undefined), endings.add(() => undefined)]
    expect(emitter.listenerCount('SIGINT')).toBe(1)
    for (const stop of [...stops, ...stops]) stop()
    expect(emitter.eventNames()).toEqual([])
  })
})
