import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { headerLine, recordLine } from '../../src/bench/journal/format.js'
import { planJournalName } from '../../src/bench/journal/open-journal.js'
import { planFile, runMain, tempFolder } from './setup.js'

const at = { time: Date.parse('2026-10-05T12:00:00Z'), at: 0 }

it('run keeps the journal of a plan file where it is told to, under a name of its own', async () => {
  const [file, folder] = [planFile('- pump.pulse: { width: 20ms }'), tempFolder()]
  const { code } = await runMain(['run', file, '--driver', 'mock', '--virtual', '--journal', folder])
  const text = readFileSync(join(folder, `${planJournalName('Test', file)}.journal`), 'utf8')
  expect([code, text.includes('"type":"intent"'), text.includes('"type":"end"')]).toEqual([0, true, true])
})

it('run says what was in flight when the run before ended, and goes on', async () => {
  const [file, folder] = [planFile('- pump.pulse: { width: 20ms }'), tempFolder()]
  const name = planJournalName('Test', file)
  const intent = { task: 'a', peripheral: 'pump', action: 'on', input: {}, effect: 'idempotent' } as const
  const lines = [
    headerLine(name),
    recordLine(1, { type: 'start', pid: 4711, boot: 'b0', driver: 'mock', lines: { pump: 17 }, ...at }),
    recordLine(2, { type: 'intent', ...intent, ...at }),
    recordLine(3, { type: 'levels', levels: { pump: 'high' }, ...at }),
  ]
  writeFileSync(join(folder, `${name}.journal`), lines.join(''))
  const { code, stderr } = await runMain(['run', file, '--driver', 'mock', '--virtual', '--journal', folder])
  expect(code).toBe(0)
  expect(stderr.split('\n').filter(line => line.startsWith('recovered:'))).toEqual([
    'recovered: the run before (process 4711, since 2026-10-05T12:00:00.000Z) did not come to its end, and the machine was started anew; all is safe now',
    'recovered: pump.on (task a, 2026-10-05T12:00:00.000Z) was in flight: its outcome is indeterminate',
    'recovered: last commanded: pump high',
  ])
})

it('run refuses a journal that it cannot read, before it opens anything', async () => {
  const [file, folder] = [planFile('- pump.on'), tempFolder()]
  const path = join(folder, `${planJournalName('Test', file)}.journal`)
  writeFileSync(path, '')
  const { code, stderr } = await runMain(['run', file, '--driver', 'mock', '--virtual', '--journal', folder])
  expect([code, stderr]).toEqual([1, expect.stringContaining(`at ${path}`)])
  expect(stderr).toContain(`mv '${path}' '${path}.bad'`)
})

it('run keeps no journal on the mock unless it is told where, nor when it is told not to', async () => {
  const [file, folder] = [planFile('- pump.on'), tempFolder()]
  const env = { XDG_STATE_HOME: folder }
  for (const flags of [[], ['--no-journal']]) {
    const { code, stderr } = await runMain(['run', file, '--driver', 'mock', '--virtual', ...flags], { env })
    expect([code, stderr.includes(basename(folder))]).toEqual([0, false])
  }
})
