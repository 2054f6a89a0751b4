import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { MockDriver } from '../../../mocks/driver.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { output } from '../../../src/peripherals/output.js'
import { childProgram } from '../../child-program.js'
import { failureOf } from '../setup.js'

/** Begins the pulse of the child, and resolves when its line is high. */
async function start(folder: string): Promise<ChildProcess> {
  const program = await childProgram(new URL('child.ts', import.meta.url))
  const child = spawn(process.execPath, [...program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

it('a process that is killed leaves what was in flight to the next, and no lock; while it lives, no other has its journal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pi-worker-journal-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const open = () =>
    openBench({ pump: output({ line: 17 }) }, { driver: new MockDriver(), name: 'dose', journal: { folder } })
  const child = await start(folder)
  expect(await failureOf(open())).toMatchObject({ code: 'ERR_JOURNAL', details: { pid: child.pid } })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const bench = await open()
  onTestFinished(() => bench.close({ abort: true }))
  expect(bench.recovered).toMatchObject({
    pid: child.pid,
    rebooted: false,
    inFlight: [{ name: 'pump.pulse', input: { width: 3_600_000 }, state: 'indeterminate' }],
  })
})
