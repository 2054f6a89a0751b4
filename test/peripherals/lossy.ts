/** A mock driver whose listeners of edges hear something else than what happened: lost edges, shifted times. */

import type { BoardOptions, EdgeEvent, LineHandle, LineRequest } from '../../drivers/driver.js'
import type { MockBoard } from '../../mocks/board.js'
import { MockDriver } from '../../mocks/driver.js'

type Listener = (event: EdgeEvent) => void

/** @param change Called for every event that a listener is to hear, with what passes it on. */
export function hearing(change: (event: EdgeEvent, pass: Listener) => void) {
  const driver = new MockDriver()
  const wrapped = (handle: LineHandle): LineHandle => {
    const edges = handle.edges.bind(handle)
    return Object.assign(handle, { edges: (pass: Listener) => edges(event => change(event, pass)) })
  }
  return {
    name: 'mock' as const,
    open: async (options: BoardOptions): Promise<MockBoard> => {
      const board = await driver.open(options)
      const request = board.request.bind(board)
      return Object.assign(board, { request: async (wanted: LineRequest) => wrapped(await request(wanted)) })
    },
  }
}

/** Leaves out the edges whose number is in `lost`, and says before the next one that they are missing. */
export function losing(lost: readonly number[], line: number) {
  const missing = new WeakMap<Listener, number>()
  return hearing((event, pass) => {
    if (event.kind === 'edge') {
      const count = missing.get(pass) ?? 0
      if (lost.includes(event.sequence)) {
        missing.set(pass, count + 1)
        return
      }
      if (count > 0) pass({ kind: 'lost', line, count, time: event.time })
      missing.delete(pass)
    }
    pass(event)
  })
}
