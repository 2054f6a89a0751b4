import { expect } from 'vitest'
import { EDGE_GAP_MS, INPUTS } from './rig.js'
import { type Behave, directions, edgesOf, listen } from './setup.js'

const [LEVEL, BUTTON, DIAL] = INPUTS
/** A period of debounce, and times that are clearly within and beyond it on every kernel. */
const PERIOD = { ns: 200e6, withinMs: 2 * EDGE_GAP_MS, beyondMs: 300 }

export function edgeBehaviours(behave: Behave): void {
  behave('of both kinds come in the order in which they happen', async scene => {
    const events = listen(await scene.input([LEVEL], { edges: 'both' }))
    await scene.toggle(LEVEL, 5, events)
    expect(directions(events)).toEqual(['rising', 'falling', 'rising', 'falling', 'rising'])
    expect(edgesOf(events).every(({ line }) => line === LEVEL)).toBe(true)
  })

  behave('are numbered from 1', async scene => {
    const events = listen(await scene.input([LEVEL], { edges: 'both' }))
    await scene.toggle(LEVEL, 3, events)
    expect(edgesOf(events).map(({ sequence }) => sequence)).toEqual([1, 2, 3])
  })

  behave('come with times of whole ns that never go back, none before the request', async scene => {
    const before = scene.board.now()
    const events = listen(await scene.input([LEVEL], { edges: 'both' }))
    await scene.toggle(LEVEL, 4, events)
    const times = edgesOf(events).map(({ time }) => time)
    expect(times.every(time => Number.isInteger(time) && time >= before && time <= scene.board.now())).toBe(true)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  behave('of one direction are all that come when only these are asked for', async scene => {
    const rising = listen(await scene.input([LEVEL], { edges: 'rising' }))
    const falling = listen(await scene.input([BUTTON], { edges: 'falling' }))
    await scene.toggle(LEVEL, 4)
    await scene.toggle(BUTTON, 4)
    await scene.reach(rising, 2)
    await scene.reach(falling, 2)
    expect([directions(rising), directions(falling)]).toEqual([
      ['rising', 'rising'],
      ['falling', 'falling'],
    ])
  })

  behave('do not come when none are asked for', async scene => {
    const events = listen(await scene.input([LEVEL]))
    await scene.toggle(LEVEL, 2)
    expect(events).toEqual([])
  })

  behave('are physical on an active-low line', async scene => {
    const events = listen(await scene.input([LEVEL], { activeLow: true, edges: 'rising' }))
    await scene.toggle(LEVEL, 3)
    await scene.reach(events, 2)
    expect(directions(events)).toEqual(['rising', 'rising'])
  })

  behave('do not come for the level that a line has when it is requested', async scene => {
    await scene.edge(LEVEL, 'high')
    const events = listen(await scene.input([LEVEL], { edges: 'both' }))
    await scene.rig.pass(2 * EDGE_GAP_MS)
    await scene.edge(LEVEL, 'low')
    await scene.reach(events, 1)
    expect(directions(events)).toEqual(['falling'])
  })

  behave('of several lines of one handle come in one order, with one numbering', async scene => {
    const events = listen(await scene.input([BUTTON, LEVEL], { edges: 'both' }))
    await scene.edge(LEVEL, 'high')
    await scene.edge(BUTTON, 'high')
    await scene.edge(BUTTON, 'low')
    await scene.edge(LEVEL, 'low')
    await scene.reach(events, 4)
    expect(edgesOf(events).map(({ line, direction, sequence }) => [line, direction, sequence])).toEqual([
      [LEVEL, 'rising', 1],
      [BUTTON, 'rising', 2],
      [BUTTON, 'falling', 3],
      [LEVEL, 'falling', 4],
    ])
  })

  behave('of two handles do not mix', async scene => {
    const level = listen(await scene.input([LEVEL], { edges: 'both' }))
    const dial = listen(await scene.input([DIAL], { edges: 'both' }))
    await scene.toggle(LEVEL, 2, level)
    await scene.toggle(DIAL, 1, dial)
    expect([directions(level), directions(dial)]).toEqual([['rising', 'falling'], ['rising']])
    expect(edgesOf(dial)[0]).toMatchObject({ line: DIAL, sequence: 1 })
  })

  behave('reach every listener', async scene => {
    const handle = await scene.input([LEVEL], { edges: 'both' })
    const [first, second] = [listen(handle), listen(handle)]
    await scene.toggle(LEVEL, 2, first)
    await scene.reach(second, 2)
    expect(directions(second)).toEqual(directions(first))
  })

  behave('reach no listener that has been taken off, and taking it off twice does nothing', async scene => {
    const handle = await scene.input([LEVEL], { edges: 'both' })
    const kept = listen(handle)
    const gone: unknown[] = []
    const stop = handle.edges(event => gone.push(event))
    await scene.edge(LEVEL, 'high')
    await scene.reach(kept, 1)
    stop()
    stop()
    await scene.edge(LEVEL, 'low')
    await scene.reach(kept, 2)
    expect(gone).toHaveLength(1)
  })

  behave('are kept until somebody listens', async scene => {
    const handle = await scene.input([LEVEL], { edges: 'both' })
    await scene.toggle(LEVEL, 3)
    const events = listen(handle)
    await scene.reach(events, 3)
    expect(directions(events)).toEqual(['rising', 'falling', 'rising'])
  })

  behave('do not come any more after the release', async scene => {
    const handle = await scene.input([LEVEL], { edges: 'both' })
    const events = listen(handle)
    await scene.edge(LEVEL, 'high')
    await scene.reach(events, 1)
    handle.release()
    await scene.toggle(LEVEL, 3)
    expect(events).toHaveLength(1)
  })

  behave('are delivered to the others although a listener takes itself off', async scene => {
    const handle = await scene.input([LEVEL], { edges: 'both' })
    let calls = 0
    const stop = handle.edges(() => {
      calls++
      stop()
    })
    const events = listen(handle)
    await scene.toggle(LEVEL, 2, events)
    expect([calls, directions(events)]).toEqual([1, ['rising', 'falling']])
  })

  behave(
    'have the time at which they happened, not the time at which they were delivered',
    async scene => {
      const handle = await scene.input([LEVEL], { edges: 'both' })
      await scene.edge(LEVEL, 'high')
      const happened = scene.board.now()
      await scene.rig.pass(400)
      const events = listen(handle)
      await scene.reach(events, 1)
      expect(edgesOf(events)[0]?.time).toBeLessThanOrEqual(happened)
    },
    'edgeTimes',
  )

  behave(
    'of changes shorter than the debounce do not come',
    async scene => {
      const events = listen(await scene.input([LEVEL], { edges: 'both', debounceNs: PERIOD.ns }))
      scene.rig.pull(LEVEL, 'high')
      await scene.rig.pass(PERIOD.withinMs)
      scene.rig.pull(LEVEL, 'low')
      await scene.rig.pass(PERIOD.beyondMs)
      expect(events).toEqual([])
    },
    'debounce',
  )

  behave(
    'of changes that outlast the debounce come',
    async scene => {
      const events = listen(await scene.input([LEVEL], { edges: 'both', debounceNs: PERIOD.ns }))
      scene.rig.pull(LEVEL, 'high')
      await scene.rig.pass(PERIOD.beyondMs)
      scene.rig.pull(LEVEL, 'low')
      await scene.rig.pass(PERIOD.beyondMs)
      await scene.reach(events, 2)
      expect(directions(events)).toEqual(['rising', 'falling'])
    },
    'debounce',
  )

  behave(
    'end with a failure when the chip goes away, and every call says so',
    async scene => {
      const handle = await scene.input([LEVEL], { edges: 'both' })
      const events = listen(handle)
      await scene.rig.vanish?.()
      await scene.reach(events, 1)
      expect(events.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'ERR_CHIP_GONE' } })
      expect(() => handle.get()).toThrow(expect.objectContaining({ code: 'ERR_CHIP_GONE' }))
      expect(() => handle.release()).not.toThrow()
    },
    'vanishing',
  )
}
