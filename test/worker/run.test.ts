import { describe, expect, test, vi } from 'vitest'
import { isPiWorkerError } from '../../src/errors.js'
import { Task } from '../../src/worker/task.js'
import { failure, Stage } from './setup.js'

describe('run', () => {
  test('calls the function with the arguments, in the background, and gives its task at once', async () => {
    const { worker } = new Stage()
    const fn = vi.fn((a: number, b: number) => a + b)
    const task = worker.run(fn, 2, 3)
    expect(task).toBeInstanceOf(Task)
    expect(fn).not.toHaveBeenCalled()
    expect(task.state).toBe('queued')
    expect(await task.result()).toBe(5)
    expect(fn).toHaveBeenCalledExactlyOnceWith(2, 3)
  })

  test('the result of an asynchronous function is what it resolves to', async () => {
    const { worker } = new Stage()
    expect(await worker.run(async (text: string) => text.length, 'four').result()).toBe(4)
  })

  test('arguments and result have the types of the function', async () => {
    const { worker } = new Stage()
    const task: Task<number> = worker.run(async (text: string, radix: number) => Number.parseInt(text, radix), 'ff', 16)
    const result: number = await task.result()
    expect(result).toBe(255)
    // @ts-expect-error the second argument must be a number
    worker.run((text: string, radix: number) => Number.parseInt(text, radix), 'ff', '16')
  })

  test('a function that throws and one that rejects both fail with what they threw', async () => {
    const { worker } = new Stage()
    const thrown = new RangeError('too far')
    const sync = worker.run(() => {
      throw thrown
    })
    const async = worker.run(() => Promise.reject(thrown))
    expect(await failure(sync.result())).toBe(thrown)
    expect(await failure(async.result())).toBe(thrown)
    expect([sync.state, async.state]).toEqual(['failed', 'failed'])
  })

  test.each([
    ['a text', 'no'],
    ['undefined', undefined],
    ['null', null],
    ['a symbol', Symbol('no')],
    ['an object that cannot be made text', Object.create(null)],
    ['a proxy that refuses everything', Proxy.revocable({}, {}).proxy],
  ])('%s that is thrown becomes ERR_TASK_FAILED with the thrown value in details', async (_, thrown: unknown) => {
    const { worker } = new Stage()
    const tasks = [
      worker.run(() => {
        throw thrown
      }),
      worker.run(() => Promise.reject(thrown)),
      worker.submit(() => {
        throw thrown
      }),
    ]
    for (const task of tasks) {
      const error = await failure(task.result())
      expect(isPiWorkerError(error, 'ERR_TASK_FAILED') && Object.is(error.details.thrown, thrown)).toBe(true)
      expect(task.state).toBe('failed')
    }
  })

  test('an error of another realm is passed on as it is', async () => {
    const { runInNewContext } = await import('node:vm')
    const foreign: unknown = runInNewContext('new Error("from elsewhere")')
    const task = new Stage().worker.run(() => Promise.reject(foreign))
    expect(await failure(task.result())).toBe(foreign)
  })

  test('a thenable is waited for, a function with then too', async () => {
    const { worker } = new Stage()
    // biome-ignore lint/suspicious/noThenProperty: this is what is tested
    const thenable = { then: (resolve: (value: string) => void) => resolve('late') }
    const callable = Object.assign(() => 0, thenable)
    expect(await worker.run(() => thenable).result()).toBe('late')
    expect(await worker.run(() => callable).result()).toBe('late')
  })

  test('a thenable that calls back twice, or throws, ends its task once', async () => {
    const { worker, events } = new Stage()
    const rude = (then: unknown) => Object.assign(Promise.resolve(), { then })
    const twice = worker.run(() =>
      rude((resolve: (value: number) => void, reject: (reason: unknown) => void) => {
        resolve(1)
        reject(new TypeError('and no'))
        resolve(2)
      }),
    )
    const unreadable = worker.run(() => ({
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      get then() {
        throw new TypeError('no then for you')
      },
    }))
    const throwing = worker.run(() => ({
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      then() {
        throw new TypeError('not today')
      },
    }))
    await Promise.allSettled([twice.result(), unreadable.result(), throwing.result()])
    expect(twice.state).toBe('succeeded')
    expect([unreadable.error?.message, throwing.error?.message]).toEqual(['no then for you', 'not today'])
    expect(events.filter(({ type }) => type === 'finished')).toHaveLength(3)
  })

  test('a task is named after its function', () => {
    const { worker } = new Stage()
    function blink() {}
    expect(worker.run(blink).name).toBe('blink')
    expect(worker.run(() => 1).name).toBe('')
  })

  test('what is not a function is refused when it is submitted', () => {
    const { worker } = new Stage()
    for (const nothing of [undefined, null, 'fn', {}]) {
      expect(() => worker.run(nothing as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }))
      expect(() => worker.submit(nothing as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }))
    }
    expect(worker.size).toBe(0)
  })

  test('a function that runs may submit, cancel and await other tasks', async () => {
    const { worker } = new Stage()
    const doomed = worker.submit(context => context.sleep(1000))
    const outer = worker.run(async () => {
      doomed.cancel()
      return (await worker.run(() => worker.run(() => 'innermost').result()).result()) as string
    })
    expect(await outer.result()).toBe('innermost')
    expect(await failure(doomed.result())).toMatchObject({ code: 'ERR_CANCELLED' })
  })
})
