/** The real play thread, from its source: on files that stand for sysfs, and on a descriptor that takes no ioctl. */

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { IOCTL } from '../../drivers/gpiochip/layout.js'
import type { PlayTarget } from '../../drivers/play-order.js'
import { ThreadPlayer } from '../../drivers/play-threads.js'
import { PiWorkerError } from '../../src/errors.js'
import { SystemClock } from '../../src/worker/clock.js'
import { failureOf } from '../bench/setup.js'

const PROGRAM = new URL('../../drivers/play-thread.ts', import.meta.url).href
const LOADER = `import('${pathToFileURL(join(import.meta.dirname, '../../node_modules/tsx/dist/esm/api/index.mjs')).href}').then(({ tsImport }) => tsImport('${PROGRAM}', '${import.meta.url}'))`

function playerOn(target: PlayTarget, lineCount: number, clock = new SystemClock()) {
  return new ThreadPlayer({
    clock,
    lineCount,
    target: () => target,
    failure: errno => new PiWorkerError('ERR_IO', errno),
    // The sources, which Node cannot load by itself.
    start: workerData => new Worker(LOADER, { eval: true, workerData, execArgv: [] }),
  })
}

const OVER = new PiWorkerError('ERR_RELEASED', 'over')
const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe.runIf(process.platform === 'linux')('the play thread', () => {
  describe('of three files', () => {
    const clock = new SystemClock()
    let folder = ''
    let paths: string[] = []
    const levels = () => paths.map(path => readFileSync(path, 'utf8')).join('')
    let fds: number[] = []
    /** One for all of these tests: to load the sources takes longer than all that it plays. */
    let player: ThreadPlayer

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'pi-worker-play-'))
      paths = ['value0', 'value1', 'value2'].map(name => join(folder, name))
      for (const path of paths) writeFileSync(path, '0')
      fds = paths.map(path => openSync(path, 'r+'))
      player = playerOn({ kind: 'files', fds }, fds.length, clock)
    })
    beforeEach(async () => {
      await player.play({ steps: [{ values: 0, ns: 1 }] }, 0)
    })
    afterAll(() => {
      player.close(OVER)
      for (const fd of fds) closeSync(fd)
      rmSync(folder, { recursive: true, force: true })
    })

    it('writes the files of its lines, takes the time that was asked for, and says how it ran', async () => {
      const before = clock.now()
      const played = await player.play(
        {
          steps: [
            { values: 0b101, ns: 1e6 },
            { values: 0b010, mask: 0b011, ns: 1e6 },
          ],
        },
        0,
      )
      expect(levels()).toBe('011')
      expect(played.achievedNs).toBeGreaterThanOrEqual(2e6)
      expect(played.lateness?.firstNs).toHaveLength(2)
      expect(played.beganNs).toBeGreaterThanOrEqual(before)
      expect(played.beganNs).toBeLessThan(clock.now() - 2e6)
      expect(['fifo', 'normal']).toContain(played.realtime?.scheduling)
      if (played.realtime?.scheduling === 'normal') expect(played.realtime.whyNot.join()).toMatch('SCHED_FIFO')
    })

    it('has stopped when the abort returns, whatever it was at: nothing comes after what is written then', async () => {
      for (let round = 0; round < 20; round++) {
        const stop = new AbortController()
        const steps = [
          { values: 1, ns: 20_000 + 1000 * round },
          { values: 0, ns: 20_000 },
        ]
        const playing = player.play({ steps, repeat: 1e6 }, 0, stop.signal)
        playing.catch(() => undefined)
        // Until it plays.
        while (levels() === '000') await turn()
        stop.abort(new PiWorkerError('ERR_CANCELLED', 'enough'))
        const after = levels()
        expect(await failureOf(playing)).toMatchObject({ code: 'ERR_CANCELLED' })
        expect(levels()).toBe(after)
        const { lateness } = await player.play({ steps: [{ values: 0, ns: 1 }] }, 0)
        expect(lateness?.steps).toBe(1)
      }
    })

    it('leaves the event loop free', async () => {
      const stop = new AbortController()
      const steps = [
        { values: 1, ns: 200_000 },
        { values: 0, ns: 200_000 },
      ]
      let over = false
      // Two minutes: if the loop had to wait for it, this test would time out.
      const playing = player.play({ steps, repeat: 300_000 }, 0, stop.signal).finally(() => {
        over = true
      })
      playing.catch(() => undefined)
      while (levels() === '000') await turn()
      for (let turns = 0; turns < 100; turns++) await turn()
      expect(over).toBe(false)
      stop.abort(new PiWorkerError('ERR_CANCELLED', 'enough'))
      expect(await failureOf(playing)).toMatchObject({ code: 'ERR_CANCELLED' })
    })
  })

  it('reports the errno of an ioctl that is refused', async () => {
    const fd = openSync('/dev/null', 'r+')
    const player = playerOn({ kind: 'ioctl', fd, request: IOCTL.SET_VALUES }, 1)
    onTestFinished(() => {
      player.close(OVER)
      closeSync(fd)
    })
    expect(await failureOf(player.play({ steps: [{ values: 1, ns: 1 }] }, 0))).toMatchObject({ message: 'ENOTTY' })
    // Nothing is asked of the kernel for a step that changes nothing.
    expect((await player.play({ steps: [{ values: 0, mask: 0, ns: 1 }] }, 0)).lateness?.steps).toBe(1)
  })
})
