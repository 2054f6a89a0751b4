/** The live view of a run as lines of text: what is shown of it in a terminal of some size. Pure. */

import pc from 'picocolors'
import type { PeripheralState } from '../../bench/stop/status.js'
import { oneLine } from '../format.js'
import { type Column, tableRows } from './columns.js'
import type { Reading } from './measure.js'
import { type Advance, progressLine } from './progress-line.js'
import { sparkline } from './sparkline.js'
import { cut, formatClock, formatSoFar, formatValue } from './text.js'

/** One peripheral at this moment. */
export interface PeripheralPicture {
  readonly name: string
  readonly type: string
  readonly state: PeripheralState
  /** What runs there, and for how long by the clock of the bench. */
  readonly task: { readonly name: string; readonly ms: number } | undefined
  readonly waiting: number
  readonly last: Reading | undefined
  readonly history: readonly number[]
}

export type RunState = 'running' | 'pausing' | 'paused' | 'stopping' | 'stopping: cleaning up' | 'STOPPED'

export interface RunPicture {
  readonly name: string
  readonly state: RunState
  /** Time of the plan so far, in ms. */
  readonly elapsed: number
  readonly virtual: boolean
  readonly peripherals: readonly PeripheralPicture[]
  readonly advance: Advance
  /** The last ones, the newest last; they may be coloured. */
  readonly messages: readonly string[]
  /** What the keys do; undefined when nobody can type any. */
  readonly keys: 'short' | 'long' | undefined
}

export interface FrameOptions {
  readonly columns: number
  readonly rows: number
  readonly colored: boolean
  readonly unicode: boolean
}

type Colors = ReturnType<typeof pc.createColors>

const SPARK = 24
/** More of them would be a page that scrolls. */
const MESSAGES = 6
const KEYS = {
  short: 'p pause  r resume  s stop  e emergency stop  ? help',
  long: [
    'p  pause at the next step           r  resume',
    's  or q or Ctrl-C: stop the plan; all is made safe, and `finally` is done',
    'e  or Ctrl-C again: emergency stop, all outputs safe at once',
    '?  less of this',
  ],
} as const

/**
 * At most `rows - 1` lines, each narrower than the terminal. Where that is too little, messages go first, then the keys,
 * then peripherals.
 */
export function frameOf(picture: RunPicture, options: FrameOptions): string[] {
  const { columns, rows, colored, unicode } = options
  const colors = pc.createColors(colored)
  const width = Math.max(1, columns - 1)
  const advance = progressLine(picture.advance, width, unicode, colors)
  let room = Math.max(1, rows - 1) - 1
  const take = (lines: readonly string[]): readonly string[] => {
    if (lines.length > room) return []
    room -= lines.length
    return lines
  }
  const forAdvance = take([advance])
  const shown = choose(picture.peripherals, room)
  const peripherals = take(peripheralLines(shown, picture, options, colors))
  const keys = take(keyLines(picture, colors))
  // Air between the parts, where there is plenty of room.
  const air = room >= MESSAGES + 2 ? [''] : []
  room -= 2 * air.length
  const messages = room > 0 ? picture.messages.slice(-Math.min(room, MESSAGES)) : []
  const below = messages.length > 0 ? [...air, ...messages] : []
  const lines = [
    titleLine(picture, colors),
    ...peripherals,
    ...forAdvance,
    ...below,
    ...(keys.length > 0 ? [...air, ...keys] : []),
  ]
  return lines.map(line => cut(line, width, ellipsisOf(unicode)))
}

function titleLine({ name, state, elapsed, virtual }: RunPicture, colors: Colors): string {
  const paint = state === 'STOPPED' ? colors.red : state === 'running' ? colors.green : colors.yellow
  const time = `${formatClock(elapsed)}${virtual ? ' of virtual time' : ''}`
  return `${colors.bold(oneLine(name))}  ${paint(state)}  ${colors.dim(time)}`
}

/** In their order; those that need somebody are never among the ones left out. */
function choose(all: readonly PeripheralPicture[], most: number): readonly PeripheralPicture[] {
  if (all.length <= most) return all
  const room = Math.max(0, most - 1)
  const urgent = all.filter(({ state }) => state === 'quarantined').slice(0, room)
  const others = all.filter(({ state }) => state !== 'quarantined').slice(0, room - urgent.length)
  return all.filter(peripheral => urgent.includes(peripheral) || others.includes(peripheral))
}

function peripheralLines(
  shown: readonly PeripheralPicture[],
  { peripherals }: RunPicture,
  { columns, unicode }: FrameOptions,
  colors: Colors,
): string[] {
  const curves = shown.some(({ history }) => history.length > 1)
  const table: Column[] = [
    { cells: shown.map(({ name }) => oneLine(name)), min: 8, max: 20, rank: 0 },
    { cells: shown.map(({ type }) => oneLine(type)), color: colors.dim, min: 14, max: 14, rank: 6 },
    {
      cells: shown.map(({ state }) => state),
      color: (text, row) => stateColor(shown[row]?.state, colors)(text),
      min: 7,
      max: 11,
      steady: 8,
      rank: 1,
    },
    { cells: shown.map(taskText), min: 14, max: 32, steady: 20, rank: 3 },
    {
      cells: shown.map(({ waiting }) => (waiting > 0 ? `+${waiting}` : '')),
      color: colors.yellow,
      align: 'right',
      min: 7,
      max: 7,
      steady: 3,
      rank: 5,
    },
    // Half a number is a wrong one.
    { cells: shown.map(({ last }) => readingText(last)), align: 'right', min: 16, max: 16, steady: 8, rank: 2 },
    {
      cells: shown.map(() => ''),
      fill: (row, width) => sparkline(shown[row]?.history ?? [], width, unicode),
      color: colors.cyan,
      min: 5,
      max: SPARK,
      steady: curves ? SPARK : 0,
      rank: 4,
    },
  ]
  const lines = tableRows(table, columns - 1, ellipsisOf(unicode))
  const hidden = peripherals.length - shown.length
  return hidden === 0 ? lines : [...lines, colors.dim(`and ${hidden} more`)]
}

function ellipsisOf(unicode: boolean): string {
  return unicode ? '…' : '~'
}

function taskText({ task }: PeripheralPicture): string {
  if (task === undefined) return ''
  const time = formatSoFar(task.ms)
  return `${oneLine(task.name, 22)} ${time}`
}

function readingText(last: Reading | undefined): string {
  if (last === undefined) return ''
  if (last.words !== undefined) return last.words[last.value === 0 ? 0 : 1]
  return `${formatValue(last.value)}${last.unit === '' ? '' : ` ${oneLine(last.unit)}`}`
}

function stateColor(state: PeripheralState | undefined, colors: Colors): (text: string) => string {
  switch (state) {
    case 'running':
      return colors.green
    case 'quarantined':
      return colors.red
    case 'idle':
      return colors.dim
    default:
      return colors.yellow
  }
}

function keyLines({ keys }: RunPicture, colors: Colors): string[] {
  if (keys === undefined) return []
  return keys === 'short' ? [colors.dim(KEYS.short)] : KEYS.long.map(line => colors.dim(line))
}
