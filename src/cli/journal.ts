/** `pi-worker journal [NAME]`: lists the journals, or shows what one of them says. */

import pc from 'picocolors'
import { DiskFolder } from '../bench/journal/files.js'
import type { JournalRecord } from '../bench/journal/format.js'
import { type JournalView, journalNames, viewJournal } from '../bench/journal/list.js'
import { defaultFolder } from '../bench/journal/open-journal.js'
import { thisMachine } from '../bench/journal/processes.js'
import type { CommandedLevel, InFlight, Recovered } from '../bench/journal/recover.js'
import { PiWorkerError } from '../errors.js'
import { nearest } from '../nearest.js'
import { errorJson } from './error-block.js'
import { exit, exitOf } from './exit.js'
import { formatResult, oneLine } from './format.js'
import type { Session } from './program.js'

export interface JournalFlags {
  readonly folder?: string
  readonly last: string
  readonly json?: true
}

/** @throws ERR_USAGE, ERR_JOURNAL */
export async function journalCommand(session: Session, name: string | undefined, flags: JournalFlags): Promise<number> {
  const last = parseLast(flags.last)
  const folder = new DiskFolder(flags.folder ?? defaultFolder(session.io.env))
  const names = await journalNames(folder)
  const processes = thisMachine()
  if (name !== undefined) {
    const view = await viewJournal(folder, find(name, names, folder.path), processes)
    if (view.error !== undefined) throw view.error
    session.out.write(
      flags.json ? `${JSON.stringify(jsonOf(view, true))}\n` : describe(view, last, session.out.colored),
    )
    return exit.succeeded
  }
  const views: JournalView[] = []
  for (const each of names) views.push(await viewJournal(folder, each, processes))
  if (flags.json) session.out.write(`${JSON.stringify({ journals: views.map(view => jsonOf(view, false)) })}\n`)
  else if (views.length === 0) session.err.write(`there is no journal in ${oneLine(folder.path)}\n`)
  else session.out.write(views.map(view => `${summary(view)}\n`).join(''))
  const unreadable = views.find(({ error }) => error !== undefined)?.error
  return unreadable === undefined ? exit.succeeded : exitOf(unreadable)
}

/** What `pi-worker run` says of the run before; nothing when that came to its end. */
export function describeRecovered(recovered: Recovered | undefined): string {
  if (recovered === undefined) return ''
  const { inFlight, levels, rebooted } = recovered
  const lines = [
    `recovered: the run before (${origin(recovered)}) did not come to its end${rebooted ? ', and the machine was started anew' : ''}; all is safe now`,
    ...inFlight.map(task => `recovered: ${inFlightLine(task)}`),
  ]
  if (inFlight.length === 0) lines.push('recovered: nothing was in flight')
  if (levels.length > 0) lines.push(`recovered: last commanded: ${levelsLine(levels)}`)
  return lines.map(line => `${oneLine(line)}\n`).join('')
}

function parseLast(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const remedy = 'Write --last 50.'
  throw new PiWorkerError('ERR_USAGE', `--last is a whole number, not "${text}"`, { remedy })
}

/** The one journal that is called or begins so. */
function find(name: string, names: readonly string[], folder: string): string {
  if (names.includes(name)) return name
  const [found, another] = names.filter(each => each.startsWith(name))
  if (found !== undefined && another === undefined) return found
  const hint = nearest(name, [...names])
  const why =
    found === undefined ? 'no journal is called so' : `more than one journal begins with it: ${found}, ${another}`
  throw new PiWorkerError('ERR_USAGE', `${name}: ${why}`, {
    place: folder,
    remedy:
      hint === undefined
        ? 'See pi-worker journal for their names.'
        : `Write pi-worker journal ${hint}, if that was meant.`,
  })
}

function jsonOf({ name, file, state, pid, records, inFlight, error }: JournalView, whole: boolean): object {
  const facts = { name, file, state, pid: pid ?? null, lastAt: isoOf(records.at(-1)?.time) }
  const flying = { inFlight: inFlight?.inFlight ?? [], levels: inFlight?.levels ?? [] }
  return {
    ...facts,
    ...flying,
    ...(whole && { records }),
    ...(error !== undefined && { error: errorJson(error) }),
  }
}

const STATES: Readonly<Record<JournalView['state'], string>> = {
  running: 'is running',
  ended: 'came to its end',
  unfinished: 'did not come to its end',
  unreadable: 'cannot be read',
}

function summary({ name, state, pid, records, inFlight, error }: JournalView): string {
  const parts = [name, STATES[state]]
  if (error !== undefined) return oneLine(`${name}  ${STATES[state]}: ${error.message}`)
  if (state !== 'ended' && pid !== undefined) parts.push(`process ${pid}`)
  const last = isoOf(records.at(-1)?.time)
  if (last !== null) parts.push(last)
  const flying = inFlight?.inFlight.map(({ name: action }) => action) ?? []
  if (flying.length > 0) parts.push(`in flight: ${flying.join(', ')}`)
  return oneLine(parts.join('  '))
}

function describe(view: JournalView, last: number, colored: boolean): string {
  const { records, inFlight } = view
  const colors = pc.createColors(colored)
  const lines = [colors.bold(summary(view))]
  for (const task of inFlight?.inFlight ?? []) lines.push(colors.yellow(inFlightLine(task)))
  const levels = inFlight?.levels ?? []
  if (levels.length > 0) lines.push(`last commanded: ${levelsLine(levels)}`)
  const actions = new Map<string, string>()
  const all = records.map(record => recordText(record, actions))
  const shown = last === 0 ? [] : all.slice(-last)
  if (shown.length < all.length) lines.push(colors.dim(`… ${all.length - shown.length} more before`))
  return [...lines, ...shown].map(line => `${oneLine(line)}\n`).join('')
}

function inFlightLine({ name, task, input, intendedAt }: InFlight): string {
  return `${name} (task ${task}, ${intendedAt}) was in flight: its outcome is indeterminate  ${formatResult(input, 60)}`.trimEnd()
}

function levelsLine(levels: readonly CommandedLevel[]): string {
  return levels.map(({ name, level }) => `${name} ${level}`).join(', ')
}

function origin({ pid, startedAt }: Recovered): string {
  return [pid === null ? [] : `process ${pid}`, startedAt === null ? [] : `since ${startedAt}`].flat().join(', ')
}

/** @param actions The names of the actions by their tasks, as far as they have been seen. */
function recordText(record: JournalRecord, actions: Map<string, string>): string {
  return `${isoOf(record.time)}  ${record.type.padEnd(9)}  ${what(record, actions)}`.trimEnd()
}

function what(record: JournalRecord, actions: Map<string, string>): string {
  switch (record.type) {
    case 'start':
      return `process ${record.pid} on ${record.driver}`
    case 'intent': {
      const name = `${record.peripheral}.${record.action}`
      actions.set(record.task, name)
      return `${name}  ${formatResult(record.input, 60)}`
    }
    case 'outcome': {
      const name = actions.get(record.task) ?? record.task
      return `${name} ${record.state}${record.error === null ? '' : `: ${record.error}`}`
    }
    case 'levels':
      return Object.entries(record.levels)
        .map(([name, level]) => `${name} ${level}`)
        .join(', ')
    case 'safe':
      return record.peripheral
    case 'event':
      return formatResult(record.event, 100)
    case 'recovered':
      return `${record.tasks.length} in flight in process ${record.pid ?? '?'}; all was made safe`
    case 'trouble':
      return `${record.error}; refused ${record.refused}, lost ${record.lost}`
    default:
      return ''
  }
}

function isoOf(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString()
}
