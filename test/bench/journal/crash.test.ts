/** Whatever the moment of a crash: what may have run is reported, and the next start reaches a safe state. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SCHEDULES } from '../../random-schedules.js'
import { type CrashPlan, CrashWorld, type Job, type Name } from './crash-world.js'
import { type Fault, type Remains, remainsOf, someCuts } from './fake-folder.js'

const job = (on: Name, at: number, more: Partial<Job> = {}): Job => {
  return { on, at, action: 'pulse', runs: 5, ends: 'well', retries: 0, ...more }
}

/** Some of all that can happen, small enough for a look at every byte. */
const SMALL: CrashPlan = {
  maxBytes: 4096,
  faults: new Map(),
  jobs: [
    job('a', 0, { runs: 40 }),
    job('b', 1),
    job('b', 2, { ends: 'throws', action: 'idempotent', retries: 1 }),
    job('c', 3, { ends: 'ignores its stop', runs: 20, timeout: 2 }),
    job('b', 4, { action: 'read' }),
    job('b', 20),
    job('b', 21),
    job('b', 30, { runs: 0 }),
  ],
}

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ code: fc.constantFrom('ENOSPC', 'EIO', 'EACCES'), taken: fc.nat(200) }),
  fc.record({ taken: fc.integer({ min: 1, max: 100 }) }),
)

const jobs: fc.Arbitrary<Job> = fc.record({
  at: fc.nat(60),
  on: fc.constantFrom<Name>('a', 'b', 'c'),
  action: fc.constantFrom('idempotent' as const, 'pulse' as const, 'read' as const),
  runs: fc.nat(20),
  ends: fc.constantFrom('well' as const, 'throws' as const, 'ignores its stop' as const),
  cancelAt: fc.option(fc.nat(80), { nil: undefined }),
  timeout: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
  retries: fc.nat(2),
})

const plans: fc.Arbitrary<CrashPlan> = fc.record({
  jobs: fc.array(jobs, { maxLength: 25 }),
  maxBytes: fc.constantFrom(4096, 100_000),
  faults: fc.oneof(
    fc.constant(new Map<number, Fault>()),
    fc.array(fc.tuple(fc.integer({ min: 10, max: 150 }), fault), { maxLength: 12 }).map(all => new Map(all)),
  ),
  closeAt: fc.option(fc.nat(80), { nil: undefined }),
})

/** Each crashes at every one of its steps. */
const RUNS = Math.ceil(SCHEDULES / 25)

/** Only a hang reaches it; so many crashes take their time on a slow machine. */
const TIMEOUT = 300_000 + RUNS * 1000

function keyOf(remains: Remains): string {
  return [...remains].map(([name, bytes]) => `${name} ${bytes}`).join('\n')
}

describe('after a crash', () => {
  it('at any call of the disk and any byte of a write, recovery tells no lie', { timeout: TIMEOUT }, async () => {
    const world = new CrashWorld(SMALL)
    expect(await world.live()).toEqual([])
    let crashes = 0
    for (const [number, moment] of world.folder.moments.entries()) {
      for (const remains of remainsOf(moment)) {
        crashes++
        expect(await world.liesAfter(number + 1, remains)).toEqual([])
      }
    }
    // It did rotate, and there was something to look at.
    expect([world.folder.count('rename') > 2, crashes > 3000]).toEqual([true, true])
  })

  it('at any call of the disk, the next start reaches a safe state, tells no lie, and ends well', {
    timeout: TIMEOUT,
  }, async () => {
    const world = new CrashWorld(SMALL)
    await world.live()
    // Of crashes that leave the same, the last asks the most.
    const different = new Map<string, readonly [moment: number, remains: Remains]>()
    for (const [number, moment] of world.folder.moments.entries()) {
      for (const remains of remainsOf(moment, someCuts)) different.set(keyOf(remains), [number + 1, remains])
    }
    for (const [moment, remains] of different.values()) {
      expect(await world.liesAfterStart(moment, remains)).toEqual([])
    }
  })

  it('whatever was done, and whatever the disk refused before, recovery tells no lie', {
    timeout: TIMEOUT,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(plans, async plan => {
        const world = new CrashWorld(plan)
        expect(await world.live()).toEqual([])
        for (const [number, moment] of world.folder.moments.entries()) {
          for (const remains of remainsOf(moment, someCuts)) {
            expect(await world.liesAfter(number + 1, remains)).toEqual([])
          }
        }
      }),
      { numRuns: RUNS },
    )
  })
})
