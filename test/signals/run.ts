/**
 * The signals tier: an independent decoder, Debian's `sigrok-cli`, reads the traces of our benches.
 * `tsx test/signals/run.ts [FILTER...]` runs some of the files.
 *
 * Where it is not installed, it says so and runs nothing; in CI that is a failure.
 */

import { runTier } from '../run-tier.js'
import { sigrokVersion } from './sigrok.js'

const print = (text: string) => process.stdout.write(text)

const version = sigrokVersion()
if (version === undefined) {
  const required = Boolean(process.env.CI)
  process.stderr.write('sigrok-cli is not installed\nInstall it: sudo apt-get install sigrok-cli\n')
  if (!required) print('SKIPPED: the signals tier did not run; in CI that is a failure\n')
  print(required ? '0 passed, 1 failed\n' : '0 passed, 0 failed\n')
  process.exitCode = required ? 1 : 0
} else {
  print(`${version}\n`)
  process.exitCode = await runTier(import.meta.dirname)
}
