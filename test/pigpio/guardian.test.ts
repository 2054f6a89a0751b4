/** What a guardian does with lines of pigpio, through the real package: the process that had the library is gone. */

import { existsSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import type { PigpioHandover } from '../../drivers/handover.js'
import { acceptPigpio } from '../../drivers/make-safe-pigpio.js'
import { standin } from './rig.js'
import { pathFromRun } from './standin.js'
import { request } from './still.js'

const load = createRequire(import.meta.url)
const LOCK = process.env.PI_WORKER_STANDIN_LOCK as string
/** No process has such a number. */
const DEAD = 2 ** 22 + 1

/** A line that is high, whose board is closed: the registers are as a process leaves them that is killed. */
async function abandoned() {
  const { board, handle } = await request({ direction: 'output' }, [17, 18])
  const handover = handle.handover?.(['low', 'input']) as PigpioHandover
  handle.set(0b11)
  await board.close()
  expect([standin.level(17), standin.mode(18), standin.running]).toEqual([1, 1, false])
  return { ...handover, pid: DEAD }
}

const accept = (handover: PigpioHandover) =>
  acceptPigpio(handover, async () => load(pathFromRun('PI_WORKER_PIGPIO')), LOCK)

it('starts the library, sets the lines, and ends it again', async () => {
  const accepted = await accept(await abandoned())
  expect(standin.running).toBe(false)
  accepted.makeSafe(true)
  expect([standin.level(17), standin.mode(17), standin.mode(18), standin.running]).toEqual([0, 1, 0, false])
})

it('is not kept from it by the lock of the process that is gone', async () => {
  const accepted = await accept(await abandoned())
  writeFileSync(LOCK, `${DEAD}\n`)
  accepted.makeSafe(true)
  expect([standin.level(17), existsSync(LOCK)]).toEqual([0, false])
})
