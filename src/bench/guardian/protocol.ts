/**
 * What a runner, its guardian and those who ask a guardian from outside say to each other: JSON, one message a line. What
 * a guardian does is data: it knows nothing of peripherals, drivers or queues.
 */

import type { Level } from '../../../drivers/driver.js'
import type { Handover, LineCall } from '../../../drivers/handover.js'

/** Where a guardian finds the socket to its runner; the descriptors of lines come after it. */
export const RUNNER_FD = 3

/** What becomes of lines when their runner has ended: let go, kept, or kept for so many ms. */
export type Hold = 'exit' | 'forever' | number

/** Something that a guardian makes safe. */
export interface GuardedItem {
  /** The runner's own number for it. */
  readonly id: number
  /** For people: `pump: GPIO17 low`. */
  readonly what: string
  readonly hold: Hold
  readonly handover: Handover
  /** The lines that are held by it; undefined for what nobody can hold. */
  readonly request?: HeldRequest | undefined
  /** It is a stop line: nothing makes it safe, but all is made safe when it opens. */
  readonly watch?: Watch | undefined
}

export interface Watch {
  /** The physical level while it is open. */
  readonly open: Level
  /** An opening that is shorter does not count. */
  readonly debounceNs: number
}

/** Which lines, and how: who asks for the same, may have them as they are. */
export interface HeldRequest {
  readonly kind: 'line' | 'file'
  readonly driver: string
  /** The board, as it describes itself. */
  readonly board: string
  readonly lines: readonly number[]
}

export type ToGuardian =
  /** The first message. Descriptors in the items are the guardian's own. */
  | {
      readonly type: 'guard'
      readonly runner: number
      readonly leaseMs: number
      /** Name of the bench, if it has one. */
      readonly bench?: string | undefined
      readonly items: readonly GuardedItem[]
    }
  | { readonly type: 'beat' }
  /** The lines are about to be set up anew: this is what makes them safe then. */
  | { readonly type: 'change'; readonly id: number; readonly calls: readonly LineCall[] }
  /** The lines are about to be let go. */
  | { readonly type: 'drop'; readonly id: number }
  /** What was asked for by `stop` has reached the queues. */
  | { readonly type: 'stopped' }
  /** Another guardian has all of it. */
  | { readonly type: 'replaced' }
  /** All is safe, and the runner ends. */
  | { readonly type: 'bye' }

export type FromGuardian =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly what: string; readonly error: string }
  | { readonly type: 'beat' }
  | { readonly type: 'dropped'; readonly id: number }
  /** Somebody stopped the bench through the guardian, or the stop line did, and all is safe. */
  | { readonly type: 'stop'; readonly reason: string; readonly line?: boolean | undefined }
  /** The answer to `bye`: what it goes on holding. */
  | { readonly type: 'over'; readonly holds: readonly number[] }

/** What anybody of this user may ask a guardian for, through its socket. */
export type Question =
  | { readonly type: 'status' }
  | { readonly type: 'stop'; readonly reason: string }
  /** The next runner wants the lines; descriptors are sent to a mailbox. They stay held until `taken`. */
  | { readonly type: 'take'; readonly id: number; readonly mailbox?: string | undefined }
  | { readonly type: 'taken' }
  | { readonly type: 'letGo'; readonly id: number }

export type Answer =
  | GuardianStatus
  | { readonly type: 'stopped'; readonly did: readonly string[]; readonly failed: readonly string[] }
  | { readonly type: 'given'; readonly id: number }
  | { readonly type: 'gone'; readonly id: number }
  /** The answer to `taken`. */
  | { readonly type: 'done' }
  | { readonly type: 'error'; readonly message: string }

export interface GuardianStatus {
  readonly type: 'status'
  readonly pid: number
  readonly runner: number
  /**
   * `starting`: nothing is guarded yet; `ending`: its runner has died or hangs, and all is being made safe; `holding`: what
   * is left is held; `leaving`: another guardian has all of it.
   */
  readonly state: 'starting' | 'guarding' | 'ending' | 'holding' | 'leaving'
  readonly items: readonly Pick<GuardedItem, 'id' | 'what' | 'hold' | 'request'>[]
}

/** Longer lines are nothing that any of us has written. */
const MOST_CHARACTERS = 1 << 20

export function encode(message: ToGuardian | FromGuardian | Question | Answer): string {
  return `${JSON.stringify(message)}\n`
}

/** Makes messages of text that comes in pieces. */
export class MessageReader<M> {
  readonly #receive: (message: M) => void
  readonly #reject: (text: string) => void
  #rest = ''

  /** @param reject Called with what is no message. */
  constructor(receive: (message: M) => void, reject: (text: string) => void) {
    this.#receive = receive
    this.#reject = reject
  }

  read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#take(line)
    if (this.#rest.length > MOST_CHARACTERS) {
      this.#reject(this.#rest)
      this.#rest = ''
    }
  }

  #take(line: string): void {
    let message: unknown
    try {
      message = JSON.parse(line)
    } catch {
      message = undefined
    }
    if (typeof message === 'object' && message !== null && 'type' in message) this.#receive(message as M)
    else this.#reject(line)
  }
}
