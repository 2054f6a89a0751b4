import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { headerLine, type JournalRecord, recordLine } from '../../src/bench/journal/format.js'
import { recover } from '../../src/bench/journal/recover.js'
import { describeRecovered } from '../../src/cli/journal.js'
import { runMain, tempFolder } from './setup.js'

const at = (n: number) => ({ time: Date.parse('2026-10-05T12:00:00Z') + n * 1000, at: n * 1e9 })
const RUN: readonly JournalRecord[] = [
  { type: 'start', pid: 4711, boot: 'b0', driver: 'gpiochip', lines: { pump: 17 }, ...at(0) },
  { type: 'levels', levels: { pump: 'low' }, ...at(0) },
  { type: 'intent', task: 'a', peripheral: 'pump', action: 'on', input: {}, effect: 'idempotent', ...at(1) },
  { type: 'outcome', task: 'a', state: 'failed', error: 'no\u001b[2J power', ...at(2) },
  { type: 'safe', peripheral: 'pump', ...at(2) },
  { type: 'event', event: { type: 'quarantined', queue: 'pump' }, ...at(3) },
  { type: 'trouble', error: 'the disk is full', since: at(3).time, refused: 2, lost: 0, ...at(4) },
]
const IN_FLIGHT: readonly JournalRecord[] = [
  ...RUN,
  { type: 'intent', task: 'b', peripheral: 'pump', action: 'pulse', input: { width: 200 }, effect: 'pulse', ...at(5) },
  { type: 'levels', levels: { pump: 'high' }, ...at(5) },
]
const ENDED: readonly JournalRecord[] = [...RUN, { type: 'end', ...at(9) }]

/** A folder with journals, by the names of their benches. */
function folderWith(journals: Readonly<Record<string, readonly JournalRecord[]>>): string {
  const folder = tempFolder()
  for (const [name, records] of Object.entries(journals)) {
    const lines = records.map((record, index) => recordLine(index + 1, record))
    writeFileSync(join(folder, `${name}.journal`), headerLine(name) + lines.join(''))
  }
  return folder
}

it('lists the journals, how their runs ended and what was in flight', async () => {
  const folder = folderWith({ dose: IN_FLIGHT, garden: ENDED })
  const { code, stdout } = await runMain(['journal', '--folder', folder])
  expect(code).toBe(0)
  expect(stdout).toBe(
    [
      'dose  did not come to its end  process 4711  2026-10-05T12:00:05.000Z  in flight: pump.pulse',
      'garden  came to its end  2026-10-05T12:00:09.000Z\n',
    ].join('\n'),
  )
})

it('shows one: in flight, last levels, last records, without control characters', async () => {
  const { code, stdout } = await runMain(['journal', 'dose', '--folder', folderWith({ dose: IN_FLIGHT })])
  expect(code).toBe(0)
  expect(stdout.split('\n')).toEqual([
    'dose  did not come to its end  process 4711  2026-10-05T12:00:05.000Z  in flight: pump.pulse',
    'pump.pulse (task b, 2026-10-05T12:00:05.000Z) was in flight: its outcome is indeterminate  width=200',
    'last commanded: pump high',
    '2026-10-05T12:00:00.000Z  start      process 4711 on gpiochip',
    '2026-10-05T12:00:00.000Z  levels     pump low',
    '2026-10-05T12:00:01.000Z  intent     pump.on',
    '2026-10-05T12:00:02.000Z  outcome    pump.on failed: no [2J power',
    '2026-10-05T12:00:02.000Z  safe       pump',
    '2026-10-05T12:00:03.000Z  event      type=quarantined queue=pump',
    '2026-10-05T12:00:04.000Z  trouble    the disk is full; refused 2, lost 0',
    '2026-10-05T12:00:05.000Z  intent     pump.pulse  width=200',
    '2026-10-05T12:00:05.000Z  levels     pump high',
    '',
  ])
})

it('shows so many of the last records as it is asked for', async () => {
  const folder = folderWith({ dose: ENDED })
  const { stdout } = await runMain(['journal', 'dose', '--last', '1', '--folder', folder])
  expect(stdout.split('\n').slice(1)).toEqual(['… 7 more before', '2026-10-05T12:00:09.000Z  end', ''])
})

it('takes as much of a name as no other has', async () => {
  const folder = folderWith({ 'dose-1a2b': ENDED, 'dose-3c4d': ENDED, garden: ENDED })
  const found = await runMain(['journal', 'gar', '--folder', folder])
  const several = await runMain(['journal', 'dose', '--folder', folder])
  const none = await runMain(['journal', 'gardn', '--folder', folder])
  expect([found.code, several.code, none.code]).toEqual([0, 2, 2])
  expect(several.stderr).toContain('more than one journal begins with it: dose-1a2b, dose-3c4d')
  expect(none.stderr).toContain('Write pi-worker journal garden, if that was meant.')
})

it('gives the same as JSON', async () => {
  const folder = folderWith({ dose: IN_FLIGHT, garden: ENDED })
  const all = JSON.parse((await runMain(['journal', '--json', '--folder', folder])).stdout)
  const one = JSON.parse((await runMain(['journal', 'dose', '--json', '--folder', folder])).stdout)
  expect(all.journals.map(({ name, state }: Record<string, string>) => [name, state])).toEqual([
    ['dose', 'unfinished'],
    ['garden', 'ended'],
  ])
  expect(one).toMatchObject({
    name: 'dose',
    file: join(folder, 'dose.journal'),
    state: 'unfinished',
    pid: 4711,
    inFlight: [{ task: 'b', name: 'pump.pulse', state: 'indeterminate' }],
    levels: [{ name: 'pump', line: 17, level: 'high' }],
    records: IN_FLIGHT,
  })
})

it('tells of one that cannot be read, besides the others, and fails', async () => {
  const folder = folderWith({ garden: ENDED })
  writeFileSync(join(folder, 'dose.journal'), 'shopping: milk\n')
  const all = await runMain(['journal', '--folder', folder])
  const one = await runMain(['journal', 'dose', '--folder', folder, '--json'])
  expect([all.code, one.code]).toEqual([1, 1])
  expect(all.stdout).toMatch(/^dose {2}cannot be read: .*is no journal of pi-worker\ngarden {2}came to its end/)
  expect(JSON.parse(one.stdout)).toMatchObject({ error: { code: 'ERR_JOURNAL' } })
  expect(one.stderr).toContain('error ERR_JOURNAL')
})

it('says that there is none, and makes no folder', async () => {
  const folder = join(tempFolder(), 'none')
  const { code, stdout, stderr } = await runMain(['journal'], { env: { XDG_STATE_HOME: folder } })
  expect([code, stdout, stderr]).toEqual([0, '', `there is no journal in ${folder}/pi-worker\n`])
  expect(existsSync(folder)).toBe(false)
})

it('refuses a number of records that is none', async () => {
  const { code, stderr } = await runMain(['journal', '--last', 'many'])
  expect([code, stderr]).toEqual([2, expect.stringMatching(/ERR_USAGE: --last is a whole number, not "many"/)])
})

it('what run says of the run before has what was in flight and the last levels', () => {
  const parsed = { bench: 'dose', records: IN_FLIGHT, tornBytes: 0, complete: true }
  expect(describeRecovered(recover(parsed, 'f', 'b1'))).toBe(
    [
      'recovered: the run before (process 4711, since 2026-10-05T12:00:00.000Z) did not come to its end, and the machine was started anew; all is safe now',
      'recovered: pump.pulse (task b, 2026-10-05T12:00:05.000Z) was in flight: its outcome is indeterminate  width=200',
      'recovered: last commanded: pump high\n',
    ].join('\n'),
  )
  expect(describeRecovered(undefined)).toBe('')
})
