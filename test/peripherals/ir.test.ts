import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IrReceiver } from '../../mocks/parts/ir.js'
import { ir } from '../../src/peripherals/ir.js'
import { failureOf, openMockBench } from '../bench/setup.js'

const open = async (config: Partial<Parameters<typeof ir>[0]> = {}) => {
  const opened = await openMockBench({ remote: ir({ line: 18, ...config }) })
  return { ...opened, receiver: opened.board.part('remote') as IrReceiver }
}

describe('an infrared sender', () => {
  it('is understood by a receiver, with its repeat codes', async () => {
    const { bench, receiver } = await open()
    const evidence = await bench.remote.send({ address: 0x59, command: 0x16, repeats: 2 }).result()
    expect(receiver.frames).toEqual([{ address: 0x59, command: 0x16, repeats: 2, timeNs: 0 }])
    expect(receiver.errors).toBe(0)
    expect(evidence).toMatchObject({ requested: 324, achieved: 324, lateness: { worst: 0 } })
  })

  it('is understood whatever it sends, one code after the other', async () => {
    const code = fc.record({
      address: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 65_535 })),
      command: fc.integer({ min: 0, max: 255 }),
    })
    const property = fc.asyncProperty(fc.array(code, { minLength: 1, maxLength: 3 }), async codes => {
      const { bench, receiver } = await open()
      for (const sent of codes) await bench.remote.send(sent).result()
      // An extended address whose second byte is the inverse of the first is a plain one.
      const plain = (address: number) => ((address & 255) + (address >> 8) === 255 ? address & 255 : address)
      expect(receiver.frames.map(({ address, command }) => ({ address, command }))).toEqual(
        codes.map(({ address, command }) => ({ address: plain(address), command })),
      )
      await bench.close()
    })
    await fc.assert(property, { numRuns: 15 })
  })

  it('sends with the LED on the other way round when it is active low', async () => {
    const { bench, board, receiver } = await open({ activeLow: true })
    expect(board.level(18)).toBe('high')
    await bench.remote.send({ address: 1, command: 2 }).result()
    expect(receiver.frames).toHaveLength(1)
    expect(board.level(18)).toBe('high')
  })

  it('has the carrier and the duty that were asked for', async () => {
    const { bench, board } = await open({ carrier: 40_000, duty: 0.4 })
    await bench.remote.send({ address: 1, command: 2 }).result()
    const [first, second, third] = [...board.trace.of(18)].map(({ time }) => time)
    expect([first, second, third]).toEqual([0, 10_000, 25_000])
  })

  it('switches the LED off when it is cancelled', async () => {
    const { bench, board, clock, receiver } = await open()
    const task = bench.remote.send({ address: 1, command: 2 })
    clock.after(30e6, () => task.cancel())
    expect(await failureOf(task.result())).toMatchObject({ code: 'ERR_CANCELLED' })
    expect(board.level(18)).toBe('low')
    expect([...board.trace.of(18)].at(-1)?.time).toBeLessThanOrEqual(30e6)
    expect(receiver.frames).toEqual([])
  })

  it.each([{ address: -1 }, { address: 65_536 }, { command: 256 }, { command: 1.5 }, { repeats: -1 }])(
    'does not send %o',
    async wrong => {
      const { bench, board } = await open()
      const sent = (async () => await bench.remote.send({ address: 1, command: 2, ...wrong }).result())()
      expect(await failureOf(sent)).toMatchObject({ code: 'ERR_BAD_INPUT' })
      expect(board.trace.length).toBe(0)
    },
  )

  it('needs a driver whose pulses are as short as those of its carrier', () => {
    expect(ir.needs?.({ carrier: 38_000 } as never)).toEqual({ shortestPulseNs: 13_157 })
    expect(ir.needs?.({ carrier: 38_000, duty: 0.25 } as never)).toEqual({ shortestPulseNs: 6578 })
  })
})
