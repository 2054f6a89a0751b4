/** The line that says how far a plan is: a bar, the time left, the rounds of its loops, and its tasks. */

import type pc from 'picocolors'
import { progressBar } from './sparkline.js'
import { formatClock, widthOf } from './text.js'

/** A loop that the plan is in. */
export interface LoopProgress {
  /** The round that is under way, from 1. */
  readonly round: number
  /** How many there will be; undefined when nobody knows. */
  readonly rounds?: number | undefined
}

/** How far a plan is. */
export interface Advance {
  /** From the outermost to the innermost. */
  readonly loops: readonly LoopProgress[]
  /** Time of the plan so far without its pauses, and how long it is thought to take, in ms. */
  readonly elapsed: number
  readonly estimate: number | undefined
  /** The same in real time, which virtual time leaves behind. */
  readonly realElapsed: number
  readonly tasks: number
  readonly failed: number
  readonly cancelled: number
}

type Colors = ReturnType<typeof pc.createColors>

const WIDEST_BAR = 30
const NARROWEST_BAR = 8

/** A share of 1; undefined where nothing is known. By the clock where there is an estimate, by rounds otherwise. */
export function shareDone({ elapsed, estimate, loops }: Advance): number | undefined {
  if (estimate !== undefined && estimate > 0) return Math.min(1, elapsed / estimate)
  let [share, part] = [0, 1]
  for (const { round, rounds } of loops) {
    if (rounds === undefined || rounds < 1) break
    share += (part * (Math.min(round, rounds) - 1)) / rounds
    part /= rounds
  }
  return part === 1 ? undefined : share
}

/** Real time left, in ms; undefined without an estimate, or when it has proved wrong. */
export function timeLeft({ elapsed, estimate, realElapsed }: Advance): number | undefined {
  if (estimate === undefined || elapsed >= estimate || elapsed <= 0) return undefined
  return (realElapsed / elapsed) * (estimate - elapsed)
}

export function progressLine(advance: Advance, width: number, unicode: boolean, colors: Colors): string {
  const { loops, estimate, elapsed } = advance
  const share = shareDone(advance)
  const left = timeLeft(advance)
  const parts: string[] = []
  if (share !== undefined) parts.push(`${Math.floor(share * 100)} %`)
  if (left !== undefined) parts.push(`${formatClock(left)} left`)
  else if (estimate !== undefined && elapsed > estimate) parts.push('longer than estimated')
  const rounds = loops.map(({ round, rounds: all }) => (all === undefined ? `${round}` : `${round}/${all}`))
  if (rounds.length > 0) parts.push(`round ${rounds.join(unicode ? ' › ' : ' > ')}`)
  parts.push(tasksText(advance))
  const text = fitting(parts, width)
  const room = Math.min(WIDEST_BAR, width - widthOf(text) - 2)
  if (share === undefined || room < NARROWEST_BAR) return text
  const bar = progressBar(share, room, unicode)
  return `${colors.green(bar.done)}${colors.dim(bar.left)}  ${text}`
}

/** `7 tasks, 1 failed, 2 cancelled` */
function tasksText({ tasks, failed, cancelled }: Advance): string {
  const ended = [
    [failed, 'failed'],
    [cancelled, 'cancelled'],
  ] as const
  const told = ended.flatMap(([count, how]) => (count === 0 ? [] : [`${count} ${how}`]))
  return [`${tasks} ${tasks === 1 ? 'task' : 'tasks'}`, ...told].join(', ')
}

/** As many of the parts as fit, from the first on. */
function fitting(parts: readonly string[], width: number): string {
  let text = ''
  for (const part of parts) {
    const longer = text === '' ? part : `${text}  ${part}`
    if (widthOf(longer) > width && text !== '') break
    text = longer
  }
  return text
}
