import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readRun } from 'pi-worker'
import { benchTest } from 'pi-worker/vitest'
import { expect, onTestFinished } from 'vitest'
import { cabinet, hold } from './fan.js'

const test = benchTest(cabinet, { simulate: { air: { temperature: { ramp: { from: 20, to: 35, over: '10m' } } } } })

test('the fan stands while it is cool, and turns the faster the warmer it gets', async ({ bench }) => {
  const folder = mkdtempSync(join(tmpdir(), 'fan-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { outcome, rows } = await hold(bench, 10, join(folder, 'run'))
  expect([outcome, rows]).toEqual(['succeeded', 60])
  const table = readFileSync(join(folder, 'run', 'data.csv'), 'utf8')
    .trim()
    .split('\n')
  expect(table[0]).toBe('time,elapsed (s),air.temperature (°C),air.humidity (%RH),duty,error')
  const steps = table.slice(1).map(line => line.split(',').map(Number))
  expect(steps.filter(([, , air = 0, , duty = 0]) => (air < 24 ? duty > 0 : air > 29 && duty < 0.5))).toEqual([])
  expect(steps.at(-1)?.[4]).toBe(1)
  const run = await readRun(join(folder, 'run'))
  expect(run.json).toMatchObject({
    name: 'Fan PID',
    outcome: 'succeeded',
    params: [{ name: 'target', value: 25 }, {}, {}, {}],
  })
})
