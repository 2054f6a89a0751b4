import { describe, expect, test } from 'vitest'
import { abandoned, deferred, failure, Stage } from './setup.js'

describe('reset', () => {
  test('does nothing to a queue that is not quarantined', async () => {
    const stage = new Stage()
    const pump = stage.worker.queue('pump', { safe: () => stage.note('safe') })
    await pump.reset()
    expect([stage.log, stage.events]).toEqual([[], []])
  })

  test('is refused while the abandoned function is unsettled and could still act', async () => {
    const { stage, pump, stuck, end } = abandoned({ safe: () => stage.note('safe') })
    await stage.idle()
    expect(await failure(pump.reset())).toMatchObject({
      code: 'ERR_RESET_REFUSED',
      place: 'pump',
      details: { task: stuck.id },
    })
    expect(pump.quarantined).toBe(true)
    end.resolve()
    await stage.idle()
    await pump.reset()
    expect(pump.quarantined).toBe(false)
    expect(stage.log).toEqual(['20 safe', '20 safe'])
  })

  test('is allowed while it is unsettled when it could act only through revoked handles', async () => {
    const { stage, pump } = abandoned({ revoke: () => stage.note('revoke') }, { contained: true })
    await stage.idle()
    await pump.reset()
    expect([pump.quarantined, pump.unsettled]).toEqual([false, false])
  })

  test('is refused for a function that says it is contained on a queue that can revoke nothing', async () => {
    const { stage, pump } = abandoned({}, { contained: true })
    await stage.idle()
    expect(await failure(pump.reset())).toMatchObject({ code: 'ERR_RESET_REFUSED' })
  })

  test('runs safe() again, and the waiting tasks go on only when it is confirmed', async () => {
    const { stage, pump, end } = abandoned({
      safe: async () => {
        stage.note('safe begins')
        await stage.wait(5)
        stage.note('safe ends')
      },
    })
    stage.worker.submit(() => stage.note('next'), { on: pump })
    stage.at(90, end.resolve)
    stage.at(100, () => void pump.reset())
    await stage.idle()
    expect(stage.log).toEqual(['20 safe begins', '25 safe ends', '100 safe begins', '105 safe ends', '105 next'])
    expect(stage.seen('reset')).toMatchObject([{ queue: 'pump' }])
  })

  test('fails with ERR_NOT_SAFE when safe() fails again, and the quarantine stays', async () => {
    let broken = true
    const stage = new Stage()
    const pump = stage.worker.queue('pump', {
      safe: () => {
        if (broken) throw new RangeError('stuck')
      },
    })
    stage.worker.submit(() => Promise.reject(new RangeError('first')), { on: pump })
    await stage.idle()
    expect(await failure(pump.reset())).toMatchObject({ code: 'ERR_NOT_SAFE' })
    expect(pump.quarantined).toBe(true)
    broken = false
    await pump.reset()
    expect(pump.quarantined).toBe(false)
  })

  test('can fail what waits, and refuses another word for it', async () => {
    const { stage, pump, end } = abandoned()
    const next = stage.worker.submit(() => 'ran', { on: pump })
    stage.at(50, end.resolve)
    await stage.idle()
    expect(await failure(pump.reset({ waiting: 'drop' as never }))).toMatchObject({ code: 'ERR_BAD_OPTION' })
    await pump.reset({ waiting: 'fail' })
    expect([next.state, next.error]).toMatchObject(['failed', { code: 'ERR_QUARANTINED' }])
    expect(await stage.worker.submit(() => 'ran', { on: pump }).result()).toBe('ran')
  })

  test('says beforehand why it would be refused', async () => {
    const { stage, pump, end } = abandoned()
    expect(pump.resetRefusal).toBeUndefined()
    await stage.idle()
    expect(pump.resetRefusal).toMatchObject({ code: 'ERR_RESET_REFUSED', place: 'pump' })
    end.resolve()
    await stage.idle()
    expect(pump.resetRefusal).toBeUndefined()
  })

  test('called twice at once is one reset', async () => {
    const { stage, pump, end } = abandoned({ safe: () => stage.wait(5).then(() => stage.note('safe')) })
    stage.at(50, end.resolve)
    await stage.idle()
    await Promise.all([pump.reset(), pump.reset()])
    expect(stage.log).toEqual(['25 safe', '55 safe'])
    expect(stage.seen('reset')).toHaveLength(1)
  })

  test('waits for the safe state of the task that was given up: no two at once, and nothing starts before', async () => {
    const { stage, pump, stuck } = abandoned(
      {
        revoke: () => {},
        safe: async () => {
          stage.note('safe begins')
          await stage.wait(30)
          stage.note('safe ends')
        },
      },
      { contained: true },
    )
    stage.worker.submit(() => stage.note('next'), { on: pump })
    stage.at(25, () => void pump.reset().then(() => stage.note(`reset, ${stuck.state}`)))
    await stage.idle()
    expect(stage.log).toEqual([
      '20 safe begins',
      '50 safe ends',
      '50 safe begins',
      '80 safe ends',
      '80 next',
      '80 reset, indeterminate',
    ])
  })

  test('lets nothing start while somebody else makes the peripheral safe', async () => {
    const { stage, pump, end } = abandoned({
      safe: async () => {
        stage.note('safe begins')
        await stage.wait(5)
        stage.note('safe ends')
      },
    })
    stage.worker.submit(() => stage.note('next'), { on: pump })
    stage.at(90, end.resolve)
    stage.at(100, () => void pump.reset())
    stage.at(101, () => void pump.makeSafe())
    await stage.idle()
    expect(stage.log.slice(2)).toEqual([
      '100 safe begins',
      '105 safe ends',
      '105 safe begins',
      '110 safe ends',
      '110 safe begins',
      '115 safe ends',
      '115 next',
    ])
  })

  test('by a listener of the quarantine itself is in order', async () => {
    const { stage, pump } = abandoned(
      { safe: () => stage.wait(5).then(() => stage.note('safe')), revoke: () => stage.note('revoke') },
      { contained: true },
    )
    stage.worker.submit(() => stage.note('next'), { on: pump })
    stage.worker.listen(event => {
      if (event.type === 'quarantined') void pump.reset()
    })
    await stage.idle()
    expect(stage.log).toEqual(['20 revoke', '25 safe', '30 safe', '30 next'])
    expect(stage.events.map(({ type }) => type)).toEqual(
      'queued queued running stopping quarantined finished reset running finished'.split(' '),
    )
  })

  test('is refused while a safe() that timed out is unsettled and nothing can be revoked', async () => {
    const stage = new Stage()
    const hanging = deferred()
    let calls = 0
    const safe = () => (calls++ === 0 ? hanging.promise : undefined)
    const pump = stage.worker.queue('pump', { safe: safe as () => Promise<void>, safeTimeout: 10 })
    stage.worker.submit(() => Promise.reject(new RangeError('first')), { on: pump })
    await stage.idle()
    expect(await failure(pump.reset())).toMatchObject({
      code: 'ERR_RESET_REFUSED',
      message: 'pump cannot be reset: its safe state that took too long could still act',
    })
    hanging.resolve()
    await stage.idle()
    await pump.reset()
    expect(pump.quarantined).toBe(false)
  })

  test('is allowed while a safe() that timed out is unsettled when its handles were revoked', async () => {
    const stage = new Stage()
    let calls = 0
    const safe = () => (calls++ === 0 ? deferred().promise : undefined)
    const pump = stage.worker.queue('pump', { safe: safe as () => Promise<void>, revoke: () => {}, safeTimeout: 10 })
    stage.worker.submit(() => Promise.reject(new RangeError('first')), { on: pump })
    await stage.idle()
    await pump.reset()
    expect(pump.quarantined).toBe(false)
  })

  test('goes on with the order of priority and submission, tasks on several queues included', async () => {
    const { stage, pump, end } = abandoned()
    const order: string[] = []
    const submit = (name: string, on: string[], priority = 0) =>
      stage.worker.submit(() => void order.push(name), { on, priority, name })
    await stage.wait(1)
    submit('one', ['pump'])
    submit('two', ['pump', 'valve'])
    submit('three', ['pump'])
    submit('urgent', ['pump', 'valve'], 1)
    await stage.idle()
    submit('valve alone', ['valve'])
    await stage.idle()
    expect(order).toEqual(['valve alone'])
    end.resolve()
    await stage.idle()
    await pump.reset()
    await stage.idle()
    expect(order).toEqual(['valve alone', 'urgent', 'one', 'two', 'three'])
  })
})
