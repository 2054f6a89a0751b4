/** `pi-worker trace FILE.vcd`: a recording as a timing diagram, with what each line did in numbers. */

import pc from 'picocolors'
import { PiWorkerError } from '../errors.js'
import { Diagram, type DiagramPaint } from '../records/diagram.js'
import { LineSummary, type SummaryFacts } from '../records/line-summary.js'
import { frequencyText, timeText } from '../records/time-text.js'
import { findSignal } from '../records/vcd-names.js'
import { scanVcd } from '../records/vcd-reader.js'
import { parseDuration, toNs } from '../worker/duration.js'
import { exit } from './exit.js'
import { oneLine } from './format.js'
import type { CliIo } from './io.js'
import type { Session } from './program.js'

export interface TraceFlags {
  readonly from?: string
  readonly to?: string
  readonly lines?: string
  readonly width?: string
  readonly ascii?: true
  readonly json?: true
}

const WIDTH = 100
const NARROWEST = 40
const WIDEST = 10_000

/** What a file has, as its first reading says it: the second one, which draws, must know where it ends. */
interface Contents {
  readonly names: readonly string[]
  /** ns. */
  readonly end: number
}

/** What is shown. */
interface View {
  readonly path: string
  readonly end: number
  /** Lines by their place among all signals of the file. */
  readonly lines: ReadonlyMap<number, { readonly name: string; readonly index: number }>
  /** ns. */
  readonly from: number
  readonly to: number
}

/** @throws ERR_USAGE, ERR_BAD_DURATION, ERR_FILE, ERR_BAD_RECORDING (with `file:line`) */
export async function traceCommand({ io, out }: Session, path: string, flags: TraceFlags): Promise<number> {
  const width = widthOf(flags.width, io)
  const view = viewOf(path, contentsOf(path), flags)
  const names = [...view.lines.values()].map(({ name }) => oneLine(name))
  const { from, to } = view
  const ascii = flags.ascii ?? wantsAscii(io.env)
  const diagram = new Diagram({ names, from, to, width, ascii, paint: paintOf(out.colored) })
  const summaries = names.map(() => new LineSummary(from))
  scanVcd(path, {
    signals: () => {},
    change: (signal, level, time) => {
      const line = view.lines.get(signal)
      if (line === undefined || time > to) return
      diagram.change(line.index, level, time)
      summaries[line.index]?.change(level, time)
    },
    end: () => {},
  })
  const facts = summaries.map(summary => summary.facts(to))
  if (flags.json) {
    out.write(`${JSON.stringify(traceJson(view, names, facts), null, 2)}\n`)
    return exit.succeeded
  }
  const shown = from > 0 || to < view.end ? `${timeText(from)} to ${timeText(to)} of ` : ''
  out.write(`${oneLine(path)}: ${shown}${timeText(view.end)}\n`)
  out.write(diagram.toString())
  out.write(summaryText(names, facts, to - from, out.colored))
  return exit.succeeded
}

function contentsOf(path: string): Contents {
  let names: readonly string[] = []
  let end = 0
  scanVcd(path, {
    signals: signals => {
      names = signals.map(({ name }) => name)
    },
    change: () => {},
    end: time => {
      end = time
    },
  })
  return { names, end }
}

function viewOf(path: string, { names, end }: Contents, flags: TraceFlags): View {
  const wanted = flags.lines?.split(',').map(name => name.trim())
  const shown = wanted === undefined ? names : [...new Set(wanted.map(name => findSignal(name, names, path)))]
  const from = flags.from === undefined ? 0 : nsOf(flags.from, '--from')
  const to = flags.to === undefined ? end : nsOf(flags.to, '--to')
  if (flags.from !== undefined && from >= end && end > 0) {
    throw new PiWorkerError('ERR_USAGE', `--from ${flags.from} is at or after the end of ${path}`, {
      remedy: `The trace is ${timeText(end)} long: begin earlier.`,
    })
  }
  if (flags.to !== undefined && to <= from) {
    throw new PiWorkerError('ERR_USAGE', `--to ${flags.to} does not come after --from ${flags.from ?? '0s'}`, {
      remedy: 'Give a later end, or leave it out.',
    })
  }
  const lines = new Map(shown.map((name, index) => [names.indexOf(name), { name, index }] as const))
  return { path, end, lines, from, to: Math.min(to, end) }
}

function nsOf(text: string, flag: string): number {
  return toNs(parseDuration(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text, flag))
}

function widthOf(written: string | undefined, io: CliIo): number {
  if (written === undefined) return Math.max(NARROWEST, io.stdout.columns ?? WIDTH)
  const width = Number(written)
  if (Number.isInteger(width) && width >= NARROWEST && width <= WIDEST) return width
  throw new PiWorkerError('ERR_USAGE', `--width ${written} cannot be had`, {
    remedy: `Give a whole number from ${NARROWEST} to ${WIDEST}.`,
  })
}

/** A terminal that says that it knows more than ASCII, or says nothing, is believed. */
function wantsAscii({ LC_ALL, LC_CTYPE, LANG, TERM }: CliIo['env']): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG
  return TERM === 'dumb' || (locale !== undefined && locale !== '' && !/utf-?8/i.test(locale))
}

function paintOf(colored: boolean): DiagramPaint {
  const colors = pc.createColors(colored)
  return { name: colors.bold, ruler: colors.dim, wave: colors.green, dense: colors.yellow }
}

function summaryText(
  names: readonly string[],
  facts: readonly SummaryFacts[],
  spanNs: number,
  colored: boolean,
): string {
  const colors = pc.createColors(colored)
  const widest = Math.max(0, ...names.map(name => name.length))
  return `\n${names
    .map(
      (name, index) => `${' '.repeat(widest - name.length)}${colors.bold(name)} ${lineText(facts[index]!, spanNs)}\n`,
    )
    .join('')}`
}

function lineText({ initial, final, edges, highNs, shortestNs, period }: SummaryFacts, spanNs: number): string {
  if (edges === 0)
    return initial === final ? `${initial ?? 'unknown'} all the time` : `${final ?? 'unknown'} at the end`
  const share = spanNs > 0 ? ` (${percent(highNs / spanNs)})` : ''
  return [
    edges === 1 ? '1 edge' : `${edges} edges`,
    `high for ${timeText(highNs)}${share}`,
    ...(shortestNs === undefined ? [] : [`shortest pulse ${timeText(shortestNs)}`]),
    ...(period === undefined ? [] : [`${frequencyText(period.frequency)} at a duty of ${percent(period.duty)}`]),
  ].join(', ')
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`
}

/** Times in ns, frequency in Hz, duty from 0 to 1. */
function traceJson({ path, end, from, to }: View, names: readonly string[], facts: readonly SummaryFacts[]) {
  const lines = facts.map(({ initial = null, final = null, edges, highNs, shortestNs = null, period }, index) => {
    const { frequency, duty } = period ?? { frequency: null, duty: null }
    return { name: names[index], initial, final, edges, highNs, shortestNs, frequency, duty }
  })
  return { file: path, endNs: end, fromNs: from, toNs: to, lines }
}
