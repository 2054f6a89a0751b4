/**
 * What the drawings of the page have in common. A function of this folder runs in the page, as text: it may use nothing
 * but what it is given, what it declares itself, and what a browser has.
 */

/// <reference lib="dom" />

import type { AxisData } from '../page-data.js'

export type Tools = ReturnType<typeof makeTools>

export function makeTools() {
  const redraws: (() => void)[] = []
  const STEPS = [1, 2, 5, 10]
  const UNITS: readonly (readonly [name: string, size: number])[] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
    ['ms', 1e-3],
    ['µs', 1e-6],
    ['ns', 1e-9],
  ]
  const styles = getComputedStyle(document.documentElement)
  const colors = new Map<string, string>()

  /** A colour of the style sheet, as it is now: it depends on the light. */
  function color(name: string): string {
    const known = colors.get(name)
    if (known !== undefined) return known
    const found = styles.getPropertyValue(`--${name}`).trim()
    colors.set(name, found)
    return found
  }

  /** Calls it now, and whenever the size of the element or the light changes. */
  function keepDrawn(element: Element, draw: () => void): void {
    redraws.push(draw)
    new ResizeObserver(draw).observe(element)
  }

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    colors.clear()
    for (const draw of redraws) draw()
  })

  /** An empty canvas of that size in CSS pixels, sharp on every screen. */
  function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | undefined {
    const ratio = devicePixelRatio || 1
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
    canvas.style.height = `${height}px`
    const context = canvas.getContext('2d')
    if (context === null || width <= 0) return undefined
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`
    context.textBaseline = 'middle'
    return context
  }

  /** Round numbers between two. */
  function ticks(from: number, to: number, most: number): { step: number; at: number[] } {
    const rough = (to - from) / Math.max(1, most)
    if (!(rough > 0)) return { step: 1, at: [from] }
    const power = 10 ** Math.floor(Math.log10(rough))
    const step = (STEPS.find(factor => factor * power >= rough) ?? 10) * power
    const at: number[] = []
    for (let index = Math.ceil(from / step); index * step <= to && at.length < 100; index++) at.push(index * step)
    return { step, at }
  }

  /** With the digits that a step asks for: 2 for 0.01, and for 0.25 too. */
  function fixed(value: number, step: number): string {
    const size = Math.abs(value)
    if (size !== 0 && (size >= 1e7 || size < 1e-4)) return minus(String(Number(value.toExponential(3))))
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
    const isWhole = (power: number): boolean => Math.abs(step * power - Math.round(step * power)) < 1e-6
    const more = !isWhole(10 ** digits) && isWhole(10 ** (digits + 1)) ? 1 : 0
    return minus(value.toFixed(Math.min(9, digits + more)))
  }

  function number(value: number | null | undefined): string {
    if (value === null || value === undefined) return '–'
    return minus(String(Number(value.toPrecision(6))))
  }

  function withUnit(text: string, unit: string): string {
    return unit === '' ? text : `${text} ${unit}`
  }

  /** `20.5 to 22 °C`, and `3 °C` where it never changed. */
  function range(limits: readonly [low: number, high: number] | undefined, unit: string): string {
    if (limits === undefined) return ''
    const [low, high] = limits.map(number) as [string, string]
    return withUnit(low === high ? low : `${low} to ${high}`, unit)
  }

  /** A place of an axis, as the plan calls it. */
  function place({ places }: AxisData, at: number | undefined): string {
    return at === undefined ? '' : (places?.[at] ?? number(at))
  }

  /** `angle / °` */
  function title({ name, unit }: AxisData): string {
    return unit === '' ? name : `${name} / ${unit}`
  }

  function minus(text: string): string {
    return text.replaceAll('-', '−')
  }

  /** The unit in which times of such a span read well. */
  function unitFor(span: number): readonly [name: string, size: number] {
    return UNITS.find(([, size]) => span >= size * 2) ?? (span > 0 ? ['ns', 1e-9] : ['s', 1])
  }

  /** A time in s, told as finely as a span of the view asks for. */
  function time(seconds: number, span: number): string {
    const [name, size] = unitFor(Math.max(Math.abs(seconds), span))
    return `${fixed(seconds / size, Math.max(span / size / 1000, 1e-9))} ${name}`
  }

  /** A length of time in s, with four digits. */
  function length(seconds: number): string {
    const [name, size] = unitFor(seconds)
    return `${minus(String(Number((seconds / size).toPrecision(4))))} ${name}`
  }

  function element<Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag,
    into: Element,
    className = '',
    text = '',
  ): HTMLElementTagNameMap[Tag] {
    const made = document.createElement(tag)
    if (className !== '') made.className = className
    if (text !== '') made.textContent = text
    into.append(made)
    return made
  }

  /** The text, or as much of it as there is room for. */
  function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
    if (context.measureText(text).width <= width) return text
    let length = text.length
    while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--
    return `${text.slice(0, length)}…`
  }

  return {
    color,
    keepDrawn,
    prepare,
    ticks,
    fixed,
    number,
    withUnit,
    range,
    place,
    title,
    unitFor,
    time,
    length,
    element,
    cut,
  }
}
