/** The edges of one line while an action wants to hear of them. */

import type { Edge, EdgeEvent, EdgeFailure, LineHandle, LostEdges } from '../../drivers/driver.js'

export interface EdgeWatchOptions {
  readonly handle: LineHandle
  /** Edges from before this time (ns since the bench was opened) are somebody else's. */
  readonly since: number
  readonly edge?: (edge: Edge) => void
  readonly lost?: (lost: LostEdges) => void
  readonly failed: (failure: EdgeFailure) => void
}

/**
 * Calls back for the edges that come from `since` on, until the function that it returns is called. The line is not
 * configured anew for it: its edges are on all the time, and those that nobody wanted are passed over by their times.
 */
export function watchEdges({ handle, since, edge, lost, failed }: EdgeWatchOptions): () => void {
  return handle.edges((event: EdgeEvent) => {
    if (event.kind === 'failed') failed(event)
    else if (event.time < since) return
    else if (event.kind === 'edge') edge?.(event)
    else lost?.(event)
  })
}
