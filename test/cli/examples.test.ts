import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runMain } from './setup.js'

// The folders are examples of other things, with tests of their own.
const plans = readdirSync('examples').filter(name => name.endsWith('.yaml'))
const examples = plans.map(name => join('examples', name))

describe.each(examples)('%s', file => {
  it('is valid', async () => {
    expect((await runMain(['check', file])).code).toBe(0)
  })

  it('runs on simulated hardware', async () => {
    const { code, stdout, stderr } = await runMain(['run', file, '--driver', 'mock', '--virtual', '--json'])
    expect({ code, outcome: JSON.parse(stdout).outcome }, stderr).toEqual({ code: 0, outcome: 'succeeded' })
  })
})
