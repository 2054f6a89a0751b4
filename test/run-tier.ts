/** Runs the tests of one folder with a vitest of its own, and counts them in the last line that is printed. */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))

/** What a tier needs of vitest's JSON report. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

export interface TierCount {
  readonly passed: number
  readonly failed: number
}

/** The command line that runs the tests of `folder` and writes its report. */
export function tierCommand(folder: string, report: string, filters: readonly string[]): string[] {
  const config = join(folder, 'vitest.config.ts')
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`]
  return [process.execPath, vitest, 'run', '--config', config, ...reporters, ...filters]
}

/** Counts what a run with that exit status reported; a run that failed or ran nothing without saying so is one failure. */
export function countTier(report: string, status: number): TierCount {
  const { numPassedTests: passed, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  // A file that could not be loaded has no tests that could fail.
  const broken = testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0).length
  return { passed, failed: numFailedTests + broken || (status !== 0 || passed === 0 ? 1 : 0) }
}

/**
 * Runs a tier on this machine, and gives its exit status.
 * @param env Set beside the environment of this process.
 */
export async function runTier(folder: string, env: Readonly<Record<string, string>> = {}): Promise<number> {
  return await withReport(async report => {
    const [command = '', ...args] = tierCommand(folder, report, process.argv.slice(2))
    const status = await new Promise<number>(resolve => {
      const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
      child.on('close', code => resolve(code ?? 1))
    })
    return status
  })
}

/** Runs something that writes a report to the file that it is given, and prints the count of it. */
export async function withReport(run: (report: string) => Promise<number>): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'pi-worker-report-'))
  const report = join(scratch, 'report.json')
  try {
    const { passed, failed } = countTier(report, await run(report))
    process.stdout.write(`${passed} passed, ${failed} failed\n`)
    return failed > 0 ? 1 : 0
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
