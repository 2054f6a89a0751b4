import { describe, expect, test } from 'vitest'
import { PiWorkerError } from '../../src/errors.js'
import { deferred, failure, Stage } from './setup.js'

const trip = () => new PiWorkerError('ERR_IO', 'the float switch opened')

/** A pump in virtual time, whose safe state is noted. */
function pumping() {
  const stage = new Stage()
  const pump = stage.worker.queue('pump', { safe: () => stage.note('safe') })
  return { stage, pump }
}

describe('an interrupted task', () => {
  test('stops as at a timeout, is made safe, and has failed with the error', async () => {
    const { stage, pump } = pumping()
    const task = stage.worker.submit(stage.heeding('pour', 100), { on: pump })
    stage.at(10, () => void pump.interrupt(trip()))
    expect(await failure(task.result())).toMatchObject({ code: 'ERR_IO', message: 'the float switch opened' })
    expect([task.state, stage.log]).toEqual(['failed', ['0 pour begins', '10 pour ends', '10 safe']])
  })

  test('is not tried again', async () => {
    const { stage, pump } = pumping()
    let calls = 0
    const task = stage.worker.submit(
      async ({ sleep }) => {
        calls++
        await sleep(100)
      },
      { on: pump, retries: 3, effect: 'idempotent' },
    )
    stage.at(10, () => void pump.interrupt(trip()))
    await failure(task.result())
    expect([calls, task.state]).toEqual([1, 'failed'])
  })

  test('that would try again after its timeout does not, and has timed out', async () => {
    const { stage, pump } = pumping()
    const stubborn = stage.stubborn('pour', 50)
    const task = stage.worker.submit(stubborn, { on: pump, timeout: 10, retries: 3, effect: 'idempotent' })
    stage.at(20, () => void pump.interrupt(trip()))
    await failure(task.result())
    expect([task.state, stage.log]).toEqual(['timedOut', ['0 pour begins', '50 pour ends', '50 safe']])
  })

  test('that does not stop is given up after its grace', async () => {
    const { stage, pump } = pumping()
    const task = stage.worker.submit(() => deferred().promise, { on: pump, grace: 5 })
    stage.at(10, () => void pump.interrupt(trip()))
    expect(await failure(task.result())).toMatchObject({ code: 'ERR_ABANDONED', cause: { code: 'ERR_IO' } })
    expect([task.state, pump.quarantined]).toEqual(['indeterminate', true])
  })

  test('leaves those that wait alone: the next one has its turn', async () => {
    const { stage, pump } = pumping()
    stage.worker.submit(stage.heeding('pour', 100), { on: pump })
    const next = stage.worker.submit(() => stage.now, { on: pump })
    stage.at(10, () => void pump.interrupt(trip()))
    expect(await next.result()).toBe(10)
  })

  test('is none when nothing runs', () => {
    const { pump } = pumping()
    expect(pump.interrupt(trip())).toBe(false)
  })
})

describe('what waits on a queue', () => {
  test('can be failed: each with an error of its own, and what runs goes on', async () => {
    const { stage, pump } = pumping()
    const running = stage.worker.submit(stage.heeding('pour', 100), { on: pump })
    const waiting = [-1, -2].map(priority => stage.worker.submit(() => stage.note('ran'), { on: pump, priority }))
    stage.at(10, () => pump.failWaiting(trip))
    const errors = await Promise.all(waiting.map(task => failure(task.result())))
    expect(errors).toMatchObject([{ code: 'ERR_IO' }, { code: 'ERR_IO' }])
    expect(errors[0]).not.toBe(errors[1])
    expect([await running.result(), stage.log]).toEqual(['pour', ['0 pour begins', '100 pour ends']])
  })
})
