/** The parts of a report that have drawings: readings, scans, queues, pins. */

import type { Contents } from './contents.js'
import { type Html, html } from './html.js'
import { BAR_STATES } from './page-data.js'
import type { Reading, StreamReadings } from './readings.js'
import { lanesTable, mapTable, rowsTable, scanTable, statisticsTable, wavesTable } from './tables.js'
import { counted } from './wording.js'

export interface Section {
  readonly id: string
  readonly title: string
  readonly content: Html
}

export function readingsSection({ streams, facts }: Contents): Section {
  const readings = streams.flatMap(stream => stream.readings)
  const drawn = readings.filter(({ curve }) => curve !== undefined)
  if (drawn.length === 0) {
    const why = streams.some(({ rows }) => rows > 0) ? 'No column holds numbers.' : 'The run recorded no rows.'
    return { id: 'readings', title: 'Readings', content: html`<p>${why}</p>${streams.map(beside)}` }
  }
  const thinned = readings.some(reading => reading.thinned)
  const note = thinned
    ? 'There are more values than points: each stretch shows its first, smallest, largest and last.'
    : ''
  const zoom = html`<div class="tools" id="readings-tools">${zoomButtons()}
<span class="hint">Drag across a plot to zoom, double-click for the whole run. The queues follow.</span></div>`
  const content = html`${note !== '' && html`<p>${note}</p>`}${zoom}
${streams.map(stream => streamFigures(stream, streams.length > 1))}
${statisticsTable(readings)}
${streams.map(beside)}`
  return { id: 'readings', title: facts.rehearsal ? 'Simulated readings over time' : 'Readings over time', content }
}

function streamFigures({ name, readings }: StreamReadings, several: boolean): Html {
  const curves = readings.flatMap(({ curve, column }) => (curve === undefined ? [] : [{ curve, column }]))
  if (curves.length === 0) return html``
  return html`${several && html`<h3>${name}</h3>`}
<div class="figures">${curves.map(({ curve, column }) =>
    figure(curve.id, {
      name: curve.label,
      unit: curve.unit,
      about: column.description,
      label: `${curve.label} over time`,
    }),
  )}</div>`
}

/** What is in the files and not in the plots. */
function beside(stream: StreamReadings): Html {
  const { name, texts, more } = stream
  return html`${texts.length > 0 && html`<p class="note">Text, not drawn: ${texts.map(column => column.name).join(', ')}.</p>`}
${rowsTable(stream)}${more > 0 && html`<p class="note">${counted(more, 'more column')} of ${name} are only in its file.</p>`}`
}

export function scansSection({ streams }: Contents): Section | undefined {
  const readings = streams.flatMap(stream => stream.readings)
  const figures = readings.flatMap(reading => [...scanFigures(reading), ...mapFigures(reading)])
  if (figures.length === 0) return undefined
  const notes = [
    readings.some(({ map }) => map?.cells.some((min, at, cells) => at % 4 === 2 && min !== cells[at + 1])) &&
      'A cell with several values shows the smallest on its left and the largest on its right.',
    readings.some(({ map }) => map !== undefined) && 'Rings mark the extremes.',
    readings.some(({ scans }) => scans.some(({ min, max }) => min.some((value, at) => value !== max[at]))) &&
      'The line is the mean of the values at one place, the band goes from the smallest to the largest.',
  ]
  const note = notes.filter(Boolean).join(' ')
  const content = html`${note !== '' && html`<p>${note}</p>`}<div class="figures">${figures}</div>`
  return { id: 'scans', title: 'Readings over the axes of the scan', content }
}

function scanFigures({ scans, column }: Reading): Html[] {
  return scans.map(scan => {
    const names = { name: scan.label, unit: scan.unit, over: scan.axis.name, about: column.description }
    return html`<div>${figure(scan.id, { ...names, label: `${scan.label} over ${scan.axis.name}` })}${scanTable(scan)}</div>`
  })
}

function mapFigures({ map, column }: Reading): Html[] {
  if (map === undefined) return []
  const over = map.axes.map(({ name }) => name).join(' × ')
  const label = `${map.label} over ${over}: arrow keys move from cell to cell`
  const names = { name: map.label, unit: map.unit, over, about: column.description, label }
  return [html`<div>${figure(map.id, names)}${mapTable(map)}</div>`]
}

interface FigureNames {
  readonly name: string
  readonly unit: string
  /** What it is drawn over, when that is not time. */
  readonly over?: string
  readonly about: string | undefined
  readonly label: string
}

function figure(id: string, { name, unit, over, about, label }: FigureNames): Html {
  const title = about === undefined ? html`` : html` title="${about}"`
  return html`<figure id="${id}"><figcaption><span class="name"${title}>${name}<span>${
    unit === '' ? '' : ` / ${unit}`
  }${over === undefined ? '' : ` over ${over}`}</span></span><output></output></figcaption>
<div class="canvas" tabindex="0" role="group" aria-label="${label}"></div></figure>`
}

export function queuesSection({ lanes, facts, streams }: Contents): Section {
  const title = 'Queues'
  if (lanes.tasks === 0) return { id: 'queues', title, content: html`<p>The run has no tasks.</p>` }
  const used = new Set(lanes.lanes.flatMap(({ bars }) => bars.map(([, , , state]) => BAR_STATES[state] ?? '')))
  const merged = lanes.lanes.some(({ bars }) => bars.some(([, , , , count]) => count > 1))
  const elapsed = Math.max(facts.elapsed ?? 0, lanes.end, ...streams.map(({ end }) => end))
  const legend = html`<ul class="legend">${BAR_STATES.filter(state => used.has(state)).map(
    state => html`<li><i class="state-${state}"></i>${stateText(state)}</li>`,
  )}<li>thin line: waiting</li>${merged && html`<li>pale: several tasks, with their number</li>`}</ul>`
  const content = html`${tracks('queues', 'Timeline of the queues')}${legend}${lanesTable(lanes, elapsed)}`
  return { id: 'queues', title, content }
}

export function pinsSection({ waves }: Contents): Section {
  const title = 'Pins'
  if (waves.waves.length === 0) return { id: 'pins', title, content: html`<p>There is no trace of the pins.</p>` }
  const dense = waves.waves.some(({ entries }) => entries.some((changes, at) => at % 4 === 2 && changes > 2))
  const content = html`${dense && html`<p>Blocks are edges that are too close to be kept apart; <code>trace.vcd</code> has each of them.</p>`}
${tracks('pins', 'Waves of the pins')}${wavesTable(waves)}
${waves.more > 0 && html`<p class="note">${counted(waves.more, 'more signal')} in <code>trace.vcd</code>.</p>`}`
  return { id: 'pins', title, content }
}

function tracks(id: string, label: string): Html {
  const keys = `${label}. Arrow keys move, plus and minus zoom, 0 shows all.`
  return html`<figure class="tracks" id="${id}-figure"><div class="tools">${zoomButtons()}
<span class="hint">Drag to move. Zoom with the wheel after a click or with Ctrl, with two fingers, or + and −.</span>
<output></output></div><div class="canvas" tabindex="0" role="group" aria-label="${keys}"></div></figure>`
}

function zoomButtons(): Html {
  const buttons = [
    ['left', 'Earlier', '←'],
    ['right', 'Later', '→'],
    ['out', 'Zoom out', '−'],
    ['in', 'Zoom in', '+'],
    ['all', 'Show all', 'All'],
  ] as const
  return html`${buttons.map(
    ([zoom, name, text]) => html`<button type="button" data-zoom="${zoom}" aria-label="${name}">${text}</button>`,
  )}`
}

export function stateText(state: string): string {
  return state === 'timedOut' ? 'timed out' : state
}
