/** `pi-worker runs` and `runs show`: which runs there are, and what is known of one. */

import Table from 'cli-table3'
import pc from 'picocolors'
import type { RunJson, RunOutcome } from '../records/run/format.js'
import { readRunJson } from '../records/run/read-run.js'
import { runsFolder } from '../records/run/record-folder.js'
import { findRun, type ListedRun, listRuns, outcomeOf, upToDate } from '../records/run/runs.js'
import { errorBlock, errorJson } from './error-block.js'
import { exit, exitOf } from './exit.js'
import { formatMs, oneLine } from './format.js'
import type { Session } from './program.js'
import type { RunsFlags } from './runs-command.js'

type Colors = ReturnType<typeof pc.createColors>

/** @throws ERR_RUN_FOLDER */
export async function listCommand({ io, out, err }: Session, flags: RunsFlags): Promise<number> {
  const runs = folderOf(io.env, flags)
  const listed = await Promise.all((await listRuns(runs)).map(current))
  const unread = listed.flatMap(({ error }) => error ?? [])
  if (flags.json) {
    out.write(`${JSON.stringify({ runs: listed.map(listedJson) })}\n`)
  } else if (listed.length === 0) {
    err.write(`there are no runs in ${oneLine(runs)}\n`)
  } else {
    out.write(runsTable(listed, pc.createColors(out.colored)))
  }
  for (const error of unread) err.write(errorBlock(error, { colored: err.colored }))
  return unread[0] === undefined ? exit.succeeded : exitOf(unread[0])
}

/** @throws ERR_UNKNOWN_RUN, ERR_RUN_FOLDER, ERR_RUN_VERSION */
export async function showCommand({ io, out }: Session, id: string, flags: RunsFlags): Promise<number> {
  const folder = await findRun(folderOf(io.env, flags), id)
  const json = await upToDate(folder, await readRunJson(folder))
  const outcome = outcomeOf(json)
  if (flags.json) out.write(`${JSON.stringify({ ...json, outcome, folder })}\n`)
  else out.write(factsTable(factsOf(json, outcome, folder), pc.createColors(out.colored)))
  return exit.succeeded
}

async function current(run: ListedRun): Promise<ListedRun> {
  return run.json === undefined ? run : { ...run, json: await upToDate(run.folder, run.json) }
}

/** Where `runs` looks: nothing recorded is no reason to look nowhere. */
export function folderOf(env: Session['io']['env'], { runs }: RunsFlags): string {
  return runsFolder(env, runs) ?? 'runs'
}

function runsTable(listed: readonly ListedRun[], colors: Colors): string {
  const table = new Table({
    head: ['run', 'plan', 'outcome', 'start', 'duration', 'rows'],
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right'],
    // The library colours heads and borders unless told not to.
    style: { head: [], border: [], compact: true },
  })
  for (const { id, json } of listed) {
    if (json === undefined) {
      table.push([oneLine(id), { colSpan: 5, content: 'of another version' }])
      continue
    }
    const outcome = outcomeOf(json)
    const shown = outcomeColor(outcome, colors)(outcome) + whereOf(json)
    const duration = json.elapsed === null ? '' : formatMs(json.elapsed * 1000)
    table.push([oneLine(id), oneLine(json.name, 40), shown, timeText(json.recordedAt), duration, rowCount(json)])
  }
  return `${table.toString()}\n`
}

/** Of all streams. */
function rowCount({ rows }: RunJson): number {
  return Object.values(rows).reduce((sum, count) => sum + count, 0)
}

function listedJson({ id, folder, json, error }: ListedRun): object {
  if (json === undefined) return { id, folder, error: errorJson(error) }
  const { name, recordedAt, startedAt, endedAt, elapsed, rehearsal, rows, tasks } = json
  return { id, folder, name, outcome: outcomeOf(json), recordedAt, startedAt, endedAt, elapsed, rehearsal, rows, tasks }
}

/** What is shown of a run, each with its name; nothing that there is not. */
export function factsOf(json: RunJson, outcome: RunOutcome, folder: string): readonly (readonly [string, string])[] {
  const { plan, git, board, versions, kernel, clock, seed, params, rows, tasks, timing, error, resumes } = json
  const facts: (readonly [string, string | undefined])[] = [
    ['run', json.id],
    ['plan', json.name],
    ['outcome', outcome + whereOf(json)],
    ['error', error === null ? undefined : `${error.code}: ${error.message}`],
    ['at', error?.place ?? undefined],
    ['recorded', timeText(json.recordedAt)],
    ['began', json.startedAt],
    ['ended', json.endedAt ?? undefined],
    ['duration', json.elapsed === null ? undefined : formatMs(json.elapsed * 1000)],
    ['goes on with', resumes ?? undefined],
    ['file', plan.file],
    ['commit', git === null ? undefined : `${git.commit}${git.dirty ? ', with changes' : ''}`],
    ...params.map(({ name, value, unit = '' }) => [`param ${name}`, `${value} ${unit}`.trim()] as const),
    ['driver', board === null ? undefined : `${board.driver} on ${board.description}`],
    ['clock', clock.kind],
    ['seed', seed === null ? undefined : String(seed)],
    ...Object.entries(rows).map(([stream, count]) => [`rows ${stream}`, String(count)] as const),
    ['tasks', `${tasks.count}${tasks.failed > 0 ? `, of which ${tasks.failed} did not succeed` : ''}`],
    ['late', timing === null ? undefined : timingText(timing)],
    ['versions', `pi-worker ${versions.piWorker}, node ${versions.node}, ${kernel}`],
    ['folder', folder],
  ]
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, oneLine(value)] as const]))
}

function timingText({ plays, worst, p99, overruns, missed }: NonNullable<RunJson['timing']>): string {
  const parts = [
    ...(worst === null ? [] : [`at worst ${formatMs(worst)}`]),
    ...(p99 === null ? [] : [`99 of 100 within ${formatMs(p99)}`]),
    ...(plays === 0 ? [] : [`${plays} ${plays === 1 ? 'play' : 'plays'}`]),
    ...(overruns === 0 ? [] : [`${overruns} ${overruns === 1 ? 'round' : 'rounds'} started late`]),
    ...(missed === 0 ? [] : [`${missed} ${missed === 1 ? 'time' : 'times'} of a cron had no round`]),
  ]
  return parts.join(', ')
}

function factsTable(facts: readonly (readonly [string, string])[], colors: Colors): string {
  const widest = Math.max(...facts.map(([name]) => name.length))
  return facts.map(([name, value]) => `${colors.dim(name.padEnd(widest))}  ${value}\n`).join('')
}

/** `2026-11-27 10:45:00`, UTC as everywhere in a record. */
export function timeText(iso: string): string {
  return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, '')
}

function outcomeColor(outcome: RunOutcome, colors: Colors): (text: string) => string {
  if (outcome === 'succeeded') return colors.green
  return outcome === 'failed' ? colors.red : colors.yellow
}

/** What is no run of real hardware says so. */
function whereOf({ rehearsal, board }: RunJson): string {
  if (rehearsal) return ' (rehearsal)'
  return board?.driver === 'mock' ? ' (mock)' : ''
}
