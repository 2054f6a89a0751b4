/** The parts of a report that are text: what ran, what went wrong, the log, and where it all comes from. */

import type { Contents } from './contents.js'
import { type Html, html } from './html.js'
import { isWrong, type LogEntry } from './log-extract.js'
import { type ReportFacts, shown } from './report-facts.js'
import { type Section, stateText } from './sections.js'
import { folded, table } from './tables.js'
import { counted, countText, elapsedText, lengthText, momentText } from './wording.js'

/** Of a plan or a bench: longer ones are in run.json. */
const MOST_TEXT = 200_000
const MOST_FACTS = 120

export function heading({ facts, missing, streams, lanes }: Contents): Html {
  const outcome = facts.outcome ?? 'unknown'
  const look = outcome === 'succeeded' ? 'good' : outcome === 'running' || outcome === 'unknown' ? '' : 'bad'
  const sign = look === 'good' ? '✓' : look === 'bad' ? '✕' : '…'
  const rows = streams.reduce((sum, stream) => sum + stream.rows, 0)
  return html`<header><p class="kind">${kindOf(facts)}</p>
<h1>${facts.name ?? 'A run without a name'}</h1>
<p class="outcome"><strong class="${look}">${sign} ${OUTCOMES[outcome] ?? outcome}</strong>
${facts.startedAt !== undefined && html`<span>${momentText(facts.startedAt)}</span>`}
${facts.elapsed !== undefined && html`<span>${lengthText(facts.elapsed)}</span>`}
<span>${counted(rows, 'row')}</span><span>${counted(lanes.tasks, 'task')}</span></p>
${
  facts.error !== undefined &&
  html`<div class="notice bad"><p><strong>${facts.error.code}</strong> ${facts.error.message}</p>
<p class="code">${facts.error.place}</p></div>`
}
${
  missing.length > 0 &&
  html`<div class="notice"><p><strong>Missing from this record</strong></p>
<ul>${missing.map(what => html`<li>${what}</li>`)}</ul></div>`
}</header>`
}

const OUTCOMES: Readonly<Record<string, string>> = {
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
  running: 'Running when this was written',
  unknown: 'Outcome unknown',
}

export function summarySection({ facts, folder, streams }: Contents): Section {
  const { git } = facts
  const rows = streams.map(({ name, rows }) => (streams.length > 1 ? `${name}: ${countText(rows)}` : countText(rows)))
  const list: (readonly [string, string | undefined])[] = [
    ['Began', facts.startedAt && momentText(facts.startedAt)],
    ['Ended', facts.endedAt && momentText(facts.endedAt)],
    ['Recorded', facts.clock === 'virtual' ? facts.recordedAt && momentText(facts.recordedAt) : undefined],
    ['Duration', facts.elapsed === undefined ? undefined : lengthText(facts.elapsed)],
    ['Rows', rows.join(', ') || undefined],
    ['Tasks', tasksText(facts.tasks)],
    ['Plan', facts.planFile],
    ['Driver', facts.driver],
    ['Board', facts.board],
    ['Machine', facts.host],
    ['Clock', facts.clock],
    ['Seed', facts.seed],
    ['Kernel', facts.kernel],
    ...facts.versions.map(([name, version]) => [VERSIONS[name] ?? name, version] as const),
    ['Git commit of the plan', git && `${git.commit.slice(0, 12)}${git.dirty ? ', with changes' : ''}`],
    ['Run', facts.id],
    ['Goes on with', facts.resumes],
    ['Folder', folder],
  ]
  const known = list.filter(([, value]) => value !== undefined && value !== '')
  const params = facts.params.map(({ name, value, unit, from }) => [name, value, unit, FROM[from] ?? from])
  const content = html`<dl class="facts">${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${params.length > 0 && html`<h3>Parameters</h3>${table({ caption: 'Parameters', head: ['Parameter', 'Value', 'Unit', 'From'], rows: params, numbers: [1] })}`}`
  return { id: 'summary', title: 'Summary', content }
}

const VERSIONS: Readonly<Record<string, string>> = { piWorker: 'pi-worker', node: 'Node.js' }
const FROM: Readonly<Record<string, string>> = { plan: 'the plan', option: 'who started it' }

function tasksText(tasks: Contents['facts']['tasks']): string | undefined {
  if (tasks?.count === undefined) return undefined
  return tasks.failed ? `${countText(tasks.count)}, ${countText(tasks.failed)} failed` : countText(tasks.count)
}

export function errorsSection({ facts, lanes, log }: Contents): Section {
  const logged = log.entries.filter(isWrong)
  const none = facts.error === undefined && lanes.wrongCount === 0 && logged.length === 0
  const more = lanes.wrongCount - lanes.wrong.length
  const rows = lanes.wrong.map(({ name, state, from, code, message }) => [
    elapsedText(from),
    name,
    stateText(state),
    html`<span class="code">${code}</span>`,
    message,
  ])
  const content = html`${none && html`<p>Nothing went wrong.</p>`}
${facts.error !== undefined && html`<p><strong>${facts.error.code}</strong> ${facts.error.message} <span class="code">${facts.error.place}</span></p>`}
${rows.length > 0 && html`<h3>Tasks that went wrong</h3>${table({ caption: 'Tasks that went wrong', head: ['Time', 'Task', 'State', 'Code', 'Message'], rows, numbers: [0], sentences: 4 })}`}
${more > 0 && html`<p class="note">${counted(more, 'more')} in <code>tasks.jsonl</code>.</p>`}
${logged.length > 0 && html`<h3>Errors in the log</h3>${logTable(logged)}`}`
  return { id: 'errors', title: 'Errors', content }
}

export function logSection({ log }: Contents): Section {
  const left = log.count - log.entries.length
  const content =
    log.count === 0
      ? html`<p>The log is empty.</p>`
      : html`${left > 0 && html`<p>${counted(log.entries.length, 'entry', 'entries')} of ${countText(log.count)}: the first, the last and the errors.</p>`}
${logTable(log.entries)}`
  return { id: 'log', title: 'Log', content }
}

function logTable(entries: readonly LogEntry[]): Html {
  let before = entries[0]?.number ?? 0
  const rows = entries.map(entry => {
    const gap = entry.number - before > 1 ? html`<tr><td colspan="4">…</td></tr>` : html``
    before = entry.number
    return html`${gap}<tr${isWrong(entry) ? html` class="bad"` : html``}><td class="n">${elapsedText(entry.elapsed)}</td>
<td class="w level">${entry.level}</td><td class="w">${entry.type}</td><td class="t">${entry.message}</td></tr>`
  })
  return html`<div class="scroll" role="region" aria-label="Log" tabindex="0"><table><thead><tr><th scope="col" class="n">Time</th>
<th scope="col">Level</th><th scope="col">Type</th><th scope="col">Message</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

export function provenanceSection({ facts }: Contents): Section {
  const timing = flat(facts.timing).map(([name, value]) => [TIMING[name] ?? name, value])
  const bench = facts.bench === undefined ? undefined : (JSON.stringify(facts.bench, null, 2) ?? '')
  const nothing = timing.length === 0 && bench === undefined && facts.planText === undefined
  const content = html`${nothing && html`<p>The record has neither plan nor bench.</p>`}
${timing.length > 0 && html`<h3>Timing</h3>${table({ caption: 'Timing', head: ['What', 'Value'], rows: timing, numbers: [1] })}`}
${facts.planText !== undefined && folded('The plan as it ran', block(facts.planText))}
${bench !== undefined && folded('The bench as it ran', block(bench))}`
  return { id: 'provenance', title: 'Provenance', content }
}

/** Of a timing that this version writes; others are called what they are called in run.json. */
const TIMING: Readonly<Record<string, string>> = {
  plays: 'Plays that gave evidence',
  worst: 'Latest step of all / ms',
  p99: '99 of 100 steps came no later than / ms',
  overruns: 'Rounds that began late',
  missed: 'Times of a cron without a round',
}

function block(text: string): Html {
  const cut = text.length > MOST_TEXT
  return html`<pre tabindex="0">${cut ? text.slice(0, MOST_TEXT) : text}</pre>${cut && html`<p class="note">Cut off: run.json has all of it.</p>`}`
}

/** Whatever the timing evidence is made of: each value by its path. */
function flat(value: unknown): [string, string][] {
  const found: [string, string][] = []
  const walk = (value: unknown, path: string, depth: number): void => {
    if (value === undefined || found.length >= MOST_FACTS) return
    if (typeof value !== 'object' || value === null || depth > 5) found.push([path, shown(value)])
    else for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`, depth + 1)
  }
  if (typeof value === 'object' && value !== null) walk(value, '', 0)
  return found
}

function kindOf({ rehearsal, driver }: ReportFacts): string {
  if (rehearsal) return 'Rehearsal: simulated parts, virtual time'
  return driver === 'mock' ? 'Run on simulated parts' : 'Run record'
}
