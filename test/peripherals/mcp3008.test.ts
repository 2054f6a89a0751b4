import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import { mcp3008 } from '../../src/peripherals/mcp3008.js'
import { failureOf, openMockBench, refusalOf } from '../bench/setup.js'

async function open(
  inputs: Readonly<Record<number, unknown>> = {},
  config: Parameters<typeof mcp3008>[0] = {},
  faults: readonly unknown[] = [],
) {
  return await openMockBench({ adc: mcp3008(config) }, { simulate: { adc: { inputs, faults } } })
}

function spi(board: MockBoard) {
  return board.buses.spi(0)
}

describe('an MCP3008', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('measures input %d', async channel => {
    const { bench } = await open(
      Object.fromEntries(Array.from({ length: 8 }, (_, input) => [input, 0.3 * input + 0.2])),
    )
    const { volts, ratio } = await bench.adc.read({ channel }).result()
    expect(Math.abs(volts - (0.3 * channel + 0.2))).toBeLessThan(3.3 / 1024)
    expect(ratio).toBeCloseTo(volts / 3.3, 9)
  })

  it.each([
    ['0-1', 1],
    ['1-0', 0],
    ['6-7', 0.5],
  ])('measures the difference %s, which is never below 0', async (channel, volts) => {
    const { bench } = await open({ 0: 2, 1: 1, 6: 2.5, 7: 2 })
    expect(Math.abs((await bench.adc.read({ channel }).result()).volts - volts)).toBeLessThan(3.3 / 1024)
  })

  it.each(['mcp3204', 'mcp3208'] as const)('measures with 12 bits on an %s', async chip => {
    const { bench } = await open({ 3: 1.2345 }, { chip })
    const { volts } = await bench.adc.read({ channel: 3 }).result()
    expect(Math.abs(volts - 1.2345)).toBeLessThan(3.3 / 4096)
  })

  it('compares with its reference', async () => {
    const { bench } = await open({ 0: 1 }, { vref: 2.5 })
    const { ratio, volts } = await bench.adc.read({ channel: 0 }).result()
    expect(ratio).toBe(Math.floor((1 / 2.5) * 1024) / 1024)
    expect(volts).toBe(ratio * 2.5)
  })

  it('gives what a named input means', async () => {
    const { bench } = await open(
      { 5: 1.5 },
      { channels: { light: { input: 5, unit: 'lx', calibration: { scale: 200, offset: 10 } } } },
    )
    const { value, unit, volts } = await bench.adc.read({ channel: 'light' }).result()
    expect(unit).toBe('lx')
    expect(value).toBeCloseTo(volts * 200 + 10, 9)
  })

  it('sends what the data sheet says: leading zeros, a start bit, the choice', async () => {
    const { bench, board } = await open()
    await bench.adc.read({ channel: 5 }).result()
    const { sent, settings } = spi(board).log[0]!
    expect([...sent.slice(0, 3)]).toEqual([0x01, 0xd0, 0])
    expect(settings).toMatchObject({ cs: 0, mode: 0, speedHz: 1_000_000 })
  })

  it('believes a 0 when another input shows that the chip is there', async () => {
    const { bench } = await open({ 2: 0, 7: 1 })
    expect((await bench.adc.read({ channel: 2 }).result()).volts).toBe(0)
  })

  it('does not believe that every input is at ground, which is how a missing chip looks, unless told to', async () => {
    const grounded = Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map(input => [input, 0]))
    const doubtful = await open(grounded)
    const error = await failureOf(doubtful.bench.adc.read({ channel: 0 }).result())
    expect(error.code).toBe('ERR_NO_DEVICE')
    expect(error.remedy).toContain('allZero')
    const trusting = await open(grounded, { allZero: 'believe' })
    expect((await trusting.bench.adc.read({ channel: 0 }).result()).volts).toBe(0)
  })

  it.each([
    ['high', 0xff],
    ['low', 0x00],
  ])('says that no chip is there when the line is always %s', async (_, level) => {
    const { bench, board } = await open({ 0: 1 })
    spi(board).attach(0, sent => new Uint8Array(sent.length).fill(level))
    expect((await failureOf(bench.adc.read({ channel: 0 }).result())).code).toBe('ERR_NO_DEVICE')
  })

  it('works again when it was unplugged and plugged in between two readings', async () => {
    const { bench, clock } = await open({ 0: 1 }, {}, [{ kind: 'unplugged', from: '10ms', for: '10ms' }])
    const at = (ms: number) => new Promise<void>(resolve => clock.after(ms * 1e6 - clock.now(), resolve))
    expect((await bench.adc.read({ channel: 0 }).result()).volts).toBeCloseTo(1, 2)
    await at(12)
    expect((await failureOf(bench.adc.read({ channel: 0 }).result())).code).toBe('ERR_NO_DEVICE')
    await at(21)
    expect((await bench.adc.read({ channel: 0 }).result()).volts).toBeCloseTo(1, 2)
  })

  it.each([0.01, 0.05, 0.2])(
    'gives the right value or a typed error when bits are flipped (%d a byte)',
    async share => {
      const { bench } = await open({ 0: 0.2, 1: 3, 2: 0.9, 3: 1.4, 4: 1, 5: 2 }, {}, [
        { kind: 'flip', probability: share },
      ])
      let right = 0
      for (let reading = 0; reading < 200; reading++) {
        const outcome = await bench.adc
          .read({ channel: 2 })
          .result()
          .catch((error: { code: string }) => error.code)
        if (typeof outcome === 'string') expect(['ERR_BAD_READING', 'ERR_NO_DEVICE']).toContain(outcome)
        else {
          // Its lowest bit is sent but once: it may be wrong.
          expect(Math.abs(outcome.volts - 0.9)).toBeLessThan((2 * 3.3) / 1024)
          right++
        }
      }
      expect(right).toBeGreaterThan(0)
    },
  )

  it('fails with a typed error when the bus hangs, and works when it goes again', async () => {
    const { bench, board } = await open({ 0: 1 })
    spi(board).hang()
    const error = await failureOf(bench.adc.read({ channel: 0 }).result())
    expect(error).toMatchObject({ code: 'ERR_NOT_SAFE', cause: { code: 'ERR_BUS_HUNG' } })
    spi(board).recover()
    await bench.busQueue('spi0').reset()
    expect((await bench.adc.read({ channel: 0 }).result()).volts).toBeCloseTo(1, 2)
  })

  it('can be cancelled, and measures right afterwards', async () => {
    const { bench, clock } = await open({ 0: 1 }, { speed: 10_000 })
    for (let moment = 0; moment < 12; moment++) {
      const task = bench.adc.read({ channel: 0 })
      clock.after(moment * 1e6, () => task.cancel())
      await expect(task.result()).rejects.toMatchObject({ code: 'ERR_CANCELLED' })
      expect((await bench.adc.read({ channel: 0 }).result()).volts).toBeCloseTo(1, 2)
    }
  })

  it.each([
    [8, {}, '8', '0 to 7'],
    [4, { chip: 'mcp3004' }, '4', '0 to 3'],
    ['4-5', { chip: 'mcp3204' }, '"4-5"', '2-3'],
    ['dark', { channels: { park: { input: 0 } } }, '"dark"', 'park'],
  ] as const)(
    'refuses channel %j of %j at the call, and says what there is',
    async (channel, config, shown, remedy) => {
      const opened = await open({}, config as never)
      expect(refusalOf(opened, () => opened.bench.adc.read({ channel }))).toMatchObject({
        code: 'ERR_BAD_INPUT',
        message: `adc.read: channel must be one of its channels, not ${shown}`,
        place: 'adc.read',
        remedy: expect.stringContaining(remedy),
      })
      expect(spi(opened.board).log).toEqual([])
    },
  )

  it.each([
    [{ chip: 'mcp3002' }, 'chip'],
    [{ vref: 0 }, 'vref'],
    [{ speed: 5_000_000 }, 'speed'],
    [{ cs: -1 }, 'cs'],
    [{ chip: 'mcp3004', channels: { light: { input: 5 } } }, 'light'],
    [{ channels: { light: { input: '0-2' } } }, 'light'],
  ])('refuses the configuration %j', async (config, where) => {
    const error = await failureOf(openMockBench({ adc: mcp3008(config as never) }))
    expect(error.code).toBe('ERR_BAD_CONFIG')
    expect(`${error.place} ${error.message}`).toContain(where)
  })

  it('refuses the chip select of another peripheral', async () => {
    const error = await failureOf(openMockBench({ one: mcp3008({}), two: mcp3008({}) }))
    expect(error.message).toBe('one.cs and two.cs both want spi0 chip select 0')
  })
})
