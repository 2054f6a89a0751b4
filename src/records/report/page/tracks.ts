/** A canvas of tracks one below the other over one ruler of time: the queues and the pins are drawn on it. In the page. */

/// <reference lib="dom" />

import type { Tools } from './tools.js'
import type { View, Views } from './view.js'

export interface TrackSet {
  readonly figure: HTMLElement
  readonly names: readonly string[]
  /** CSS pixels of one track, without its name. */
  readonly height: number
  readonly view: View
  /** s of one unit of the view. */
  readonly unit: number
  /** Draws one track: `y` is the top of it, `x` gives the place of a time. */
  readonly draw: (context: CanvasRenderingContext2D, track: number, y: number, x: (time: number) => number) => void
  /** What is at a place of a track, in words. `near` is the time of four pixels. */
  readonly describe: (track: number, time: number, near: number) => string
}

export type DrawTracks = ReturnType<typeof makeTracks>

export function makeTracks(tools: Tools, views: Views) {
  return function drawTracks({ figure, names, height, view, unit, draw, describe }: TrackSet): void {
    const host = figure.querySelector<HTMLElement>('.canvas')
    const readout = figure.querySelector('output')
    if (host === null) return
    const canvas = tools.element('canvas', host)
    const RULER = 26
    let pointer: { x: number; y: number } | undefined
    let [gutter, step, width] = [0, 0, 0]
    const timeAt = (x: number): number => view.from + ((x - gutter) / Math.max(1, width - gutter)) * view.span
    const placeOf = (time: number): number => gutter + ((time - view.from) / view.span) * (width - gutter)

    function paint(): void {
      width = host?.clientWidth ?? 0
      // On a narrow page the names stand above their tracks, so that these have all the width.
      const narrow = width < 640
      gutter = narrow ? 0 : Math.min(190, longestName() + 20)
      const above = narrow ? 18 : 0
      step = height + 14 + above
      const context = tools.prepare(canvas, width, RULER + names.length * step)
      if (context === undefined) return
      const marks = drawRuler(context)
      for (const [track, name] of names.entries()) {
        const top = RULER + track * step + 7
        context.fillStyle = tools.color('soft')
        context.textAlign = narrow ? 'left' : 'right'
        const room = narrow ? width : gutter - 14
        context.fillText(tools.cut(context, name, room), narrow ? 0 : gutter - 14, narrow ? top + 7 : top + height / 2)
        context.save()
        context.beginPath()
        context.rect(gutter, top + above - 3, width - gutter, height + 6)
        context.clip()
        context.strokeStyle = tools.color('rule')
        context.lineWidth = 1
        for (const x of marks) line(context, x, top + above - 3, x, top + above + height + 3)
        draw(context, track, top + above, placeOf)
        context.restore()
      }
      if (pointer === undefined || pointer.x < gutter) return
      context.strokeStyle = tools.color('faint')
      line(context, Math.round(pointer.x) + 0.5, RULER - 6, Math.round(pointer.x) + 0.5, RULER + names.length * step)
    }

    function longestName(): number {
      const context = canvas.getContext('2d')
      if (context === null) return 0
      context.font = `12px ${getComputedStyle(document.body).fontFamily}`
      return Math.max(...names.map(name => context.measureText(name).width))
    }

    function drawRuler(context: CanvasRenderingContext2D): number[] {
      const [name, size] = tools.unitFor(Math.max(view.span, view.to / 1000) * unit)
      const scale = unit / size
      const { step, at } = tools.ticks(view.from * scale, view.to * scale, (width - gutter) / 90)
      const marks = at.map(value => Math.round(placeOf(value / scale)) + 0.5)
      context.fillStyle = tools.color('soft')
      context.strokeStyle = tools.color('faint')
      context.lineWidth = 1
      line(context, gutter, RULER - 3.5, width, RULER - 3.5)
      for (const [index, x] of marks.entries()) {
        line(context, x, RULER - 7, x, RULER - 3)
        const text = `${tools.fixed(at[index] ?? 0, step)} ${name}`
        const half = context.measureText(text).width / 2
        context.textAlign = 'center'
        context.fillText(text, Math.min(Math.max(x, gutter + half), width - half), 9)
      }
      return marks
    }

    function line(context: CanvasRenderingContext2D, fromX: number, fromY: number, toX: number, toY: number): void {
      context.beginPath()
      context.moveTo(fromX, fromY)
      context.lineTo(toX, toY)
      context.stroke()
    }

    function tell(): void {
      if (readout === null) return
      if (pointer === undefined || pointer.x < gutter) {
        const whole = view.from === view.whole[0] && view.to === view.whole[1]
        readout.textContent = whole
          ? `${tools.length(view.span * unit)}`
          : `${tools.time(view.from * unit, view.span * unit)} to ${tools.time(view.to * unit, view.span * unit)}`
        return
      }
      const track = Math.floor((pointer.y - RULER) / step)
      const at = timeAt(pointer.x)
      const what = names[track] === undefined ? '' : describe(track, at, (view.span / width) * 4)
      const clock = tools.time(at * unit, view.span * unit)
      readout.textContent = what === '' ? clock : `${clock} · ${names[track]} ${what}`
    }

    host.addEventListener('pointermove', event => {
      const box = canvas.getBoundingClientRect()
      pointer = { x: event.clientX - box.left, y: event.clientY - box.top }
      paint()
      tell()
    })
    host.addEventListener('pointerleave', () => {
      pointer = undefined
      paint()
      tell()
    })
    views.keys(host, view)
    views.gestures({ element: host, timeAt, width: () => Math.max(1, width - gutter), mouse: true }, view)
    views.buttons(figure, view)
    view.listen(() => {
      paint()
      tell()
    })
    tools.keepDrawn(host, paint)
    paint()
    tell()
  }
}
