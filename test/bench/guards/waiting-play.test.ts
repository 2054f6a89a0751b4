import { describe, expect, test } from 'vitest'
import type { LineHandle, LineSettings, PulseSequence } from '../../../drivers/driver.js'
import { MockBoard } from '../../../mocks/board.js'
import { NO_LIMITS } from '../../../src/bench/guards/activity.js'
import { Guards } from '../../../src/bench/guards/guards.js'
import type { LineSource } from '../../../src/bench/lease.js'
import { sleep } from '../../../src/worker/sleep.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { Worker } from '../../../src/worker/worker.js'
import { failureOf } from '../setup.js'

/** A guarded line of a driver that plays one sequence after the other, as pigpio does. */
async function lineWith(maxOnMs: number, { waits, hangs }: { readonly waits: number; readonly hangs?: boolean }) {
  const clock = new VirtualClock()
  const board = new MockBoard({ clock })
  const source: LineSource = {
    driver: board.driver,
    capabilities: board.capabilities,
    now: () => board.now(),
    request: async request => late(await board.request(request)),
  }
  const late = (handle: LineHandle): LineHandle => ({
    lines: handle.lines,
    get settings(): LineSettings {
      return handle.settings
    },
    get: () => handle.get(),
    set: (values, mask) => handle.set(values, mask),
    reconfigure: settings => handle.reconfigure(settings),
    edges: listener => handle.edges(listener),
    play: async (sequence: PulseSequence, signal, began) => {
      await sleep(clock, waits)
      const played = await handle.play(sequence, signal, began)
      return hangs === true ? await new Promise(() => {}) : played
    },
    release: () => handle.release(),
  })
  const limits = { ...NO_LIMITS, maxOnNs: maxOnMs * 1e6 }
  const rule = { peripheral: 'lamp', name: 'lamp', line: 17, activeLow: false, safeOn: false, limits, requires: [] }
  const worker = new Worker({ clock })
  const guards = new Guards({ lines: [rule], groups: [], problems: [] }, source, worker)
  const handle = await guards.source.request({ lines: [17], settings: { direction: 'output' } })
  return { handle, clock, board, worker }
}

const steps = [1, 0].map(values => ({ values, ns: 4e6 }))

describe('a play that has to wait for its turn', () => {
  test('is looked at again when it begins, if a line was on meanwhile', async () => {
    const { handle, board, clock } = await lineWith(10, { waits: 5 })
    handle.set(1)
    await sleep(clock, 3)
    expect((await failureOf(handle.play({ steps }))).message).toBe(
      'lamp cannot be played so: maxOn is at most 10 ms, and it would be 12 ms',
    )
    await sleep(clock, 20)
    expect([...board.trace.of(17)].map(({ time }) => time / 1e6)).toEqual([0, 10])
  })

  test('does not keep a line on for longer, though it waits for ever', async () => {
    const { handle, board, clock } = await lineWith(10, { waits: 1000 })
    handle.set(1)
    expect((await failureOf(handle.play({ steps }))).message).toBe(
      'lamp was on for 10 ms, which is its maxOn: it was switched off',
    )
    await sleep(clock, 2000)
    expect([...board.trace.of(17)].map(({ time }) => time / 1e6)).toEqual([0, 10])
  })

  test('is played when nothing speaks against it', async () => {
    const { handle, board } = await lineWith(10, { waits: 50 })
    await handle.play({ steps })
    expect([...board.trace.of(17)].map(({ time }) => time / 1e6)).toEqual([50, 54])
  })
})

test('a play that does not come to its end is ended when its lines could have been on for too long since', async () => {
  const { handle, clock, worker } = await lineWith(10, { waits: 0, hangs: true })
  const trips: number[] = []
  worker.listen(({ type }) => type === 'limit' && trips.push(clock.now() / 1e6))
  void handle.play({ steps })
  await sleep(clock, 1000)
  expect(trips).toEqual([18])
})
