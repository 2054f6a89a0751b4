/** What is known of a button all the time: whether it is down, and since when. */

import type { Edge, LineHandle } from '../../drivers/driver.js'
import type { BenchBoard } from '../bench/lease.js'

interface ButtonWatchOptions {
  readonly name: string
  /** An input with edges of both directions and the logical level of the button. */
  readonly handle: LineHandle
  readonly board: BenchBoard
  readonly activeLow: boolean
}

export class ButtonWatch {
  readonly name: string
  readonly handle: LineHandle
  readonly board: BenchBoard
  readonly #press: Edge['direction']
  #pressed: boolean
  /** When it came to be so; undefined after edges were lost. */
  #since: number | undefined
  #failure: Error | undefined

  /** Listens from now on, for as long as the handle is its own. */
  constructor({ name, handle, board, activeLow }: ButtonWatchOptions) {
    this.name = name
    this.handle = handle
    this.board = board
    this.#press = activeLow ? 'falling' : 'rising'
    this.#pressed = handle.get() === 1
    this.#since = board.now()
    handle.edges(event => {
      if (event.kind === 'failed') this.#failure = event.error
      else if (event.kind === 'lost') this.#since = undefined
      else {
        this.#pressed = this.isPress(event)
        this.#since = event.time
      }
    })
  }

  isPress({ direction }: Pick<Edge, 'direction'>): boolean {
    return direction === this.#press
  }

  /**
   * Whether it is down now, as the line itself says, and since when (ns since the bench was opened) as the edges say;
   * `since` is undefined when the two do not agree: an edge is on its way, or was lost.
   * @throws what the driver failed with
   */
  state(): { readonly pressed: boolean; readonly since: number | undefined } {
    if (this.#failure !== undefined) throw this.#failure
    const pressed = this.handle.get() === 1
    return { pressed, since: pressed === this.#pressed ? this.#since : undefined }
  }
}
