import { describe, expect, it } from 'vitest'
import { PiWorkerError } from '../../src/errors.js'
import { makePlace } from '../../src/plan/place.js'
import type { Step } from '../../src/plan/plan.js'
import { act, FakeBench, lasting, parallel, repeat, wait } from './fake-bench.js'

const names = (tasks: readonly { readonly name: string }[]) => tasks.map(task => task.name)
const states = (tasks: readonly { readonly name: string; readonly state: string }[]) =>
  tasks.map(task => `${task.name} ${task.state}`)
const broken = () => {
  throw new PiWorkerError('ERR_IO', 'the pump is broken')
}

describe('the steps of a plan', () => {
  it('run one after another, each action as a task', async () => {
    const bench = new FakeBench({ 'pump.on': lasting(100), 'level.read': () => ({ level: 'low' }) })
    const result = await bench.run([act('pump.on'), wait(50), act('level.read')])
    expect(bench.log).toEqual(['0 pump.on', '150 level.read'])
    expect(result).toMatchObject({ name: 'Test', outcome: 'succeeded', error: undefined, overruns: 0 })
    expect(states(result.tasks)).toEqual(['pump.on succeeded', 'level.read succeeded'])
    expect(result.tasks[1]?.result).toEqual({ level: 'low' })
  })

  it('end all of the plan when something cannot be made safe, whatever would be caught', async () => {
    const unsafe = () => {
      throw new PiWorkerError('ERR_NOT_SAFE', 'pump could not be made safe')
    }
    const bench = new FakeBench({ 'pump.on': unsafe, 'lamp.on': () => {} })
    const place = makePlace('a.yaml', 1, 1, '')
    const attempt = (step: Step): Step => ({
      kind: 'try',
      steps: [step],
      catch: [act('lamp.on')],
      finally: undefined,
      place,
    })
    const result = await bench.run([attempt(attempt(act('pump.on'))), act('lamp.on')])
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_NOT_SAFE' } })
    expect(bench.log).not.toContain('0 lamp.on')
  })

  it('are cleaned up after whatever cannot be written, and whoever listens', async () => {
    const place = makePlace('a.yaml', 1, 1, '')
    for (const broken of ['beforeStep', 'onEvent'] as const) {
      const bench = new FakeBench({ 'pump.on': () => {}, 'pump.off': () => {}, 'lamp.off': () => {} })
      let steps = 0
      const full = () => {
        if (++steps > (broken === 'onEvent' ? 2 : 1)) throw new PiWorkerError('ERR_RUN_RECORD', 'the disk is broken')
      }
      const result = await bench.run(
        [
          {
            kind: 'try',
            steps: [act('pump.on'), wait(5)],
            catch: undefined,
            finally: [act('pump.off'), act('lamp.off')],
            place,
          },
        ],
        broken === 'onEvent' ? { onEvent: full } : { beforeStep: async () => full() },
      )
      expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_RUN_RECORD' } })
      expect(bench.log.filter(line => line.includes('.off')).map(line => line.split(' ')[1])).toEqual([
        'pump.off',
        'lamp.off',
      ])
    }
  })

  it('wait no longer for room when the plan is stopped', async () => {
    const bench = new FakeBench({ 'pump.on': () => {} })
    const stop = new AbortController()
    const forever = () => {
      setImmediate(() => stop.abort())
      return new Promise<void>(() => undefined)
    }
    const result = await bench.run([act('pump.on')], { beforeStep: forever, signal: stop.signal })
    expect([result.outcome, bench.log.includes('0 pump.on')]).toEqual(['cancelled', false])
  })

  it('wait for what whoever runs them asks for, as for room on a full disk', async () => {
    const bench = new FakeBench({ 'pump.on': () => {}, 'pump.off': () => {} })
    let full = true
    const room = (): Promise<void> =>
      new Promise(resolve =>
        setImmediate(() => {
          full = false
          bench.log.push('room')
          resolve()
        }),
      )
    await bench.run([act('pump.on'), act('pump.off')], { beforeStep: () => (full ? room() : undefined) })
    expect(bench.log).toEqual(['room', '0 pump.on', '0 pump.off'])
  })

  it('hand their input to the bench', async () => {
    const inputs: unknown[] = []
    const bench = new FakeBench({ 'pump.pulse': (_task, input) => void inputs.push(input) })
    await bench.run([act('pump.pulse', { width: '200ms' })])
    expect(inputs).toEqual([{ width: '200ms' }])
  })

  it('make nothing safe when all went well: what was switched on stays on until the bench is closed', async () => {
    const bench = new FakeBench({ 'pump.on': () => {} })
    await bench.run([act('pump.on')])
    expect(bench.log).not.toContain('0 safe')
  })

  it('start together in a parallel, which is over when all of them are', async () => {
    const bench = new FakeBench({ 'a.run': lasting(300), 'b.run': lasting(100), 'c.run': lasting(0) })
    await bench.run([parallel(act('a.run'), act('b.run'), wait(200)), act('c.run')])
    expect(bench.log).toEqual(['0 a.run', '0 b.run', '300 c.run'])
  })

  it('of one peripheral follow each other even in a parallel', async () => {
    const bench = new FakeBench({ 'a.run': lasting(100) })
    await bench.run([parallel(act('a.run'), act('a.run'))])
    expect(bench.log).toEqual(['0 a.run', '100 a.run'])
  })

  it('tell of every task when it is created and when it is over', async () => {
    const bench = new FakeBench({ 'a.run': lasting(100), 'b.run': lasting(50) })
    const events: string[] = []
    await bench.run([parallel(act('a.run'), act('b.run'))], {
      onEvent: event => {
        if (event.type !== 'note') events.push(`${event.task.name} ${event.type} ${event.task.state}`)
      },
    })
    expect(events).toEqual([
      'a.run created queued',
      'b.run created queued',
      'b.run finished succeeded',
      'a.run finished succeeded',
    ])
  })

  it('are listed in the order of their creation, whichever ends first', async () => {
    const bench = new FakeBench({ 'a.run': lasting(100), 'b.run': lasting(50) })
    expect(names((await bench.run([parallel(act('a.run'), act('b.run'))])).tasks)).toEqual(['a.run', 'b.run'])
  })
})

describe('a repeat', () => {
  it('does its steps so many times, one round after another', async () => {
    const bench = new FakeBench({ 'a.run': lasting(10) })
    await bench.run([repeat(3, undefined, act('a.run'), wait(5))])
    expect(bench.log).toEqual(['0 a.run', '15 a.run', '30 a.run'])
  })

  it('starts its rounds at multiples of every, however long each takes', async () => {
    let round = 0
    const bench = new FakeBench({ 'a.run': task => task.sleep([10, 90, 50][round++] ?? 0) })
    const result = await bench.run([repeat(3, 100, act('a.run'))])
    expect(bench.log).toEqual(['0 a.run', '100 a.run', '200 a.run'])
    expect(result.overruns).toBe(0)
  })

  it('does not wait after the last round', async () => {
    const bench = new FakeBench({ 'a.run': () => {} })
    await bench.run([repeat(2, 100, act('a.run')), act('a.run')])
    expect(bench.log.at(-1)).toBe('100 a.run')
  })

  it('starts a late round at once, counts it, and does not bunch the rounds after it', async () => {
    let round = 0
    const bench = new FakeBench({ 'a.run': task => task.sleep(round++ === 0 ? 250 : 10) })
    const result = await bench.run([repeat(4, 100, act('a.run'))])
    expect(bench.log).toEqual(['0 a.run', '250 a.run', '350 a.run', '450 a.run'])
    expect(result.overruns).toBe(1)
  })

  it('is on time when a round takes exactly as long as every', async () => {
    const bench = new FakeBench({ 'a.run': lasting(100) })
    expect((await bench.run([repeat(3, 100, act('a.run'))])).overruns).toBe(0)
  })

  it('lets signals be heard in a long row of quick actions', async () => {
    const bench = new FakeBench({ 'a.run': () => {} })
    const stop = new AbortController()
    setImmediate(() => stop.abort())
    const result = await bench.run([repeat(1_000_000, undefined, act('a.run'))], { signal: stop.signal })
    expect(result.outcome).toBe('cancelled')
    expect(result.tasks.length).toBeLessThan(2000)
  })
})

describe('a task that fails', () => {
  it('ends the plan: nothing more is started, and all is made safe', async () => {
    const bench = new FakeBench({ 'pump.on': broken, 'lamp.on': () => {} })
    const step = act('pump.on')
    const result = await bench.run([step, act('lamp.on')])
    expect(bench.log).toEqual(['0 pump.on', '0 safe'])
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_IO' }, notSafe: undefined })
    expect(result.failedStep).toBe(step)
    expect(states(result.tasks)).toEqual(['pump.on failed'])
  })

  it('cancels what runs beside it, and makes the rest safe at once, without waiting for its end', async () => {
    const bench = new FakeBench({
      'pump.on': async task => {
        await task.sleep(50)
        broken()
      },
      'lamp.on': async task => {
        await task.sleep(1000).catch(() => bench.clock.reach(80e6))
      },
    })
    const result = await bench.run([parallel(act('lamp.on'), act('pump.on'), wait(5000)), act('lamp.on')])
    expect(bench.log).toEqual(['0 lamp.on', '0 pump.on', '50 safe'])
    expect(bench.clock.now()).toBe(80e6)
    expect(states(result.tasks)).toEqual(['lamp.on cancelled', 'pump.on failed'])
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_IO' } })
  })

  it('cancels what is queued behind it, which never runs', async () => {
    const bench = new FakeBench({ 'pump.on': broken, 'pump.off': () => {} })
    const result = await bench.run([parallel(act('pump.on'), act('pump.off'))])
    expect(bench.log).toEqual(['0 pump.on', '0 safe'])
    expect(states(result.tasks)).toEqual(['pump.on failed', 'pump.off cancelled'])
  })

  it('ends a repeat in the middle of its pause', async () => {
    const bench = new FakeBench({ 'a.run': () => {}, 'pump.on': task => task.sleep(30).then(broken) })
    const result = await bench.run([parallel(repeat(10, 1000, act('a.run')), act('pump.on'))])
    expect(bench.log).toEqual(['0 a.run', '0 pump.on', '30 safe'])
    expect(result.outcome).toBe('failed')
  })

  it('is one that does not heed its signal, too: it is given up, and the plan ends', async () => {
    const bench = new FakeBench({ 'stuck.run': () => new Promise(() => {}), 'pump.on': broken })
    const result = await bench.run([parallel(act('stuck.run'), act('pump.on'))])
    expect(states(result.tasks)).toEqual(['stuck.run indeterminate', 'pump.on failed'])
    expect(bench.log.at(-1)).toBe('0 safe')
  })

  it('is one that somebody else cancels', async () => {
    const bench = new FakeBench({ 'a.run': lasting(1000) })
    const result = await bench.run([act('a.run')], {
      onEvent: event => {
        if (event.type === 'created') bench.worker.get(event.task.id)?.cancel('not wanted')
      },
    })
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_CANCELLED' } })
  })

  it('is one that the bench refuses to start', async () => {
    const bench = new FakeBench({})
    const step = act('pump.on')
    const result = await bench.run([step])
    expect(result).toMatchObject({ outcome: 'failed', error: { message: 'the fake bench has no pump.on' }, tasks: [] })
    expect(result.failedStep).toBe(step)
  })

  it('says so when a peripheral cannot be made safe afterwards', async () => {
    const bench = new FakeBench({ 'pump.on': broken })
    bench.unsafe = new PiWorkerError('ERR_NOT_SAFE', 'the pump stays on')
    const result = await bench.run([act('pump.on')])
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_IO' }, notSafe: { code: 'ERR_NOT_SAFE' } })
  })

  it('is one whose listener throws', async () => {
    const bench = new FakeBench({ 'a.run': () => {} })
    const result = await bench.run([act('a.run'), act('a.run')], {
      onEvent: ({ type }) => {
        if (type === 'finished') throw new TypeError('the screen is broken')
      },
    })
    expect(result).toMatchObject({ outcome: 'failed', error: { message: 'the screen is broken' } })
    expect(bench.log).toEqual(['0 a.run', '0 safe'])
  })
})

describe('a plan that is stopped from outside', () => {
  const stopAt = (bench: FakeBench, ms: number) => {
    const stop = new AbortController()
    bench.clock.after(ms * 1e6, () => stop.abort(new PiWorkerError('ERR_CANCELLED', 'enough')))
    return stop.signal
  }

  it('cancels what runs, makes all safe, and starts nothing more', async () => {
    const bench = new FakeBench({ 'pump.on': lasting(1000) })
    const result = await bench.run([act('pump.on'), act('pump.on')], { signal: stopAt(bench, 300) })
    expect(bench.log).toEqual(['0 pump.on', '300 safe'])
    expect(result).toMatchObject({ outcome: 'cancelled', error: { message: 'enough' }, failedStep: undefined })
    expect(states(result.tasks)).toEqual(['pump.on cancelled'])
    expect(result.tasks[0]?.ran).toBe(300)
  })

  it('does not sit a wait out', async () => {
    const bench = new FakeBench({})
    await bench.run([wait(60_000)], { signal: stopAt(bench, 300) })
    expect(bench.log).toEqual(['300 safe'])
  })

  it('starts nothing at all when it was stopped before', async () => {
    const bench = new FakeBench({ 'pump.on': () => {} })
    const result = await bench.run([wait(10), act('pump.on')], { signal: AbortSignal.abort() })
    expect(result).toMatchObject({ outcome: 'cancelled', tasks: [] })
    expect(bench.log).toEqual(['0 safe'])
  })

  it('stays failed when it had failed already', async () => {
    const bench: FakeBench = new FakeBench({
      'pump.on': broken,
      'slow.run': task => task.sleep(1e6).catch(() => bench.clock.reach(50e6)),
    })
    const result = await bench.run([parallel(act('pump.on'), act('slow.run'))], { signal: stopAt(bench, 20) })
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'ERR_IO' } })
  })
})

describe('a wait for something that nothing simulates', () => {
  const forever = (task: { readonly signal: AbortSignal }) =>
    new Promise((_, reject) => task.signal.addEventListener('abort', () => reject(task.signal.reason)))

  it('fails in virtual time, where it would never end', async () => {
    const bench = new FakeBench({ 'level.waitFor': forever, 'pump.on': lasting(10) })
    const step = act('level.waitFor')
    const result = await bench.run([act('pump.on'), step])
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_CLOCK_IDLE', message: expect.stringContaining('level.waitFor') },
    })
    expect(result.failedStep).toBe(step)
    expect(states(result.tasks)).toEqual(['pump.on succeeded', 'level.waitFor cancelled'])
    expect(bench.log.at(-1)).toBe('10 safe')
  })

  it('is waited for as long as something else goes on', async () => {
    const bench = new FakeBench({
      'level.waitFor': () => new Promise(resolve => bench.clock.after(86_400e9, () => resolve('full'))),
    })
    const result = await bench.run([act('level.waitFor')])
    expect(result.outcome).toBe('succeeded')
  })

  it('is not seen in a plan that has ended', async () => {
    const bench = new FakeBench({ 'a.run': () => {} })
    const result = await bench.run([act('a.run')])
    await bench.clock.idle()
    expect(result.outcome).toBe('succeeded')
  })
})
