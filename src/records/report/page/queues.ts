/** The timeline of the queues: one track a peripheral, tasks as bars, what they waited as a line before. In the page. */

/// <reference lib="dom" />

import type { BarData, LaneData } from '../page-data.js'
import type { Tools } from './tools.js'
import type { DrawTracks } from './tracks.js'
import type { View } from './view.js'

export function drawQueues(
  tools: Tools,
  drawTracks: DrawTracks,
  {
    figure,
    lanes,
    view,
    states,
  }: { figure: HTMLElement; lanes: readonly LaneData[]; view: View; states: readonly string[] },
): void {
  const HEIGHT = 16

  function draw(context: CanvasRenderingContext2D, track: number, y: number, x: (time: number) => number): void {
    const bars = lanes[track]?.bars ?? []
    for (const [queued, from, to, state, count] of bars) {
      if (to < view.from || queued > view.to) continue
      const [left, right] = [Math.max(-9, x(from)), Math.min(9999, x(to))]
      const width = Math.max(1.5, right - left)
      if (from > queued) {
        context.fillStyle = tools.color('state-queued')
        context.fillRect(x(queued), y + HEIGHT / 2 - 0.75, x(from) - x(queued), 1.5)
      }
      context.fillStyle = tools.color(`state-${states[state]}`)
      context.globalAlpha = count > 1 ? 0.55 : 1
      context.fillRect(left, y, width > 4 ? width - 0.75 : width, HEIGHT)
      context.globalAlpha = 1
      // One that went wrong is told by more than its colour.
      if (state >= 5) context.fillRect(left, y - 3, Math.max(2, width), 2)
      if (count < 2 || width < 34) continue
      context.fillStyle = tools.color('ink')
      context.textAlign = 'center'
      context.fillText(tools.cut(context, `${count}`, width - 6), left + width / 2, y + HEIGHT / 2 + 0.5)
    }
  }

  function describe(track: number, time: number, near: number): string {
    const lane = lanes[track]
    if (lane === undefined) return ''
    // The last that fits was drawn above the others.
    const bar = lane.bars.findLast(([queued, , to]) => queued - near <= time && time <= to + near)
    return bar === undefined ? 'idle' : told(lane, bar)
  }

  function told(lane: LaneData, [queued, from, to, state, count, action]: BarData): string {
    const name = lane.actions[action] ?? ''
    if (count > 1) return `${count} tasks ${name} within ${tools.length(to - from)}, ${states[state]} at worst`
    const waited = from - queued >= 0.0005 ? `, waited ${tools.length(from - queued)}` : ''
    return `${name}: ${states[state]}, ran ${tools.length(to - from)}${waited}`
  }

  drawTracks({ figure, names: lanes.map(({ name }) => name), height: HEIGHT, view, unit: 1, draw, describe })
}
