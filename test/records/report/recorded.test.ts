import { expect, test } from 'vitest'
import { pageData, readContents } from '../../../src/records/report/contents.js'
import { AIR, airRow, recording, row } from '../run/setup.js'

test('a record that a run wrote is read whole: nothing of it is missing but the trace', async () => {
  const { recorder } = await recording()
  for (let n = 1; n <= 4; n++) await recorder.row(airRow(n))
  await recorder.row(row({ ...AIR, name: 'über Nacht' }, 1, 500, [1, 2.5, true, 'a, "b"']))
  recorder.log('error', 'note', 'the cuvette was changed')
  await recorder.close({ outcome: 'succeeded', error: null, overruns: 0 })

  const contents = await readContents(recorder.folder)
  expect(contents.missing).toEqual(['trace.vcd is missing.'])
  expect(contents.streams.map(({ name, rows }) => [name, rows])).toEqual([
    ['primary', 4],
    ['über Nacht', 1],
  ])
  const { curves, scans } = pageData(contents)
  expect(curves.map(({ label }) => label)).toEqual(['air.temperature', 'air.dry', 'air.temperature', 'air.dry'])
  expect(scans[0]).toMatchObject({ label: 'air.temperature', unit: '°C', axis: { name: 'angle' }, x: [1, 2, 3, 4] })
  expect(contents.facts).toMatchObject({ name: 'Test', outcome: 'succeeded', seed: '7', kernel: 'Linux 6.12' })
  expect(contents.log.entries.map(({ message }) => message)).toContain('the cuvette was changed')
})
