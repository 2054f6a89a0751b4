/** Readings as lines, over time and over the axis of a scan, drawn with uPlot. Runs in the page. */

/// <reference lib="dom" />

import type uPlot from 'uplot'
import type { CurveData, ScanData } from '../page-data.js'
import type { Tools } from './tools.js'
import type { View, Views } from './view.js'

export type Curves = ReturnType<typeof makeCurves>

export function makeCurves(tools: Tools, views: Views) {
  const Plot = (window as unknown as { uPlot: typeof uPlot }).uPlot
  const HEIGHT = 200
  // uPlot makes fonts as large as the screen is sharp, and knows whole pixels only.
  const font = `12px ${getComputedStyle(document.body).fontFamily}`
  const paper = (): string => tools.color('paper')

  function axes(label: string, textOf: (value: number, step: number) => string): uPlot.Axis[] {
    const common = {
      font,
      labelFont: font,
      stroke: () => tools.color('soft'),
      grid: { stroke: () => tools.color('rule'), width: 1 },
      ticks: { stroke: () => tools.color('faint'), width: 1, size: 4 },
    }
    const values = (_: uPlot, splits: number[], __: number, ___: number, step: number): string[] =>
      splits.map(value => tools.fixed(value, step || 1))
    return [
      {
        ...common,
        label,
        labelSize: 18,
        labelGap: 0,
        size: 28,
        gap: 4,
        space: 70,
        values: (_, splits, __, ___, step) => splits.map(value => (value === null ? '' : textOf(value, step || 1))),
      },
      { ...common, size: 58, gap: 5, space: 26, values },
    ]
  }

  /** Draws into the figure, and keeps its size. */
  function place(
    figure: HTMLElement,
    options: Omit<uPlot.Options, 'width' | 'height'>,
    data: uPlot.AlignedData,
  ): uPlot {
    const host = figure.querySelector<HTMLElement>('.canvas') ?? figure
    const size = (): { width: number; height: number } => ({ width: host.clientWidth, height: HEIGHT })
    const plot = new Plot({ ...size(), ...options }, data, host)
    tools.keepDrawn(host, () => {
      if (size().width !== plot.width) plot.setSize(size())
      else plot.redraw(false)
    })
    return plot
  }

  /** A reading over time. The view is one for all of them. */
  function overTime(figure: HTMLElement, { unit, steps, x, y }: CurveData, start: number | null, view: View): void {
    const readout = figure.querySelector('output')
    const [unitName, unitSize] = tools.unitFor(view.whole[1])
    const range = rangeOf(y)
    const idle = tools.range(range, unit)
    const tell = (plot: uPlot): void => {
      if (readout === null) return
      const index = plot.cursor.idx
      const [at, value] = index === null || index === undefined ? [] : [x[index], y[index]]
      if (at === undefined) readout.textContent = idle
      else {
        const clock = start === null ? '' : ` (${new Date(start + at * 1000).toISOString().slice(11, 23)} UTC)`
        readout.textContent = `${tools.withUnit(tools.number(value), unit)} at ${tools.time(at, view.span)}${clock}`
      }
    }
    const wholeRun = (): null => {
      view.reset()
      return null
    }
    const increments = [-9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap(power =>
      [1, 2, 5].map(factor => factor * 10 ** power * unitSize),
    )
    const [time, values] = axes(`time / ${unitName}`, (value, step) => tools.fixed(value / unitSize, step / unitSize))
    const stepped = steps ? Plot.paths.stepped?.({ align: 1 }) : undefined
    const plot = place(
      figure,
      {
        legend: { show: false },
        cursor: {
          drag: { setScale: false, x: true, y: false, dist: 5 },
          sync: { key: 'time', setSeries: false, scales: ['x', null] },
          points: { size: 6 },
          bind: { dblclick: () => wholeRun },
        },
        scales: { x: { time: false, range: () => [view.from, view.to] }, y: { range: steps ? [-0.15, 1.15] : yRange } },
        axes: [
          { ...time, incrs: increments },
          { ...values, ...(steps ? { incrs: [1] } : {}) },
        ],
        series: [
          {},
          {
            stroke: () => tools.color('data'),
            width: 1.4,
            points: { fill: paper },
            ...(stepped === undefined ? {} : { paths: stepped }),
          },
        ],
        hooks: {
          setCursor: [tell],
          setSelect: [
            made => {
              if (made.select.width < 2) return
              const [from, to] = [made.select.left, made.select.left + made.select.width]
              view.set(made.posToVal(from, 'x'), made.posToVal(to, 'x'))
              made.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
            },
          ],
        },
      },
      [x as number[], y as (number | null)[]],
    )
    view.listen(() => plot.setScale('x', { min: view.from, max: view.to }))
    const host = figure.querySelector<HTMLElement>('.canvas')
    if (host !== null) views.keys(host, view)
    const area = { element: plot.over, timeAt: (at: number) => plot.posToVal(at, 'x'), mouse: false }
    views.gestures({ ...area, width: () => Math.max(1, plot.over.clientWidth) }, view)
    tell(plot)
  }

  /** A reading over the axis of its scan: the mean as a line, the range of the values at one place around it. */
  function overAxis(figure: HTMLElement, { axis, unit, x, mean, min, max }: ScanData): void {
    const readout = figure.querySelector('output')
    const spread = mean.some((_, index) => min[index] !== max[index])
    const tell = (plot: uPlot): void => {
      if (readout === null) return
      const index = plot.cursor.idx
      if (index === null || index === undefined || x[index] === undefined) {
        readout.textContent = tools.range(rangeOf([...min, ...max]), unit)
        return
      }
      const around = spread ? ` (${tools.number(min[index])} to ${tools.number(max[index])})` : ''
      const at = tools.withUnit(tools.place(axis, x[index]), axis.unit)
      readout.textContent = `${tools.withUnit(`${tools.number(mean[index])}${around}`, unit)} at ${at}`
    }
    const named = axis.places !== null
    const textOf = (value: number, step: number): string =>
      named || isGeometric(x) ? tools.place(axis, value) : tools.fixed(value, step)
    // Between places that have names, there is nothing: no line, and the limits are points.
    const noLine = { paths: () => null }
    const line = { stroke: () => tools.color('data'), width: 1.4, ...(named ? noLine : {}) }
    const limit = named
      ? { ...noLine, stroke: () => tools.color('soft'), points: { show: true, size: 4, fill: paper } }
      : { stroke: () => 'transparent', points: { show: false } }
    const [places, values] = axes(tools.title(axis), textOf)
    const plot = place(
      figure,
      {
        legend: { show: false },
        cursor: { drag: { x: true, y: false, dist: 5 }, points: { size: 6 } },
        scales: {
          x: {
            time: false,
            distr: !named && isGeometric(x) ? 3 : 1,
            ...(named ? { range: [-0.5, x.length - 0.5] } : {}),
          },
          y: { range: yRange },
        },
        axes: [{ ...places, ...(named ? { incrs: [1, 2, 5, 10, 20, 50, 100] } : {}) }, values ?? {}],
        series: [
          {},
          { ...line, points: { show: named || x.length < 80, size: named ? 8 : 5, fill: paper } },
          limit,
          limit,
        ],
        bands: named ? [] : [{ series: [2, 3], fill: () => tools.color('data-fill') }],
        hooks: { setCursor: [tell] },
      },
      [x as number[], mean as number[], max as number[], min as number[]],
    )
    tell(plot)
  }

  /** A little air above and below; a reading that never changes lies in the middle. */
  function yRange(_: uPlot, low: number | null, high: number | null): [number, number] {
    if (low === null || high === null) return [0, 1]
    const air = (high - low) * 0.08 || Math.abs(low) * 0.1 || 1
    return [low - air, high + air]
  }

  function rangeOf(values: readonly (number | null)[]): [number, number] | undefined {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const value of values) {
      if (value === null) continue
      if (value < low) low = value
      if (value > high) high = value
    }
    return low <= high ? [low, high] : undefined
  }

  /** Places whose ratios are alike, as a logarithmic scan has them. */
  function isGeometric(x: readonly number[]): boolean {
    const [first = 0, last = 0] = [x[0], x.at(-1)]
    if (x.length < 4 || first <= 0 || last / first < 50) return false
    const mean = (last / first) ** (1 / (x.length - 1))
    return x.every((value, index) => index === 0 || Math.abs(value / (x[index - 1] ?? 1) / mean - 1) < 0.25)
  }

  return { overTime, overAxis }
}
