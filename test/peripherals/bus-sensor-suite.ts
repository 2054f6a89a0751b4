/** What must hold for every sensor on a bus, whatever it measures: it is unplugged, disturbed, held up, given up. */

import { describe, expect, it, onTestFinished } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import { mockDriver } from '../../mocks/driver.js'
import type { Part } from '../../mocks/parts/part.js'
import type { PeripheralSpec } from '../../src/bench/definition.js'
import { openBench } from '../../src/bench/open-bench.js'
import { type ErrorCode, isPiWorkerError } from '../../src/errors.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'
import { failureOf } from '../bench/setup.js'

/** A sensor on a simulated bus, and how it is unplugged there. */
export interface BusSensor {
  readonly spec: PeripheralSpec
  readonly simulate: Readonly<Record<string, unknown>>
  /** Input of its action `read`. */
  readonly input?: Readonly<Record<string, unknown>>
  /** As the bench calls the bus. */
  readonly bus: string
  readonly hang: (board: MockBoard, giveUp?: '1s') => void
  readonly recover: (board: MockBoard) => void
  readonly unplug: (board: MockBoard) => void
  readonly plug: (board: MockBoard, part: Part) => void
  /** Throws unless the result is what `simulate` says, within the sensor's resolution. */
  readonly check: (result: unknown) => void
  /** Every fault of the bus that reaches it, by the name of the test. */
  readonly faults: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const READINGS = 60
const TYPED: readonly ErrorCode[] = [
  'ERR_NO_DEVICE',
  'ERR_NACK',
  'ERR_BAD_READING',
  'ERR_IO',
  'ERR_BUS_HUNG',
  'ERR_LINE_BUSY',
]

export function describeBusSensor(sensor: BusSensor): void {
  const { spec, simulate, input = {}, bus, check } = sensor

  async function open(faults: readonly unknown[] = []) {
    const clock = new VirtualClock()
    const bench = await openBench(
      { it: spec },
      { driver: mockDriver, clock, simulate: { it: { ...simulate, faults } } },
    )
    onTestFinished(() => bench.close({ abort: true }))
    const board = bench.board as MockBoard
    const read = (more: object = {}) => bench.call('it', 'read', { ...input, ...more })
    return { bench, board, clock, read, part: board.part('it') as Part }
  }

  describe('on a bus', () => {
    it('gives what the part is in, each time', async () => {
      const { read } = await open()
      check(await read().result())
      check(await read().result())
    })

    it('fails when nothing answers, after as many attempts as it may have', async () => {
      const { board, read } = await open()
      sensor.unplug(board)
      const error = await failureOf(read({ attempts: 2 }).result())
      expect(error.code).toBe('ERR_NO_DEVICE')
      expect(error.remedy).toMatch(/power|wiring/i)
    })

    it('works again when it was unplugged and plugged in between two readings', async () => {
      const { board, part, read } = await open()
      check(await read().result())
      sensor.unplug(board)
      expect((await failureOf(read({ attempts: 1 }).result())).code).toBe('ERR_NO_DEVICE')
      part.reset?.()
      sensor.plug(board, part)
      check(await read().result())
    })

    it('works again when it was replaced without anybody asking meanwhile', async () => {
      const { board, part, read } = await open()
      check(await read().result())
      sensor.unplug(board)
      part.reset?.()
      sensor.plug(board, part)
      check(await read().result())
    })

    it('gives a value or a typed error whenever it loses its supply', async () => {
      const { clock, part, read } = await open()
      const began = clock.now()
      check(await read().result())
      const longest = 2 * (clock.now() - began) + 1e6
      for (let moment = 1; moment <= 40; moment++) {
        clock.after((longest * moment) / 40, () => part.reset?.())
        await settled(read({ attempts: 1 }).result(), check)
        check(await read().result())
      }
    })

    it('fails with a typed error when the bus hangs and gives up, and works when it goes again', async () => {
      const { bench, board, read } = await open()
      sensor.hang(board, '1s')
      const error = await failureOf(read({ attempts: 1 }).result())
      expect(['ERR_BUS_HUNG', 'ERR_NOT_SAFE']).toContain(error.code)
      sensor.recover(board)
      await bench.busQueue(bus).reset()
      check(await read().result())
    })

    it('fails with a typed error when the bus hangs for good, and works when it goes again', async () => {
      const { bench, board, read } = await open()
      sensor.hang(board)
      const error = await failureOf(read().result())
      expect(error.code).toBe('ERR_NOT_SAFE')
      expect(error.cause).toMatchObject({ code: 'ERR_BUS_HUNG' })
      sensor.recover(board)
      await bench.busQueue(bus).reset()
      check(await read().result())
    })

    it('can be cancelled at any moment, and measures right afterwards', async () => {
      const { clock, read } = await open()
      const began = clock.now()
      check(await read().result())
      const longest = clock.now() - began
      for (let moment = 0; moment < 30; moment++) {
        const task = read()
        clock.after((longest * moment) / 30, () => task.cancel())
        await task.result().catch((error: unknown) => {
          if (!isPiWorkerError(error, 'ERR_CANCELLED')) throw error
        })
        check(await read().result())
      }
    })

    it('refuses attempts that are none', async () => {
      const { read } = await open()
      for (const attempts of [0, -1, 1.5, 101, 'two']) {
        expect(() => read({ attempts })).toThrow(expect.objectContaining({ code: 'ERR_BAD_INPUT' }))
      }
    })

    it.each(Object.entries(sensor.faults))('gives the right value or a typed error: %s', async (_, fault) => {
      const { bench, clock, read } = await open([fault])
      let right = 0
      for (let reading = 0; reading < READINGS; reading++) {
        if (await settled(read().result(), check)) right++
        if (bench.busQueue(bus).quarantined) await bench.busQueue(bus).reset()
        await new Promise<void>(resolve => clock.after(20e6, resolve))
      }
      expect(right).toBeGreaterThan(0)
    })
  })
}

/** Whether it gave a value, and the right one; a typed error that fits a sensor is as good. */
async function settled(result: Promise<unknown>, check: BusSensor['check']): Promise<boolean> {
  let value: unknown
  try {
    value = await result
  } catch (error) {
    if (isPiWorkerError(error) && TYPED.includes(error.code)) return false
    throw error
  }
  check(value)
  return true
}
