import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../mocks/driver.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

/** A bouncing contact, a debounced input that drives an output, and a schedule of falls; an hour of it. */
async function run(seed: number): Promise<Buffer> {
  const clock = new VirtualClock()
  const falls = [600_000, 1_800_000]
  const parts = [
    { name: 'level', type: 'input', config: { line: 22 }, simulate: { falls, rises: [900_000] }, signals: [] },
  ]
  const board = await new MockDriver().open({ clock, seed, parts })
  const random = board.random.fork('contact')
  const lamp = await board.request({ lines: [17], settings: { direction: 'output' } })
  const contact = await board.request({ lines: [4], settings: { direction: 'input', edges: 'both', debounceNs: 5e6 } })
  contact.edges(event => event.kind === 'edge' && lamp.set(event.direction === 'rising' ? 1 : 0))
  const press = board.outside(4, 'contact')
  const bounce = (left: number): void => {
    press.drive(left % 2 === 0 ? 'low' : 'high')
    if (left > 0) clock.after(random.integer(1, 2e6), () => bounce(left - 1))
    else if (board.now() < 3_600e9) clock.after(random.integer(1e9, 60e9), () => bounce(random.integer(2, 9)))
  }
  bounce(3)
  await clock.idle()
  await board.close()
  expect(board.trace.length).toBeGreaterThan(300)
  return board.trace.toBuffer()
}

describe('a simulation in virtual time', () => {
  it('gives the same trace byte for byte for the same seed', async () => {
    expect((await run(5)).equals(await run(5))).toBe(true)
  })

  it('gives another trace for another seed', async () => {
    expect((await run(5)).equals(await run(6))).toBe(false)
  })
})
