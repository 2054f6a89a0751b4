/** What can go wrong with the real package: a code, a place and a remedy, nothing left claimed, and then it works. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pi3, realPackage, standin, tierDriver } from './rig.js'
import { pathFromRun, StandinClock } from './standin.js'
import { openStill, request } from './still.js'

const output = { direction: 'output' } as const
const LOCK = process.env.PI_WORKER_STANDIN_LOCK ?? ''

/** Another process that has started the C library, until the test is over. */
async function otherProcess(): Promise<{ pid: number | undefined; end(): Promise<void> }> {
  const script = `
    const pigpio = require(${JSON.stringify(pathFromRun('PI_WORKER_PIGPIO'))})
    pigpio.initialize()
    process.on('SIGTERM', () => process.exit())
    setInterval(() => undefined, 1000)
    console.log('started')`
  const child = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill()
    await ended
  }
  onTestFinished(end)
  await once(child.stdout, 'data')
  return { pid: child.pid, end }
}

describe('the library that another process has', () => {
  it('is refused with who has it, and works when that one has ended', async () => {
    standin.reset()
    const clock = new StandinClock(standin)
    const other = await otherProcess()
    await expect(tierDriver().open({ clock })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      place: 'pigpio',
      message: `pigpio is held by node (process ${other.pid}): it serves one at a time`,
      remedy: expect.stringContaining(`kill ${other.pid}`),
    })
    expect(standin.running).toBe(false)
    await other.end()
    const board = await tierDriver().open({ clock })
    await board.request({ lines: [17], settings: output })
    await board.close()
  })

  it('as the daemon is ended as a daemon is, and works when that has ended', async () => {
    standin.reset()
    standin.failStart(-1)
    const clock = new StandinClock(standin)
    let holder: { pid: number; name: string } | undefined = { pid: 812, name: 'pigpiod' }
    const machine = { ...pi3, holder: () => holder }
    await expect(tierDriver({ machine }).open({ clock })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      place: 'pigpio',
      message: 'pigpio is held by pigpiod (process 812): it serves one at a time',
      remedy: expect.stringContaining('systemctl stop pigpiod'),
    })
    expect(standin.running).toBe(false)
    holder = undefined
    const board = await tierDriver({ machine }).open({ clock })
    await board.request({ lines: [17], settings: output })
    await board.close()
  })

  it('had, and whose number another process has now, is told as a file to take away', async () => {
    standin.reset()
    const clock = new StandinClock(standin)
    const innocent = spawn('sleep', ['60'])
    onTestFinished(() => {
      innocent.kill()
      rmSync(LOCK, { force: true })
    })
    writeFileSync(LOCK, `${innocent.pid}\n`)
    await expect(tierDriver().open({ clock })).rejects.toMatchObject({
      code: 'ERR_IO',
      place: LOCK,
      remedy: expect.stringMatching(/^(?!.*kill).*sudo rm /),
    })
    expect([standin.running, innocent.exitCode]).toEqual([false, null])
    rmSync(LOCK)
    const board = await tierDriver().open({ clock })
    await board.request({ lines: [17], settings: output })
    await board.close()
  })
})

describe('the library that does not start', () => {
  it('says so, and starts the next time', async () => {
    standin.reset()
    standin.failStart(-1)
    const clock = new StandinClock(standin)
    await expect(tierDriver().open({ clock })).rejects.toMatchObject({
      code: 'ERR_IO',
      place: 'pigpio',
      message: expect.stringContaining('pigpio error -1 in gpioInitialise'),
    })
    const board = await tierDriver().open({ clock })
    expect(standin.running).toBe(true)
    await board.close()
  })
})

describe('a line', () => {
  it('that is not among 0 to 31 is unknown', async () => {
    const { board } = await openStill()
    await expect(board.request({ lines: [32], settings: output })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_LINE',
      message: expect.stringContaining('0 to 31'),
    })
  })

  it('that is busy names who has it, and is free when that one lets go', async () => {
    const { board } = await openStill()
    const first = await board.request({ lines: [17], settings: output, consumer: 'valve' })
    await expect(board.request({ lines: [4, 17], settings: output })).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'GPIO17 is held by "valve"',
    })
    first.release()
    await board.request({ lines: [4, 17], settings: output })
  })

  it('that pigpio does not permit lets the others of its request go, and works when it does', async () => {
    const { board } = await openStill()
    standin.forbid(6, true)
    await expect(board.request({ lines: [5, 6], settings: output })).rejects.toMatchObject({
      code: 'ERR_PERMISSION',
      place: 'GPIO5, GPIO6',
      details: { pigpio: -41 },
    })
    expect(board.lineInfo(5).used).toBe(false)
    standin.forbid(6, false)
    await board.request({ lines: [5, 6], settings: output })
  })
})

describe('a sequence', () => {
  it('over the limits is refused before anything is played, and a shorter one is played', async () => {
    const { handle, clock } = await request(output)
    const steps = Array.from({ length: 13_000 }, (_, index) => ({ values: index & 1, ns: 1000 }))
    await expect(handle.play({ steps })).rejects.toMatchObject({
      code: 'ERR_BAD_PULSES',
      message: 'the sequence needs 26002 control blocks, and pigpio has 23836',
      remedy: expect.stringContaining('Split'),
    })
    await clock.run(handle.play({ steps: steps.slice(0, 10) }))
  })
})

describe('the library that somebody terminated', () => {
  it('is gone for the handle, which can be released, and starts anew with the next board', async () => {
    const { handle, board, clock } = await request({ direction: 'input', edges: 'both' })
    const pigpio = await realPackage()
    pigpio.terminate()
    expect(() => handle.get()).toThrow(expect.objectContaining({ code: 'ERR_CHIP_GONE' }))
    expect(() => handle.reconfigure(output)).toThrow(expect.objectContaining({ code: 'ERR_CHIP_GONE' }))
    await board.close()
    const again = await tierDriver().open({ clock })
    await again.request({ lines: [17], settings: output })
    await again.close()
  })
})
