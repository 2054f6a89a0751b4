/** Files that a plan file names: their paths count from its folder, whoever runs it and from where. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import { peripherals } from '../../src/peripherals/index.js'
import { checkPlan } from '../../src/plan/check.js'
import { problemsOf } from '../../src/plan/place.js'
import { PlanSource } from '../../src/plan/source.js'
import { tempFolder } from '../cli/setup.js'

const plan = (simulate: string) =>
  `bench: { air: { type: dht, line: GPIO22 } }\nplan: [ air.read ]\nsimulate:\n  air: ${simulate}\n`

/** A plan in a folder with a CSV file and a recording below. */
function folderWith(simulate: string): { readonly folder: string; readonly source: PlanSource } {
  const folder = tempFolder()
  mkdirSync(join(folder, 'data'))
  writeFileSync(join(folder, 'data/day.csv'), 'time,temperature\n0,20\n1,21\n')
  writeFileSync(join(folder, 'data/air.vcd'), '')
  return { folder, source: new PlanSource(plan(simulate), join(folder, 'plan.yaml')) }
}

function refusalOf(source: PlanSource): PiWorkerError {
  try {
    checkPlan(source)
  } catch (error) {
    if (isPiWorkerError(error)) return error
    throw error
  }
  throw new PiWorkerError('ERR_BAD_OUTPUT', 'the plan was accepted')
}

describe('a file that a plan names', () => {
  it.each([
    [
      'of values over time',
      '{ temperature: { csv: data/day.csv } }',
      (file: string) => ({ temperature: { csv: file } }),
    ],
    [
      'one of two',
      '{ humidity: 50, temperature: { csv: ./data/day.csv, column: temperature } }',
      (file: string) => ({ humidity: 50, temperature: { csv: file, column: 'temperature' } }),
    ],
  ])('is taken from the folder of the plan: %s', (_what, simulate, simulated) => {
    const { folder, source } = folderWith(simulate)
    expect(checkPlan(source).simulate).toEqual({ air: simulated(join(folder, 'data/day.csv')) })
  })

  it('is taken from there, when it is a recording', () => {
    const { folder, source } = folderWith('{ replay: { file: data/air.vcd } }')
    expect(checkPlan(source).simulate).toEqual({ air: { replay: { file: join(folder, 'data/air.vcd') } } })
  })

  it('is taken as it is, when its path is absolute', () => {
    const { folder } = folderWith('{}')
    const path = join(folder, 'data/day.csv')
    const source = new PlanSource(plan(`{ temperature: { csv: "${path}" } }`), 'elsewhere/plan.yaml')
    expect(checkPlan(source).simulate).toEqual({ air: { temperature: { csv: path } } })
  })

  it('leaves what was written as it was', () => {
    const { source } = folderWith('{ temperature: { csv: data/day.csv } }')
    checkPlan(source)
    expect(source.value).toMatchObject({ simulate: { air: { temperature: { csv: 'data/day.csv' } } } })
  })

  it('is told with its whole path and its place when it is not there', () => {
    const { folder, source } = folderWith('{ humidity: { csv: data/night.csv }, replay: { file: air.vcd } }')
    const problems = problemsOf(refusalOf(source))
    expect(problems.map(({ code, message, place }) => `${code} ${place.line}:${place.column} ${message}`)).toEqual([
      `ERR_FILE 4:27 simulate.air.humidity.csv: ${join(folder, 'data/night.csv')} does not exist`,
      `ERR_FILE 4:61 simulate.air.replay.file: ${join(folder, 'air.vcd')} does not exist`,
    ])
    expect(problems[0]?.remedy).toBe('Check the path; in a plan file it counts from the folder of that file.')
  })

  it('is told when it is a folder', () => {
    expect(refusalOf(folderWith('{ temperature: { csv: data } }').source).message).toMatch(/data is a folder$/)
  })

  it('is told when a part of its path is no folder', () => {
    expect(refusalOf(folderWith('{ temperature: { csv: data/day.csv/x } }').source).message).toContain('day.csv/x')
  })

  it('is told when no file can have such a name', () => {
    expect(refusalOf(folderWith('{ temperature: { csv: "a\\0b" } }').source).code).toBe('ERR_FILE')
  })

  it('is not looked for, when nobody is to read it', () => {
    const { folder, source } = folderWith('{ temperature: { csv: no.csv } }')
    expect(checkPlan(source, peripherals, { files: false }).simulate).toEqual({
      air: { temperature: { csv: join(folder, 'no.csv') } },
    })
  })
})
