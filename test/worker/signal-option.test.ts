import { describe, expect, test, vi } from 'vitest'
import { Stage } from './setup.js'

describe('the signal option', () => {
  test('cancels a queued or running task when it aborts', async () => {
    const stage = new Stage()
    const controller = new AbortController()
    const { signal } = controller
    const running = stage.worker.submit(stage.heeding('a', 100), { on: 'pump', signal })
    const queued = stage.worker.submit(stage.heeding('b', 100), { on: 'pump', signal })
    stage.at(10, () => controller.abort(new RangeError('door opened')))
    await stage.idle()
    expect([running.state, queued.state]).toEqual(['cancelled', 'cancelled'])
    expect(running.error?.message).toContain('was cancelled: door opened')
    expect(stage.log).toEqual(['0 a begins', '10 a ends'])
  })

  test('that has aborted already cancels the task at once', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(stage.heeding('a', 100), { on: 'pump', signal: AbortSignal.abort() })
    expect([task.state, task.finished]).toEqual(['cancelled', true])
    await stage.idle()
    expect(stage.log).toEqual([])
  })

  test('is not listened to any more when the task is over', async () => {
    const stage = new Stage()
    const { signal } = new AbortController()
    let listening = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listening++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listening--
      remove(...args)
    }
    for (let i = 0; i < 20; i++) stage.worker.submit(() => i, { on: 'pump', signal })
    expect(listening).toBe(1)
    await stage.idle()
    expect(listening).toBe(0)
  })

  test('may be that of many tasks without a warning of Node', async () => {
    const stage = new Stage()
    const warnings = vi.spyOn(process, 'emitWarning')
    const controller = new AbortController()
    const tasks = Array.from({ length: 50 }, () =>
      stage.worker.submit(() => 1, { on: 'pump', signal: controller.signal }),
    )
    controller.abort()
    expect(tasks.every(({ state }) => state === 'cancelled')).toBe(true)
    expect(warnings).not.toHaveBeenCalled()
    warnings.mockRestore()
  })

  test('shared by several tasks lets none of them begin in between', async () => {
    const stage = new Stage()
    const controller = new AbortController()
    const { signal } = controller
    stage.worker.submit(stage.stubborn('busy', 50), { on: 'b' })
    await stage.wait(1)
    // The first waits for b, the second only for the first.
    stage.worker.submit(stage.stubborn('both', 5), { on: ['a', 'b'], signal })
    const second = stage.worker.submit(stage.stubborn('second', 5), { on: 'a', signal })
    stage.at(10, () => controller.abort())
    await stage.idle()
    expect(second.state).toBe('cancelled')
    expect(stage.log).toEqual(['0 busy begins', '50 busy ends'])
  })
})
