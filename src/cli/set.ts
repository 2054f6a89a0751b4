/** `pi-worker set LINE=LEVEL...`: sets outputs, all at once, and says what becomes of them afterwards. */

import { chipLineOf } from '../../drivers/chip-lines.js'
import type { Board } from '../../drivers/driver.js'
import { formatLine } from '../../drivers/lines.js'
import type { Machine } from '../../drivers/machine/machine.js'
import type { ReleaseFacts } from '../../drivers/machine/release.js'
import { PiWorkerError } from '../errors.js'
import { parseDuration } from '../worker/duration.js'
import { chooseLines, levelOf, levelsJson, showLevel } from './choose-lines.js'
import { exit } from './exit.js'
import { formatMs } from './format.js'
import { guardLines } from './guard-lines.js'
import { type BoardFlags, type LineWorld, thisWorld } from './line-world.js'
import { onBoard, untilStopped } from './on-board.js'
import type { Session } from './program.js'

export interface SetFlags extends BoardFlags {
  readonly hold?: true
  /** As typed: a duration. */
  readonly for?: string
  readonly activeLow?: true
  readonly force?: true
}

/** @throws ERR_USAGE, ERR_BAD_DURATION, ERR_UNKNOWN_LINE, ERR_LINE_BUSY, and what opening and requesting throw */
export async function setCommand(
  session: Session,
  assignments: readonly string[],
  flags: SetFlags,
  world: LineWorld = thisWorld(),
): Promise<number> {
  const { out, err } = session
  const { chip, force, hold, activeLow = false, json } = flags
  const wanted = assignments.map(text => parseAssignment(text, activeLow))
  const ms = flags.for === undefined ? undefined : parseDuration(flags.for, '--for')
  return await onBoard(session, flags, world, async ({ board, clock, stop }) => {
    const lines = chooseLines(
      board,
      wanted.map(({ spelling }) => spelling),
    )
    const warn = (text: string): void => err.write(`warning: ${text}\n`)
    await clock.hold(guardLines(lines, { board, machine: world.machine, use: 'set', chip, force, warn }))
    const initial = wanted.reduce((bits, { value }, index) => bits | (value << index), 0) >>> 0
    const handle = await board.request({ lines, settings: { direction: 'output', activeLow, initial } })
    const values = new Map(lines.map((line, index) => [line, wanted[index]?.value ?? 0]))
    const after = new Map(lines.map(line => [line, releaseOf(line, board, world.machine, chip)]))
    if (json) {
      const afterwards = Object.fromEntries(lines.map(line => [formatLine(line), after.get(line)]))
      out.write(`${JSON.stringify({ lines: levelsJson(values, activeLow), afterwards })}\n`)
    } else {
      for (const [line, value] of values) out.write(`${showLevel(line, value, activeLow)}\n`)
      err.write(`${describeAfter(values, activeLow, after, { hold: hold === true, ms })}\n`)
    }
    if (hold || ms !== undefined) await untilStopped(clock, stop, ms)
    handle.release()
    return exit.succeeded
  })
}

interface Assignment {
  readonly spelling: string
  /** Logical. */
  readonly value: 0 | 1
}

/** @throws ERR_USAGE */
function parseAssignment(text: string, activeLow: boolean): Assignment {
  const at = text.lastIndexOf('=')
  const spelling = text.slice(0, Math.max(at, 0)).trim()
  const value = bitOf(text.slice(at + 1).toLowerCase(), activeLow)
  if (spelling !== '' && value !== undefined) return { spelling, value }
  throw new PiWorkerError('ERR_USAGE', `${JSON.stringify(text)} does not say which line gets which level`, {
    remedy: 'Write LINE=LEVEL, with 1, 0, on or off (which --active-low turns over), high or low: GPIO17=1.',
  })
}

function bitOf(word: string, activeLow: boolean): 0 | 1 | undefined {
  if (word === '1' || word === 'on') return 1
  if (word === '0' || word === 'off') return 0
  if (word === 'high' || word === 'low') return (word === 'high') !== activeLow ? 1 : 0
  return undefined
}

/** Of the line's own chip: what the header does, another chip need not do. */
function releaseOf(line: number, { driver }: Board, machine: Machine, chip: string | undefined): ReleaseFacts {
  const other = chipLineOf(line)
  return machine.release(driver, other === undefined ? chip : `gpiochip${other.chip}`)
}

interface Holding {
  readonly hold: boolean
  readonly ms: number | undefined
}

/** `GPIO17 stays high when this command ends: persist_gpio_outputs is on.` Lines that fare alike share a sentence. */
function describeAfter(
  values: ReadonlyMap<number, number>,
  activeLow: boolean,
  after: ReadonlyMap<number, ReleaseFacts>,
  { hold, ms }: Holding,
): string {
  const alike = new Map<string, number[]>()
  for (const [line, { outcome, because }] of after) {
    const fate = `${outcome} ${because}`
    alike.set(fate, [...(alike.get(fate) ?? []), line])
  }
  const sentences = [...alike.values()].map(lines => {
    const levels = new Set(lines.map(line => levelOf(values.get(line) ?? 0, activeLow)))
    return sentenceOf(lines, levels.size === 1 ? [...levels][0] : 'as set', after.get(lines[0]!)!)
  })
  if (hold || ms !== undefined) {
    const held = ms === undefined ? 'Held until Ctrl-C.' : `Held for ${formatMs(ms)}.`
    return [held, ...sentences].join(' ')
  }
  const allKept = [...after.values()].every(({ outcome }) => outcome === 'kept')
  return [...sentences, ...(allKept ? [] : [`To hold ${after.size === 1 ? 'it' : 'them'}, add --hold.`])].join(' ')
}

function sentenceOf(lines: readonly number[], level: string | undefined, { outcome, because }: ReleaseFacts): string {
  const subject = listed(lines.map(formatLine))
  const [stays, becomes, falls, input, does] =
    lines.length === 1
      ? ['stays', 'becomes', 'falls back to its pull', 'an input', 'does']
      : ['stay', 'become', 'fall back to their pulls', 'inputs', 'do']
  const when = 'when this command ends'
  return {
    kept: `${subject} ${stays} ${level} ${when}: ${because}.`,
    input: `${subject} ${becomes} ${input} ${when}: ${because}.`,
    pull: `${subject} ${falls} ${when}: ${because}.`,
    unknown: `What ${subject} ${does} ${when} is not known: ${because}.`,
  }[outcome]
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
