/** `pi-worker set LINE=LEVEL...`: sets outputs, all at once, and says what becomes of them afterwards. */

import { formatLine } from '../../drivers/lines.js'
import type { ReleaseFacts } from '../../drivers/machine/release.js'
import { PiWorkerError } from '../errors.js'
import { parseDuration } from '../worker/duration.js'
import { chooseLines, guardLines, levelOf, levelsJson, showLevel } from './choose-lines.js'
import { exit } from './exit.js'
import { formatMs } from './format.js'
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
    await guardLines(lines, { board, machine: world.machine, chip, force, warn })
    const initial = wanted.reduce((bits, { value }, index) => bits | (value << index), 0) >>> 0
    const handle = await board.request({ lines, settings: { direction: 'output', activeLow, initial } })
    const values = new Map(lines.map((line, index) => [line, wanted[index]?.value ?? 0]))
    const after = world.machine.release(board.driver, chip)
    if (json) {
      out.write(`${JSON.stringify({ lines: levelsJson(values, activeLow), afterwards: after })}\n`)
    } else {
      for (const [line, value] of values) out.write(`${showLevel(line, value, activeLow)}\n`)
      err.write(`${describeAfter(values, activeLow, after, hold === true, ms)}\n`)
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

/** `GPIO17 stays high when this command ends: persist_gpio_outputs is on.` */
function describeAfter(
  values: ReadonlyMap<number, number>,
  activeLow: boolean,
  { outcome, because }: ReleaseFacts,
  hold: boolean,
  ms: number | undefined,
): string {
  const names = [...values.keys()].map(formatLine)
  const [stays, becomes, falls, input] =
    names.length === 1
      ? ['stays', 'becomes', 'falls back to its pull', 'an input']
      : ['stay', 'become', 'fall back to their pulls', 'inputs']
  const levels = new Set([...values.values()].map(value => levelOf(value, activeLow)))
  const level = levels.size === 1 ? [...levels][0] : 'as set'
  const subject = listed(names)
  const holding = hold || ms !== undefined
  const held = ms === undefined ? 'Held until Ctrl-C.' : `Held for ${formatMs(ms)}.`
  const keep = holding ? '' : ' To hold it, add --hold.'
  const sentence = {
    kept: `${subject} ${stays} ${level} when this command ends: ${because}.`,
    input: `${subject} ${becomes} ${input} when this command ends: ${because}.${keep}`,
    pull: `${subject} ${falls} when this command ends: ${because}.${keep}`,
    unknown: `What ${subject} does when this command ends is not known: ${because}.${keep}`,
  }[outcome]
  return holding ? `${held} ${sentence}` : sentence
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
