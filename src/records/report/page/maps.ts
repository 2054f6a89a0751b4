/** A reading over two axes, as a map of coloured cells. Runs in the page. */

/// <reference lib="dom" />

import type { MapData } from '../page-data.js'
import type { Tools } from './tools.js'

export function drawMap(tools: Tools, figure: HTMLElement, { axes, unit, x, y, cells }: MapData): void {
  /** Dark to light, the same way for every eye (after the colours of viridis). */
  const COLORS = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
  ]
  const [across, down] = axes
  const host = figure.querySelector<HTMLElement>('.canvas')
  const readout = figure.querySelector('output')
  if (host === null) return
  const canvas = tools.element('canvas', host)
  // Names take more room than numbers.
  const LEFT = down.places === null ? 58 : 92
  const [BOTTOM, TOP, LEGEND] = [44, 8, 74]
  const count = cells.length / 4
  const found = new Map<number, number>()
  let [lowest, highest] = [0, 0]
  for (let index = 0; index < count; index++) {
    found.set(columnOf(index) * y.length + rowOf(index), index)
    if (minOf(index) < minOf(lowest)) lowest = index
    if (maxOf(index) > maxOf(highest)) highest = index
  }
  const [low, high] = [minOf(lowest), maxOf(highest)]
  let box = { left: LEFT, top: TOP, width: 0, height: 0 }
  let chosen: { column: number; row: number } | undefined

  function columnOf(index: number): number {
    return cells[index * 4] ?? 0
  }
  function rowOf(index: number): number {
    return cells[index * 4 + 1] ?? 0
  }
  function minOf(index: number): number {
    return cells[index * 4 + 2] ?? 0
  }
  function maxOf(index: number): number {
    return cells[index * 4 + 3] ?? 0
  }

  function colorAt(part: number): string {
    const place = Math.min(1, Math.max(0, part)) * (COLORS.length - 1)
    const index = Math.min(COLORS.length - 2, Math.floor(place))
    const [from = [], to = []] = [COLORS[index], COLORS[index + 1]]
    return `rgb(${from.map((value, channel) => Math.round(value + ((to[channel] ?? 0) - value) * (place - index))).join()})`
  }

  function colorOf(value: number): string {
    return colorAt(high > low ? (value - low) / (high - low) : 0.5)
  }

  /** Pixels of a column from its left edge to its right one, without seams. */
  function stretch(at: number, of: number, size: number): [from: number, to: number] {
    return [Math.round((at / of) * size), Math.round(((at + 1) / of) * size)]
  }

  function paint(): void {
    const width = host?.clientWidth ?? 0
    const room = Math.max(40, width - LEFT - LEGEND)
    const height = Math.round(Math.min(420, Math.max(160, (room * y.length) / x.length)))
    const context = tools.prepare(canvas, width, height + TOP + BOTTOM)
    if (context === undefined) return
    box = { left: LEFT, top: TOP, width: room, height }
    context.fillStyle = tools.color('fill')
    context.fillRect(box.left, box.top, box.width, box.height)
    for (let index = 0; index < count; index++) {
      const { left, top, width, height } = cellBox(columnOf(index), rowOf(index))
      context.fillStyle = colorOf(minOf(index))
      context.fillRect(left, top, width, height)
      if (maxOf(index) === minOf(index)) continue
      // Several values in one cell: the smallest on the left, the largest on the right.
      context.fillStyle = colorOf(maxOf(index))
      context.fillRect(left + width / 2, top, width / 2, height)
    }
    if (high > low) {
      mark(context, lowest, 'min')
      mark(context, highest, 'max')
    }
    drawAxes(context)
    drawLegend(context)
    if (chosen === undefined) return
    const cell = cellBox(chosen.column, chosen.row)
    context.strokeStyle = tools.color('ink')
    context.lineWidth = 2
    context.strokeRect(cell.left, cell.top, cell.width, cell.height)
  }

  function cellBox(column: number, row: number): { left: number; top: number; width: number; height: number } {
    const [left, right] = stretch(column, x.length, box.width)
    const [top, bottom] = stretch(y.length - 1 - row, y.length, box.height)
    return { left: box.left + left, top: box.top + top, width: right - left, height: bottom - top }
  }

  function mark(context: CanvasRenderingContext2D, index: number, name: string): void {
    const { left, top, width, height } = cellBox(columnOf(index), rowOf(index))
    const [x, y] = [left + width / 2, top + height / 2]
    context.lineWidth = 1.5
    context.strokeStyle = name === 'min' ? '#fff' : '#000'
    context.beginPath()
    context.arc(x, y, 4, 0, Math.PI * 2)
    context.stroke()
  }

  function drawAxes(context: CanvasRenderingContext2D): void {
    context.fillStyle = tools.color('soft')
    context.textAlign = 'center'
    const every = Math.ceil(x.length / Math.max(1, Math.floor(box.width / 56)))
    for (let column = 0; column < x.length; column += every) {
      const { left, width } = cellBox(column, 0)
      context.fillText(
        tools.cut(context, tools.place(across, x[column]), 54),
        left + width / 2,
        box.top + box.height + 13,
      )
    }
    context.fillText(tools.title(across), box.left + box.width / 2, box.top + box.height + 33)
    context.textAlign = 'right'
    const everyRow = Math.ceil(y.length / Math.max(1, Math.floor(box.height / 24)))
    for (let row = 0; row < y.length; row += everyRow) {
      const { top, height } = cellBox(0, row)
      context.fillText(tools.cut(context, tools.place(down, y[row]), LEFT - 24), box.left - 7, top + height / 2)
    }
    context.save()
    context.translate(9, box.top + box.height / 2)
    context.rotate(-Math.PI / 2)
    context.textAlign = 'center'
    context.fillText(tools.cut(context, tools.title(down), box.height), 0, 0)
    context.restore()
  }

  function drawLegend(context: CanvasRenderingContext2D): void {
    const left = box.left + box.width + 12
    for (let at = 0; at < box.height; at++) {
      context.fillStyle = colorAt(1 - at / box.height)
      context.fillRect(left, box.top + at, 10, 1)
    }
    context.fillStyle = tools.color('soft')
    context.textAlign = 'left'
    if (high === low) {
      context.fillText(tools.number(low), left + 15, box.top + box.height / 2)
      return
    }
    const { step, at } = tools.ticks(low, high, box.height / 40)
    for (const value of at) {
      const place = box.top + box.height * (1 - (value - low) / (high - low))
      context.fillText(
        tools.fixed(value, step),
        left + 15,
        Math.min(Math.max(place, box.top + 6), box.top + box.height - 6),
      )
    }
  }

  function tell(): void {
    if (readout === null) return
    if (chosen === undefined) {
      readout.textContent = tools.range([low, high], unit)
      return
    }
    const { column, row } = chosen
    const index = found.get(column * y.length + row)
    const value = index === undefined ? 'no value' : tools.range([minOf(index), maxOf(index)], unit)
    readout.textContent = `${value} at ${tools.withUnit(tools.place(across, x[column]), across.unit)}, ${tools.withUnit(tools.place(down, y[row]), down.unit)}`
  }

  function choose(column: number, row: number): void {
    const inside = column >= 0 && row >= 0 && column < x.length && row < y.length
    chosen = inside ? { column, row } : undefined
    paint()
    tell()
  }

  host.addEventListener('pointermove', event => {
    const edge = canvas.getBoundingClientRect()
    const [left, top] = [event.clientX - edge.left - box.left, event.clientY - edge.top - box.top]
    choose(Math.floor((left / box.width) * x.length), y.length - 1 - Math.floor((top / box.height) * y.length))
  })
  host.addEventListener('pointerleave', () => choose(-1, -1))
  host.addEventListener('keydown', event => {
    const [right, up] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? []
    if (right === undefined || up === undefined) return
    event.preventDefault()
    const { column, row } = chosen ?? { column: 0, row: 0 }
    choose(Math.min(x.length - 1, Math.max(0, column + right)), Math.min(y.length - 1, Math.max(0, row + up)))
  })
  tools.keepDrawn(host, paint)
  paint()
  tell()
}
