/**
 * The next runner on lines that a guardian still holds for one that has ended. It takes them over without their being let
 * go; what it wants in another way, the guardian lets go right before it is requested.
 */

import { join } from 'node:path'
import type { Board } from '../../../drivers/driver.js'
import { loadFdMail } from '../../../drivers/fd-mail.js'
import type { InheritedLines } from '../../../drivers/handover.js'
import { isPiWorkerError } from '../../errors.js'
import { type Clock, SystemClock } from '../../worker/clock.js'
import { sleep } from '../../worker/sleep.js'
import { removeDead, runFolder, socketsIn } from '../run-folder.js'
import type { GuardianStatus, HeldRequest } from './protocol.js'
import { Questions } from './questions.js'

/** A guardian that is making things safe is done in some ms, or when its runner has died: it is asked again, for 2 s. */
const AGAIN_MS = 20
const MOST_TRIES = 100

type HeldItem = GuardianStatus['items'][number]

/** Something that a guardian holds. */
interface Legacy {
  readonly guardian: Questions
  readonly item: HeldItem
  readonly request: HeldRequest
}

export class Heir {
  readonly #folder: string
  readonly #board: Pick<Board, 'driver' | 'description'>
  readonly #guardians: readonly Questions[]
  #legacies: Legacy[]
  /** Lines that have been taken over and are still held by their guardian too. */
  readonly #borrowed = new Set<number>()
  #mails = 0

  private constructor(
    folder: string,
    board: Pick<Board, 'driver' | 'description'>,
    guardians: readonly Questions[],
    legacies: readonly Legacy[],
  ) {
    this.#folder = folder
    this.#board = board
    this.#guardians = guardians
    this.#legacies = [...legacies]
  }

  /** On a board whose lines no guardian can have. */
  static none(board: Pick<Board, 'driver' | 'description'>): Heir {
    return new Heir('', board, [], [])
  }

  /** Looks for guardians of this user that hold lines of the board's chip. */
  static async find(
    board: Pick<Board, 'driver' | 'description'>,
    folder = runFolder(),
    clock: Clock = new SystemClock(),
  ): Promise<Heir> {
    const guardians: Questions[] = []
    const legacies: Legacy[] = []
    for (const path of socketsIn(folder, 'guardian')) {
      const guardian = await Questions.open(path)
      if (guardian === undefined) removeDead(path)
      const held = guardian === undefined ? [] : await heldBy(guardian, clock)
      const ours = held.filter(({ request }) => chipOf(request.board) === chipOf(board.description))
      if (ours.length === 0) guardian?.close()
      else if (guardian !== undefined) {
        guardians.push(guardian)
        legacies.push(...ours)
      }
    }
    return new Heir(folder, board, guardians, legacies)
  }

  get isEmpty(): boolean {
    return this.#legacies.length === 0
  }

  /**
   * What a request of these lines inherits. Whatever overlaps in another way has been let go afterwards. A guardian that is
   * gone holds nothing; from one that refuses, the request will hear that the line is busy.
   */
  async claim(lines: readonly number[]): Promise<InheritedLines | undefined> {
    const mine = this.#legacies.filter(({ request }) => request.lines.some(line => lines.includes(line)))
    this.#legacies = this.#legacies.filter(legacy => !mine.includes(legacy))
    const { driver, description } = this.#board
    const same = mine.find(
      ({ request }) =>
        request.driver === driver && request.board === description && request.lines.join() === lines.join(),
    )
    for (const { guardian, item } of mine.filter(legacy => legacy !== same)) {
      await orUndefined(guardian.ask({ type: 'letGo', id: item.id }, 'gone'))
    }
    const inherited = same && (await orUndefined(this.#take(same)))
    if (inherited !== undefined) for (const line of lines) this.#borrowed.add(line)
    return inherited
  }

  /** Whether a guardian would go on holding these lines if we ended now: then they are not ours to let go. */
  isBorrowed(lines: readonly number[]): boolean {
    return lines.some(line => this.#borrowed.has(line))
  }

  /** They are guarded by our own guardian, or as they are to be without one: the old one may forget them. */
  async taken(): Promise<void> {
    this.#borrowed.clear()
    for (const guardian of this.#guardians) {
      await orUndefined(guardian.ask({ type: 'taken' }, 'done'))
      guardian.close()
    }
  }

  /** What has not been taken stays with its guardian. */
  close(): void {
    for (const guardian of this.#guardians) guardian.close()
  }

  async #take({ guardian, item, request }: Legacy): Promise<InheritedLines> {
    if (request.kind === 'file') {
      await guardian.ask({ type: 'take', id: item.id }, 'given')
      return { kind: 'file' }
    }
    const path = join(this.#folder, `mail-${process.pid}-${++this.#mails}`)
    const mailbox = (await loadFdMail()).openMailbox(path)
    try {
      await guardian.ask({ type: 'take', id: item.id, mailbox: path }, 'given')
      return { kind: 'line', fd: mailbox.receive() }
    } finally {
      mailbox.close()
    }
  }
}

/** What comes of asking a guardian, if anything does. */
async function orUndefined<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking
  } catch (error) {
    if (isPiWorkerError(error)) return undefined
    throw error
  }
}

/** Nothing when its runner lives, when it lets all go, or when it does not answer. */
async function heldBy(guardian: Questions, clock: Clock): Promise<readonly Legacy[]> {
  const ask = () => orUndefined(guardian.ask({ type: 'status' }, 'status'))
  let status = await ask()
  for (let tries = 0; status?.state === 'ending' && tries < MOST_TRIES; tries++) {
    await sleep(clock, AGAIN_MS)
    status = await ask()
  }
  if (status?.state !== 'holding') return []
  return status.items.flatMap(item => (item.request === undefined ? [] : [{ guardian, item, request: item.request }]))
}

/** Drivers reach one chip at several places: what is in brackets is the chip's own. `pinctrl-bcm2711, 54 lines` */
function chipOf(description: string): string {
  return /\((.*)\)$/.exec(description)?.[1] ?? description
}
