import { describe, expect, test } from 'vitest'
import { SystemClock } from '../../src/worker/clock.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { Worker } from '../../src/worker/worker.js'
import { Stage } from './setup.js'

describe('concurrency', () => {
  const load = async (concurrency: number | undefined) => {
    const stage = new Stage({ concurrency })
    let running = 0
    let most = 0
    const fn = async () => {
      most = Math.max(most, ++running)
      await stage.wait(10)
      running--
    }
    for (let i = 0; i < 50; i++) stage.worker.run(fn)
    await stage.idle()
    return most
  }

  test('bounds the tasks that name no peripheral', async () => {
    expect(await load(3)).toBe(3)
  })

  test('is unlimited by default', async () => {
    expect(await load(undefined)).toBe(50)
  })

  test('does not bound tasks on peripherals', async () => {
    const stage = new Stage({ concurrency: 1 })
    stage.worker.run(stage.stubborn('plain', 10))
    stage.worker.submit(stage.stubborn('pump', 10), { on: 'pump' })
    stage.worker.submit(stage.stubborn('valve', 10), { on: 'valve' })
    await stage.idle()
    expect(stage.log.filter(line => line.startsWith('0 '))).toHaveLength(3)
  })

  test('one: functions that end at once keep their order among those that do not', async () => {
    const stage = new Stage({ concurrency: 1 })
    const order: number[] = []
    for (let i = 0; i < 100; i++) {
      stage.worker.run(i % 10 === 0 ? async () => void order.push(i) : () => void order.push(i))
    }
    await stage.idle()
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(order).toHaveLength(100)
  })

  test.each([0, -1, 1.5, Number.NaN, '2'])('%s is refused', concurrency => {
    expect(() => new Worker({ concurrency: concurrency as number })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION', place: 'concurrency' }),
    )
  })
})

describe('worker', () => {
  test('runs on the system clock unless it is given another', () => {
    const clock = new VirtualClock()
    expect(new Worker().clock).toBeInstanceOf(SystemClock)
    expect(new Worker({ clock }).clock).toBe(clock)
  })

  test('get finds a task by its id: queued, running and finished', async () => {
    const stage = new Stage()
    const running = stage.worker.submit(stage.heeding('a', 10), { on: 'pump' })
    const queued = stage.worker.submit(stage.heeding('b', 10), { on: 'pump' })
    await stage.wait(5)
    expect([running.state, queued.state]).toEqual(['running', 'queued'])
    expect(stage.worker.get(running.id)).toBe(running)
    expect(stage.worker.get(queued.id)).toBe(queued)
    await stage.idle()
    expect(queued.finished).toBe(true)
    expect(stage.worker.get(queued.id)).toBe(queued)
  })

  test('get gives undefined for an id that it does not know', () => {
    expect(new Worker().get('nobody')).toBeUndefined()
  })

  test('queue makes one queue for each name', () => {
    const worker = new Worker()
    expect(worker.queue('pump')).toBe(worker.queue('pump'))
    expect(worker.queue('pump')).not.toBe(worker.queue('valve'))
    expect(worker.queue('__proto__').name).toBe('__proto__')
  })

  test.each([
    [{ safeTimeout: -1 }, 'ERR_BAD_DURATION'],
    [{ whenQuarantined: 'explode' }, 'ERR_BAD_OPTION'],
    [{ safe: 5 }, 'ERR_BAD_OPTION'],
    [{ revoke: 'yes' }, 'ERR_BAD_OPTION'],
  ])('a queue refuses the options %o', (options, code) => {
    expect(() => new Worker().queue('pump', options as never)).toThrow(expect.objectContaining({ code }))
  })
})
