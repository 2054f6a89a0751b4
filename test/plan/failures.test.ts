import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { inPlan, problems, run, valuesOf, withParams } from './plan-text.js'

const BROKEN = 'simulate:\n  air: { faults: [ { kind: unplugged } ] }\n'
/** `air.read` fails. */
const broken = (steps: string) => `${inPlan(steps)}${BROKEN}`
const READ = '{ air.read: { attempts: 1 } }'
const stopAt = (ms: number) => {
  const clock = new VirtualClock()
  const stop = new AbortController()
  clock.after(ms * 1e6, () => stop.abort())
  return { clock, signal: stop.signal }
}
const names = (began: readonly string[]) => began.map(line => line.split(' ')[1])

describe('what may stand beside an action', () => {
  it('onError: continue goes on with the next step, and counts', async () => {
    const { began, result } = await run(broken('- air.read: { attempts: 1 }\n  onError: continue\n- pump.on'))
    expect([names(began), result.outcome, result.passedOver]).toEqual([['air.read', 'pump.on'], 'succeeded', 1])
    expect(result.tasks.map(({ state }) => state)).toEqual(['failed', 'succeeded'])
  })

  it('onError: skip leaves out the rest of the round', async () => {
    const { began } = await run(
      broken(
        '- repeat: 2\n  do:\n  - parallel:\n    - air.read: { attempts: 1 }\n      onError: skip\n    - lamp.on\n  - pump.on\n- pump.off',
      ),
    )
    expect(names(began)).toEqual(['air.read', 'lamp.on', 'air.read', 'lamp.on', 'pump.off'])
  })

  it('timeout ends it', async () => {
    const { result } = await run(inPlan('- pump.pulse: { width: 10s }\n  timeout: 1s'))
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_TIMEOUT' } })
  })

  it('retries does it again', async () => {
    const { result } = await run(broken('- air.read: { attempts: 1 }\n  retries: 2'))
    expect(result).toMatchObject({ outcome: 'failed', taskCount: 1 })
    const events = inPlan('- air.read\n  retries: 2').replace('- air.read\n', '- air.read:\n')
    expect((await run(events)).result.outcome).toBe('succeeded')
  })

  it('onFailure: keep leaves what the action left', async () => {
    const levels = async (onFailure: string) =>
      (
        await run(
          inPlan(
            `- pump.pulse: { width: 10s }\n  timeout: 1s\n  onError: continue\n  onFailure: ${onFailure}\n- wait: 5s`,
          ),
        )
      ).levels
    expect(await levels('safe')).toEqual(['0 GPIO17 high', '1000 GPIO17 low'])
    expect(await levels('keep')).toEqual(['0 GPIO17 high'])
  })

  it.each([
    [
      'retries of what must not be done twice',
      '- pump.pulse: { width: 1s }\n  retries: 1',
      'ERR_RETRY_UNSAFE 11:14 pump.pulse cannot be tried again',
    ],
    ['skip without a loop', '- air.read:\n  onError: skip', 'ERR_PLAN_VALUE 11:14 skip leaves out the rest of a round'],
    ['a word that is none', '- air.read:\n  onError: ignore', 'ERR_PLAN_VALUE 11:14'],
    [
      'a misspelt key',
      '- air.read:\n  retires: 2',
      'ERR_PLAN_KEY 11:5 retires is not known here; did you mean "retries"?',
    ],
    ['a timeout that is none', '- air.read:\n  timeout: 0', 'ERR_BAD_DURATION 11:14'],
  ])('is refused with %s', (_what, steps, expected) => {
    expect(problems(inPlan(steps))).toEqual([expect.stringContaining(expected)])
  })
})

describe('try', () => {
  it('does its finally when all went well, and nothing is made safe for it', async () => {
    const { began, levels } = await run(
      inPlan('- lamp.on\n- try: [ pump.on, wait: 1s ]\n  finally: [ pump.off ]\n- wait: 1s'),
    )
    expect(names(began)).toEqual(['lamp.on', 'pump.on', 'pump.off'])
    expect(levels).toEqual(['0 GPIO27 high', '0 GPIO17 high', '1000 GPIO17 low'])
  })

  it('does its finally after a failure: all is safe before, and again after', async () => {
    const { began, levels, result } = await run(
      broken(`- try: [ pump.on, wait: 1s, ${READ} ]\n  finally: [ lamp.on, wait: 1s ]\n- pump.toggle`),
    )
    expect(names(began)).toEqual(['pump.on', 'air.read', 'lamp.on'])
    const kinds = levels.filter(line => /GPIO(17|27)/.test(line)).map(line => line.slice(line.indexOf(' ') + 1))
    expect(kinds).toEqual(['GPIO17 high', 'GPIO17 low', 'GPIO27 high', 'GPIO27 low'])
    expect(result).toMatchObject({ outcome: 'failed', cleanup: undefined })
  })

  it('does its finally when the plan is stopped', async () => {
    const { began, levels, result } = await run(
      inPlan('- try: [ pump.on, wait: 1h ]\n  finally: [ lamp.on, wait: 1s, lamp.off ]'),
      stopAt(5000),
    )
    expect(began).toEqual(['0 pump.on', '5000 lamp.on', '6000 lamp.off'])
    expect(levels).toEqual(['0 GPIO17 high', '5000 GPIO17 low', '5000 GPIO27 high', '6000 GPIO27 low'])
    expect(result.outcome).toBe('cancelled')
  })

  it('does what is left of its finally when the plan is stopped in it', async () => {
    const { began } = await run(inPlan('- try: [ pump.on ]\n  finally: [ wait: 1h, lamp.on ]'), stopAt(5000))
    expect(names(began)).toEqual(['pump.on', 'lamp.on'])
  })

  it('does what is left of its finally when the plan is stopped in it, after a failure that a catch is for', async () => {
    const { began, result } = await run(
      broken(
        `- try:\n  - try: [ ${READ} ]\n    finally: [ pump.on, wait: 1h, pump.off, lamp.on ]\n  catch: [ lamp.toggle ]`,
      ),
      stopAt(60_000),
    )
    expect(names(began)).toEqual(['air.read', 'pump.on', 'pump.off', 'lamp.on'])
    expect(result).toMatchObject({ outcome: 'cancelled', cleanup: undefined })
  })

  it('does what is left of its finally when the part of the plan around it is stopped in it', async () => {
    const { began } = await run(
      broken(
        `- try:\n  - parallel:\n    - try:\n      - try: [ wait: 1s, { pump.pulse: { width: 9s }, timeout: 1s } ]\n        finally: [ wait: 1h, pump.off ]\n      catch: [ lamp.toggle ]\n    - try: [ wait: 1m, ${READ} ]\n      finally: [ lamp.off ]\n  catch: [ lamp.on ]`,
      ),
    )
    expect(names(began)).toEqual(['pump.pulse', 'air.read', 'pump.off', 'lamp.off', 'lamp.on'])
  })

  it('may not be endless: a plan that is stopped must come to an end', () => {
    expect(problems(inPlan('- try: [ pump.on ]\n  finally:\n  - every: 1s\n    do: [ pump.off ]'))).toEqual([
      'ERR_PLAN_VALUE 11:5 finally has no end',
    ])
  })

  it('does every finally around the place, from the inside out', async () => {
    const { began } = await run(
      inPlan('- try:\n  - try: [ wait: 1h ]\n    finally: [ pump.on ]\n  finally: [ lamp.on ]'),
      stopAt(5000),
    )
    expect(names(began)).toEqual(['pump.on', 'lamp.on'])
  })

  it('tells what went wrong in its finally beside why the plan ended', async () => {
    const { result } = await run(broken(`- try: [ wait: 1h ]\n  finally: [ ${READ}, lamp.on ]`), stopAt(5000))
    expect(result).toMatchObject({ outcome: 'cancelled', cleanup: { code: expect.stringMatching(/^ERR_/) } })
  })

  it('on a bench that is stopped does nothing, which is no second fault', async () => {
    const clock = new VirtualClock()
    const { began, result } = await run(inPlan('- try: [ pump.on, wait: 1h ]\n  finally: [ lamp.on ]'), {
      clock,
      before: bench => void clock.after(5e9, () => void bench.stop('enough')),
    })
    expect([names(began), result.cleanup]).toEqual([['pump.on'], undefined])
    expect(result.error).toMatchObject({ code: 'ERR_STOPPED' })
  })

  it('does not wait out a finally when the bench is stopped in it', async () => {
    const clock = new VirtualClock()
    const { signal } = { signal: new AbortController() }
    clock.after(1e9, () => signal.abort())
    const { result } = await run(inPlan('- try: [ wait: 1h ]\n  finally: [ wait: 100h ]'), {
      clock,
      signal: signal.signal,
      before: bench => void clock.after(5e9, () => void bench.stop('enough')),
    })
    expect([result.outcome, Math.round(clock.now() / 1e9)]).toEqual(['cancelled', 5])
  })

  it('catches a failure: what ran in it ends, its catch is done, and the plan goes on', async () => {
    const { began, result } = await run(
      broken(
        `- parallel:\n  - try:\n    - parallel: [ ${READ}, pump.pulse: { width: 1h } ]\n    - pump.on\n    catch: [ lamp.on ]\n    finally: [ lamp.off ]\n  - wait: 100s\n- pump.toggle`,
      ),
    )
    expect(names(began)).toEqual(['air.read', 'pump.pulse', 'lamp.on', 'lamp.off', 'pump.toggle'])
    expect(result).toMatchObject({ outcome: 'succeeded', passedOver: 1 })
  })

  it('whose catch fails too ends the plan', async () => {
    const { result } = await run(broken(`- try: [ ${READ} ]\n  catch: [ ${READ} ]`))
    expect(result).toMatchObject({ outcome: 'failed', taskCount: 2 })
  })

  it('catches a loop that reached its limit', async () => {
    const { rows } = await run(
      withParams(
        '{ n: 0 }',
        '- try:\n  - until: =n > 5\n    rounds: 2\n    do: [ set: { n: =n + 1 } ]\n  catch: [ record: { n: n } ]',
      ),
    )
    expect(valuesOf(rows)).toEqual([[2]])
  })

  it('does not catch a stop', async () => {
    const { began, result } = await run(inPlan('- try: [ wait: 1h ]\n  catch: [ pump.on ]'), stopAt(5000))
    expect([began, result.outcome]).toEqual([[], 'cancelled'])
  })

  it('does an inner finally before the catch around it', async () => {
    const { began } = await run(broken(`- try:\n  - try: [ ${READ} ]\n    finally: [ pump.on ]\n  catch: [ lamp.on ]`))
    expect(names(began)).toEqual(['air.read', 'pump.on', 'lamp.on'])
  })

  it('alone is refused', () => {
    expect(problems(inPlan('- try: [ pump.on ]'))).toEqual(['ERR_PLAN_VALUE 10:5 try needs "finally" or "catch"'])
  })

  it('whose finally waits for something that can never happen ends in virtual time', async () => {
    const { result } = await run(
      inPlan('- try: [ wait: 1h ]\n  finally: [ level.waitFor: { edge: falling } ]'),
      stopAt(5000),
    )
    expect(result).toMatchObject({ outcome: 'cancelled', cleanup: { code: 'ERR_CLOCK_IDLE' } })
  })
})
