import { describe, expect, it, vi } from 'vitest'
import type { MockBoard } from '../../../mocks/board.js'
import { MockDriver } from '../../../mocks/driver.js'
import { input } from '../../../src/peripherals/input.js'
import { output } from '../../../src/peripherals/output.js'
import { sleep } from '../../../src/worker/sleep.js'
import { failureOf } from '../setup.js'
import { type CallName, FakeFolder, type Fault, settle } from './fake-folder.js'
import { machine, openJournaled, storyOf } from './setup.js'

const SPECS = { pump: output({ line: 17 }), lamp: output({ line: 18 }), level: input({ line: 4 }) }

/** From now on, until it is told otherwise. */
function fail(folder: FakeFolder, name: CallName, fault: Fault): void {
  folder.onCall = call => (call.name === name ? fault : undefined)
}

function heal(folder: FakeFolder): void {
  folder.onCall = () => undefined
}

describe('while the disk is full', () => {
  const full = (folder: FakeFolder): void => fail(folder, 'write', { code: 'ENOSPC', taken: 30 })

  it('an action that does more than read is not begun, and its error says why and what to do', async () => {
    const folder = new FakeFolder()
    const { bench, board } = await openJournaled(folder, SPECS)
    full(folder)
    const task = bench.pump.on()
    expect(await failureOf(task.result())).toMatchObject({
      code: 'ERR_JOURNAL',
      message: expect.stringMatching(/^pump\.on was not begun: the journal .*dose\.journal .* disk is full \(ENOSPC\)/),
      remedy: expect.stringMatching(/Make room .* start the action again/),
      details: { action: 'pump.on' },
    })
    expect([task.state, board.level(17)]).toEqual(['failed', 'low'])
  })

  it('reading goes on', async () => {
    const folder = new FakeFolder()
    const { bench } = await openJournaled(folder, SPECS)
    full(folder)
    await bench.pump
      .on()
      .result()
      .catch(() => undefined)
    expect(await bench.level.read().result()).toEqual({ level: 'high', on: true })
  })

  it('what runs goes on to its end, and its outcome is written first when there is room', async () => {
    const folder = new FakeFolder()
    const { bench, clock } = await openJournaled(folder, SPECS)
    const pulse = bench.pump.pulse({ width: '1s' })
    clock.after(5e8, () => {
      full(folder)
      void bench.lamp
        .on()
        .result()
        .catch(() => undefined)
    })
    await pulse.result()
    heal(folder)
    await bench.lamp.on().result()
    expect(storyOf(folder).slice(0, 6)).toEqual([
      ...['start', 'levels pump low, lamp low', 'intent pump.pulse'],
      ...['trouble refused 1 lost 0', 'safe lamp', 'outcome succeeded'],
    ])
  })

  it('the journal is tried anew with each action', async () => {
    const folder = new FakeFolder()
    const { bench } = await openJournaled(folder, SPECS)
    full(folder)
    for (let attempt = 0; attempt < 3; attempt++) await failureOf(bench.pump.on().result())
    heal(folder)
    await bench.pump.on().result()
    expect(storyOf(folder)).toContain('trouble refused 3 lost 0')
  })

  it('nothing is tried when nobody asks', async () => {
    const folder = new FakeFolder()
    const { bench, clock } = await openJournaled(folder, SPECS)
    full(folder)
    await failureOf(bench.pump.on().result())
    const { length } = folder.calls
    await bench.safe()
    await new Promise<void>(resolve => void clock.after(60e9, resolve))
    expect(folder.calls.length).toBe(length)
  })

  it('the closing of the bench makes all safe, lets the lines go, and says that its end is not in the journal', async () => {
    const folder = new FakeFolder()
    const { bench, board } = await openJournaled(folder, SPECS)
    await bench.pump.on().result()
    full(folder)
    expect(await failureOf(bench.close())).toMatchObject({ code: 'ERR_JOURNAL' })
    expect(() => board.lineInfo(17)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }))
    expect(folder.names.filter(name => name.includes('.lock.'))).toEqual([])
  })

  it('stops and the like are kept, but not without end', async () => {
    const folder = new FakeFolder()
    const { bench } = await openJournaled(folder, SPECS)
    full(folder)
    await failureOf(bench.pump.on().result())
    for (let round = 0; round < 1010; round++) await bench.pump.queue.makeSafe()
    heal(folder)
    await bench.pump.on().result()
    expect(storyOf(folder).filter(line => line.startsWith('trouble'))).toEqual(['trouble refused 1 lost 11'])
  })
})

describe('a sync that fails', () => {
  it('refuses the action, and is not tried again on the same file: what it held back may be lost', async () => {
    const folder = new FakeFolder()
    const { bench } = await openJournaled(folder, SPECS)
    fail(folder, 'sync', { code: 'EIO' })
    expect(await failureOf(bench.pump.on().result())).toMatchObject({
      code: 'ERR_JOURNAL',
      message: expect.stringMatching(/the disk fails \(EIO\)/),
      remedy: expect.stringMatching(/dmesg/),
    })
    heal(folder)
    folder.calls.length = 0
    await bench.pump.on().result()
    expect(folder.calls.slice(0, 2).map(({ name, file }) => `${name} ${file}`)).toEqual([
      'create dose.journal.new',
      'write dose.journal.new',
    ])
  })
})

describe('a new file that cannot be begun', () => {
  it.each<[CallName, string]>([
    ['create', 'EROFS'],
    ['write', 'ENOSPC'],
    ['sync', 'EIO'],
    ['rename', 'EACCES'],
    ['sync folder', 'EIO'],
  ])('%s: %s refuses the action, and the next one tries again', async (name, code) => {
    const folder = new FakeFolder()
    const { bench } = await openJournaled(folder, SPECS, { journal: { maxBytes: 4096 } })
    folder.calls.length = 0
    folder.onCall = call => (folder.count('create') > 0 && call.name === name ? { code } : undefined)
    let refusal: unknown
    while (refusal === undefined) {
      refusal = await bench.pump
        .on()
        .result()
        .then(
          () => undefined,
          error => error,
        )
    }
    expect(refusal).toMatchObject({ code: 'ERR_JOURNAL', message: expect.stringContaining(code) })
    heal(folder)
    await bench.pump.on().result()
    await bench.close()
    expect(storyOf(folder)).toContain('trouble refused 1 lost 0')
    expect(storyOf(folder).at(-1)).toBe('end')
  })
})

describe('a bench whose journal cannot be opened', () => {
  /** A board that is looked at although its bench is not opened. */
  async function refusedBench(folder: FakeFolder) {
    const driver = new MockDriver()
    const open = vi.spyOn(driver, 'open')
    const error = await failureOf(openJournaled(folder, { heater: output({ line: 18, activeLow: true }) }, { driver }))
    const board = (await open.mock.results[0]?.value) as MockBoard
    return { error, levels: [...board.trace.of(18)].map(({ level }) => level) }
  }

  it.each<[string, CallName, string, RegExp]>([
    ['read-only', 'create', 'EROFS', /cannot be written: the file system is read-only \(EROFS\)/],
    ['unreadable', 'read', 'EACCES', /cannot be read: this user may not do that \(EACCES\)/],
    ['on a full disk', 'write', 'ENOSPC', /cannot be written: the disk is full/],
    ['on a disk that fails', 'sync', 'EIO', /cannot be written: the disk fails/],
    ['with something unknown', 'list', 'EWHAT', /cannot be written: EWHAT: the call failed/],
  ])('%s: it is refused when its outputs are in their safe states', async (_, name, code, message) => {
    const folder = new FakeFolder()
    fail(folder, name, { code })
    const { error, levels } = await refusedBench(folder)
    expect(error).toMatchObject({ code: 'ERR_JOURNAL', place: '/state/dose.journal' })
    expect([error.message, error.remedy]).toEqual([
      expect.stringMatching(message),
      expect.stringMatching(/journal: false/),
    ])
    expect(levels[0]).toBe('high')
  })

  it('because it is damaged is refused when its outputs are in their safe states', async () => {
    const { error, levels } = await refusedBench(new FakeFolder(new Map([['dose.journal', Buffer.from('nothing')]])))
    expect([error.code, levels[0]]).toEqual(['ERR_JOURNAL', 'high'])
  })

  it('because another process has it is refused before a line is requested: they are driven by that one', async () => {
    const folder = new FakeFolder()
    await openJournaled(folder, SPECS)
    const { error, levels } = await refusedBench(folder)
    expect([error.code, levels]).toEqual(['ERR_JOURNAL', []])
  })
})

describe('a bench whose journal can be read and not be written', () => {
  /** What a run leaves: killed while its pump is on, or closed. */
  async function leftBy(end: 'killed' | 'closed'): Promise<FakeFolder> {
    const folder = new FakeFolder()
    const { bench, clock } = await openJournaled(folder, SPECS, { journal: { processes: machine(999) } })
    void bench.pump
      .pulse({ width: '1h' })
      .result()
      .catch(() => undefined)
    await sleep(clock, 1)
    if (end === 'closed') await bench.close({ abort: true })
    await clock.hold(settle(folder))
    return new FakeFolder(folder.remains)
  }

  const faults = [
    ['create', 'EROFS'],
    ['write', 'ENOSPC'],
    ['sync', 'EIO'],
  ] as const
  const cases = faults.flatMap(([name, code]) => (['killed', 'closed'] as const).map(end => [name, code, end] as const))

  it.each(cases)(
    '%s: %s, after a run that was %s, makes all safe, reads, and refuses the rest',
    async (name, code, end) => {
      const folder = await leftBy(end)
      fail(folder, name, { code })
      const { bench, board } = await openJournaled(folder, { ...SPECS, heater: output({ line: 22, activeLow: true }) })
      expect(board.level(22)).toBe('high')
      expect(bench.recovered?.inFlight.map(task => task.name)).toEqual(end === 'killed' ? ['pump.pulse'] : undefined)
      expect(await bench.level.read().result()).toEqual({ level: 'high', on: true })
      const error = await failureOf(bench.pump.on().result())
      expect([error.code, board.level(17)]).toEqual(['ERR_JOURNAL', 'low'])
      expect(error.message).toMatch(
        new RegExp(`^pump\\.on was not begun: the journal \\S+ cannot be written: [^:]*${code}`),
      )
    },
  )

  it.each(cases)('%s: %s, after a run that was %s, goes on as soon as it can be', async (name, code, end) => {
    const folder = await leftBy(end)
    fail(folder, name, { code })
    const { bench } = await openJournaled(folder, SPECS)
    await failureOf(bench.pump.on().result())
    heal(folder)
    await Promise.all([bench.pump.on().result(), bench.lamp.on().result()])
    await bench.close()
    const story = storyOf(folder)
    for (const line of ['intent pump.on', 'intent lamp.on', ...(end === 'killed' ? ['recovered 1'] : [])]) {
      expect(story.filter(one => one === line)).toEqual([line])
    }
    expect(story.at(-1)).toBe('end')
    expect((await openJournaled(folder, SPECS)).bench.recovered).toBeUndefined()
  })

  it('tells the same of the run before to the next start, when it could write nothing at all', async () => {
    const folder = await leftBy('killed')
    fail(folder, 'create', { code: 'ENOSPC' })
    const { bench } = await openJournaled(folder, SPECS)
    await bench.close()
    heal(folder)
    const next = await openJournaled(folder, SPECS)
    expect(next.bench.recovered?.inFlight.map(task => task.name)).toEqual(['pump.pulse'])
  })

  it('is refused while another process has it', async () => {
    const folder = await leftBy('killed')
    await openJournaled(folder, SPECS)
    fail(folder, 'create', { code: 'ENOSPC' })
    expect((await failureOf(openJournaled(folder, SPECS))).message).toMatch(/is in use by/)
  })
})
