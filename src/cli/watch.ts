/** `pi-worker watch LINE...`: the edges of lines as they come, with their times. */

import pc from 'picocolors'
import type { Bias, Capabilities, EdgeEvent, EdgeSelection, LineHandle } from '../../drivers/driver.js'
import { formatLine } from '../../drivers/lines.js'
import { PiWorkerError } from '../errors.js'
import { parseDuration, toNs } from '../worker/duration.js'
import { chooseLines, showLevel } from './choose-lines.js'
import { exit } from './exit.js'
import { guardLines } from './guard-lines.js'
import type { Output } from './io.js'
import { type BoardFlags, type LineWorld, thisWorld } from './line-world.js'
import { onBoard, untilStopped } from './on-board.js'
import type { Session } from './program.js'

export interface WatchFlags extends BoardFlags {
  readonly edges: Exclude<EdgeSelection, 'none'>
  readonly bias?: Bias
  /** As typed: a duration. */
  readonly debounce?: string
  /** As typed: a whole number. */
  readonly count?: string
  /** As typed: a duration. */
  readonly for?: string
  readonly force?: true
}

/** @throws ERR_USAGE, ERR_BAD_DURATION, ERR_UNKNOWN_LINE, ERR_LINE_BUSY, and what opening and requesting throw */
export async function watchCommand(
  session: Session,
  spellings: readonly string[],
  flags: WatchFlags,
  world: LineWorld = thisWorld(),
): Promise<number> {
  const { err } = session
  const { chip, force, bias = 'as-is', edges, json } = flags
  const debounceNs = toNs(parseDuration(flags.debounce ?? 0, '--debounce'))
  const ms = flags.for === undefined ? undefined : parseDuration(flags.for, '--for')
  const count = parseCount(flags.count)
  return await onBoard(session, flags, world, async ({ board, clock, stop }) => {
    const lines = chooseLines(board, spellings)
    const warn = (text: string): void => err.write(`warning: ${text}\n`)
    await clock.hold(guardLines(lines, { board, machine: world.machine, use: 'watch', chip, force, warn }))
    const settings = { direction: 'input', bias, edges, debounceNs } as const
    const start = board.now()
    const handle = await board.request({ lines, settings, consumer: 'pi-worker watch' })
    if (!json) err.write(`watching ${nowOf(handle)}; Ctrl-C ends it\n`)
    const print = json ? jsonLine : textLine(session.out, board.capabilities.edgeTimestamps)
    const watching = watchEdges(session, handle, { start, count, print })
    await untilStopped(clock, AbortSignal.any([stop, watching.over]), ms)
    watching.end()
    handle.release()
    if (watching.failure !== undefined) throw watching.failure
    return exit.succeeded
  })
}

type Print = (event: EdgeEvent & { readonly kind: 'edge' | 'lost' }, sinceNs: number) => string

interface Watching {
  /** Aborts when there is nothing more to watch: enough edges, a chip that vanished, a reader that went away. */
  readonly over: AbortSignal
  readonly failure: Error | undefined
  end(): void
}

interface WatchOptions {
  /** When watching began, on the board's own scale. */
  readonly start: number
  readonly count: number
  readonly print: Print
}

function watchEdges({ io, out }: Session, handle: LineHandle, { start, count, print }: WatchOptions): Watching {
  const over = new AbortController()
  let failure: Error | undefined
  let seen = 0
  const done = (): void => over.abort()
  // `watch | head -3`: whoever reads no more, wants no more.
  io.stdout.on('error', done)
  const unlisten = handle.edges(event => {
    if (over.signal.aborted) return
    if (event.kind === 'failed') {
      failure = event.error
      done()
      return
    }
    out.write(print(event, Math.max(0, event.time - start)))
    if (event.kind === 'edge' && ++seen >= count) done()
  })
  return {
    over: over.signal,
    get failure() {
      return failure
    },
    end() {
      unlisten()
      io.stdout.off('error', done)
    },
  }
}

/** `GPIO4=high, GPIO17=low`: what the lines are before the first edge. */
function nowOf(handle: LineHandle): string {
  const bits = handle.get()
  return handle.lines.map((line, index) => showLevel(line, (bits >>> index) & 1, false)).join(', ')
}

/** As many decimals as the driver knows: ns, us, or when this program saw it. */
const DECIMALS: Readonly<Record<Capabilities['edgeTimestamps'], number>> = { 'kernel-ns': 9, 'tick-us': 6, none: 3 }

function textLine(out: Output, timestamps: Capabilities['edgeTimestamps']): Print {
  const colors = pc.createColors(out.colored)
  const decimals = DECIMALS[timestamps]
  return (event, sinceNs) => {
    const time = colors.dim(`${seconds(sinceNs, decimals).padStart(decimals + 5)} s`)
    if (event.kind === 'lost') {
      const where = event.line === undefined ? '' : ` of ${formatLine(event.line)}`
      return `${time}  ${colors.red(`lost at least ${event.count} ${event.count === 1 ? 'edge' : 'edges'}${where}`)}\n`
    }
    const direction = event.direction.padEnd(7)
    const color = event.direction === 'rising' ? colors.green : colors.yellow
    return `${time}  ${formatLine(event.line).padEnd(6)}  ${color(direction)}  #${event.sequence}\n`
  }
}

/** From whole ns, without the rounding of fractions of a second. */
function seconds(ns: number, decimals: number): string {
  const whole = Math.floor(ns / 1e9)
  return `${whole}.${String(ns % 1e9)
    .padStart(9, '0')
    .slice(0, decimals)}`
}

const jsonLine: Print = (event, sinceNs) => {
  const line = event.line === undefined ? null : formatLine(event.line)
  const facts =
    event.kind === 'lost'
      ? { kind: 'lost', line, count: event.count, ns: sinceNs }
      : { kind: 'edge', line, edge: event.direction, ns: sinceNs, sequence: event.sequence }
  return `${JSON.stringify(facts)}\n`
}

/** @throws ERR_USAGE */
function parseCount(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new PiWorkerError('ERR_USAGE', `--count must be a whole number above 0, not ${JSON.stringify(text)}`, {
    remedy: 'Write how many edges to show: --count 10.',
  })
}
