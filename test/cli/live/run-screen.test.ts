import { EventEmitter } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openBench } from '../../../src/bench/open-bench.js'
import { Output } from '../../../src/cli/io.js'
import type { KeyStream } from '../../../src/cli/live/keys.js'
import { RunScreen, type ScreenFlags } from '../../../src/cli/live/run-screen.js'
import { StopRequest } from '../../../src/cli/stop.js'
import { input } from '../../../src/peripherals/input.js'
import { output } from '../../../src/peripherals/output.js'
import { PlanTask } from '../../../src/plan/plan-task.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { FakeStream } from '../setup.js'
import { FakeTerminal } from './screen.js'

class FakeKeys extends EventEmitter implements KeyStream {
  readonly isTTY = true
  raw = false
  reading = false
  setRawMode(raw: boolean): void {
    this.raw = raw
  }
  resume(): void {
    this.reading = true
  }
  pause(): void {
    this.reading = false
  }
  type(text: string): void {
    if (this.reading) this.emit('data', Buffer.from(text))
  }
}

interface Setup extends ScreenFlags {
  readonly env?: Record<string, string>
  readonly stream?: FakeStream
  readonly background?: boolean
}

/** A bench with a pump, shown on a terminal, on one clock for all. */
async function setup({ env = {}, stream, background = false, ...flags }: Setup = {}) {
  const clock = new VirtualClock()
  const bench = await openBench({ pump: output({ line: 17 }), level: input({ line: 4 }) }, { driver: 'mock', clock })
  const terminal = new FakeTerminal()
  const keys = new FakeKeys()
  const signals = new EventEmitter()
  const io = {
    stdout: terminal,
    stderr: stream ?? terminal,
    stdin: keys,
    signals,
    clock,
    env: { TERM: 'xterm', LANG: 'C.UTF-8', NO_COLOR: '1', ...env },
  }
  const screen = new RunScreen({ io, err: new Output(io.stderr, io.env) }, flags, () => !background)
  const asked: string[] = []
  const note = (what: string) => (): void => void asked.push(what)
  const stop = new StopRequest(signals, note('stop'), note('again'))
  const detach = stop.attach(bench)
  const view = screen.show({ bench, name: 'Dose', stop })
  bench.worker.listen(event => view.heard(event))
  onTestFinished(async () => {
    screen.close()
    stop.dispose()
    detach()
    await bench.close({ abort: true })
  })
  const run = async (action: string, value: object): Promise<void> => {
    const task = bench.call('pump', action, value)
    const kept = new PlanTask(task, `pump.${action}`)
    await task.result().catch(() => undefined)
    kept.settle()
    view.finished(kept)
  }
  return { clock, bench, terminal, keys, signals, screen, stop, asked, view, run, io }
}

const reach = (clock: VirtualClock, ms: number): Promise<void> => clock.reach(clock.now() + ms * 1e6)

describe('a run on a terminal', () => {
  it('is a picture of every peripheral, drawn over while it goes on', async () => {
    const { clock, bench, terminal, run } = await setup()
    const task = bench.call('pump', 'pulse', { width: '250ms' })
    await reach(clock, 201)
    expect(terminal.lines[1]).toMatch(/^pump +output +running +pulse 0\.2 s$/)
    expect(terminal.lines[2]).toMatch(/^level +input +idle$/)
    await task.result()
    await run('pulse', { width: '100ms' })
    await reach(clock, 101)
    expect(terminal.lines[1]).toMatch(/^pump +output +idle +100 ms$/)
    expect(terminal.lines.filter(line => line.startsWith('pump'))).toHaveLength(1)
    expect(terminal.lines).toContain('1 task')
  })

  it('is drawn at most ten times a second, however much happens', async () => {
    const { clock, terminal, run } = await setup()
    terminal.writes = 0
    for (let index = 0; index < 500; index++) {
      await run('on', {})
      await reach(clock, 2)
    }
    expect(terminal.writes).toBeLessThanOrEqual(11)
  })

  it('shows how many wait', async () => {
    const { clock, bench, terminal } = await setup()
    const tasks = [1, 2, 3].map(() => bench.call('pump', 'pulse', { width: '200ms' }))
    await reach(clock, 101)
    expect(terminal.lines[1]).toMatch(/ \+2$/)
    await Promise.all(tasks.map(task => task.result()))
  })

  it('keeps notes of the plan on the terminal, each with its time', async () => {
    const { clock, terminal, view, screen } = await setup()
    await reach(clock, 1500)
    view.noted('the tank is\nfull')
    screen.close()
    expect(terminal.lines).toEqual(['    1.500 s  the tank is full'])
  })

  it('says that it cleans up while the plan does', async () => {
    const { clock, terminal, screen, keys } = await setup()
    const plan = { cleaningUp: false }
    screen.follow(plan)
    keys.type('s')
    await reach(clock, 101)
    expect(terminal.lines[0]).toMatch(/^Dose {2}stopping {2}/)
    plan.cleaningUp = true
    await reach(clock, 101)
    expect(terminal.lines[0]).toMatch(/^Dose {2}stopping: cleaning up {2}/)
  })

  it('counts a task that was cancelled for no failure, and says why without its id', async () => {
    const { clock, bench, terminal, view } = await setup()
    const task = bench.call('pump', 'pulse', { width: '1h' })
    const kept = new PlanTask(task, 'pump.pulse')
    await reach(clock, 101)
    task.cancel('the plan was stopped')
    await task.result().catch(() => undefined)
    kept.settle()
    view.finished(kept)
    await reach(clock, 101)
    expect(terminal.lines).toContain('1 task, 1 cancelled')
    expect(terminal.lines.join('\n')).toContain('pump.pulse is being stopped: the plan was stopped')
    expect(terminal.lines.join('\n')).not.toContain(task.id)
  })

  it('leaves nothing behind but what stays, and the terminal as it was', async () => {
    const { clock, terminal, keys, screen, signals } = await setup()
    await reach(clock, 101)
    expect({ raw: keys.raw, cursor: terminal.cursorShown }).toEqual({ raw: true, cursor: false })
    screen.say('look here\n')
    screen.close()
    expect({ raw: keys.raw, cursor: terminal.cursorShown }).toEqual({ raw: false, cursor: true })
    expect(terminal.lines).toEqual(['look here'])
    expect(signals.listenerCount('exit') + signals.listenerCount('SIGCONT')).toBe(0)
    await clock.idle()
  })

  it('gives the terminal back when the process ends in the middle', async () => {
    const { clock, terminal, keys, signals } = await setup()
    await reach(clock, 101)
    signals.emit('exit', 1)
    expect({ raw: keys.raw, cursor: terminal.cursorShown, lines: terminal.lines }).toEqual({
      raw: false,
      cursor: true,
      lines: [],
    })
  })

  it('is lent to whoever asks something, and taken again', async () => {
    const { clock, terminal, keys, screen } = await setup()
    await reach(clock, 101)
    await screen.lend(async () => {
      expect({ raw: keys.raw, cursor: terminal.cursorShown, lines: terminal.lines }).toEqual({
        raw: false,
        cursor: true,
        lines: [],
      })
      await reach(clock, 500)
      expect(terminal.lines).toEqual([])
    })
    await reach(clock, 101)
    expect(keys.raw).toBe(true)
    expect(terminal.lines[0]).toContain('Dose')
  })

  it('fits into the terminal when that becomes smaller', async () => {
    const { clock, terminal } = await setup()
    await reach(clock, 101)
    terminal.resize(30, 4)
    await reach(clock, 101)
    expect(terminal.lines.at(-1)).toBe('0 tasks')
    expect(terminal.lines.length).toBeLessThanOrEqual(3)
  })
})

describe('a run where no picture can be', () => {
  it.each<[string, Setup]>([
    ['no terminal', { stream: new FakeStream(false) }],
    ['a terminal that cannot draw', { env: { TERM: 'dumb' } }],
    ['a terminal that nobody knows', { env: { TERM: '' } }],
    ['the background', { background: true }],
    ['a program that reads JSON', { json: true }],
  ])('is lines for %s, and its keys are left alone', async (_what, options) => {
    const { io, keys, run } = await setup(options)
    await run('on', {})
    expect(io.stderr.text).toContain('pump.on succeeded')
    expect(io.stderr.text).not.toContain('\u001b')
    expect(keys.raw).toBe(false)
  })

  it('is nothing but what is grave with --quiet', async () => {
    const { terminal, bench, view, run } = await setup({ quiet: true })
    await run('on', {})
    view.noted('the tank is full')
    expect(terminal.text).toBe('')
    await bench.stop('the hose is loose', { by: 'Ann' })
    expect(terminal.text).toBe('STOPPED by Ann: the hose is loose\n')
  })
})

describe('the keys of a run', () => {
  it.each(['s', 'q', 'S', '\u0003'])('%j stops the plan', async key => {
    const { keys, stop, asked } = await setup()
    keys.type(key)
    expect(asked).toEqual(['stop'])
    expect(stop.reason).toMatchObject({ kind: 'signal', signal: 'SIGINT' })
  })

  it.each(['s', 'q', 'Q'])('%j is named by what was typed', async key => {
    const { keys, stop } = await setup()
    keys.type(key)
    expect(stop.reason).toMatchObject({ by: `key ${key.toLowerCase()}` })
  })

  it('e stops the bench at once', async () => {
    const { keys, bench, stop } = await setup()
    keys.type('e')
    expect(bench.stopped).toMatchObject({ by: 'key e' })
    expect(stop.reason).toBeUndefined()
  })

  it('Ctrl-C again is an emergency stop, s again is not', async () => {
    const { keys, bench } = await setup()
    keys.type('s')
    keys.type('s')
    expect(bench.stopped).toBeUndefined()
    keys.type('\u0003')
    expect(bench.stopped).toMatchObject({ by: 'Ctrl-C' })
  })

  it('p pauses the plan and r lets it go on', async () => {
    const { keys, bench } = await setup()
    const told: string[] = []
    const plan = {
      name: 'Dose',
      state: 'running' as const,
      pause: async () => void told.push('pause'),
      resume: () => void told.push('resume'),
    }
    onTestFinished(bench.attach(plan))
    keys.type('p')
    keys.type('r')
    expect(told).toEqual(['pause', 'resume'])
  })

  it('says why there is nothing to be paused', async () => {
    const { clock, keys, terminal } = await setup()
    keys.type('p')
    keys.type('r')
    await reach(clock, 101)
    expect(terminal.lines.join('\n').match(/no plan runs on the bench/g)).toHaveLength(2)
  })

  it('shows an error of a pause on one line, however many it has', async () => {
    const { clock, keys, bench, terminal } = await setup()
    const pause = () => Promise.reject(new RangeError('one\ntwo'))
    onTestFinished(bench.attach({ name: 'Dose', state: 'running', pause, resume: () => undefined }))
    keys.type('p')
    await reach(clock, 101)
    expect(terminal.lines.some(line => line.endsWith('  one two'))).toBe(true)
  })

  it('? tells more of them, and then less', async () => {
    const { clock, keys, terminal } = await setup()
    keys.type('?')
    await reach(clock, 101)
    expect(terminal.lines.join()).toContain('emergency stop, all outputs safe at once')
    keys.type('?')
    await reach(clock, 101)
    expect(terminal.lines.at(-1)).toContain('? help')
  })

  it('Ctrl-Z suspends nothing, and says so', async () => {
    const { clock, keys, terminal, asked } = await setup()
    keys.type('\u001a')
    await reach(clock, 101)
    expect(terminal.lines.join()).toContain('Ctrl-Z does nothing here')
    expect(asked).toEqual([])
  })

  it.each([
    ['an arrow', '\u001b[A'],
    ['a key without meaning', 'x'],
    ['text that was pasted', 'please stop the pump'],
  ])('%s does nothing', async (_what, text) => {
    const { keys, asked, bench } = await setup()
    keys.type(text)
    expect({ asked, stopped: bench.stopped }).toEqual({ asked: [], stopped: undefined })
  })

  it('are taken again when the shell gives the terminal back', async () => {
    const { keys, signals } = await setup()
    keys.raw = false
    signals.emit('SIGCONT')
    expect(keys.raw).toBe(true)
  })
})
