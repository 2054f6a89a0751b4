import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import type { RunJson } from '../../src/records/run/format.js'
import { eventModelProblems, hasEventModel, ownProblems } from '../records/run/schemas.js'
import { runMain, tempFolder } from './setup.js'

// The folders are examples of other things, with tests of their own.
const plans = readdirSync('examples').filter(name => name.endsWith('.yaml'))
const examples = plans.map(name => join('examples', name))

describe.each(examples)('%s', file => {
  it('is valid', async () => {
    expect((await runMain(['check', file])).code).toBe(0)
  })

  it('runs on simulated hardware', async () => {
    const { code, stdout, stderr } = await runMain(['run', file, '--driver', 'mock', '--virtual', '--yes', '--json'])
    expect({ code, outcome: JSON.parse(stdout).outcome }, stderr).toEqual({ code: 0, outcome: 'succeeded' })
  })

  it('leaves a record whose documents and tables can be read', async () => {
    const folder = join(tempFolder(), 'record')
    const { code, stderr } = await runMain(['rehearse', file, '--out', folder])
    expect(code, stderr).toBe(0)
    const documents = readFileSync(join(folder, 'documents.jsonl'), 'utf8')
    expect(ownProblems(documents)).toEqual([])
    if (hasEventModel) expect(eventModelProblems(documents)).toEqual([])
    const { streams, rows } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunJson
    for (const { name, file: table, columns } of streams) {
      const lines = parse(readFileSync(join(folder, table), 'utf8')) as string[][]
      expect(lines).toHaveLength(1 + (rows[name] ?? 0))
      expect(new Set(lines.map(cells => cells.length))).toEqual(new Set([2 + columns.length]))
    }
  })
})
