import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lockedBy, takeLock } from '../../../src/bench/journal/lock.js'
import { thisMachine } from '../../../src/bench/journal/processes.js'
import { failureOf } from '../setup.js'
import { FakeFolder } from './fake-folder.js'
import { machine } from './setup.js'

describe('the lock of a journal', () => {
  it('is had by one process at a time, and the other is told by whom', async () => {
    const folder = new FakeFolder()
    const unlock = await takeLock(folder, 'dose', machine(1))
    const error = await failureOf(takeLock(folder, 'dose', machine(2, [1])))
    expect(error).toMatchObject({ code: 'ERR_JOURNAL', place: '/state', details: { pid: 1, bench: 'dose' } })
    expect([error.message, error.remedy]).toEqual([
      'the journal of the bench dose is in use by process 1',
      expect.stringMatching(/another name/),
    ])
    await unlock()
    await takeLock(folder, 'dose', machine(2, [1]))
    expect(await lockedBy(folder, 'dose', machine(3, [1, 2]))).toMatchObject({ pid: 2 })
  })

  it('is not had twice by one process either', async () => {
    const folder = new FakeFolder()
    const here = machine(process.pid)
    await takeLock(folder, 'dose', here)
    const error = await failureOf(takeLock(folder, 'dose', here))
    expect(error.message).toMatch(/in use by this process \(\d+\), which has it open already/)
  })

  it('of a process that is dead, or of before the machine was started anew, is none', async () => {
    const folder = new FakeFolder()
    await takeLock(folder, 'dose', machine(1))
    await takeLock(folder, 'dose', machine(2, []))
    await takeLock(folder, 'dose', machine(3, [1, 2, 3], 'b1'))
    expect(folder.names.length).toBe(1)
    expect(await lockedBy(folder, 'dose', machine(4, [], 'b1'))).toBeUndefined()
  })

  it('of one bench is not in the way of another, whatever their names', async () => {
    const folder = new FakeFolder()
    for (const bench of ['dose', 'dose.lock', 'dose.lock.1.2', 'dos']) await takeLock(folder, bench, machine(1))
    expect(folder.names.length).toBe(4)
  })

  it('leaves nothing behind when it is refused', async () => {
    const folder = new FakeFolder()
    await takeLock(folder, 'dose', machine(1))
    await failureOf(takeLock(folder, 'dose', machine(2, [1])))
    expect(folder.names.length).toBe(1)
  })

  it('is never had by two, whatever the order of their calls', async () => {
    const living = [1, 2, 3]
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async scheduler => {
        const folder = new FakeFolder()
        await takeLock(folder, 'dose', machine(9)) // it is dead by now
        const scheduled = new Proxy(folder, {
          get: (target, key) => {
            const value: unknown = Reflect.get(target, key)
            if (typeof value !== 'function') return value
            return (...args: unknown[]) => scheduler.schedule(Promise.resolve()).then(() => value.apply(target, args))
          },
        })
        const attempts = living.map(pid => takeLock(scheduled, 'dose', machine(pid, living)))
        const outcomes = Promise.allSettled(attempts)
        await scheduler.waitFor(outcomes)
        expect((await outcomes).filter(({ status }) => status === 'fulfilled').length).toBeLessThan(2)
      }),
      { numRuns: 200 },
    )
  })
})

describe('this machine', () => {
  const { self, lives } = thisMachine()

  it('knows that this process lives, and one with its number that began at another time does not', () => {
    expect([lives(self), lives({ ...self, began: '1' }), lives({ ...self, boot: 'another' })]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('knows that a process that there is not does not live', () => {
    expect(lives({ ...self, pid: 2 ** 22 + 1 })).toBe(false)
  })

  it('tells nothing else of itself than its number, when it began, and the start of the machine', () => {
    expect(self).toEqual({
      pid: process.pid,
      began: expect.stringMatching(/^\d+$/),
      boot: expect.stringMatching(/^[0-9a-f]+$/),
    })
  })
})
