import { describe, expect, it } from 'vitest'
import type { Commands, IntentRecord, JournalRecord } from '../../../src/bench/journal/format.js'
import { Journal, type JournalParts } from '../../../src/bench/journal/journal.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { FakeFolder, settle } from './fake-folder.js'
import { recordsOf, storyOf } from './setup.js'

const now = { time: 0, at: 0 }

function intent(task: string, input: unknown = {}): IntentRecord {
  return { type: 'intent', task, peripheral: 'pump', action: 'on', input, effect: 'idempotent', ...now }
}

function outcome(task: string): JournalRecord {
  return { type: 'outcome', task, state: 'succeeded', error: null, ...now }
}

interface Stage {
  readonly folder: FakeFolder
  readonly journal: Journal
  readonly clock: VirtualClock
  /** What the lines are told. */
  readonly told: Record<string, 'low' | 'high'>
}

async function begin(options: Partial<JournalParts> = {}): Promise<Stage> {
  const folder = new FakeFolder()
  const clock = new VirtualClock()
  const told = {}
  const journal = await Journal.create(
    {
      folder,
      bench: 'dose',
      clock,
      maxBytes: 1e6,
      start: { type: 'start', pid: 1, boot: 'b0', driver: 'mock', lines: {}, ...now },
      commands: (): Commands => told,
      ...options,
    },
    [],
  )
  folder.calls.length = 0
  return { folder, journal, clock, told }
}

describe('intents', () => {
  it('are on the disk before anybody is told so', async () => {
    const { folder, journal } = await begin()
    const calls: string[] = []
    folder.onCall = ({ name }) => void calls.push(name)
    await journal.intend(intent('a')).then(() => calls.push('told'))
    expect(calls).toEqual(['write', 'sync', 'told'])
  })

  it('of one turn share one write and one sync', async () => {
    const { folder, journal } = await begin()
    await Promise.all(['a', 'b', 'c', 'd'].map(task => journal.intend(intent(task))))
    expect([folder.count('write'), folder.count('sync')]).toEqual([1, 1])
  })

  it('that come while a sync is under way share the next one', async () => {
    const { folder, journal } = await begin()
    const all: Promise<void>[] = [journal.intend(intent('a'))]
    folder.onCall = ({ name }) => {
      if (name === 'sync' && all.length === 1) for (const task of ['b', 'c']) all.push(journal.intend(intent(task)))
      return undefined
    }
    await settle(folder)
    await Promise.all(all)
    expect([folder.count('sync'), storyOf(folder).length]).toEqual([2, 4])
  })

  it('share their write with the outcome that came before them in the same turn', async () => {
    const { folder, journal } = await begin()
    await journal.intend(intent('a'))
    folder.calls.length = 0
    journal.note(outcome('a'))
    await Promise.resolve().then(() => journal.intend(intent('b')))
    expect([folder.count('write'), folder.count('sync')]).toEqual([1, 1])
  })

  it('are whole although the system takes a few bytes at a time', async () => {
    const { folder, journal } = await begin()
    folder.onCall = ({ name }) => (name === 'write' ? { taken: 7 } : undefined)
    await journal.intend(intent('a'))
    expect(storyOf(folder)).toEqual(['start', 'intent pump.on'])
  })
})

describe('outcomes', () => {
  it('are written at once, and not synced for themselves', async () => {
    const { folder, journal } = await begin()
    journal.note(outcome('a'))
    await settle(folder)
    expect([folder.count('write'), folder.count('sync')]).toEqual([1, 0])
  })
})

describe('commanded levels', () => {
  it('are written when they change, and only those that did', async () => {
    const { folder, journal, told } = await begin()
    Object.assign(told, { pump: 'high', lamp: 'low' })
    journal.commanded()
    await settle(folder)
    told.lamp = 'high'
    await journal.intend(intent('a'))
    expect(storyOf(folder).slice(1)).toEqual(['levels pump high, lamp low', 'intent pump.on', 'levels lamp high'])
  })

  it('are written ten times a second, however often they change', async () => {
    const { folder, journal, told, clock } = await begin()
    for (let ms = 0; ms < 1000; ms++) {
      told.pump = ms % 2 === 0 ? 'high' : 'low'
      if (ms % 3 === 0) told.lamp = ms % 2 === 0 ? 'high' : 'low'
      journal.commanded()
      await new Promise<void>(resolve => void clock.after(1e6, resolve))
    }
    await settle(folder)
    const writes = folder.count('write')
    expect(writes).toBe(10)
  })

  it('that came in between are written when their time has come', async () => {
    const { folder, journal, told, clock } = await begin()
    told.pump = 'high'
    journal.commanded()
    await settle(folder)
    told.pump = 'low'
    journal.commanded()
    await settle(folder)
    const before = storyOf(folder).at(-1)
    await new Promise<void>(resolve => void clock.after(100e6, resolve))
    await settle(folder)
    expect([before, storyOf(folder).at(-1)]).toEqual(['levels pump high', 'levels pump low'])
  })
})

describe('the file', () => {
  it('is followed by a new one before it becomes too large, and stays as the old one', async () => {
    const { folder, journal } = await begin({ maxBytes: 5000 })
    for (let task = 0; task < 200; task++) {
      await journal.intend(intent(`t${task}`))
      journal.note(outcome(`t${task}`))
    }
    await journal.close({ type: 'end', ...now })
    expect(folder.names).toEqual(['dose.journal', 'dose.journal.old'])
    for (const name of folder.names) {
      const { length } = folder.text(name)
      expect([name, length > 1000, length <= 5000]).toEqual([name, true, true])
    }
    expect(storyOf(folder).at(-1)).toBe('end')
  })

  it('takes over what is unfinished, and the last levels', async () => {
    const { folder, journal, told } = await begin({ maxBytes: 5000 })
    told.pump = 'high'
    await journal.intend(intent('long', { width: '3h' }))
    for (let task = 0; task < 100; task++) {
      await journal.intend(intent(`t${task}`))
      journal.note(outcome(`t${task}`))
    }
    expect(storyOf(folder).slice(0, 3)).toEqual(['start', 'levels pump high', 'intent pump.on'])
    expect(recordsOf(folder)[2]).toMatchObject({ task: 'long', input: { width: '3h' } })
  })

  it('does not begin anew with every write when what is unfinished is larger than it may be', async () => {
    const { folder, journal } = await begin({ maxBytes: 4096 })
    for (let task = 0; task < 40; task++) await journal.intend(intent(`t${task}`, 'x'.repeat(500)))
    folder.calls.length = 0
    for (let task = 0; task < 20; task++) await journal.intend(intent(`u${task}`, 'x'.repeat(500)))
    expect(folder.count('create')).toBeLessThan(3)
  })

  it('has its name on the disk before the one before it loses its own', async () => {
    const { folder, journal } = await begin({ maxBytes: 4096 })
    for (let task = 0; folder.count('create') === 0; task++) await journal.intend(intent(`t${task}`))
    const names = folder.calls.map(({ name }) => name)
    expect(names.slice(names.indexOf('create'))).toEqual([
      ...['create', 'write', 'sync', 'sync folder', 'rename', 'rename', 'sync folder'],
    ])
  })

  it('is not written any more when it is closed', async () => {
    const { folder, journal } = await begin()
    await journal.close({ type: 'end', ...now })
    const text = folder.text('dose.journal')
    journal.note(outcome('late'))
    journal.commanded()
    await settle(folder)
    expect(folder.text('dose.journal')).toBe(text)
  })
})
