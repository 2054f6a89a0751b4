/** The service that `install-service` makes, as systemd sees it: the unit, and what the runner tells. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { InstallFolder, pack } from './folder.js'
import { NotifySocket } from './notify-socket.js'

const scratch = mkdtempSync(join(tmpdir(), 'pi-worker-pack-'))
const folder = new InstallFolder({ withCompiler: false })
beforeAll(async () => {
  expect((await folder.install(pack(scratch), '--ignore-scripts')).code).toBe(0)
})
afterAll(() => {
  folder.remove()
  rmSync(scratch, { recursive: true, force: true })
})

test.each([[[]], [['--driver', 'pigpio']]])(
  'the unit of a plan is one that systemd takes without a word: %j',
  async flags => {
    const { code, stdout } = await folder.piWorker('install-service', folder.example, '--print', ...flags)
    const unit = join(folder.path, 'blink.service')
    writeFileSync(unit, stdout)
    const said = execFileSync('systemd-analyze', ['verify', unit], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect([code, said]).toEqual([0, ''])
  },
)

test('the runner tells systemd that it is ready, that it lives, and that it ends', async () => {
  const socket = await NotifySocket.open(folder.path)
  const plan = join(folder.path, 'wait.yaml')
  writeFileSync(plan, 'bench: { pump: { type: output, line: 17 } }\nplan: [ wait: 2s ]\n')
  const env = { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '1000000', PATH: process.env.PATH }
  const { code } = await folder.piWorkerIn(env, 'run', plan, '--driver', 'mock')
  await socket.until('STOPPING=1')
  socket.close()
  expect(code).toBe(0)
  // Each is sent by a process of its own.
  expect(socket.heard).toContainEqual(expect.stringMatching(/READY=1.*STATUS=runs wait/))
  expect(socket.heard).toContainEqual(expect.stringContaining('WATCHDOG=1'))
  expect(socket.heard).toContainEqual(expect.stringContaining('STOPPING=1'))
})
