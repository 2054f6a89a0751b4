/** Runners as processes of their own that are stuck, or that are killed: what their guardians do then. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { Questions } from '../../../src/bench/guardian/questions.js'
import { RUN_FOLDER_VARIABLE, socketPath } from '../../../src/bench/run-folder.js'
import { oneBenchNamed, stopBench } from '../../../src/bench/stop/running-benches.js'
import { StopMark } from '../../../src/bench/stop/stop-mark.js'
import { tempFolder } from '../../drivers/temp-folder.js'

async function runner(...names: string[]) {
  const folder = tempFolder()
  const stopLine = join(folder, 'gpio5', 'value')
  mkdirSync(dirname(stopLine))
  for (const path of [stopLine, join(folder, 'unexport')]) writeFileSync(path, '0')
  for (const name of names) writeFileSync(join(folder, name), '')
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const program = fileURLToPath(new URL('./runner-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', tsx, program, folder, ...names], {
    stdio: 'pipe',
    env: { ...process.env, [RUN_FOLDER_VARIABLE]: folder },
  })
  const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const guardians = String((await said.next()).value)
    .split(' ')
    .map(Number)
  onTestFinished(() => {
    child.kill('SIGKILL')
    for (const pid of guardians) process.kill(pid, 'SIGTERM')
  })
  const block = async (): Promise<void> => {
    child.stdin.write('block\n')
    await said.next()
  }
  return { child, folder, stopLine, guardians, block, text: (name: string) => readFileSync(join(folder, name), 'utf8') }
}

const ended = (child: ChildProcess) => new Promise(resolve => child.once('exit', (_, signal) => resolve(signal)))

it('a guardian whose standard error nobody reads any more stops all the same, and holds what is to be held', async () => {
  const { child, folder, guardians, text } = await runner('pump')
  const questions = (await Questions.open(socketPath(folder, 'guardian', guardians[0] as number))) as Questions
  onTestFinished(() => questions.close())
  child.stderr.destroy()
  const stopping = questions.ask({ type: 'stop', reason: 'fire' }, 'stopped')
  child.kill('SIGKILL')
  expect([await stopping, text('pump')]).toEqual([{ type: 'stopped', did: ['pump'], failed: [] }, 'safe'])
  const state = async () => (await questions.ask({ type: 'status' }, 'status')).state
  await expect.poll(state).toBe('holding')
  expect(readFileSync(join(folder, 'guardian.log'), 'utf8')).toContain('held are pump until the next run')
})

it('a stop line that opens while the program is stuck makes all safe, and ends it', async () => {
  const { child, folder, block, stopLine, text } = await runner('pump')
  await block()
  const end = ended(child)
  writeFileSync(stopLine, '1')
  expect([await end, text('pump')]).toEqual(['SIGKILL', 'safe'])
  const log = () => readFileSync(join(folder, 'guardian.log'), 'utf8')
  await expect.poll(log).toMatch(/was stopped: the stop line opened; safe are pump\n.*did not take the stop/)
  expect(new StopMark('pump', folder).read()).toMatchObject({ reason: 'the stop line opened', by: 'the stop line' })
})

it('all guardians of a program that is stuck stop it, and it has ended when that is confirmed', async () => {
  const { child, folder, block, text } = await runner('pump', 'heater')
  await block()
  const end = ended(child)
  const address = await oneBenchNamed('pump', { folder })
  expect(await stopBench(address, 'fire', 'Ann', { folder })).toEqual({ by: 'guardian', confirmed: true })
  expect([text('pump'), text('heater'), await end]).toEqual(['safe', 'safe', 'SIGKILL'])
})
