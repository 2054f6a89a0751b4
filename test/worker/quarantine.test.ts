import { describe, expect, test } from 'vitest'
import { PiWorkerError } from '../../src/errors.js'
import { abandoned, deferred, failure, Stage } from './setup.js'

const fault = () => {
  throw new RangeError('do not look at me')
}

describe('what waits when a queue is quarantined', () => {
  test('is kept, or failed by option', async () => {
    for (const waiting of ['keep', 'fail'] as const) {
      const { stage, pump } = abandoned({ waiting })
      const next = stage.worker.submit(() => 'ran', { on: pump })
      await stage.idle()
      expect([next.state, next.error]).toMatchObject(
        waiting === 'keep' ? ['queued', undefined] : ['failed', { code: 'ERR_QUARANTINED', place: 'pump' }],
      )
    }
  })

  test('does not run when the quarantine is not that of a task: a safe state failed on an idle peripheral', async () => {
    const stage = new Stage()
    const pump = stage.worker.queue('pump', { safe: fault })
    void pump.makeSafeNext()
    const next = stage.worker.submit(() => stage.note('ran'), { on: pump })
    await stage.idle()
    expect([pump.quarantined, next.state, stage.log]).toEqual([true, 'queued', []])
  })

  test('is said with a word that is known', () => {
    const stage = new Stage()
    expect(() => stage.worker.queue('pump', { waiting: 'drop' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION', place: 'waiting' }),
    )
  })

  test('tells since when', async () => {
    const { stage, pump } = abandoned()
    const began = stage.clock.wall()
    await stage.idle()
    expect(pump.quarantinedSince).toBe(began + 20)
  })
})

describe('when grace runs out', () => {
  test('the task ends indeterminate with ERR_ABANDONED, caused by what stopped it', async () => {
    const { stage, stuck } = abandoned()
    await stage.idle()
    expect([stuck.state, stuck.elapsed]).toEqual(['indeterminate', 20])
    expect(stuck.error).toMatchObject({
      code: 'ERR_ABANDONED',
      place: stuck.id,
      message: 'pour did not stop within 10 ms and was given up',
      cause: { code: 'ERR_TIMEOUT' },
    })
  })

  test('its handles are revoked on every queue before any peripheral is made safe', async () => {
    const stage = new Stage()
    for (const name of ['pump', 'valve']) {
      stage.worker.queue(name, {
        revoke: () => stage.note(`revoke ${name}`),
        safe: () => stage.note(`safe ${name}`),
      })
    }
    stage.worker.submit(() => deferred().promise, { on: ['pump', 'valve'], timeout: 10, grace: 10 })
    await stage.idle()
    expect(stage.log).toEqual(['20 revoke pump', '20 revoke valve', '20 safe pump', '20 safe valve'])
  })

  test('its peripheral is made safe at once, and the task is not over before', async () => {
    const { stage, stuck } = abandoned({ safe: () => stage.wait(30) })
    stage.at(49, () => expect(stuck.finished).toBe(false))
    await stage.idle()
    expect(stuck.elapsed).toBe(50)
  })

  test('its queue is quarantined: held, with the waiting tasks kept', async () => {
    const { stage, pump, stuck } = abandoned()
    const waiting = stage.worker.submit(stage.stubborn('next', 5), { on: pump })
    await stage.idle()
    expect([pump.quarantined, pump.unsettled, pump.quarantineReason]).toEqual([true, true, stuck.error])
    expect([waiting.state, pump.waiting]).toEqual(['queued', 1])
    expect(stage.log).toEqual([])
    expect(stage.seen('quarantined')).toMatchObject([{ queue: 'pump', error: stuck.error?.message }])
  })

  test('new tasks are refused: they fail with ERR_QUARANTINED and never run', async () => {
    const { stage, pump, stuck } = abandoned()
    await stage.idle()
    const single = stage.worker.submit(stage.stubborn('new', 5), { on: pump })
    const several = stage.worker.submit(stage.stubborn('new', 5), { on: ['valve', pump] })
    expect([single.state, several.state]).toEqual(['failed', 'failed'])
    expect(single.error).toMatchObject({ code: 'ERR_QUARANTINED', place: 'pump', cause: stuck.error })
    await stage.idle()
    expect(stage.log).toEqual([])
  })

  test('new tasks are kept by option', async () => {
    const { stage, pump, end } = abandoned({ whenQuarantined: 'keep' })
    await stage.idle()
    const kept = stage.worker.submit(stage.stubborn('new', 5), { on: pump })
    await stage.idle()
    expect(kept.state).toBe('queued')
    end.resolve()
    await stage.idle()
    await pump.reset()
    await stage.idle()
    expect(kept.state).toBe('succeeded')
  })

  test('waiting tasks can be cancelled and expire as ever', async () => {
    const { stage, pump } = abandoned()
    const cancelled = stage.worker.submit(() => stage.note('ran'), { on: pump })
    const expiring = stage.worker.submit(() => stage.note('ran'), { on: pump, notAfter: '2000-01-01T00:00:01Z' })
    stage.at(500, () => cancelled.cancel())
    await stage.idle()
    expect([cancelled.state, expiring.error]).toMatchObject(['cancelled', { code: 'ERR_EXPIRED' }])
    expect(stage.log).toEqual([])
  })

  test('a late settlement is an event and never changes the task', async () => {
    const { stage, pump, stuck, end } = abandoned()
    await stage.idle()
    const before = JSON.stringify(stuck)
    end.resolve()
    await stage.idle()
    expect(stage.seen('settledLate')).toMatchObject([{ task: stuck.id, name: 'pour', error: null }])
    expect([stuck.state, JSON.stringify(stuck)]).toEqual(['indeterminate', before])
    expect([pump.quarantined, pump.unsettled]).toEqual([true, false])
  })

  test.each([
    ['an error', new RangeError('gave up'), 'gave up'],
    ['undefined', undefined, 'undefined'],
    ['what cannot be read', new Proxy(new RangeError(), { get: fault }), 'a value that cannot be shown'],
  ])('a late rejection with %s is told apart from a late success', async (_, reason, error) => {
    const { stage, stuck, end } = abandoned()
    await stage.idle()
    end.reject(reason)
    await stage.idle()
    expect(stage.seen('settledLate')).toMatchObject([{ task: stuck.id, error }])
  })

  test('a task that was cancelled is given up just so', async () => {
    const { stage, stuck } = abandoned({}, { timeout: undefined })
    stage.at(30, () => stuck.cancel())
    await stage.idle()
    expect([stuck.state, stuck.elapsed, stuck.error?.cause]).toMatchObject([
      'indeterminate',
      40,
      { code: 'ERR_CANCELLED' },
    ])
  })

  test('grace zero still lets a function that heeds its signal end in time', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('it', 100), { on: 'pump', timeout: 10, grace: 0 })
    await stage.idle()
    expect(task.state).toBe('timedOut')
  })
})

describe('an abandoned function', () => {
  test('that uses a revoked handle gets ERR_REVOKED and moves nothing', async () => {
    const stage = new Stage()
    const moves: string[] = []
    let handle = { revoked: false }
    const pump = stage.worker.queue('pump', {
      revoke: () => {
        handle.revoked = true
        handle = { revoked: false }
      },
    })
    const use = (own: { revoked: boolean }, what: string) => {
      if (own.revoked) throw new PiWorkerError('ERR_REVOKED', 'given up')
      moves.push(what)
    }
    stage.worker.submit(
      async () => {
        const own = handle
        for (let i = 0; i < 10; i++) {
          use(own, `stuck ${i}`)
          await stage.wait(10)
        }
      },
      { on: pump, timeout: 15, grace: 10, contained: true },
    )
    stage.worker.submit(() => use(handle, 'next'), { on: pump })
    stage.at(26, () => void pump.reset())
    await stage.idle()
    expect(moves).toEqual(['stuck 0', 'stuck 1', 'stuck 2', 'next'])
    expect(stage.seen('settledLate')).toMatchObject([{ error: 'given up' }])
  })

  test('has a context that stays stopped', async () => {
    const stage = new Stage()
    const caught: unknown[] = []
    const task = stage.worker.submit(
      async context => {
        await stage.wait(50)
        context.progress(1)
        caught.push(context.signal.aborted, await failure(context.sleep(5)), await failure(context.until(1e12)))
      },
      { on: 'pump', timeout: 10, grace: 10 },
    )
    await stage.idle()
    expect(caught).toMatchObject([true, { code: 'ERR_TIMEOUT' }, { code: 'ERR_TIMEOUT' }])
    expect(task.progress).toBeUndefined()
  })
})
