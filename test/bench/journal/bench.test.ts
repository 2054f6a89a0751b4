import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { MockBoard } from '../../../mocks/board.js'
import { definePeripheral } from '../../../src/bench/definition.js'
import { openJournal } from '../../../src/bench/journal/open-journal.js'
import type { Recovered } from '../../../src/bench/journal/recover.js'
import { Line } from '../../../src/bench/schema.js'
import { PiWorkerError } from '../../../src/errors.js'
import { input } from '../../../src/peripherals/input.js'
import { output } from '../../../src/peripherals/output.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { Worker } from '../../../src/worker/worker.js'
import { failureOf } from '../setup.js'
import { FakeFolder, settle } from './fake-folder.js'
import { machine, openJournaled, recordsOf, storyOf } from './setup.js'

const SPECS = { pump: output({ line: 17 }), lamp: output({ line: 18 }), level: input({ line: 4 }) }
const NO_LEVELS = (line: string): boolean => !line.startsWith('levels')

/** A switch whose actions do as the test says. */
const odd = definePeripheral({
  type: 'odd',
  title: 'Odd',
  config: Type.Object({ line: Line() }),
  open: ({ config, board }) => board.request({ lines: [config.line], settings: { direction: 'output' } }),
  actions: {
    fail: {
      title: 'Fail',
      effect: 'idempotent',
      run: handle => {
        handle.set(1)
        throw new PiWorkerError('ERR_IO', 'it does not work')
      },
    },
    hang: {
      title: 'Hang',
      effect: 'irreversible',
      run: async (handle, _, { clock }) => {
        handle.set(1)
        await new Promise<void>(resolve => void clock.after(3600e9, resolve))
      },
    },
  },
  safe: handle => handle.set(0),
})

/** Runs something on a bench, and gives what a kill of its process leaves then. */
async function killed(act: (bench: Awaited<ReturnType<typeof opened>>) => Promise<unknown>): Promise<FakeFolder> {
  const folder = new FakeFolder()
  const there = await opened(folder)
  await act(there)
  await there.clock.hold(settle(folder))
  return new FakeFolder(folder.remains)
}

const opened = (folder: FakeFolder) => openJournaled(folder, SPECS, { journal: { processes: machine(999) } })

/** Lets so much time pass. */
const wait = (clock: VirtualClock, ms: number) => new Promise<void>(resolve => void clock.after(ms * 1e6, resolve))

describe('a bench with a journal', () => {
  it('writes down what it does, in order, and its clean end', async () => {
    const folder = new FakeFolder()
    const { bench } = await openJournaled(folder, SPECS)
    await bench.pump.pulse({ width: '20ms' }).result()
    await bench.close()
    expect(storyOf(folder).filter(NO_LEVELS)).toEqual([
      ...['start', 'intent pump.pulse', 'outcome succeeded', 'safe pump', 'safe lamp', 'end'],
    ])
    expect(recordsOf(folder).find(({ type }) => type === 'intent')).toMatchObject({
      peripheral: 'pump',
      action: 'pulse',
      input: { width: 20 },
      effect: 'pulse',
      task: expect.stringMatching(/^[\w-]{21}$/),
    })
  })

  it('has the intent on the disk before the action is begun', async () => {
    const folder = new FakeFolder()
    const { bench, board } = await openJournaled(folder, SPECS)
    const before: string[] = []
    board.onLevel(() => before.push(...storyOf(folder).filter(line => line.startsWith('intent'))))
    folder.onCall = ({ name }) => void (name === 'sync' && before.push(`sync while pump is ${board.level(17)}`))
    await bench.pump.on().result()
    expect(before).toEqual(['sync while pump is low', 'intent pump.on'])
  })

  it('does not write down reading', async () => {
    const folder = new FakeFolder()
    const { bench } = await openJournaled(folder, SPECS)
    const before = folder.text('dose.journal')
    await bench.level.read().result()
    expect(folder.text('dose.journal')).toBe(before)
  })

  it('has one intent and one outcome for a task that is tried again', async () => {
    const folder = new FakeFolder()
    const { bench } = await openJournaled(folder, { odd: odd({ line: 17 }) })
    await failureOf(bench.odd.fail({}, { retries: 2 }).result())
    await bench.close()
    expect(storyOf(folder).filter(NO_LEVELS)).toEqual([
      ...['start', 'intent odd.fail', 'safe odd', 'safe odd', 'safe odd', 'outcome failed', 'safe odd', 'end'],
    ])
    expect(recordsOf(folder).find(({ type }) => type === 'outcome')).toMatchObject({ error: 'it does not work' })
  })

  it('writes down that the outcome of a task that was given up is not known, and what came of its queue', async () => {
    const folder = new FakeFolder()
    const { bench } = await openJournaled(folder, { odd: odd({ line: 17 }) })
    await failureOf(bench.odd.hang({}, { timeout: '1s', grace: '1s' }).result())
    await bench.odd.queue.reset()
    await bench.close()
    expect(storyOf(folder).filter(NO_LEVELS)).toEqual([
      ...['start', 'intent odd.hang', 'event quarantined', 'safe odd', 'outcome indeterminate'],
      ...['safe odd', 'event reset', 'safe odd', 'end'],
    ])
  })

  it('writes down emergency stops and resets, with their time and reason', async () => {
    const folder = new FakeFolder()
    const { bench } = await openJournaled(folder, SPECS)
    const pulse = bench.pump.pulse({ width: '1h' })
    await bench.lamp.on().result()
    await bench.stop('smoke', { by: 'the watchman' })
    await bench.reset({ acknowledge: 'it was steam' })
    await bench.close()
    expect(pulse.error).toMatchObject({ code: 'ERR_STOPPED' })
    const events = recordsOf(folder).flatMap(record => (record.type === 'event' ? [record.event] : []))
    expect(events).toMatchObject([
      { type: 'stop', reason: 'smoke', by: 'the watchman', time: expect.any(Number) },
      { type: 'stopReset', acknowledge: 'it was steam' },
    ])
    expect(storyOf(folder)).toContain('outcome failed')
    expect(storyOf(folder).at(-1)).toBe('end')
  })

  it('has no clean end when not all is safe', async () => {
    const folder = new FakeFolder()
    const specs = { valve: output({ line: 17, safe: 'high' }), lamp: output({ line: 18 }) }
    const { bench, board } = await openJournaled(folder, specs)
    await bench.valve.off().result()
    board.drive(17, 'low')
    expect(await failureOf(bench.close())).toMatchObject({ code: 'ERR_NOT_SAFE' })
    expect(storyOf(folder).filter(NO_LEVELS)).toEqual([
      ...['start', 'intent valve.off', 'outcome succeeded', 'safe lamp', 'event notSafe', 'event quarantined'],
    ])
    const again = await openJournaled(new FakeFolder(folder.remains), specs)
    expect(again.bench.recovered).toMatchObject({ inFlight: [] })
  })

  it('cuts an input that is too long for a line', async () => {
    const folder = new FakeFolder()
    const { bench } = await openJournaled(folder, SPECS)
    const blink = { on: '1ms', off: '1ms', count: 1 }
    await bench.pump.call('blink', blink, { name: 'x'.repeat(9000) }).result()
    const long = folder
      .text('dose.journal')
      .split('\n')
      .map(({ length }) => length)
    expect(Math.max(...long)).toBeLessThan(2600)
  })
})

describe('a task that is stopped while its intent is on its way to the disk', () => {
  it('ends at once and never runs, although the disk hangs', async () => {
    const folder = new FakeFolder()
    const { bench, board } = await openJournaled(folder, SPECS)
    const levels: string[] = []
    board.onLevel((line, level) => levels.push(`${line} ${level}`))
    const task = bench.pump.on()
    folder.onCall = ({ name }) => void (name === 'sync' && task.cancel('no more'))
    expect(await failureOf(task.result())).toMatchObject({ code: 'ERR_CANCELLED' })
    await bench.lamp.on().result()
    await bench.close()
    expect(levels).toEqual(['18 high', '18 low'])
    expect(storyOf(folder)).toContain('outcome cancelled')
  })
})

describe('after a run that was killed', () => {
  it('what was in flight is reported as indeterminate, with what its lines were last told', async () => {
    const folder = await killed(async ({ bench, clock }) => {
      await bench.lamp.on().result()
      bench.pump.pulse({ width: '1h' })
      await wait(clock, 500)
      await wait(clock, 500)
      await bench.lamp.off().result()
    })
    const { bench, board } = await openJournaled(folder, SPECS)
    expect(bench.recovered).toMatchObject({
      file: '/state/dose.journal',
      pid: 999,
      rebooted: false,
      inFlight: [
        {
          name: 'pump.pulse',
          input: { width: 3_600_000 },
          state: 'indeterminate',
          levels: [{ name: 'pump', line: 17, level: 'high' }],
        },
      ],
      levels: [
        { name: 'pump', line: 17, level: 'high' },
        { name: 'lamp', line: 18, level: 'low' },
      ],
    } satisfies DeepPartial<Recovered>)
    expect([board.level(17), board.level(18)]).toEqual(['low', 'low'])
  })

  it('it is told as an event too, to whoever listens when the bench has been opened', async () => {
    const folder = await killed(async ({ bench, clock }) => {
      bench.pump.pulse({ width: '1h' })
      await wait(clock, 500)
    })
    const { bench } = await openJournaled(folder, SPECS)
    const heard: unknown[] = []
    bench.worker.listen(({ type, ...event }) => type === 'recovered' && heard.push(event))
    await bench.lamp.pulse({ width: 1 }).result()
    expect(heard).toMatchObject([{ pid: 999, inFlight: [{ name: 'pump.pulse' }] }])
  })

  it('it can be written as JSON and read again', async () => {
    const folder = await killed(async ({ bench, clock }) => {
      bench.pump.pulse({ width: '1h' })
      await wait(clock, 500)
    })
    const { bench } = await openJournaled(folder, SPECS)
    expect(JSON.parse(JSON.stringify(bench.recovered))).toEqual(bench.recovered)
  })

  it('the safe states are reached before the new journal begins', async () => {
    const folder = await killed(async ({ bench, clock }) => {
      bench.pump.pulse({ width: '1h' })
      await wait(clock, 500)
    })
    const { bench } = await openJournaled(folder, SPECS)
    expect(storyOf(folder)).toEqual(['start', 'levels pump low, lamp low', 'intent pump.pulse', 'recovered 1'])
    expect(storyOf(folder, 'dose.journal.old').at(-1)).toBe('levels pump high')
    await bench.close()
    const third = await openJournaled(folder, SPECS)
    expect(third.bench.recovered).toBeUndefined()
  })

  it('it is reported again when nobody can have heard of it before the next crash', async () => {
    const folder = await killed(async ({ bench, clock }) => {
      bench.pump.pulse({ width: '1h' })
      await wait(clock, 500)
    })
    await openJournaled(folder, SPECS, { journal: { processes: machine(5) } })
    const at = new FakeFolder(folder.remains)
    const { bench } = await openJournaled(at, SPECS, { journal: { processes: machine(6) } })
    const reports = [bench.recovered]
    await bench.lamp.on().result()
    const after = new FakeFolder(at.remains)
    reports.push((await openJournaled(after, SPECS, { journal: { processes: machine(7) } })).bench.recovered)
    expect(reports.map(report => report?.inFlight.map(({ name }) => name))).toEqual([['pump.pulse'], ['lamp.on']])
  })

  it('it is reported again when the bench could not be opened after all', async () => {
    const folder = await killed(async ({ bench, clock }) => {
      bench.pump.pulse({ width: '1h' })
      await wait(clock, 500)
    })
    const context = { name: 'dose', driver: 'mock', peripherals: ['pump'], signals: [] } as const
    const worker = new Worker({ clock: new VirtualClock() })
    const journal = await openJournal({ folder, processes: machine() }, { ...context, worker })
    await journal?.recover([])
    journal?.madeSafe('pump')
    await journal?.end()
    const { bench } = await openJournaled(folder, SPECS)
    expect(storyOf(folder, 'dose.journal.old').slice(-2)).toEqual(['recovered 1', 'safe pump'])
    expect(bench.recovered?.inFlight.map(({ name }) => name)).toEqual(['pump.pulse'])
  })

  it('the bench is not opened, and the next start is told the same, when not all can be made safe', async () => {
    const folder = await killed(async ({ bench, clock }) => {
      bench.pump.pulse({ width: '1h' })
      await wait(clock, 500)
    })
    const before = folder.text('dose.journal')
    const stuck = { name: 'mock', open: async () => new StuckBoard({ clock: new VirtualClock() }) } as const
    const specs = { ...SPECS, pump: output({ line: 17, safe: 'high' }) }
    const error = await failureOf(openJournaled(folder, specs, { driver: stuck }))
    expect(error).toMatchObject({ code: 'ERR_NOT_SAFE', place: 'pump' })
    expect(folder.names).toEqual(['dose.journal'])
    expect(folder.text('dose.journal')).toBe(before)
    const { bench } = await openJournaled(folder, SPECS)
    expect(bench.recovered?.inFlight.map(({ name }) => name)).toEqual(['pump.pulse'])
  })

  it('a journal that is damaged opens nothing and is left as it is', async () => {
    const folder = await killed(({ bench }) => bench.pump.on().result())
    const text = folder.text('dose.journal').replace('"start"', '"stert"')
    const damaged = new FakeFolder(new Map([['dose.journal', Buffer.from(text)]]))
    expect(await failureOf(openJournaled(damaged, SPECS))).toMatchObject({
      code: 'ERR_JOURNAL',
      place: '/state/dose.journal:2',
    })
    expect([damaged.names, damaged.text('dose.journal')]).toEqual([['dose.journal'], text])
  })
})

describe('a bench that cannot be opened', () => {
  it('leaves a clean journal and no lock', async () => {
    const folder = new FakeFolder()
    const busy = new MockBoard({ clock: new VirtualClock() })
    await busy.request({ lines: [18], settings: { direction: 'input' } })
    const driver = { name: 'mock', open: async () => busy } as const
    expect(await failureOf(openJournaled(folder, SPECS, { driver }))).toMatchObject({ code: 'ERR_LINE_BUSY' })
    expect([folder.names, storyOf(folder).at(-1)]).toEqual([['dose.journal'], 'end'])
  })

  it('because another process has its journal touches no line', async () => {
    const folder = new FakeFolder()
    await openJournaled(folder, SPECS, { journal: { processes: machine(1) } })
    const board = new MockBoard({ clock: new VirtualClock() })
    const asked: number[] = []
    board.request = async ({ lines }) => asked.push(...lines) as never
    const driver = { name: 'mock', open: async () => board } as const
    const processes = machine(2, [1])
    const error = await failureOf(openJournaled(folder, SPECS, { driver, journal: { processes } }))
    expect([error.code, error.details.pid, asked]).toEqual(['ERR_JOURNAL', 1, []])
  })
})

/** GPIO17 is held low by something as soon as it has been requested. */
class StuckBoard extends MockBoard {
  override async request(request: Parameters<MockBoard['request']>[0]): ReturnType<MockBoard['request']> {
    const handle = await super.request(request)
    if (request.lines.includes(17)) this.drive(17, 'low')
    return handle
  }
}

type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T
