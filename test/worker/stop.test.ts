import { describe, expect, test } from 'vitest'
import { PiWorkerError } from '../../src/errors.js'
import { failure, Stage } from './setup.js'

const error = () => new PiWorkerError('ERR_STOPPED', 'smoke')
const FAIL = { error, waiting: 'fail' } as const
const KEEP = { error, waiting: 'keep' } as const

describe('a worker that is stopped', () => {
  test('ends what runs, on queues and without one, and what waits', async () => {
    const stage = new Stage({ concurrency: 1 })
    const tasks = ['pump', 'pump', undefined, undefined].map(on =>
      stage.worker.submit(stage.heeding(String(on), 100), on === undefined ? {} : { on }),
    )
    stage.at(10, () => stage.worker.stop(FAIL))
    for (const task of tasks) expect(await failure(task.result())).toMatchObject({ code: 'ERR_STOPPED' })
    expect(tasks.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed', 'failed'])
    expect([stage.now, stage.log.length]).toEqual([10, 4])
  })

  test('refuses what is new, by both ways, and runs none of it', async () => {
    const stage = new Stage()
    stage.worker.stop(FAIL)
    const tasks = [
      stage.worker.run(() => stage.note('run')),
      stage.worker.submit(() => stage.note('submit')),
      stage.worker.submit(() => stage.note('queue'), { on: 'pump' }),
    ]
    for (const task of tasks) expect(await failure(task.result())).toMatchObject({ code: 'ERR_STOPPED' })
    expect(stage.log).toEqual([])
  })

  test('keeps what waits if it is told to, until it goes on', async () => {
    const stage = new Stage({ concurrency: 1 })
    for (const on of ['pump', undefined]) {
      for (const name of ['first', 'second']) {
        stage.worker.submit(stage.heeding(name, 100), on === undefined ? {} : { on })
      }
    }
    stage.at(10, () => {
      const goOn = stage.worker.stop(KEEP)
      stage.at(40, () => goOn())
    })
    await stage.idle()
    expect(stage.log.slice(4)).toEqual(['50 second begins', '50 second begins', '150 second ends', '150 second ends'])
  })

  test('can fail what it kept when it goes on', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.heeding('first', 100), { on: 'pump' })
    const second = stage.worker.submit(stage.heeding('second', 100), { on: 'pump' })
    stage.at(10, () => {
      const goOn = stage.worker.stop(KEEP)
      stage.at(40, () => goOn('fail'))
    })
    expect(await failure(second.result())).toMatchObject({ code: 'ERR_STOPPED' })
    expect(stage.now).toBe(50)
  })

  test('twice goes on when both have said so: nobody ends the stop of another', async () => {
    const stage = new Stage()
    const [first, second] = [stage.worker.stop(FAIL), stage.worker.stop(FAIL)]
    second()
    second()
    expect(await failure(stage.worker.submit(() => 'ran', { on: 'pump' }).result())).toMatchObject({
      code: 'ERR_STOPPED',
    })
    first()
    expect(await stage.worker.submit(() => 'ran', { on: 'pump' }).result()).toBe('ran')
  })

  test('closes all the same: nobody will let go on what it keeps', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.heeding('first', 100), { on: 'pump' })
    const second = stage.worker.submit(stage.heeding('second', 100), { on: 'pump' })
    await stage.wait(10)
    stage.worker.stop(KEEP)
    await stage.worker.close()
    expect(second.error).toMatchObject({ code: 'ERR_STOPPED' })
  })

  test('while it closes keeps nothing', async () => {
    const stage = new Stage()
    stage.worker.submit(stage.heeding('first', 100), { on: 'pump' })
    const second = stage.worker.submit(stage.heeding('second', 100), { on: 'pump' })
    stage.at(10, () => stage.worker.stop(KEEP))
    await stage.worker.close()
    expect([second.state, stage.now]).toEqual(['failed', 10])
  })

  test('by the function of a task ends that task too', async () => {
    const stage = new Stage()
    const task = stage.worker.submit(
      async ({ sleep }) => {
        stage.worker.stop(FAIL)
        await sleep(100)
      },
      { on: 'pump' },
    )
    expect(await failure(task.result())).toMatchObject({ code: 'ERR_STOPPED' })
    expect(stage.now).toBe(0)
  })
})

test('a worker hands on events of the layer above, numbered with its own', async () => {
  const stage = new Stage()
  await stage.worker.submit(() => 1).result()
  stage.worker.tell({ type: 'stop', reason: 'smoke', by: 'Ann' })
  expect(stage.events.at(-1)).toEqual({
    type: 'stop',
    reason: 'smoke',
    by: 'Ann',
    sequence: stage.events.length,
    time: stage.clock.wall(),
  })
})
