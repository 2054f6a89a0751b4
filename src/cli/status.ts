/** `pi-worker status`: how the benches are that run, and which may not be started. */

import Table from 'cli-table3'
import { formatLine } from '../../drivers/lines.js'
import { runFolder } from '../bench/run-folder.js'
import { pathName } from '../bench/stop/bench-address.js'
import { benchesNamed, labelOf, runningBenches, statusOf } from '../bench/stop/running-benches.js'
import type { BenchStatus } from '../bench/stop/status.js'
import { type MarkedStop, resetCommandOf, stopMarks } from '../bench/stop/stop-mark.js'
import { errorBlock, errorJson } from './error-block.js'
import { exit, exitOf } from './exit.js'
import { oneLine } from './format.js'
import type { Session } from './program.js'

export interface StatusFlags {
  readonly json?: true
}

/** @throws ERR_NOT_RUNNING when a name is given that no bench has; ERR_FILE */
export async function statusCommand(
  session: Session,
  name: string | undefined,
  { json }: StatusFlags,
): Promise<number> {
  const { io, out, err } = session
  const options = { folder: runFolder(io.env) }
  const running = await runningBenches(options)
  const isGone = (stop: MarkedStop): boolean => !running.some(bench => bench.name === stop.name)
  const stopped = stopMarks(options.folder).filter(
    stop => isGone(stop) && (name === undefined || pathName(name) === stop.name),
  )
  const benches = name === undefined ? running : stopped.length > 0 ? [] : await benchesNamed(name, options)
  const outcomes = await Promise.allSettled(benches.map(bench => statusOf(bench, options)))
  let code: number = exit.succeeded
  const told = outcomes.map((outcome, index) => {
    const label = labelOf(benches[index] as (typeof benches)[number])
    if (outcome.status === 'fulfilled') {
      if (!json) out.write(describe(label, outcome.value))
      return outcome.value
    }
    code = Math.max(code, exitOf(outcome.reason))
    err.write(errorBlock(outcome.reason, { colored: err.colored }))
    return { name: label, error: errorJson(outcome.reason) }
  })
  if (json) out.write(`${JSON.stringify({ benches: told, stopped })}\n`)
  else if (stopped.length > 0) out.write(stopped.map(describeStopped).join(''))
  else if (benches.length === 0) out.write('no bench is running\n')
  return code
}

function describeStopped(stop: MarkedStop): string {
  const { name, by, since, reason } = stop
  const when = since === null ? '' : ` at ${since}`
  const facts = oneLine(`${name} is not running: STOPPED by ${by}${when}: ${reason}`)
  return `${facts}\n  it can be started again after: ${resetCommandOf(name)}\n`
}

function describe(label: string, status: BenchStatus): string {
  const { driver, guardian, stopped, stopLine, plans, peripherals } = status
  const lines = [`${label}: on ${driver}, ${guardian === null ? 'no guardian' : `guardian ${guardian}`}`]
  if (stopped !== null) lines.push(`STOPPED by ${stopped.by} at ${stopped.since}: ${stopped.reason}`)
  if (stopLine !== null) lines.push(`stop line ${formatLine(stopLine.line)}: ${stopLine.open ?? 'closed'}`)
  for (const plan of plans) lines.push(`plan ${plan.name}: ${plan.state}`)
  const table = new Table({
    head: ['peripheral', 'state', 'task', 'waiting', 'levels'],
    style: { head: [], border: [] },
  })
  for (const [name, { state, task, waiting, lines: levels }] of Object.entries(peripherals)) {
    table.push([
      name,
      state,
      task === null ? '' : `${oneLine(task.name)} since ${task.since}`,
      waiting,
      levels.map(({ line, level }) => `${formatLine(line)} ${level ?? '?'}`).join(', '),
    ])
  }
  for (const [name, { quarantine }] of Object.entries(peripherals)) {
    if (quarantine === null) continue
    lines.push(`${name} is quarantined since ${quarantine.since}: ${quarantine.reason}`)
    lines.push(`  ${quarantine.noReset ?? 'it can be reset, if its safe state can be reached'}`)
  }
  return `${lines.map(line => oneLine(line)).join('\n')}\n${table.toString()}\n`
}
