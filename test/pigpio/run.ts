/**
 * The pigpio tier: builds the stand-in for the C library and the addon of the npm package against it, if they are not
 * cached, and runs the tests of this folder. `tsx test/pigpio/run.ts [FILTER...]` runs some of the files.
 *
 * Where there is no compiler or the package cannot be had, it says so and runs nothing; in CI that is a failure.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codeOf, isPiWorkerError, messageOf } from '../../src/errors.js'
import { runTier } from '../run-tier.js'
import { type Built, buildTier } from './build.js'

const print = (text: string) => process.stdout.write(text)

async function run({ library, main }: Built): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'pi-worker-pigpio-'))
  try {
    return await runTier(import.meta.dirname, {
      PI_WORKER_STANDIN: library,
      PI_WORKER_PIGPIO: main,
      PI_WORKER_STANDIN_LOCK: join(scratch, 'pigpio.pid'),
    })
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

try {
  process.exitCode = await run(buildTier(line => print(`${line}\n`)))
} catch (error) {
  const remedy = isPiWorkerError(error) ? `\n${error.remedy}` : ''
  process.stderr.write(`${codeOf(error) ?? 'error'}: ${messageOf(error)}${remedy}\n`)
  const skipped = isPiWorkerError(error, 'ERR_DRIVER_MISSING') && !process.env.CI
  if (skipped) print('SKIPPED: the pigpio tier did not run; in CI that is a failure\n')
  print(skipped ? '0 passed, 0 failed\n' : '0 passed, 1 failed\n')
  process.exitCode = skipped ? 0 : 1
}
