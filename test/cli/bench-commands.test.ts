import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { BenchOptions } from '../../src/bench/bench-options.js'
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

async function dose(safe: 'low' | 'high' = 'low', more: Pick<BenchOptions, 'journal'> = {}) {
  const bench = await openBench({ pump: output({ line: 17, safe }) }, { driver: 'mock', name: 'dose', ...more })
  onTestFinished(() => bench.close({ abort: true }).catch(() => undefined))
  return bench
}

const run = (...argv: string[]) => runMain(argv, { env })

describe('pi-worker stop', () => {
  it('stops every bench that runs, and says so', async () => {
    const bench = await dose()
    const { code, stdout } = await run('stop', '--reason', 'the hose is loose')
    // Nothing is remembered of what is only simulated: no reset is asked for.
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

  it('of a bench that remembers it says what lets it go on', async () => {
    await dose('low', { journal: { folder: env.PI_WORKER_RUN_FOLDER as string } })
    const { stdout } = await run('stop', 'dose')
    expect(stdout).toContain('can be started again, after: pi-worker reset dose --acknowledge ')
    expect((await run('reset', 'dose', '--acknowledge', 'Ann')).code).toBe(0)
  })

  it.each([
    ['what lets it go on, where that is remembered', { folder: '' }, "pi-worker reset dose --acknowledge '"],
    ['no reset by name, where nothing is remembered', undefined, 'when all is well again, start it anew'],
  ])('tells the tasks that it ends %s', async (_what, journal, remedy) => {
    const folder = env.PI_WORKER_RUN_FOLDER as string
    const bench = await dose('low', journal && { journal: { folder } })
    const task = bench.pump.pulse({ width: '1h' })
    await run('stop')
    await expect(task.result()).rejects.toMatchObject({ code: 'ERR_STOPPED', remedy: expect.stringContaining(remedy) })
    expect((task.error as PiWorkerError).remedy).not.toContain('NAME')
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

  it('without a name is of the only bench that is stopped', async () => {
    const [bench, other] = [await dose(), await openBench({}, { driver: 'mock', name: 'other' })]
    onTestFinished(() => other.close())
    expect(await run('reset', '--acknowledge', 'Ann')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no bench is stopped[\s\S]*There are: dose-\d+, other-\d+/),
    })
    await bench.stop('smoke')
    expect((await run('reset')).stderr).toContain("pi-worker reset dose --acknowledge 'Ann")
    expect((await run('reset', '--acknowledge', 'Ann')).code).toBe(0)
    expect(bench.stopped).toBeUndefined()
  })

  it('without a name lists the names where several are stopped', async () => {
    const [bench, other] = [await dose(), await openBench({}, { driver: 'mock', name: 'other' })]
    onTestFinished(() => other.close())
    await bench.stop('smoke')
    await other.stop('smoke')
    const { code, stderr } = await run('reset', '--acknowledge', 'Ann')
    expect([code, stderr.includes('2 benches are stopped: dose, other')]).toEqual([2, true])
    expect([bench.stopped?.reason, other.stopped?.reason]).toEqual(['smoke', 'smoke'])
  })

  it('does nothing with one that is not stopped, and says so', async () => {
    await dose()
    for (const flags of [[], ['--acknowledge', 'Ann']]) {
      const { code, stdout } = await run('reset', 'dose', ...flags)
      expect([code, stdout]).toEqual([0, 'dose is not stopped: there is nothing to reset\n'])
    }
  })

  it('says that there is nothing to reset before it asks for an acknowledgement', async () => {
    for (const flags of [[], ['--acknowledge', 'Ann']]) {
      const { code, stderr } = await run('reset', 'Live', ...flags)
      expect([code, stderr.includes('no stop of it is remembered')]).toEqual([2, true])
      expect(stderr).toContain('Of a simulated bench without a journal no stop is remembered')
    }
  })

  it('needs the name of one bench', async () => {
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

  it('is found without its name where it is the only one, and whatever the case of its name', async () => {
    expect((await run('status', stopped('Dose') && 'dose')).stdout).toContain('STOPPED: Dose')
    expect((await run('reset', '--acknowledge', 'aired')).stdout).toBe('Dose may be started again\n')
    const mark = stopped('Dose')
    expect((await run('reset', 'dose', '--acknowledge', 'aired')).code).toBe(0)
    expect(mark.read()).toBeUndefined()
  })

  it('is none of another name', async () => {
    const mark = stopped()
    expect((await run('reset', 'doze', '--acknowledge', 'aired')).code).toBe(2)
    expect(mark.read()).toBeDefined()
  })

  it('is shown by status, with what lets it go on', async () => {
    stopped()
    stopped('other')
    const text = 'STOPPED: dose, by Ann, since 2026-01-02T00:00:00.000Z: smoke\n  it does not run'
    const { code, stdout } = await run('status', 'dose')
    expect([code, stdout]).toEqual([0, expect.stringContaining(text)])
    expect(stdout).toContain('after: pi-worker reset dose --acknowledge ')
    expect(stdout).not.toContain('other')
    expect((await run('status')).stdout).toMatch(/^no bench is running\nSTOPPED: dose, [\s\S]*STOPPED: other, /)
    expect(JSON.parse((await run('status', '--json')).stdout)).toMatchObject({
      benches: [],
      stopped: [{ name: 'dose', reason: 'smoke', by: 'Ann' }, { name: 'other' }],
    })
  })

  it('is shown once while its program runs', async () => {
    stopped()
    await dose()
    expect((await run('status')).stdout).not.toContain('does not run')
  })
})

describe('a wrong use of these commands', () => {
  it.each([
    [['pause', 'dose', '--saef'], "unknown option '--saef'", 'Did you mean --safe? See pi-worker pause --help.'],
    [['reset', 'dose', 'other'], 'too many arguments', 'See pi-worker reset --help.'],
    [['stop', '--reason'], 'argument missing', 'See pi-worker stop --help.'],
  ])('%j points to the help of the command', async (argv, reason, remedy) => {
    const { code, stderr } = await run(...argv)
    expect([code, stderr.includes('ERR_USAGE'), stderr.includes(reason)]).toEqual([2, true, true])
    expect(stderr).toContain(remedy)
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

  it('are of the only bench that runs, and list the names where there are several', async () => {
    const bench = await dose()
    const told: string[] = []
    const plan = {
      name: 'Dose',
      state: 'running' as const,
      pause: async () => void told.push('pause'),
      resume: () => void told.push('resume'),
    }
    onTestFinished(bench.attach(plan))
    for (const command of ['pause', 'resume']) expect((await run(command)).code).toBe(0)
    expect(told).toEqual(['pause', 'resume'])
    const other = await openBench({}, { driver: 'mock', name: 'other' })
    onTestFinished(() => other.close())
    const { code, stderr } = await run('pause')
    expect([code, stderr.includes(`2 benches run: dose-${process.pid}, other-${process.pid}`)]).toEqual([2, true])
    expect(stderr).toContain(`pi-worker pause dose-${process.pid}`)
  })

  it('say when no bench runs', async () => {
    const { code, stderr } = await run('pause')
    expect([code, stderr.includes('no bench is running')]).toEqual([2, true])
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
    expect(stopped).toContain('it goes on after: pi-worker reset dose --acknowledge ')
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
