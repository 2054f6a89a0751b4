import { chmodSync, existsSync, linkSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openBench } from '../../../src/bench/open-bench.js'
import { socketPath } from '../../../src/bench/run-folder.js'
import { addressesIn, benchPath, pathName } from '../../../src/bench/stop/bench-address.js'
import { BenchSocket, listens, type ServedBench } from '../../../src/bench/stop/bench-socket.js'
import {
  benchesNamed,
  oneBenchNamed,
  runningBenches,
  statusOf,
  stopBench,
  tell,
} from '../../../src/bench/stop/running-benches.js'
import { PiWorkerError } from '../../../src/errors.js'
import { output } from '../../../src/peripherals/index.js'
import { startPlan } from '../../../src/plan/run.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { repeat, wait } from '../../plan/fake-bench.js'
import { deferred } from '../../worker/setup.js'
import { failureOf } from '../setup.js'

/** A folder for sockets that this test alone uses, in the environment too. */
function runFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pi-worker-run-'))
  vi.stubEnv('PI_WORKER_RUN_FOLDER', folder)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

async function dose(name = 'dose') {
  const bench = await openBench({ pump: output({ line: 17 }) }, { driver: 'mock', name })
  onTestFinished(() => bench.close({ abort: true }))
  return bench
}

/** A bench that does what a test says. */
async function served(folder: string, bench: Partial<ServedBench>) {
  const socket = await BenchSocket.open({ ...bench } as ServedBench, 'dose', folder)
  onTestFinished(() => socket.close())
  return socket
}

describe('a bench with a name, in real time', () => {
  it('is found by its name, its process, or both', async () => {
    runFolder()
    await dose('Dose until full!')
    for (const name of ['Dose until full!', 'Dose-until-full', String(process.pid), `Dose-until-full-${process.pid}`]) {
      expect((await oneBenchNamed(name)).pid).toBe(process.pid)
    }
  })

  it('tells its status', async () => {
    runFolder()
    const bench = await dose()
    bench.pump.pulse({ width: '1h' })
    const status = await statusOf(await oneBenchNamed('dose'))
    expect(status).toMatchObject({
      name: 'dose',
      driver: 'mock',
      stopped: null,
      peripherals: { pump: { state: 'running' } },
    })
  })

  it('is stopped and reset', async () => {
    runFolder()
    const bench = await dose()
    const task = bench.pump.pulse({ width: '1h' })
    const address = await oneBenchNamed('dose')
    expect(await stopBench(address, 'smoke', 'Ann')).toEqual({ by: 'program', confirmed: true })
    expect(await failureOf(task.result())).toMatchObject({ message: 'the bench was stopped by Ann: smoke' })
    await tell(address, { type: 'reset', acknowledge: 'aired', by: 'Ben', waiting: 'keep' })
    expect(bench.stopped).toBeUndefined()
  })

  it('pauses and resumes its plan', async () => {
    runFolder()
    const bench = await dose()
    const address = await oneBenchNamed('dose')
    expect(await failureOf(tell(address, { type: 'pause', outputs: 'keep' }))).toMatchObject({
      code: 'ERR_NOT_RUNNING',
    })
    const end = new AbortController()
    const plan = startPlan(bench, { name: 'Test', steps: [repeat(1e9, undefined, wait(1))] }, { signal: end.signal })
    await tell(address, { type: 'pause', outputs: 'safe' })
    expect(plan.state).toBe('paused')
    await tell(address, { type: 'resume' })
    expect(plan.state).toBe('running')
    end.abort()
    await plan.result
  })

  it('hands on why it refuses something', async () => {
    runFolder()
    const bench = await dose()
    await bench.stop('smoke')
    const refused = tell(await oneBenchNamed('dose'), { type: 'reset', acknowledge: ' ', by: 'Ann', waiting: 'keep' })
    expect(await failureOf(refused)).toMatchObject({
      code: 'ERR_RESET_REFUSED',
      place: 'the bench',
      remedy: expect.stringContaining('acknowledge'),
    })
  })

  it('leaves nothing behind when it is closed', async () => {
    const folder = runFolder()
    const bench = await dose()
    expect(readdirSync(folder)).toHaveLength(1)
    await bench.close()
    expect(readdirSync(folder)).toEqual([])
  })

  it('may have the name of another one: both are reached, and neither is taken for the other', async () => {
    runFolder()
    await dose()
    await dose()
    expect(await benchesNamed('dose')).toHaveLength(2)
    expect(await failureOf(oneBenchNamed('dose'))).toMatchObject({
      code: 'ERR_NOT_RUNNING',
      message: '2 benches are called "dose"',
    })
  })

  it('is refused where nobody else could reach it', async () => {
    const folder = runFolder()
    const file = join(folder, 'file')
    writeFileSync(file, '')
    vi.stubEnv('PI_WORKER_RUN_FOLDER', join(file, 'below'))
    expect(await failureOf(dose())).toMatchObject({ code: 'ERR_FILE' })
    vi.stubEnv('PI_WORKER_RUN_FOLDER', join(folder, 'x'.repeat(120)))
    expect(await failureOf(dose())).toMatchObject({ code: 'ERR_FILE', message: expect.stringContaining('too long') })
  })

  it.each(['', ' ', 7])('must be called something: %j', async name => {
    expect(await failureOf(dose(name as never))).toMatchObject({ code: 'ERR_BAD_OPTION', place: 'name' })
  })
})

it('a bench in a folder that others may write to is not asked: anybody may answer there', async () => {
  const folder = runFolder()
  await dose()
  chmodSync(folder, 0o777)
  expect(await failureOf(benchesNamed('dose'))).toMatchObject({ code: 'ERR_PERMISSION', place: folder })
})

describe('a bench that is not running', () => {
  it('is told by what runs instead', async () => {
    runFolder()
    await dose()
    expect(await failureOf(benchesNamed('dsoe'))).toMatchObject({
      code: 'ERR_NOT_RUNNING',
      place: 'dsoe',
      message: 'no bench called "dsoe" is running',
      remedy: `These are: dose-${process.pid}.`,
    })
  })

  it('and when nothing runs, by how one is reached', async () => {
    runFolder()
    expect(await failureOf(benchesNamed(undefined))).toMatchObject({
      code: 'ERR_NOT_RUNNING',
      message: 'no bench is running',
      remedy: expect.stringContaining('sudo'),
    })
  })

  it('leaves a socket that is removed when somebody looks', async () => {
    const folder = runFolder()
    // The highest that Linux gives is 4194304.
    const path = benchPath(folder, 'gone', 4_194_305, 0)
    const server = createServer().listen(path)
    await new Promise(resolve => server.once('listening', resolve))
    const copy = benchPath(folder, 'left', 4_194_305, 0)
    linkSync(path, copy)
    server.close()
    expect([existsSync(copy), await listens(copy)]).toEqual([true, false])
    expect(await runningBenches()).toEqual([])
    expect(existsSync(copy)).toBe(false)
  })
})

describe('a stop', () => {
  it('that is not confirmed in the end says what is not safe', async () => {
    const folder = runFolder()
    const unsafe = () => Promise.reject(new PiWorkerError('ERR_NOT_SAFE', 'pump stays on', { place: 'pump' }))
    await served(folder, { stop: unsafe })
    const [address] = addressesIn(folder)
    expect(await failureOf(stopBench(address!, 'smoke', 'Ann'))).toMatchObject({
      code: 'ERR_NOT_SAFE',
      message: 'pump stays on',
      place: 'pump',
    })
  })

  it('of a program that ends before it confirms it is told as such', async () => {
    const folder = runFolder()
    const server = createServer(socket => {
      socket.end('{"type":"taken"}\n')
    }).listen(benchPath(folder, 'dose', process.pid, 0))
    onTestFinished(() => void server.close())
    await new Promise(resolve => server.once('listening', resolve))
    const [address] = addressesIn(folder)
    expect(await stopBench(address!, 'smoke', 'Ann')).toEqual({ by: 'program', confirmed: false })
  })

  it('of a program that ends instead is an alarm', async () => {
    const folder = runFolder()
    const server = createServer(socket => {
      socket.end()
    }).listen(benchPath(folder, 'dose', process.pid, 0))
    onTestFinished(() => void server.close())
    await new Promise(resolve => server.once('listening', resolve))
    const [address] = addressesIn(folder)
    expect(await failureOf(stopBench(address!, 'smoke', 'Ann'))).toMatchObject({
      code: 'ERR_NOT_SAFE',
      remedy: expect.stringContaining('kill -9'),
    })
  })

  describe('of a program that is stuck', () => {
    type Answers = Readonly<Record<string, unknown>>

    /**
     * A bench whose event loop is blocked, and what guardians say. Gives what they heard. By their numbers, which are
     * higher than Linux gives, nobody can tell whose they are.
     */
    async function stuck(...guardians: readonly (Answers & { readonly pid?: number })[]) {
      const folder = runFolder()
      const heard: unknown[] = []
      const listen = async (path: string, answer: (socket: Socket) => void): Promise<void> => {
        const sockets = new Set<Socket>()
        const server = createServer(socket => {
          sockets.add(socket)
          answer(socket)
        }).listen(path)
        onTestFinished(() => {
          for (const socket of sockets) socket.destroy()
          server.close()
        })
        await new Promise(resolve => server.once('listening', resolve))
      }
      await listen(benchPath(folder, 'dose', process.pid, 0), () => undefined)
      for (const [index, { pid = 4_194_305 + index, ...answers }] of guardians.entries()) {
        await listen(socketPath(folder, 'guardian', pid), socket => {
          socket.on('data', data => {
            const question = JSON.parse(String(data))
            heard.push(question)
            const answer = answers[question.type]
            if (answer === undefined) return
            socket.write(`${JSON.stringify({ type: question.type, ...(answer as object) })}\n`)
          })
        })
      }
      const [address] = addressesIn(folder)
      // In its time nobody answers at once, so nobody waits for an answer that does not come.
      return { heard, stopped: stopBench(address!, 'smoke', 'Ann', { clock: new VirtualClock() }) }
    }

    const guards = { runner: process.pid, state: 'guarding' }
    const done = { type: 'stopped', did: ['pump: GPIO17 low'], failed: [] }
    const success = { by: 'guardian', confirmed: true }

    it('is done by its guardian', async () => {
      const { heard, stopped } = await stuck({ status: guards, stop: done })
      expect(await stopped).toEqual(success)
      expect(heard.at(-1)).toEqual({ type: 'stop', reason: 'smoke' })
    })

    it('is done by all its guardians: one for each bench of the program', async () => {
      const { heard, stopped } = await stuck({ status: guards, stop: done }, { status: guards, stop: done })
      expect(await stopped).toEqual(success)
      expect(heard.filter(question => (question as { type: string }).type === 'stop')).toHaveLength(2)
    })

    it.each([
      ['could not do all', { stop: { ...done, failed: ['pump: EIO'] } }, 'EIO'],
      ['had nothing to do', { stop: { ...done, did: [] } }, 'nothing'],
      ['refuses', { stop: { type: 'error', message: 'not now' } }, 'not now'],
    ])('is no success when one of its guardians %s', async (_, answers, why) => {
      const { stopped } = await stuck({ status: guards, stop: done }, { status: guards, ...answers })
      expect(await failureOf(stopped)).toMatchObject({ code: 'ERR_NOT_SAFE', message: expect.stringContaining(why) })
    })

    it('is no success when one that may be its guardian does not say whose it is', async () => {
      const { stopped } = await stuck(
        { status: guards, stop: done },
        { status: { type: 'error', message: 'who asks' } },
      )
      expect(await failureOf(stopped)).toMatchObject({
        code: 'ERR_NOT_SAFE',
        message: expect.stringContaining('who asks'),
      })
    })

    it.each(['holding', 'starting', 'leaving'])(
      'is not done by one that guards nothing of it (%s): its runner had the same number, or another one guards',
      async state => {
        const other = { status: { runner: process.pid, state }, stop: done }
        expect(await failureOf((await stuck(other)).stopped)).toMatchObject({ code: 'ERR_NOT_SAFE' })
        expect(await (await stuck(other, { status: guards, stop: done })).stopped).toEqual(success)
      },
    )

    it('does not wait for the guardian of another program that does not answer', async () => {
      const { heard, stopped } = await stuck({ pid: process.ppid }, { status: guards, stop: done })
      expect(await stopped).toEqual(success)
      expect(heard).toHaveLength(2)
    })

    it('is an alarm when the only guardian is that of another program', async () => {
      const { heard, stopped } = await stuck({ status: { runner: 1, state: 'guarding' } })
      expect(await failureOf(stopped)).toMatchObject({
        code: 'ERR_NOT_SAFE',
        message: expect.stringContaining('may not be stopped'),
        remedy: expect.stringContaining(`kill -9 ${process.pid}`),
      })
      expect(heard).toEqual([{ type: 'status' }])
    })

    it('leaves its status unknown', async () => {
      await failureOf((await stuck()).stopped)
      const bench = await oneBenchNamed('dose')
      expect(await failureOf(statusOf(bench, { clock: new VirtualClock() }))).toMatchObject({ code: 'ERR_NO_ANSWER' })
    })
  })

  it('is answered although another request is under way on the same connection', async () => {
    const folder = runFolder()
    const asked: string[] = []
    const pausing = deferred()
    const socket = await served(folder, {
      pause: () => pausing.promise,
      stop: async () => void asked.push('stop'),
    })
    const client = connect(socket.path)
    onTestFinished(() => void client.destroy())
    client.write('{"type":"pause","outputs":"keep"}\n{"type":"stop","reason":"smoke","by":"Ann"}\n')
    const answer = await new Promise(resolve => client.once('data', data => resolve(String(data))))
    expect(answer).toContain('taken')
    expect(asked).toEqual(['stop'])
    pausing.resolve()
  })
})

describe('what is no request', () => {
  it.each([
    ['no JSON', 'what was sent is no request'],
    ['{"type":"dance"}', 'a bench does not understand "dance"'],
    ['{"type":"stop","reason":7,"by":"Ann"}', 'reason of stop must be a text'],
    ['{"type":"pause","outputs":"off"}', 'outputs of pause must be keep or safe'],
  ])('is refused: %s', async (line, message) => {
    const folder = runFolder()
    const { path } = await served(folder, {})
    const client = connect(path)
    onTestFinished(() => void client.destroy())
    client.write(`${line}\n`)
    const answer = JSON.parse(await new Promise<string>(resolve => client.once('data', data => resolve(String(data)))))
    expect(answer).toMatchObject({ type: 'error', error: { code: 'ERR_BAD_OPTION', message } })
  })
})

describe('the name in a path', () => {
  it.each([
    ['Dose until full', 'Dose-until-full'],
    ['../../etc/passwd', '..-..-etc-passwd'],
    ['Düse', 'Du-se'],
    ['水', 'bench'],
    ['x'.repeat(99), 'x'.repeat(40)],
  ])('of %j is %j', (name, expected) => {
    expect(pathName(name)).toBe(expected)
  })
})
