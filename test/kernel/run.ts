/**
 * The kernel tier: builds the kernel if it is not cached, boots it, and runs the tests of this folder inside.
 * `tsx test/kernel/run.ts [FILTER...]` runs some of the files; `--exec COMMAND [ARG...]` runs a command instead.
 */

import { codeOf, isPiWorkerError, messageOf } from '../../src/errors.js'
import { tierCommand, withReport } from '../run-tier.js'
import { bootKernel } from './boot.js'
import { buildKernel, repository } from './build-kernel.js'

/** Far more than the whole tier takes; only a hang reaches it. */
const TIMEOUT_MS = 45 * 60_000

const print = (text: string) => process.stdout.write(text)

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
function runTests(filters: readonly string[]): Promise<number> {
  // The report is on the host's file system and not in /run, which inside is another one.
  return withReport(report => boot(tierCommand(import.meta.dirname, report, filters), { CI: 'true', NO_COLOR: '1' }))
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
