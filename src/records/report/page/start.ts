/** What the page does when it is there: reads its data, and draws one figure after the other. */

/// <reference lib="dom" />

import type { PageData } from '../page-data.js'
import type { Curves } from './curves.js'
import type { drawMap } from './maps.js'
import type { drawPins } from './pins.js'
import type { drawQueues } from './queues.js'
import type { Tools } from './tools.js'
import type { DrawTracks } from './tracks.js'
import type { Views } from './view.js'

export interface PageParts {
  readonly tools: Tools
  readonly views: Views
  readonly curves: Curves
  readonly drawTracks: DrawTracks
  readonly drawMap: typeof drawMap
  readonly drawQueues: typeof drawQueues
  readonly drawPins: typeof drawPins
  readonly states: readonly string[]
}

export function startPage({ tools, views, curves, drawTracks, ...draw }: PageParts): void {
  const data = JSON.parse(document.getElementById('data')?.textContent ?? 'null') as PageData
  const figureOf = (id: string): HTMLElement | undefined => document.getElementById(id) ?? undefined
  // Readings and queues move together: what happens at one time is seen at one time.
  const run = views.makeView(0, data.end, 1e-6)
  const pins = views.makeView(0, data.wavesEnd, 100)
  const steps: (() => void)[] = []
  const add = (id: string, step: (figure: HTMLElement) => void): void => {
    const figure = figureOf(id)
    if (figure !== undefined) steps.push(() => step(figure))
  }
  for (const curve of data.curves) add(curve.id, figure => curves.overTime(figure, curve, data.start, run))
  for (const scan of data.scans) add(scan.id, figure => curves.overAxis(figure, scan))
  for (const map of data.maps) add(map.id, figure => draw.drawMap(tools, figure, map))
  add('queues-figure', figure =>
    draw.drawQueues(tools, drawTracks, { figure, lanes: data.lanes, view: run, states: draw.states }),
  )
  add('pins-figure', figure => draw.drawPins(tools, drawTracks, { figure, waves: data.waves, view: pins }))
  const timeButtons = figureOf('readings-tools')
  if (timeButtons !== undefined) views.buttons(timeButtons, run)

  // A few a frame, so that the page answers while many are drawn.
  function next(): void {
    for (const step of steps.splice(0, 4)) step()
    if (steps.length > 0) requestAnimationFrame(next)
    else document.documentElement.dataset.drawn = 'yes'
  }
  next()
}
