import { expect, test } from 'vitest'
import { sleep } from '../../src/worker/sleep.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { failure } from './setup.js'

test('resolves after the duration, never earlier', async () => {
  const clock = new VirtualClock()
  await sleep(clock, '1.5s')
  expect(clock.now()).toBe(1.5e9)
})

test('rejects with the reason of the signal as soon as it aborts, and leaves no timer behind', async () => {
  const clock = new VirtualClock()
  const controller = new AbortController()
  clock.after(10e6, () => controller.abort(new RangeError('enough')))
  expect(await failure(sleep(clock, 1000, controller.signal))).toMatchObject({ message: 'enough' })
  await clock.idle()
  expect(clock.now()).toBe(10e6)
})

test('rejects at once for a signal that has aborted already', async () => {
  const clock = new VirtualClock()
  expect(await failure(sleep(clock, 1000, AbortSignal.abort(new RangeError('enough'))))).toMatchObject({
    message: 'enough',
  })
  expect(clock.now()).toBe(0)
})

test('does not listen to the signal any more when it is over', async () => {
  const clock = new VirtualClock()
  const controller = new AbortController()
  await sleep(clock, 10, controller.signal)
  controller.abort()
  await clock.idle()
})

test('rejects for a duration that is none', async () => {
  expect(await failure(sleep(new VirtualClock(), -1))).toMatchObject({ code: 'ERR_BAD_DURATION' })
})
