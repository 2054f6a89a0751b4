/** From the kernel's events to edges: direction, gaps, and what happens while nobody listens. */

import { describe, expect, it } from 'vitest'
import type { EdgeEvent, LineSettings } from '../../../drivers/driver.js'
import { EdgeStream } from '../../../drivers/gpiochip/edge-stream.js'
import { brief } from '../../mocks/setup.js'
import { type KernelEvent, kernelEvents } from './fake-thread.js'

const both: LineSettings = { direction: 'input', edges: 'both' }

function streamOf(settings: LineSettings = both, lines: readonly number[] = [4], firstLine = 0) {
  const listening: boolean[] = []
  const stream = new EdgeStream({
    lines,
    firstLine,
    settings,
    toTime: timestamp => Number(timestamp),
    listening: any => listening.push(any),
  })
  const events: EdgeEvent[] = []
  const listen = () => stream.listen(event => events.push(event))
  return { stream, events, listen, listening }
}

/** Events of line 4 in turn, at 100, 200, ... ns, with the given numbers. */
function events(numbers: readonly number[], firstActive = true): KernelEvent[] {
  return numbers.map((sequence, index) => ({
    line: 4,
    active: (index % 2 === 0) === firstActive,
    time: 100 * (index + 1),
    sequence,
  }))
}

describe('edges', () => {
  it('of another chip have the numbers of the board, in the news of lost ones too', () => {
    const { stream, events: heard, listen } = streamOf(both, [8196], 8192)
    listen()
    stream.receive(kernelEvents(...events([1, 4])))
    expect(brief(heard)).toEqual(['rising 8196 @100 #1', 'lost 2', 'falling 8196 @200 #4'])
    expect(heard[1]).toMatchObject({ kind: 'lost', line: 8196 })
  })

  it('come in order with the time and number of the kernel', () => {
    const { stream, events: heard, listen } = streamOf()
    listen()
    stream.receive(kernelEvents(...events([1, 2, 3])))
    expect(brief(heard)).toEqual(['rising 4 @100 #1', 'falling 4 @200 #2', 'rising 4 @300 #3'])
  })

  it('are physical on an active-low line, whose events are logical', () => {
    const { stream, events: heard, listen } = streamOf({ ...both, activeLow: true })
    listen()
    stream.receive(kernelEvents(...events([1])))
    expect(brief(heard)).toEqual(['falling 4 @100 #1'])
  })

  it('that are missing in the numbers are reported before the next one', () => {
    const { stream, events: heard, listen } = streamOf()
    listen()
    stream.receive(kernelEvents(...events([1, 4])))
    expect(brief(heard)).toEqual(['rising 4 @100 #1', 'lost 2', 'falling 4 @200 #4'])
  })

  it('that were missing before the first one are reported too', () => {
    const { stream, events: heard, listen } = streamOf()
    listen()
    stream.receive(kernelEvents(...events([45])))
    expect(brief(heard)).toEqual(['lost 44', 'rising 4 @100 #45'])
  })

  it('that come twice in one direction mean that one between them is missing', () => {
    const { stream, events: heard, listen } = streamOf()
    listen()
    stream.receive(kernelEvents(...events([1]), ...events([2])))
    expect(brief(heard)).toEqual(['rising 4 @100 #1', 'lost 1', 'rising 4 @100 #2'])
  })

  it('of one direction may come twice', () => {
    const { stream, events: heard, listen } = streamOf({ direction: 'input', edges: 'rising' })
    listen()
    stream.receive(kernelEvents(...events([1]), ...events([2])))
    expect(brief(heard)).toEqual(['rising 4 @100 #1', 'rising 4 @100 #2'])
  })

  it('of several lines out of order are not missing: the number of each line tells', () => {
    const { stream, events: heard, listen } = streamOf(both, [4, 5])
    listen()
    stream.receive(
      kernelEvents(
        { line: 5, active: true, time: 100, sequence: 2, lineSequence: 1 },
        { line: 4, active: true, time: 90, sequence: 1, lineSequence: 1 },
      ),
    )
    expect(brief(heard)).toEqual(['rising 5 @100 #2', 'rising 4 @90 #1'])
  })

  it('go on when the number of a line wraps at 32 bits', () => {
    const { stream, events: heard, listen } = streamOf()
    listen()
    stream.receive(kernelEvents(...events([0xffff_ffff])))
    heard.length = 0
    stream.receive(kernelEvents(...events([0], false)))
    expect(brief(heard)).toEqual(['falling 4 @100 #0'])
  })

  it('from before new settings are read as they were meant then', () => {
    const { stream, events: heard, listen } = streamOf()
    listen()
    stream.reconfigured({ ...both, activeLow: true }, 150)
    stream.receive(kernelEvents(...events([1]), { line: 4, active: true, time: 200, sequence: 2 }))
    expect(brief(heard)).toEqual(['rising 4 @100 #1', 'falling 4 @200 #2'])
  })

  it('do not repeat a direction across new settings, between which the line may have been driven', () => {
    const { stream, events: heard, listen } = streamOf()
    listen()
    stream.receive(kernelEvents(...events([1])))
    stream.reconfigured(both, 150)
    stream.receive(kernelEvents({ line: 4, active: true, time: 200, sequence: 2 }))
    expect(brief(heard)).toEqual(['rising 4 @100 #1', 'rising 4 @200 #2'])
  })
})

describe('listeners', () => {
  it('are told of to whoever reads: the first that comes, and the last that goes', () => {
    const { stream, listening } = streamOf()
    const first = stream.listen(() => undefined)
    const second = stream.listen(() => undefined)
    first()
    expect(listening).toEqual([true])
    second()
    second()
    expect(listening).toEqual([true, false])
  })

  it('get what came while nobody listened, in a microtask', async () => {
    const { stream, events: heard, listen } = streamOf()
    const stop = listen()
    stop()
    stream.receive(kernelEvents(...events([1])))
    expect(heard).toEqual([])
    listen()
    expect(heard).toEqual([])
    await Promise.resolve()
    expect(brief(heard)).toEqual(['rising 4 @100 #1'])
  })

  it('that are taken off by one before them hear nothing', () => {
    const { stream, events: heard } = streamOf()
    let stop: () => void = () => undefined
    stream.listen(() => stop())
    stop = stream.listen(event => heard.push(event))
    stream.receive(kernelEvents(...events([1])))
    expect(heard).toEqual([])
  })

  it('hear of a failure after the edges that were read before it', () => {
    const { stream, events: heard, listen } = streamOf()
    listen()
    stream.receive(kernelEvents(...events([1])))
    stream.fail(new TypeError('gone'))
    expect(brief(heard)).toEqual(['rising 4 @100 #1', 'failed gone'])
  })

  it('hear nothing after the end', () => {
    const { stream, events: heard, listen } = streamOf()
    listen()
    stream.close()
    stream.receive(kernelEvents(...events([1])))
    expect(heard).toEqual([])
  })
})
