import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimerHeap } from '../../src/worker/timer-heap.js'

const nothing = () => {}

test('gives timers in the order of their times, then of their creation', () => {
  const heap = new TimerHeap()
  const times = [5, 1, 5, 0, 1]
  const timers = times.map(due => heap.add(due, nothing, false))
  const order = times.map(() => timers.indexOf(heap.take() as (typeof timers)[number]))
  expect(order).toEqual([3, 1, 4, 0, 2])
  expect(heap.take()).toBeUndefined()
})

test('gives one that comes before the next first, and the one that was next after it', () => {
  const heap = new TimerHeap()
  const [late, next, before, same] = [9, 5, 3, 3].map(due => heap.add(due, nothing, false))
  expect(heap.first).toBe(before)
  expect([heap.take(), heap.take(), heap.take(), heap.take()]).toEqual([before, same, next, late])
})

test('gives the one after the next when that was cancelled', () => {
  const heap = new TimerHeap()
  const [next, after] = [3, 5].map(due => heap.add(due, nothing, false))
  next?.cancel()
  expect([heap.first, heap.take(), heap.take()]).toEqual([after, after, undefined])
})

test('never gives a timer that was cancelled, whatever was added, cancelled and taken (seed 7)', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 50 }), background: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ cancel: fc.nat() }) },
    { weight: 1, arbitrary: fc.constant('take' as const) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), steps => {
      const heap = new TimerHeap()
      const all: ReturnType<TimerHeap['add']>[] = []
      const pending = new Set<ReturnType<TimerHeap['add']>>()
      for (const step of steps) {
        if (step === 'take') {
          const [first] = [...pending].sort((a, b) => a.due - b.due || a.sequence - b.sequence)
          expect(heap.first).toBe(first)
          expect(heap.take()).toBe(first)
          if (first !== undefined) pending.delete(first)
        } else if ('add' in step) {
          const timer = heap.add(step.add, nothing, step.background)
          all.push(timer)
          pending.add(timer)
        } else if (all.length > 0) {
          const timer = all[step.cancel % all.length] as (typeof all)[number]
          timer.cancel()
          timer.cancel()
          pending.delete(timer)
        }
        expect(heap.foreground).toBe([...pending].filter(({ background }) => !background).length)
      }
    }),
    { seed: 7, numRuns: 200 },
  )
})

test('keeps the order of those that are left when most of many have been cancelled', () => {
  const heap = new TimerHeap()
  const timers = Array.from({ length: 1000 }, (_, i) => heap.add((i * 7919) % 1000, nothing, i % 2 === 0))
  const left = timers.filter((_, i) => i % 10 === 0 || i % 10 === 5)
  for (const timer of timers) if (!left.includes(timer)) timer.cancel()
  const order = left.map(() => heap.take()?.due)
  expect(order).toEqual(left.map(({ due }) => due).sort((a, b) => a - b))
  expect([heap.take(), heap.foreground]).toEqual([undefined, 0])
})

test('lets go of what a cancelled timer would have called', () => {
  const heap = new TimerHeap()
  const timer = heap.add(5, nothing, false)
  timer.cancel()
  expect(timer.callback).not.toBe(nothing)
})
