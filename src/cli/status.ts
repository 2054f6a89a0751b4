/** `pi-worker status`: how the benches are that run, and which may not be started. */

import Table from 'cli-table3'
import { formatLine } from '../../drivers/lines.js'
import { runFolder } from '../bench/run-folder.js'
import { benchesNamed, labelOf, runningBenches, statusOf } from '../bench/stop/running-benches.js'
import type { BenchStatus } from '../bench/stop/status.js'
import { type MarkedStop, resetCommandOf } from '../bench/stop/stop-mark.js'
import { errorBlock, errorJson } from './error-block.js'
import { exit, exitOf } from './exit.js'
import { oneLine } from './format.js'
import type { Session } from './program.js'
import { nameOf, rememberedStops, stopsNamed } from './which-bench.js'

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
  const remembered = rememberedStops(options.folder, running)
  const stopped = name === undefined ? remembered : stopsNamed(remembered, name)
  const benches = name === undefined ? running : stopped.length > 0 ? [] : await benchesNamed(name, options)
  const outcomes = await Promise.allSettled(benches.map(bench => statusOf(bench, options)))
  let code: number = exit.succeeded
  const told = outcomes.map((outcome, index) => {
    const bench = benches[index] as (typeof benches)[number]
    const label = labelOf(bench)
    if (outcome.status === 'fulfilled') {
      if (!json) out.write(describe(label, nameOf(bench, running), outcome.value))
      return outcome.value
    }
    code = Math.max(code, exitOf(outcome.reason))
    err.write(errorBlock(outcome.reason, { colored: err.colored }))
    return { name: label, error: errorJson(outcome.reason) }
  })
  if (json) out.write(`${JSON.stringify({ benches: told, stopped })}\n`)
  else {
    if (benches.length === 0 && name === undefined) out.write('no bench is running\n')
    out.write(stopped.map(describeStopped).join(''))
  }
  return code
}

function describeStopped(stop: MarkedStop): string {
  const { name, by, since, reason } = stop
  const when = since === null ? '' : `, since ${since}`
  const facts = oneLine(`STOPPED: ${name}, by ${by}${when}: ${reason}`)
  return `${facts}\n  it does not run, and can be started again after: ${resetCommandOf(name)}\n`
}

/** @param name What it is called by on a command line. */
function describe(label: string, name: string, status: BenchStatus): string {
  const { driver, guardian, stopped, stopLine, plans, peripherals } = status
  const lines = [`${label}: on ${driver}, ${guardian === null ? 'no guardian' : `guardian ${guardian}`}`]
  if (stopped !== null) {
    lines.push(`STOPPED by ${stopped.by} at ${stopped.since}: ${stopped.reason}`)
    lines.push(`  it goes on after: ${resetCommandOf(name)}`)
  }
  if (stopLine !== null) lines.push(`stop line ${formatLine(stopLine.line)}: ${stopLine.open ?? 'closed'}`)
  for (const plan of plans) lines.push(`plan ${plan.name}: ${plan.state}`)
  const table = new Table({
    head: ['peripheral', 'state', 'task', 'waiting', 'levels'],
    style: { head: [], border: [] },
  })
  for (const [peripheral, { state, task, waiting, lines: levels }] of Object.entries(peripherals)) {
    table.push([
      peripheral,
      state,
      task === null ? '' : `${oneLine(task.name)} since ${task.since}`,
      waiting,
      levels.map(({ line, level }) => `${formatLine(line)} ${level ?? '?'}`).join(', '),
    ])
  }
  for (const [peripheral, { quarantine }] of Object.entries(peripherals)) {
    if (quarantine === null) continue
    lines.push(`${peripheral} is quarantined since ${quarantine.since}: ${quarantine.reason}`)
    lines.push(`  ${quarantine.noReset ?? 'it can be reset, if its safe state can be reached'}`)
  }
  return `${lines.map(line => oneLine(line)).join('\n')}\n${table.toString()}\n`
}
