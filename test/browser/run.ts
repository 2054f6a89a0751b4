/**
 * The browser tier: reports in a real headless Chromium, Debian's `chromium`.
 * `tsx test/browser/run.ts [FILTER...]` runs some of the files.
 *
 * Where it is not installed, it says so and runs nothing; in CI that is a failure.
 */

import { runTier } from '../run-tier.js'
import { chromiumVersion } from './chromium.js'

const print = (text: string) => process.stdout.write(text)

const version = chromiumVersion()
if (version === undefined) {
  const required = Boolean(process.env.CI)
  process.stderr.write('chromium is not installed\nInstall it: sudo apt-get install --no-install-recommends chromium\n')
  if (!required) print('SKIPPED: the browser tier did not run; in CI that is a failure\n')
  print(required ? '0 passed, 1 failed\n' : '0 passed, 0 failed\n')
  process.exitCode = required ? 1 : 0
} else {
  print(`${version}\n`)
  process.exitCode = await runTier(import.meta.dirname)
}
