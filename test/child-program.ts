/** A program of the tests that is started as a process: in one file, because loading hundreds takes seconds. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { onTestFinished } from 'vitest'

/** The arguments with which Node runs it, until the test is finished. */
export async function childProgram(source: URL): Promise<readonly string[]> {
  // Beside its packages, which are left where they are.
  const folder = mkdtempSync(join(tmpdir(), 'child-program-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const outfile = join(folder, 'child.mjs')
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['koffi', 'onoff', 'pigpio', 'i2c-bus', 'spi-device'],
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);`,
    },
  })
  return [outfile]
}
