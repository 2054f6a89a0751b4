import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { childProgram } from '../child-program.js'

test('tasks that fail and that nobody awaits do not crash the process, and no retained one keeps it alive', async () => {
  const child = await childProgram(new URL('./child.ts', import.meta.url))
  // A timer that keeps it alive would be one of 10 min: the limit is no measure, it only ends a test that has failed.
  const { stdout, stderr } = await promisify(execFile)(process.execPath, child, {
    timeout: 60_000,
  })
  expect([stdout, stderr]).toEqual(['7 tasks are retained', ''])
}, 60_000)
