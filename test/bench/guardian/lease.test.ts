import { expect, it } from 'vitest'
import { Lease } from '../../../src/bench/guardian/lease.js'
import type { Clock } from '../../../src/worker/clock.js'

/** A clock whose timers come when the test says so: as late as on a machine that stood still. */
class LateClock implements Clock {
  readonly kind = 'system'
  time = 0
  pending: { readonly due: number; readonly callback: () => void } | undefined

  now(): number {
    return this.time
  }

  wall(): number {
    return 0
  }

  after(ns: number, callback: () => void) {
    this.pending = { due: this.time + ns, callback }
    const cancel = (): void => {
      this.pending = undefined
    }
    return { cancel }
  }

  reach(): Promise<void> {
    return Promise.resolve()
  }

  hold<T>(work: PromiseLike<T>): Promise<T> {
    return Promise.resolve(work)
  }

  fromKernel(): number {
    return 0
  }

  /** The timer that is pending is called, `late` ns after its time. */
  fire(late = 0): void {
    const { due = 0, callback = () => undefined } = this.pending ?? {}
    this.pending = undefined
    this.time = due + late
    callback()
  }
}

function leased() {
  const clock = new LateClock()
  const said: number[] = []
  const lease = new Lease(clock, 1000, () => said.push(clock.time))
  return { clock, lease, said }
}

it('expires when it is not renewed, after what has arrived meanwhile has been read', () => {
  const { clock, said } = leased()
  clock.fire()
  expect(said).toEqual([])
  clock.fire()
  expect(said).toEqual([1000])
})

it('goes on when a renewal was waiting to be read', () => {
  const { clock, lease, said } = leased()
  clock.fire()
  lease.renew()
  clock.fire()
  expect([said, clock.pending?.due]).toEqual([[], 2000])
})

it('runs from the last renewal', () => {
  const { clock, lease, said } = leased()
  clock.time = 700
  lease.renew()
  clock.fire()
  expect([said, clock.pending?.due]).toEqual([[], 1700])
})

it('gives the other one a moment when we were held up ourselves', () => {
  const { clock, said } = leased()
  clock.fire(5000)
  expect([said, clock.pending?.due]).toEqual([[], 6250])
  clock.fire()
  clock.fire()
  expect(said).toEqual([6250])
})

it('does not expire once it is cancelled', () => {
  const { clock, lease } = leased()
  lease.cancel()
  expect(clock.pending).toBeUndefined()
})
