/**
 * A guardian as a process of its own, on lines that are files. The runner is this process: what happens when one dies, the
 * kernel tier sees to.
 */

import { readFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import type { Driver } from '../../../drivers/driver.js'
import type { MockBoard } from '../../../mocks/board.js'
import { MockDriver } from '../../../mocks/driver.js'
import { Questions } from '../../../src/bench/guardian/questions.js'
import { openBench } from '../../../src/bench/open-bench.js'
import { RUN_FOLDER_VARIABLE, socketsIn } from '../../../src/bench/run-folder.js'
import { output } from '../../../src/peripherals/output.js'
import type { WorkerEvent } from '../../../src/worker/events.js'
import { tempFolder } from '../../drivers/temp-folder.js'
import { fileOf, guardable } from './board.js'
import { turn } from './world.js'

async function open(hold: 'exit' | 'forever' = 'exit') {
  const folder = tempFolder()
  const before = process.env[RUN_FOLDER_VARIABLE]
  process.env[RUN_FOLDER_VARIABLE] = folder
  onTestFinished(() => {
    if (before === undefined) delete process.env[RUN_FOLDER_VARIABLE]
    else process.env[RUN_FOLDER_VARIABLE] = before
  })
  const mock = new MockDriver({})
  const driver: Driver = {
    name: 'mock',
    open: async options => guardable((await mock.open(options)) as MockBoard, { folder }),
  }
  const bench = await openBench({ pump: output({ line: 17, hold }) }, { driver, guardian: true })
  onTestFinished(() => bench.close({ abort: true }))
  const events: WorkerEvent[] = []
  bench.worker.listen(event => events.push(event))
  return { bench, folder, events, text: (line: number | string) => readFileSync(fileOf(folder, line), 'utf8') }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn()
}

function lives(pid: number | undefined): boolean {
  try {
    return process.kill(pid as number, 0)
  } catch {
    return false
  }
}

it('leaves nothing when the bench is closed and nothing is to be held', async () => {
  const { bench, folder, text } = await open()
  const pid = bench.guardianPid
  expect([lives(pid), socketsIn(folder, 'guardian').length]).toEqual([true, 1])
  await bench.pump.on().result()
  expect(text(17)).toBe('')
  await bench.close()
  // As the bench does, it makes all safe at the end.
  expect([text(17), text('released')]).toEqual(['low output', ''])
  await until(() => !lives(pid))
  expect(socketsIn(folder, 'guardian')).toEqual([])
})

it('that is killed is noticed, and another one takes its place', async () => {
  const { bench, events } = await open()
  const pid = bench.guardianPid as number
  process.kill(pid, 'SIGKILL')
  await until(() => events.length === 2)
  expect(events).toMatchObject([
    { type: 'guardian', state: 'gone' },
    { type: 'guardian', state: 'restarted', pid: bench.guardianPid },
  ])
  expect(bench.guardianPid).not.toBe(pid)
})

it('that is told to end stays with its runner, and stops it when it is asked to', async () => {
  const { bench, folder, text } = await open()
  const pid = bench.guardianPid as number
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(pid, signal)
  await bench.pump.on().result()
  const questions = await Questions.open(socketsIn(folder, 'guardian')[0] as string)
  const answer = await questions?.ask({ type: 'stop', reason: 'fire' }, 'stopped')
  questions?.close()
  expect([answer?.did, text(17)]).toEqual([['pump: GPIO17 low'], 'low output'])
  await until(() => bench.stopped !== undefined)
  expect(bench.stopped).toMatchObject({ reason: 'fire', by: 'the guardian' })
})

it('that holds a line stays behind, and ends when it is told to', async () => {
  const { bench, folder, text } = await open('forever')
  const pid = bench.guardianPid as number
  await bench.close()
  const questions = await Questions.open(socketsIn(folder, 'guardian')[0] as string)
  const status = await questions?.ask({ type: 'status' }, 'status')
  questions?.close()
  expect(status).toMatchObject({ pid, runner: process.pid, state: 'holding', items: [{ what: 'pump: GPIO17 low' }] })
  process.kill(pid, 'SIGTERM')
  await until(() => !lives(pid))
  expect(text('released')).toBe('17')
  expect(readFileSync(`${folder}/guardian.log`, 'utf8').trimEnd().split('\n')).toEqual([
    expect.stringMatching(
      /runner \d+ has ended; safe are pump: GPIO17 low; held are pump: GPIO17 low until the next run$/,
    ),
    expect.stringMatching(/ended from outside, lets go of pump: GPIO17 low$/),
  ])
})
