import { describe, expect, it } from 'vitest'
import { Output } from '../../src/cli/io.js'
import { Progress } from '../../src/cli/progress.js'
import { PiWorkerError } from '../../src/errors.js'
import { PlanTask } from '../../src/plan/plan-task.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { Worker } from '../../src/worker/worker.js'
import { FakeStream } from './setup.js'

function setup(terminal = false) {
  const clock = new VirtualClock()
  const worker = new Worker({ clock })
  const stream = new FakeStream(terminal)
  const progress = new Progress(new Output(stream, { NO_COLOR: '1' }), clock)
  worker.listen(event => progress.heard(event))
  const run = async (fn: () => unknown, name = 'a.run'): Promise<void> => {
    const task = worker.submit(fn, { name, on: 'a' })
    const kept = new PlanTask(task, name)
    await task.toDict(1000)
    kept.settle()
    progress.finished(kept)
  }
  return { clock, worker, stream, progress, run }
}

const broken = () => {
  throw new PiWorkerError('ERR_IO', 'the line is\ngone')
}

describe('the progress of a run', () => {
  it('has a line for each task that is over, with its time since the start', async () => {
    const { clock, stream, run } = setup()
    await clock.reach(1500e6)
    await run(() => ({ level: 'low' }))
    expect(stream.text).toBe('    1.500 s  a.run succeeded in 0 ms  level=low\n')
  })

  it('has one line for a failure, too', async () => {
    const { stream, run } = setup()
    await run(broken)
    expect(stream.text).toBe('    0.000 s  a.run failed in 0 ms  the line is gone\n')
  })

  it('does not flood: after a burst it counts what it leaves out, but leaves out no failure', async () => {
    const { stream, run } = setup()
    for (let index = 0; index < 500; index++) await run(() => {})
    expect(stream.text.split('\n')).toHaveLength(101)
    await run(broken)
    expect(stream.text).toContain('the line is gone  (and 400 more before)\n')
  })

  it('goes on with more lines when time has passed', async () => {
    const { clock, stream, run } = setup()
    for (let index = 0; index < 101; index++) await run(() => {})
    await clock.reach(3600e9)
    await run(() => {}, 'a.late')
    expect(stream.text).toContain(' 3600.000 s  a.late succeeded in 0 ms  (and 1 more before)\n')
  })

  it('has a line for each note of the plan, with its time', async () => {
    const { clock, stream, progress } = setup()
    await clock.reach(2500e6)
    progress.noted('the tank is\nfull')
    expect(stream.text).toBe('    2.500 s  the tank is full\n')
  })

  it('tells of what is dangerous', async () => {
    const { worker, stream, run } = setup()
    worker.queue('a', { safe: broken })
    await run(broken)
    expect(stream.text).toContain('a COULD NOT BE MADE SAFE: a could not be made safe: the line is gone\n')
    expect(stream.text).toContain('a is quarantined')
  })

  it('cannot be told to move the cursor by a name', async () => {
    const { stream, run } = setup(true)
    await run(() => {}, 'a\u001b[2J')
    expect(stream.text).not.toContain('\u001b')
  })
})
