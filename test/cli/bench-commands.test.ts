import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openBench } from '../../src/bench/open-bench.js'
import { socketPath } from '../../src/bench/run-folder.js'
import { benchPath } from '../../src/bench/stop/bench-address.js'
import { StopMark, stopMarks } from '../../src/bench/stop/stop-mark.js'
import { PiWorkerError } from '../../src/errors.js'
import { output } from '../../src/peripherals/index.js'
import { startPlan } from '../../src/plan/run.js'
import { repeat, wait } from '../plan/fake-bench.js'
import { runMain } from './setup.js'

let env: Record<string, string> = {}

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'pi-worker-run-'))
  env = { PI_WORKER_RUN_FOLDER: folder }
  vi.stubEnv('PI_WORKER_RUN_FOLDER', folder)
  return () => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  }
})

async function dose(safe: 'low' | 'high' = 'low') {
  const bench = await openBench({ pump: output({ line: 17, safe }) }, { driver: 'mock', name: 'dose' })
  onTestFinished(() => bench.close({ abort: true }).catch(() => undefined))
  return bench
}

const run = (...argv: string[]) => runMain(argv, { env })

describe('pi-worker stop', () => {
  it('stops every bench that runs, and says so', async () => {
    const bench = await dose()
    const { code, stdout } = await run('stop', '--reason', 'the hose is loose')
    expect([code, stdout]).toEqual([0, `dose-${process.pid} is stopped: all is safe\n`])
    expect(bench.stopped).toMatchObject({ reason: 'the hose is loose', by: userInfo().username })
  })

  it('stops the one that is named', async () => {
    const [bench, other] = [await dose(), await openBench({}, { driver: 'mock', name: 'other' })]
    onTestFinished(() => other.close())
    expect((await run('stop', 'dose')).code).toBe(0)
    expect([bench.stopped?.reason, other.stopped]).toEqual(['pi-worker stop', undefined])
  })

  it('exits with 4 when something is not safe, and stops the others all the same', async () => {
    const [bench, other] = [await dose('high'), await dose()]
    ;(bench.board as unknown as { drive(line: number, level: string): void }).drive(17, 'low')
    const { code, stderr, stdout } = await run('stop', 'dose')
    expect([code, other.stopped !== undefined]).toEqual([4, true])
    expect(stderr).toContain('ERR_NOT_SAFE')
    expect(stdout).toContain('is stopped: all is safe')
  })

  it('tells it as JSON', async () => {
    await dose()
    const { stdout } = await run('stop', '--json')
    expect(JSON.parse(stdout)).toEqual({ stopped: [{ bench: `dose-${process.pid}`, by: 'program', confirmed: true }] })
  })

  it('of a bench that is not running says which are, with exit code 2', async () => {
    await dose()
    const { code, stderr } = await run('stop', 'doze')
    expect(code).toBe(2)
    for (const text of ['ERR_NOT_RUNNING', 'no bench called "doze"', `dose-${process.pid}`])
      expect(stderr).toContain(text)
    expect((await run('stop', 'doze', '--json')).stdout).toContain('"code":"ERR_NOT_RUNNING"')
  })

  it('exits with 2 when nothing runs', async () => {
    const { code, stderr } = await run('stop')
    expect([code, stderr.includes('no bench is running')]).toEqual([2, true])
  })
})

describe('pi-worker stop of a program that is stuck', () => {
  /** Listens at `path`, and answers each line with what `answer` gives, if anything. */
  async function listen(path: string, answer: (type: string) => object | undefined): Promise<void> {
    const sockets = new Set<Socket>()
    const server = createServer(socket => {
      sockets.add(socket)
      socket.on('data', data => {
        const told = answer((JSON.parse(String(data)) as { type: string }).type)
        if (told !== undefined) socket.write(`${JSON.stringify(told)}\n`)
      })
    }).listen(path)
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    await new Promise(resolve => server.once('listening', resolve))
  }

  it.each([
    ['by its guardian', [], 0],
    ['by nobody who could do all', ['pump: EIO'], 4],
  ])('%s is remembered for its next start: the program cannot do that', async (_what, failed, expected) => {
    const folder = env.PI_WORKER_RUN_FOLDER as string
    await listen(benchPath(folder, 'dose', process.pid, 0), () => undefined)
    await listen(socketPath(folder, 'guardian', 1), type =>
      type === 'stop'
        ? { type: 'stopped', did: ['pump: GPIO17 low'], failed }
        : { type, state: 'watching', runner: process.pid, items: [] },
    )
    const { code } = await run('stop', 'dose', '--reason', 'smoke')
    expect([code, stopMarks(folder)]).toMatchObject([
      expected,
      [{ name: 'dose', reason: 'smoke', by: userInfo().username }],
    ])
  })
})

describe('pi-worker reset', () => {
  it('lets a stopped bench go on, and keeps who said so', async () => {
    const bench = await dose()
    const events: unknown[] = []
    bench.worker.listen(event => event.type === 'stopReset' && events.push([event.acknowledge, event.by]))
    await bench.stop('smoke')
    const { code, stdout } = await run('reset', 'dose', '--acknowledge', 'aired')
    expect([code, stdout, bench.stopped]).toEqual([0, `dose-${process.pid} goes on\n`, undefined])
    expect(events).toEqual([['aired', userInfo().username]])
  })

  it.each([[[]], [['--acknowledge', ' ']]])('is refused without an acknowledgement: %j', async flags => {
    const bench = await dose()
    await bench.stop('smoke')
    const { code, stderr } = await run('reset', 'dose', ...flags)
    expect([code, bench.stopped?.reason]).toEqual([1, 'smoke'])
    expect(stderr).toContain('ERR_RESET_REFUSED')
    expect(stderr).toContain("pi-worker reset dose --acknowledge 'Ann")
  })

  it('needs the name of one bench', async () => {
    expect((await run('reset', '--acknowledge', 'Ann')).stderr).toContain('ERR_USAGE')
    await dose()
    await dose()
    expect((await run('reset', 'dose', '--acknowledge', 'Ann')).stderr).toContain('2 benches are called "dose"')
  })

  it('can fail what was kept waiting', async () => {
    const bench = await openBench({ pump: output({ line: 17 }) }, { driver: 'mock', name: 'dose', whenStopped: 'keep' })
    onTestFinished(() => bench.close({ abort: true }))
    bench.pump.pulse({ width: '1h' })
    const next = bench.pump.on()
    await new Promise<void>(resolve => bench.onLevel(() => resolve()))
    await bench.stop('smoke')
    expect(next.state).toBe('queued')
    await run('reset', 'dose', '--acknowledge', 'Ann', '--fail-waiting')
    expect(next.state).toBe('failed')
  })
})

describe('a stop whose program has ended', () => {
  const stopped = (name = 'dose') => {
    const mark = new StopMark(name, env.PI_WORKER_RUN_FOLDER)
    mark.write({ reason: 'smoke', by: 'Ann', time: Date.UTC(2026, 0, 2) })
    return mark
  }

  it('is reset by its name, and the folder keeps who said so', async () => {
    const mark = stopped()
    const { code, stdout } = await run('reset', 'dose', '--acknowledge', 'aired')
    expect([code, stdout, mark.read()]).toEqual([0, 'dose may be started again\n', undefined])
    const log = readFileSync(join(env.PI_WORKER_RUN_FOLDER as string, 'guardian.log'), 'utf8')
    expect(log).toContain(`reset of dose by ${userInfo().username}: aired (it was stopped by Ann`)
  })

  it('is not reset without an acknowledgement', async () => {
    const mark = stopped()
    expect((await run('reset', 'dose')).code).toBe(1)
    expect(mark.read()).toMatchObject({ reason: 'smoke' })
  })

  it('is none of another name', async () => {
    const mark = stopped()
    expect((await run('reset', 'doze', '--acknowledge', 'aired')).code).toBe(2)
    expect(mark.read()).toBeDefined()
  })

  it('is shown by status, with what lets it go on', async () => {
    stopped()
    stopped('other')
    const text = 'dose is not running: STOPPED by Ann at 2026-01-02T00:00:00.000Z: smoke\n'
    const { code, stdout } = await run('status', 'dose')
    expect([code, stdout]).toEqual([0, expect.stringContaining(text)])
    expect(stdout).toContain('after: pi-worker reset dose --acknowledge ')
    expect(stdout).not.toContain('other')
    expect((await run('status')).stdout).toContain('other is not running: STOPPED')
    expect(JSON.parse((await run('status', '--json')).stdout)).toMatchObject({
      benches: [],
      stopped: [{ name: 'dose', reason: 'smoke', by: 'Ann' }, { name: 'other' }],
    })
  })

  it('is shown once while its program runs', async () => {
    stopped()
    await dose()
    expect((await run('status')).stdout).not.toContain('is not running')
  })
})

describe('pi-worker pause and resume', () => {
  it('hold up the plan of a bench, with outputs kept or safe', async () => {
    const bench = await dose()
    await bench.pump.on().result()
    const end = new AbortController()
    const plan = startPlan(bench, { name: 'Test', steps: [repeat(1e9, undefined, wait(1))] }, { signal: end.signal })
    expect((await run('pause', 'dose')).stdout).toBe(`dose-${process.pid} is paused\n`)
    expect([plan.state, bench.levelOf(17)]).toEqual(['paused', 'high'])
    expect((await run('pause', 'dose', '--safe')).stdout).toBe(`dose-${process.pid} is paused, and all is safe\n`)
    expect([plan.state, bench.levelOf(17)]).toEqual(['paused', 'low'])
    expect((await run('resume', 'dose')).stdout).toBe(`dose-${process.pid} goes on\n`)
    expect(plan.state).toBe('running')
    end.abort()
    await plan.result
  })

  it('say when there is no plan', async () => {
    await dose()
    for (const command of ['pause', 'resume']) {
      const { code, stderr } = await run(command, 'dose')
      expect([code, stderr.includes('no plan runs on the bench')]).toEqual([2, true])
    }
  })
})

describe('pi-worker status', () => {
  it('says when nothing runs', async () => {
    expect(await run('status')).toMatchObject({ code: 0, stdout: 'no bench is running\n' })
    expect((await run('status', 'dose')).code).toBe(2)
  })

  it('shows every peripheral with its task and levels, and why nothing runs', async () => {
    const bench = await dose()
    bench.pump.pulse({ width: '1h' })
    const { stdout } = await run('status')
    for (const text of [`dose-${process.pid}: on mock, no guardian`, 'pump.pulse since', 'running', 'GPIO17 high'])
      expect(stdout).toContain(text)
    await bench.stop('smoke', { by: 'Ann' })
    const { stdout: stopped } = await run('status', 'dose')
    expect(stopped).toContain('STOPPED by Ann at ')
    expect(stopped).toContain('held')
  })

  it('shows why a peripheral is quarantined', async () => {
    const bench = await dose()
    bench.pump.queue.quarantine(new PiWorkerError('ERR_NOT_SAFE', 'the pump stays on'))
    const { stdout } = await run('status')
    expect(stdout).toContain('pump is quarantined since ')
    expect(stdout).toContain('the pump stays on')
  })

  it('is JSON for programs', async () => {
    const bench = await dose()
    const { stdout } = await run('status', '--json')
    expect(JSON.parse(stdout)).toEqual({ benches: [bench.status()], stopped: [] })
  })
})
