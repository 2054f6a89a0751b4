import { describe, expect, test } from 'vitest'
import { PiWorkerError } from '../../src/errors.js'
import { abandoned, deferred, failure, Stage } from './setup.js'

describe('a safe() that fails', () => {
  const stuck = new RangeError('the line is stuck')
  test.each([
    [
      'throws',
      () => {
        throw stuck
      },
      'the line is stuck',
    ],
    ['rejects', () => Promise.reject(stuck), 'the line is stuck'],
    ['hangs', () => deferred().promise, 'its safe state took longer than 2000 ms'],
    [
      'throws what cannot be made text',
      () => {
        throw Object.create(null)
      },
      'a value that cannot be shown',
    ],
  ])(
    'and %s makes the task indeterminate with ERR_NOT_SAFE, quarantines the queue, and is loud',
    async (_, safe, why) => {
      const stage = new Stage()
      const pump = stage.worker.queue('pump', { safe })
      const task = stage.worker.submit(() => Promise.reject(new RangeError('first')), { on: pump })
      const next = stage.worker.submit(stage.stubborn('next', 5), { on: pump })
      await stage.idle()
      const message = `pump could not be made safe: ${why}`
      expect(task.state).toBe('indeterminate')
      expect(task.error).toMatchObject({
        code: 'ERR_NOT_SAFE',
        place: 'pump',
        message,
        details: { task: task.id },
        cause: { message: 'first' },
      })
      expect(stage.seen('notSafe')).toMatchObject([{ queue: 'pump', error: message }])
      expect([pump.quarantined, pump.unsettled, next.state]).toEqual([true, false, 'queued'])
    },
  )

  test('is bounded by safeTimeout', async () => {
    const stage = new Stage()
    const pump = stage.worker.queue('pump', { safe: () => stage.wait(100), safeTimeout: '30ms' })
    const task = stage.worker.submit(() => Promise.reject(new RangeError('first')), { on: pump })
    await stage.idle()
    expect([task.state, task.elapsed]).toEqual(['indeterminate', 30])
  })

  test('revokes what the hanging safe() was given, so that it cannot act later', async () => {
    const stage = new Stage()
    const pump = stage.worker.queue('pump', {
      safe: () => deferred().promise,
      revoke: () => stage.note('revoke'),
      safeTimeout: 10,
    })
    stage.worker.submit(() => Promise.reject(new RangeError('first')), { on: pump })
    await stage.idle()
    expect(stage.log).toEqual(['10 revoke'])
  })

  test('after a task was given up is told by the error of the task', async () => {
    const { stage, stuck: task } = abandoned({ safe: () => Promise.reject(stuck) })
    await stage.idle()
    expect(task.state).toBe('indeterminate')
    expect(task.error).toMatchObject({ code: 'ERR_NOT_SAFE', cause: { code: 'ERR_ABANDONED' } })
  })

  test('quarantines only the queue that it belongs to', async () => {
    const stage = new Stage()
    const pump = stage.worker.queue('pump', { safe: () => stage.note('pump is safe') })
    const valve = stage.worker.queue('valve', { safe: () => Promise.reject(stuck) })
    stage.worker.submit(() => Promise.reject(new RangeError('first')), { on: [pump, valve] })
    stage.worker.submit(() => stage.note('pump goes on'), { on: pump })
    await stage.idle()
    expect([pump.quarantined, valve.quarantined]).toEqual([false, true])
    expect(stage.log).toEqual(['0 pump is safe', '0 pump goes on'])
  })

  test('is not a failure when it returns something that is no promise', async () => {
    const stage = new Stage()
    const pump = stage.worker.queue('pump', { safe: (() => null) as never })
    const task = stage.worker.submit(() => Promise.reject(new RangeError('first')), { on: pump })
    await stage.idle()
    expect([task.state, pump.quarantined, stage.now]).toEqual(['failed', false, 0])
  })
})

describe('a revoke() that throws', () => {
  const broken = () => {
    throw new RangeError('no such lease')
  }

  test('is loud, leaves the task indeterminate with ERR_NOT_SAFE, and the peripheral is made safe all the same', async () => {
    const { stage, pump, stuck } = abandoned({ revoke: broken, safe: () => stage.note('safe') })
    await stage.idle()
    expect(stuck.state).toBe('indeterminate')
    expect(stuck.error).toMatchObject({
      code: 'ERR_NOT_SAFE',
      message: 'the handles of pump could not be revoked: no such lease',
    })
    expect(stage.seen('notSafe')).toHaveLength(1)
    expect(stage.log).toEqual(['20 safe'])
    expect(pump.quarantined).toBe(true)
  })

  test('makes a contained function one that could still act', async () => {
    const { stage, pump, end } = abandoned({ revoke: broken }, { contained: true })
    await stage.idle()
    expect(await failure(pump.reset())).toMatchObject({ code: 'ERR_RESET_REFUSED' })
    end.resolve()
    await stage.idle()
    await pump.reset()
    expect(pump.quarantined).toBe(false)
  })
})

describe('safe()', () => {
  test('is called once at a time, whoever asks for it', async () => {
    const stage = new Stage()
    const pump = stage.worker.queue('pump', {
      safe: async () => {
        stage.note('begins')
        await stage.wait(5)
        stage.note('ends')
      },
    })
    const errors = await Promise.all([pump.makeSafe(), pump.makeSafe(), pump.makeSafe()])
    expect(errors).toEqual([undefined, undefined, undefined])
    expect(stage.log).toEqual(['0 begins', '5 ends', '5 begins', '10 ends', '10 begins', '15 ends'])
  })

  test('begins at once when nobody else has called it', () => {
    const stage = new Stage()
    const pump = stage.worker.queue('pump', { safe: () => stage.note('safe') })
    void pump.makeSafe()
    expect(stage.log).toEqual(['0 safe'])
  })
})

describe('a safe() whose handles are revoked under it', () => {
  test('begins anew with fresh ones, and nobody hears of a fault', async () => {
    const stage = new Stage()
    let revoked = 0
    const pump = stage.worker.queue('pump', {
      revoke: () => {
        revoked++
      },
      safe: async () => {
        const mine = revoked
        stage.note('safe begins')
        await stage.wait(10)
        if (mine !== revoked) throw new RangeError('revoked')
        stage.note('safe')
      },
    })
    const safe = pump.makeSafe()
    stage.at(5, () => void pump.revoke())
    expect(await safe).toBeUndefined()
    expect([stage.log, stage.seen('notSafe')]).toEqual([['0 safe begins', '10 safe begins', '20 safe'], []])
  })

  test('and that then hangs can act no more: the queue can be reset', async () => {
    const stage = new Stage()
    let calls = 0
    const pump = stage.worker.queue('pump', {
      revoke: () => {},
      safe: () => (calls++ === 0 ? deferred().promise : undefined) as Promise<void>,
      safeTimeout: 10,
    })
    const safe = pump.makeSafe()
    stage.at(5, () => void pump.revoke())
    expect(await safe).toBeUndefined()
    pump.quarantine(new PiWorkerError('ERR_IO', 'look at it'))
    await pump.reset()
    expect(pump.quarantined).toBe(false)
  })
})
