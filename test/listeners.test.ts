import { describe, expect, it, vi } from 'vitest'
import { Listeners } from '../src/listeners.js'

describe('listeners', () => {
  it('are called in the order in which they came', () => {
    const listeners = new Listeners<number>()
    const calls: string[] = []
    listeners.add(event => calls.push(`a${event}`))
    listeners.add(event => calls.push(`b${event}`))
    listeners.tell(1)
    expect(calls).toEqual(['a1', 'b1'])
  })

  it('may be one function twice, and each is removed by itself', () => {
    const listeners = new Listeners<number>()
    const call = vi.fn()
    const remove = listeners.add(call)
    listeners.add(call)
    expect([remove(), remove()]).toEqual([true, false])
    listeners.tell(1)
    expect([listeners.size, call.mock.calls.length]).toEqual([1, 1])
  })

  it('that one before has removed are not called', () => {
    const listeners = new Listeners<number>()
    const call = vi.fn()
    listeners.add(() => remove())
    const remove = listeners.add(call)
    listeners.tell(1)
    expect(call).not.toHaveBeenCalled()
  })

  it('that one before has added are called from the next time on', () => {
    const listeners = new Listeners<number>()
    const call = vi.fn()
    const remove = listeners.add(() => {
      remove()
      listeners.add(call)
    })
    listeners.tell(1)
    listeners.tell(2)
    expect(call.mock.calls).toEqual([[2]])
  })

  it('that throw disturb neither the others nor the caller, and the error is seen', async () => {
    const seen = new Promise(resolve => process.once('uncaughtException', resolve))
    const others = process.listeners('uncaughtException').slice(0, -1)
    for (const other of others) process.off('uncaughtException', other)
    const listeners = new Listeners<number>()
    const call = vi.fn()
    listeners.add(() => {
      throw new TypeError('a fault of the listener')
    })
    listeners.add(call)
    listeners.tell(1)
    expect(call).toHaveBeenCalled()
    expect(await seen).toMatchObject({ message: 'a fault of the listener' })
    for (const other of others) process.on('uncaughtException', other)
  })
})
