/**
 * The lines of a bench as its guardian is to know them: nearest to the driver, so that whatever is requested, set up anew
 * or let go, by whomever, is told to the guardian before it happens.
 */

import type { Board, LineHandle, LineRequest, LineSettings } from '../../../drivers/driver.js'
import type { Handover, SafeLevel } from '../../../drivers/handover.js'
import { formatLine } from '../../../drivers/lines.js'
import { PiWorkerError } from '../../errors.js'
import type { LineSource } from '../lease.js'
import { GuardedHandle } from './guarded-handle.js'
import type { Guardian } from './guardian.js'
import type { Heir } from './heir.js'
import { noData, type Wanted } from './wanted.js'

export interface GuardedLinesParts {
  readonly board: Board
  readonly wanted: Wanted
  /** Undefined when nobody guards. */
  readonly guardian: Guardian | undefined
  readonly heir: Heir
}

type Item = Parameters<Guardian['add']>[0]

export class GuardedLines implements LineSource {
  readonly driver
  readonly capabilities
  readonly #parts: GuardedLinesParts
  /** What the guardian goes on holding, when all is over. */
  #kept: ReadonlySet<number> = new Set()

  constructor(parts: GuardedLinesParts) {
    this.#parts = parts
    this.driver = parts.board.driver
    this.capabilities = parts.board.capabilities
  }

  now(): number {
    return this.#parts.board.now()
  }

  /** As the board's. Once there is a guardian, an output can be driven when this resolves, since the guardian has it then. */
  async request(request: LineRequest): Promise<LineHandle> {
    const { board, guardian, heir } = this.#parts
    await guardian?.settled()
    const inherited = await heir.claim(request.lines)
    const handle = await board.request({ ...request, inherited })
    const lent = (): boolean => heir.isBorrowed(handle.lines)
    try {
      const item = guardian === undefined ? undefined : this.#item(handle)
      if (guardian === undefined || item === undefined) {
        const change = (settings: LineSettings): void => {
          if (guardian !== undefined) this.#checkTold(handle.lines, settings)
        }
        return new GuardedHandle(handle, { change, keeps: lent, dropped: () => undefined })
      }
      const id = guardian.add(item)
      try {
        await guardian.update()
      } catch (error) {
        guardian.drop(id)
        throw error
      }
      return new GuardedHandle(handle, {
        change: settings => {
          this.#checkTold(handle.lines, settings)
          guardian.change(id, this.#handover(handle, settings))
        },
        keeps: () => lent() || this.#kept.has(id),
        dropped: () => guardian.drop(id),
      })
    } catch (error) {
      if (lent()) handle.leave?.()
      handle.release()
      throw error
    }
  }

  /** From now on, letting these go leaves them to the guardian. */
  keep(ids: ReadonlySet<number>): void {
    this.#kept = ids
  }

  #item(handle: LineHandle): Item | undefined {
    const { board, wanted } = this.#parts
    this.#checkTold(handle.lines, handle.settings)
    const { stopLine } = wanted
    if (stopLine !== undefined && handle.lines.includes(stopLine.line)) return watchedItem(handle, stopLine)
    const driven = handle.lines.map(line => wanted.lines.get(line))
    const [first] = driven.filter(output => output !== undefined)
    if (first === undefined) return undefined
    const handover = this.#handover(handle)
    const { kind } = handover
    const levels = handle.lines.map((line, index) => `${formatLine(line)} ${wordOf(driven[index]?.safe ?? 'keep')}`)
    const request = { driver: board.driver, board: board.description, lines: handle.lines }
    return {
      what: `${first.peripheral}: ${levels.join(', ')}`,
      hold: first.hold,
      handover,
      ...((kind === 'line' || kind === 'file') && { request: { kind, ...request } }),
    }
  }

  /** @throws ERR_GUARDIAN when lines are to be driven whose safe state nobody has told */
  #checkTold(lines: readonly number[], { direction }: LineSettings): void {
    const { lines: told, owners } = this.#parts.wanted
    if (direction === 'input') return
    const untold = lines.find(line => !told.has(line))
    const owner = untold === undefined ? undefined : owners.get(untold)
    if (owner !== undefined) throw noData(owner)
  }

  /** @throws ERR_GUARDIAN */
  #handover(handle: LineHandle, settings?: LineSettings): Handover {
    const { board, wanted } = this.#parts
    if (handle.handover !== undefined) {
      return handle.handover(
        handle.lines.map(line => wanted.lines.get(line)?.safe ?? 'keep'),
        settings,
      )
    }
    const place = handle.lines.map(formatLine).join(', ')
    throw new PiWorkerError('ERR_GUARDIAN', `no guardian can have lines of the driver ${board.driver}: ${place}`, {
      place,
      remedy: 'Open the bench with guardian: false: then nothing makes its outputs safe when this process is killed.',
    })
  }
}

/** Undefined where another process could not read the line: then its program alone hears of it. */
function watchedItem(handle: LineHandle, stopLine: NonNullable<Wanted['stopLine']>): Item | undefined {
  const handover = handle.handover?.(['keep'])
  if (handover?.kind !== 'line' && handover?.kind !== 'file') return undefined
  const { line, open, debounceNs } = stopLine
  return { what: `the stop line ${formatLine(line)}`, hold: 'exit', handover, watch: { open, debounceNs } }
}

function wordOf(safe: SafeLevel): string {
  return safe === 'keep' ? 'as it is' : safe === 'input' ? 'an input' : safe
}
