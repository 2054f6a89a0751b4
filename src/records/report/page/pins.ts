/** The waves of the pins, as a logic analyser draws them. Runs in the page. */

/// <reference lib="dom" />

import type { WaveData } from '../page-data.js'
import type { Tools } from './tools.js'
import type { DrawTracks } from './tracks.js'
import type { View } from './view.js'

export function drawPins(
  tools: Tools,
  drawTracks: DrawTracks,
  { figure, waves, view }: { figure: HTMLElement; waves: readonly WaveData[]; view: View },
): void {
  const HEIGHT = 24
  const NAMES = ['low', 'high', 'unknown']

  const tracks = waves.map(({ entries, initial }) => {
    const count = entries.length / 4
    const [from, to] = [new Float64Array(count), new Float64Array(count)]
    const [changes, level] = [new Float64Array(count), new Uint8Array(count)]
    let time = 0
    for (let index = 0; index < count; index++) {
      time += entries[index * 4] ?? 0
      from[index] = time
      to[index] = time + (entries[index * 4 + 1] ?? 0)
      changes[index] = entries[index * 4 + 2] ?? 0
      level[index] = entries[index * 4 + 3] ?? 2
    }
    return { initial, from, to, changes, level, count }
  })
  type Track = (typeof tracks)[number]

  /** The first entry that ends at or after a time. */
  function firstAfter({ to, count }: Track, time: number): number {
    let [low, high] = [0, count]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((to[middle] ?? 0) < time) low = middle + 1
      else high = middle
    }
    return low
  }

  function levelBefore(track: Track, index: number): number {
    return index > 0 ? (track.level[index - 1] ?? 2) : track.initial
  }

  function draw(context: CanvasRenderingContext2D, place: number, y: number, x: (time: number) => number): void {
    const track = tracks[place]
    if (track === undefined) return
    const wave = tools.color('data')
    const fill = tools.color('data-fill')
    const clip = (at: number): number => Math.min(9999, Math.max(-9, at))
    const heightOf = (level: number): number => (level === 1 ? y + 1 : level === 0 ? y + HEIGHT - 1 : y + HEIGHT / 2)
    const blocks: [left: number, width: number][] = []
    const path = new Path2D()
    const unknown = new Path2D()

    function hold(level: number, left: number, right: number): void {
      if (right <= left) return
      if (level === 1) {
        context.fillStyle = fill
        context.fillRect(left, y + 1, right - left, HEIGHT - 2)
      }
      const into = level === 2 ? unknown : path
      into.moveTo(left, heightOf(level))
      into.lineTo(right, heightOf(level))
    }
    function edge(at: number): void {
      path.moveTo(at, y + 1)
      path.lineTo(at, y + HEIGHT - 1)
    }

    let index = firstAfter(track, view.from)
    let level = levelBefore(track, index)
    let at = clip(x(view.from))
    for (; index < track.count && (track.from[index] ?? 0) <= view.to; index++) {
      const changes = track.changes[index] ?? 0
      const next = track.level[index] ?? 2
      const [left, right] = [clip(x(track.from[index] ?? 0)), clip(x(track.to[index] ?? 0))]
      hold(level, at, left)
      if (changes <= 2 && level !== 2 && next !== 2) {
        edge(left)
        if (changes === 2) {
          hold(level === 1 ? 0 : 1, left, right)
          edge(right)
        }
      } else if (changes > 1) blocks.push([left, Math.max(1, right - left)])
      level = next
      at = right
    }
    hold(level, at, clip(x(view.to)))
    context.strokeStyle = wave
    context.lineWidth = 1.25
    context.stroke(path)
    context.setLineDash([3, 3])
    context.strokeStyle = tools.color('faint')
    context.stroke(unknown)
    context.setLineDash([])
    // More edges than are kept apart.
    context.fillStyle = tools.color('data-dense')
    for (const [left, width] of blocks) context.fillRect(left, y + 1, width, HEIGHT - 2)
  }

  function describe(place: number, time: number): string {
    const track = tracks[place]
    if (track === undefined) return ''
    const index = firstAfter(track, time)
    const changes = track.changes[index] ?? 0
    const [from, to] = [track.from[index] ?? 0, track.to[index] ?? 0]
    let level = levelBefore(track, index)
    let [since, until] = [index > 0 ? (track.to[index - 1] ?? 0) : 0, index < track.count ? from : view.whole[1]]
    if (index < track.count && from <= time) {
      if (changes > 2) return `${changes} edges within ${tools.length((to - from) / 1e9)}`
      // Within a pulse.
      if (changes === 2) {
        level = level === 1 ? 0 : 1
        since = from
        until = to
      }
    }
    return `${NAMES[level]} for ${tools.length((until - since) / 1e9)}`
  }

  drawTracks({ figure, names: waves.map(({ name }) => name), height: HEIGHT, view, unit: 1e-9, draw, describe })
}
