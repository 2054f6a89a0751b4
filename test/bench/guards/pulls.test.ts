import { describe, expect, test } from 'vitest'
import type { LineHandle, LineSettings } from '../../../drivers/driver.js'
import { definePeripheral } from '../../../src/bench/definition.js'
import { Line } from '../../../src/bench/schema.js'
import { Type } from '../../../src/index.js'
import { output } from '../../../src/peripherals/output.js'
import { failureOf, openMockBench } from '../setup.js'
import { handleOf, thrownBy, VALVE, valve } from './setup.js'

const NEVER = { interlocks: [{ never: ['probe', 'drain'] }] }
let handle: LineHandle
/** What the next probe asks for. */
let asks: LineSettings

/** A load whose line is asked for as a test says. */
const probe = definePeripheral({
  type: 'probe',
  title: 'Probe',
  config: Type.Object({ line: Line(), activeLow: Type.Boolean() }),
  outputs: ({ line, activeLow }) => ({ lines: [{ line, safe: activeLow ? 'high' : 'low', activeLow, load: true }] }),
  open: async ({ config, board }) => {
    handle = await board.request({ lines: [config.line], settings: asks })
  },
  actions: {
    again: {
      title: 'Again',
      effect: 'idempotent',
      run: () => undefined,
    },
  },
  safe: () => undefined,
})

async function opened(
  settings: LineSettings,
  { activeLow = false, line = 17, ...limits }: object & { activeLow?: boolean; line?: number } = {},
) {
  asks = settings
  const specs = { probe: probe({ line, activeLow, ...limits }), drain: output({ line: 18 }) }
  return await openMockBench(specs, NEVER)
}

describe('a load whose pull would switch it on when nobody drives it', () => {
  test.each([
    ['an input', { direction: 'input', bias: 'pull-up' }, false],
    ['an input, where low is on', { direction: 'input', bias: 'pull-down' }, true],
    ['an open source', { direction: 'output', drive: 'open-source', bias: 'pull-up' }, false],
    ['an open drain, where low is on', { direction: 'output', drive: 'open-drain', bias: 'pull-down' }, true],
  ] as const)('cannot be %s: no limit could switch it off', async (_what, settings, activeLow) => {
    const { board } = await opened({ direction: 'output', activeLow }, { activeLow })
    const error = thrownBy(() => handle.reconfigure(settings))
    expect([error.code, error.place, error.details]).toEqual(['ERR_LIMIT', 'probe', { peripheral: 'probe', line: 17 }])
    expect(error.message).toMatch(/^probe cannot be configured so: its pull-(up|down) would switch it on/)
    expect(board.level(17)).toBe(activeLow ? 'high' : 'low')
    expect((await failureOf(opened(settings, { activeLow }))).code).toBe('ERR_LIMIT')
  })

  test.each([
    [{ direction: 'input', bias: 'pull-down' }, false],
    [{ direction: 'input', bias: 'pull-up' }, true],
    [{ direction: 'output', bias: 'pull-up' }, false],
    [{ direction: 'output', drive: 'open-source', bias: 'pull-down' }, false],
    [{ direction: 'output', drive: 'open-drain', bias: 'pull-up' }, false],
  ] as const)('may be %j where it goes off then: active low %s', async (settings, activeLow) => {
    await opened({ direction: 'output', activeLow }, { activeLow })
    expect(() => handle.reconfigure(settings)).not.toThrow()
  })

  test('cannot be an input with the pull that it was given before', async () => {
    await opened({ direction: 'output', bias: 'pull-up' })
    expect(thrownBy(() => handle.reconfigure({ direction: 'input' })).code).toBe('ERR_LIMIT')
    handle.reconfigure({ direction: 'output', bias: 'disabled' })
    expect(() => handle.reconfigure({ direction: 'input' })).not.toThrow()
  })

  test('may be anything when it has no rules', async () => {
    asks = { direction: 'output' }
    await openMockBench({ probe: probe({ line: 17, activeLow: false }) })
    expect(() => handle.reconfigure({ direction: 'input', bias: 'pull-up' })).not.toThrow()
  })
})

describe('what must never be on together with others counts as on while it is left to a pull that switches it on', () => {
  test.each([
    ['let go, where low is on', 17, true, 'low'],
    ['let go, on a line that the chip pulls up', 4, false, 'high'],
  ] as const)('when it is %s', async (_what, line, activeLow, on) => {
    const { bench, board } = await opened({ direction: 'output', activeLow }, { activeLow, line })
    handle.release()
    expect(board.level(line)).toBe(on)
    expect((await failureOf(bench.drain.on().result())).code).toBe('ERR_INTERLOCK')
    expect(board.level(18)).toBe('low')
  })

  test('when it is an input', async () => {
    const { bench } = await opened({ direction: 'output', activeLow: true }, { activeLow: true })
    handle.reconfigure({ direction: 'input' })
    expect((await failureOf(bench.drain.on().result())).code).toBe('ERR_INTERLOCK')
    handle.reconfigure({ direction: 'output', activeLow: true })
    await expect(bench.drain.on().result()).resolves.toEqual({ on: true })
  })

  test('which it cannot be while another one is on, unless it is given the other pull', async () => {
    const { bench } = await opened({ direction: 'output', activeLow: true }, { activeLow: true })
    await bench.drain.on().result()
    expect(thrownBy(() => handle.reconfigure({ direction: 'input' })).code).toBe('ERR_INTERLOCK')
    expect(() => handle.reconfigure({ direction: 'input', bias: 'pull-up' })).not.toThrow()
  })

  test('until it is driven off again', async () => {
    const { bench } = await opened({ direction: 'output', activeLow: true }, { activeLow: true })
    handle.release()
    const again = { direction: 'output', activeLow: true } as const
    asks = again
    bench.probe.queue.revoke()
    await bench.probe.again().result()
    await expect(bench.drain.on().result()).resolves.toEqual({ on: true })
  })

  test('and not when its pull switches it off', async () => {
    const { bench } = await opened({ direction: 'output' })
    handle.release()
    await expect(bench.drain.on().result()).resolves.toEqual({ on: true })
  })
})

test('an emergency stop drives a load that somebody has made an input', async () => {
  const { bench, board } = await openMockBench({ valve: valve({ lines: VALVE, activeLow: true }) })
  handleOf('valve').reconfigure({ direction: 'input', activeLow: true })
  expect(board.level(17)).toBe('low')
  void bench.stop('smoke')
  expect([board.level(17), board.level(18)]).toEqual(['high', 'high'])
})
