import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { DiskFolder } from '../../../src/bench/journal/files.js'
import { defaultFolder, type JournalChoice, planJournalName } from '../../../src/bench/journal/open-journal.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { output } from '../../../src/peripherals/output.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { failureOf } from '../setup.js'

const isRoot = process.getuid?.() === 0

function tempFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'pi-worker-journal-'))
  onTestFinished(() => {
    chmodSync(path, 0o700)
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

const open = (journal: JournalChoice, name?: string) =>
  openBench({ pump: output({ line: 17 }) }, { driver: new MockDriver(), clock: new VirtualClock(), journal, name })

describe('a journal on a real disk', () => {
  it('is made with its folder, for this user alone, and is written on by the next run', async () => {
    const folder = join(tempFolder(), 'state', 'pi-worker')
    for (let run = 0; run < 2; run++) {
      const bench = await open({ folder }, 'dose')
      await bench.pump.on().result()
      await bench.close()
    }
    const types = readFileSync(join(folder, 'dose.journal'), 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line).type)
    expect(types.filter(type => type !== 'levels' && type !== 'safe')).toEqual([
      ...[undefined, 'start', 'intent', 'outcome', 'end'],
      ...['start', 'intent', 'outcome', 'end'],
    ])
    expect([statSync(folder).mode & 0o777, statSync(join(folder, 'dose.journal')).mode & 0o777]).toEqual([0o700, 0o600])
  })

  it.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['another file', (path: string) => writeFileSync(path, 'shopping: milk\n')],
    ['an empty file', (path: string) => writeFileSync(path, '')],
  ])('is refused where %s has its name, which is left alone', async (_, make) => {
    const folder = tempFolder()
    const path = join(folder, 'dose.journal')
    make(path)
    const before = statSync(path)
    expect(await failureOf(open({ folder }, 'dose'))).toMatchObject({ code: 'ERR_JOURNAL', place: path })
    expect(statSync(path).size).toBe(before.size)
  })

  it('that was renamed is refused', async () => {
    const folder = tempFolder()
    await (await open({ folder }, 'dose')).close()
    writeFileSync(join(folder, 'other.journal'), readFileSync(join(folder, 'dose.journal')))
    const error = await failureOf(open({ folder }, 'other'))
    expect(error).toMatchObject({
      code: 'ERR_JOURNAL',
      message: expect.stringMatching(/of the bench dose, not of other/),
    })
  })

  it.skipIf(isRoot)('is refused in a folder that may not be written', async () => {
    const folder = tempFolder()
    chmodSync(folder, 0o500)
    const error = await failureOf(open({ folder }, 'dose'))
    expect(error).toMatchObject({ code: 'ERR_JOURNAL', message: expect.stringMatching(/EACCES/) })
  })

  it('is refused below something that is no folder', async () => {
    const folder = join(tempFolder(), 'file')
    writeFileSync(folder, '')
    expect(await failureOf(open({ folder }, 'dose'))).toMatchObject({ code: 'ERR_JOURNAL' })
  })
})

describe('a folder', () => {
  it('says whether there was something to rename', async () => {
    const folder = new DiskFolder(tempFolder())
    await (await folder.create('a')).close()
    expect([await folder.rename('a', 'b'), await folder.rename('a', 'b'), await folder.list()]).toEqual([
      true,
      false,
      ['b'],
    ])
  })

  it('that is not there has no files', async () => {
    const folder = new DiskFolder(join(tempFolder(), 'none'))
    expect([await folder.list(), await folder.read('x')]).toEqual([[], undefined])
  })
})

describe('what a bench can be told of its journal', () => {
  it.each([
    [{ maxBytes: 100 }, 'journal.maxBytes'],
    [{ maxBytes: 5000.5 }, 'journal.maxBytes'],
    [{ folder: '' }, 'journal.folder'],
    ['yes' as never, 'journal'],
    [null as never, 'journal'],
  ])('is not %j', async (journal, place) => {
    expect(await failureOf(open(journal))).toMatchObject({ code: 'ERR_BAD_OPTION', place })
  })

  it.each(['', '../x', 'a/b', '.hidden', 'x'.repeat(101)])('is not a name like "%s"', async name => {
    const journal = { folder: tempFolder(), name }
    expect(await failureOf(open(journal))).toMatchObject({ code: 'ERR_BAD_OPTION', place: 'journal.name' })
  })

  it.each(['Dose until full', '../x', 'é'])(
    'may be any name of the bench, such as "%s": files have one that fits',
    async name => {
      const folder = new DiskFolder(tempFolder())
      await (await open({ folder }, name)).close()
      expect(await folder.list()).toEqual([expect.stringMatching(/^[\w-]+-[0-9a-f]{8}\.journal$/)])
    },
  )

  it('without a name gives one that is the same for the same program and peripherals, and another for others', async () => {
    const path = tempFolder()
    const [pump, lamp] = [output({ line: 17 }), output({ line: 18 })]
    for (const specs of [{ pump }, { pump }, { pump, lamp }, { lamp, pump }]) {
      const bench = await openBench(specs, {
        driver: new MockDriver(),
        clock: new VirtualClock(),
        journal: { folder: path },
      })
      await bench.close()
    }
    expect((await new DiskFolder(path).list()).length).toBe(2)
  })

  it('is nothing on the mock unless it is asked for', async () => {
    const bench = await open(undefined)
    expect(bench.recovered).toBeUndefined()
    await bench.close()
  })
})

describe('names and places', () => {
  it('of plan files are their own, by their paths, and fit into a file name', () => {
    const [one, two, strange] = [
      planJournalName('Dose until full', '/home/a/dose.yaml'),
      planJournalName('Dose until full', '/home/b/dose.yaml'),
      planJournalName('../…/Überlauf  prüfen\n', '/home/a/x.yaml'),
    ]
    expect(one).toMatch(/^Dose-until-full-[0-9a-f]{8}$/)
    expect(two).not.toBe(one)
    expect(strange).toMatch(/^[A-Za-z0-9-]+-[0-9a-f]{8}$/)
    expect(planJournalName('', '/x')).toMatch(/^bench-[0-9a-f]{8}$/)
  })

  it('are where a service or a user has its state', () => {
    const home = defaultFolder({})
    expect(home).toMatch(/\/\.local\/state\/pi-worker$/)
    expect(defaultFolder({ XDG_STATE_HOME: '/s' })).toBe('/s/pi-worker')
    expect(defaultFolder({ XDG_STATE_HOME: 'relative' })).toBe(home)
    expect(defaultFolder({ XDG_STATE_HOME: '/s', STATE_DIRECTORY: '/var/lib/pi-worker:/x' })).toBe('/var/lib/pi-worker')
  })
})
