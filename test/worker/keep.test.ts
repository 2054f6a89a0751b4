import { describe, expect, test } from 'vitest'
import { PiWorkerError } from '../../src/errors.js'
import type { TaskOptions } from '../../src/worker/task-options.js'
import { deferred, failure, Stage } from './setup.js'

function keeping(fn: (stage: Stage) => Parameters<Stage['worker']['submit']>[0], options: TaskOptions = {}) {
  const stage = new Stage()
  const pump = stage.worker.queue('pump', { safe: () => stage.note('safe') })
  const task = stage.worker.submit(fn(stage), { on: pump, onFailure: 'keep', ...options })
  return { stage, pump, task }
}

describe('a task that keeps its outputs', () => {
  test('is not made safe when it fails', async () => {
    const { stage, task } = keeping(() => () => Promise.reject(new RangeError('no')))
    await failure(task.result())
    expect([task.state, stage.log]).toEqual(['failed', []])
  })

  test('is not made safe when it times out', async () => {
    const { stage, task } = keeping(stage => stage.heeding('pour', 100), { timeout: 10 })
    await failure(task.result())
    expect([task.state, stage.log]).toEqual(['timedOut', ['0 pour begins', '10 pour ends']])
  })

  test('is not made safe when it is cancelled', async () => {
    const { stage, task } = keeping(stage => stage.heeding('pour', 100))
    stage.at(10, () => void task.cancel())
    await failure(task.result())
    expect([task.state, stage.log]).toEqual(['cancelled', ['0 pour begins', '10 pour ends']])
  })

  test('is not made safe between its attempts', async () => {
    let calls = 0
    const attempts = () => () => {
      if (++calls < 3) throw new RangeError('no')
      return 'done'
    }
    const { stage, task } = keeping(attempts, { retries: 5, effect: 'idempotent' })
    expect([await task.result(), stage.log]).toEqual(['done', []])
  })

  test('is made safe when it has to be given up', async () => {
    const { stage, task } = keeping(() => () => deferred().promise, { timeout: 10, grace: 5 })
    await failure(task.result())
    expect([task.state, stage.log]).toEqual(['indeterminate', ['15 safe']])
  })

  test('is made safe when something else ends it', async () => {
    const { stage, pump, task } = keeping(stage => stage.heeding('pour', 100))
    stage.at(10, () => void pump.interrupt(new PiWorkerError('ERR_IO', 'trip')))
    await failure(task.result())
    expect(stage.log).toEqual(['0 pour begins', '10 pour ends', '10 safe'])
  })

  test('is made safe when something else would end it while it stops already', async () => {
    const { stage, pump, task } = keeping(stage => stage.stubborn('pour', 50), { timeout: 10 })
    stage.at(20, () => void pump.interrupt(new PiWorkerError('ERR_IO', 'trip')))
    await failure(task.result())
    expect([task.state, stage.log]).toEqual(['timedOut', ['0 pour begins', '50 pour ends', '50 safe']])
  })

  test('says so with a word that is known', () => {
    const stage = new Stage()
    expect(() => stage.worker.submit(() => 1, { onFailure: 'leave' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION', place: 'onFailure' }),
    )
  })
})
