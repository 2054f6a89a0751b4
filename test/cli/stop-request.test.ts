import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { describe as nameOf, StopRequest } from '../../src/cli/stop.js'

function setup() {
  const source = new EventEmitter()
  const told: string[] = []
  const stop = new StopRequest(
    source,
    reason => told.push(`stop: ${nameOf(reason)}`),
    reason => told.push(`again: ${nameOf(reason)}`),
  )
  const bench = {
    stop: async (_reason: string, { by }: { by: string }) => void told.push(`emergency stop: ${by}`),
  }
  return { source, told, stop, bench }
}

describe('a request to stop', () => {
  it('is an emergency stop of the bench at the second SIGINT, once', () => {
    const { source, told, stop, bench } = setup()
    stop.attach(bench)
    for (let count = 0; count < 3; count++) source.emit('SIGINT')
    expect(told).toEqual(['stop: SIGINT', 'emergency stop: SIGINT', 'again: SIGINT'])
  })

  it('is an emergency stop at a SIGINT after any other reason', () => {
    const { source, told, stop, bench } = setup()
    stop.attach(bench)
    source.emit('SIGTERM')
    source.emit('SIGTERM')
    source.emit('SIGINT')
    expect(told).toEqual(['stop: SIGTERM', 'again: SIGTERM', 'emergency stop: SIGINT'])
  })

  it('is the first at a SIGINT after the time was over that it was given', () => {
    const { source, told, stop, bench } = setup()
    stop.attach(bench)
    stop.timeIsOver('3d')
    stop.timeIsOver('3d')
    source.emit('SIGINT')
    expect([told, stop.reason]).toEqual([['stop: --for 3d', 'stop: SIGINT'], { kind: 'signal', signal: 'SIGINT' }])
    source.emit('SIGINT')
    expect(told.at(-1)).toBe('emergency stop: SIGINT')
  })

  it('is none that was asked for when an emergency stop comes after the time was over', () => {
    const { stop, bench } = setup()
    stop.attach(bench)
    stop.timeIsOver('3d')
    stop.emergency('key e')
    expect(stop.reason).toEqual({ kind: 'signal', signal: 'SIGINT', by: 'key e' })
  })

  it('only tells of a second SIGINT where there is no bench', () => {
    const { source, told } = setup()
    source.emit('SIGINT')
    source.emit('SIGINT')
    expect(told).toEqual(['stop: SIGINT', 'again: SIGINT'])
  })

  it('that came twice before there was a bench, stops the bench as soon as there is one', () => {
    const { source, told, stop, bench } = setup()
    source.emit('SIGINT')
    source.emit('SIGINT')
    stop.attach(bench)
    expect(told.at(-1)).toBe('emergency stop: SIGINT')
  })

  it('leaves a bench alone that is not its own any more', () => {
    const { source, told, stop, bench } = setup()
    stop.attach(bench)()
    source.emit('SIGINT')
    source.emit('SIGINT')
    expect(told).toEqual(['stop: SIGINT', 'again: SIGINT'])
  })

  it('survives a bench that cannot be stopped any more', async () => {
    const { source, stop } = setup()
    stop.attach({ stop: () => Promise.reject(new RangeError('closed')) })
    source.emit('SIGINT')
    source.emit('SIGINT')
    await Promise.resolve()
    expect(stop.reason).toMatchObject({ signal: 'SIGINT' })
  })

  it('by a key does what SIGINT does', () => {
    const { told, stop } = setup()
    stop.interrupt('key s')
    expect(told).toEqual(['stop: key s'])
    expect(stop.reason).toEqual({ kind: 'signal', signal: 'SIGINT', by: 'key s' })
    expect(stop.signal.reason).toMatchObject({ code: 'ERR_CANCELLED', message: 'stopped by key s' })
  })

  it('can be an emergency at once, and the plan is not what is stopped then', () => {
    const { told, stop, bench } = setup()
    stop.attach(bench)
    stop.emergency('key e')
    stop.emergency('key e')
    expect(told).toEqual(['emergency stop: key e'])
    expect(stop.signal.aborted).toBe(false)
  })

  it('can be an emergency before there is a bench: then the plan does not begin', () => {
    const { told, stop, bench } = setup()
    stop.emergency('key e')
    expect(stop.signal.aborted).toBe(true)
    stop.attach(bench)
    expect(told).toEqual(['stop: key e', 'emergency stop: key e'])
  })
})
