/**
 * The kernel tier: builds the kernel if it is not cached, boots it, and runs the tests of this folder inside.
 * `tsx test/kernel/run.ts [FILTER...]` runs some of the files; `--exec COMMAND [ARG...]` runs a command instead.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codeOf, isPiWorkerError, messageOf } from '../../src/errors.js'
import { bootKernel } from './boot.js'
import { buildKernel, repository } from './build-kernel.js'

/** Far more than the whole tier takes; only a hang reaches it. */
const TIMEOUT_MS = 15 * 60_000

const print = (text: string) => process.stdout.write(text)

/** What the tier needs of vitest's JSON report. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

async function boot(command: readonly string[], env: Record<string, string>): Promise<number> {
  const kernel = await buildKernel(line => print(`${line}\n`))
  return bootKernel({
    kernel,
    command,
    folder: repository,
    env: { PI_WORKER_I2C_STUB: kernel.i2cStub, ...env },
    timeoutMs: TIMEOUT_MS,
    output: print,
  })
}

/** Runs the tests and gives the exit status; the last line printed counts them. */
async function runTests(filters: readonly string[]): Promise<number> {
  // On the host's file system and not in /run, which inside is another one.
  const scratch = mkdtempSync(join(tmpdir(), 'pi-worker-report-'))
  const report = join(scratch, 'report.json')
  try {
    const status = await boot(
      [
        process.execPath,
        join(repository, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--config',
        join(repository, 'test/kernel/vitest.config.ts'),
        '--reporter=verbose',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...filters,
      ],
      { CI: 'true', NO_COLOR: '1' },
    )
    const { numPassedTests: passed, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
    // A file that could not be loaded has no tests that could fail.
    const broken = testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0).length
    const failed = numFailedTests + broken || (status !== 0 || passed === 0 ? 1 : 0)
    print(`${passed} passed, ${failed} failed\n`)
    return failed > 0 ? 1 : 0
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const [first, ...rest] = process.argv.slice(2)
try {
  process.exitCode = first === '--exec' ? await boot(rest, {}) : await runTests(process.argv.slice(2))
} catch (error) {
  const remedy = isPiWorkerError(error) ? `\n${error.remedy}` : ''
  process.stderr.write(`${codeOf(error) ?? 'error'}: ${messageOf(error)}${remedy}\n`)
  if (first !== '--exec') print('0 passed, 1 failed\n')
  process.exitCode = 1
}
