import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTools } from '../../src/records/report/page/tools.js'
import { writeReport } from '../../src/records/report/write-report.js'
import { column, csv, jsonLines, recordFolder, runJson, task, vcd } from '../records/report/fixture.js'
import { openBrowser, openReport } from './chromium.js'
import { canvases, canvasOf, shadeOf } from './pixels.js'
import { mapRecord, scanRecord } from './show-records.js'

let browser: Browser
const reports: string[] = []

async function reportOf(folder: string): Promise<string> {
  const path = await writeReport(folder)
  reports.push(path)
  return path
}

let map: string
let scan: string

beforeAll(async () => {
  browser = await openBrowser()
  map = await reportOf(mapRecord())
  scan = await reportOf(scanRecord())
})

afterAll(async () => {
  await browser?.close()
  for (const report of reports) rmSync(dirname(report), { recursive: true })
})

const SIZES = [400, 1600]

describe('a report in the browser', () => {
  test.each(SIZES)('at %i px: nothing is said on the console, and nothing is asked of anybody', async width => {
    for (const path of [map, scan]) {
      const { page, complaints, requests } = await openReport(browser, path, { width })
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
      expect(complaints).toEqual([])
      expect(requests).toEqual([])
      await page.close()
    }
  })

  test.each(SIZES.flatMap(width => (['light', 'dark'] as const).map(scheme => ({ width, scheme }))))(
    'at $width px, $scheme: every figure is drawn',
    async look => {
      for (const [path, figures] of [
        [map, 8],
        [scan, 10],
      ] as const) {
        const { page } = await openReport(browser, path, look)
        const drawn = await canvases(page)
        expect(drawn.map(({ figure }) => figure)).toHaveLength(figures)
        expect(drawn.filter(({ colors, painted }) => colors < 3 || painted < 0.005)).toEqual([])
        await page.close()
      }
    },
  )

  test.each(SIZES)('at %i px the page does not scroll sideways, and no text is cut off by its edge', async width => {
    for (const path of [map, scan]) {
      const { page } = await openReport(browser, path, { width })
      const wide = await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
        const limit = document.documentElement.clientWidth
        const inScroller = (element: Element): boolean => element.closest('.scroll, pre, .skip') !== null
        const strays = [...document.querySelectorAll('body *')].filter(
          element => !inScroller(element) && element.getBoundingClientRect().right > limit + 0.5,
        )
        return {
          page: document.documentElement.scrollWidth - limit,
          strays: strays.map(({ outerHTML }) => outerHTML.slice(0, 90)),
        }
      })
      expect(wide).toEqual({ page: 0, strays: [] })
      await page.close()
    }
  })

  test.each(['curve-0-2', 'map-0-2', 'queues-figure'])(
    'has text of the same size on a sharp screen: %s',
    async figure => {
      const painted: number[] = []
      for (const sharpness of [1, 2]) {
        const { page } = await openReport(browser, map, { width: 400, sharpness })
        painted.push(
          await page.$eval(`#${figure} canvas`, canvas => {
            const { width, height } = canvas as HTMLCanvasElement
            // Under or over what is drawn, there is nothing but text.
            const strip = Math.round(14 * devicePixelRatio)
            const top = canvas.closest('.tracks') === null ? height - strip : 0
            const context = (canvas as HTMLCanvasElement).getContext('2d')
            const pixels = context?.getImageData(0, top, width, strip).data ?? []
            return pixels.filter((value, at) => at % 4 === 3 && value > 100).length / (width * strip)
          }),
        )
        await page.close()
      }
      const [plain = 0, sharp = 0] = painted
      expect(plain).toBeGreaterThan(0.002)
      expect(sharp / plain).toBeGreaterThan(0.6)
      expect(sharp / plain).toBeLessThan(1.6)
    },
  )

  test('is drawn anew when the light changes', async () => {
    const { page } = await openReport(browser, map)
    const light = (await canvases(page)).map(({ print }) => print)
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
    await page.waitForFunction(() => getComputedStyle(document.documentElement).colorScheme !== '')
    await page.evaluate(() => new Promise<void>(resolve => requestAnimationFrame(() => resolve())))
    const dark = (await canvases(page)).map(({ print }) => print)
    expect(dark.filter((print, index) => print === light[index])).toEqual([])
    await page.close()
  })

  test('fits its figures to a window that changes', async () => {
    const { page } = await openReport(browser, map, { width: 1600 })
    await page.setViewport({ width: 400, height: 900 })
    await page.waitForFunction(() =>
      [...document.querySelectorAll('canvas')].every(({ clientWidth }) => clientWidth <= 400),
    )
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(400)
    await page.close()
  })

  test.each(['light', 'dark'] as const)('a table that goes on behind its edge has a shade there, %s', async scheme => {
    const { page } = await openReport(browser, map, { width: 400, scheme })
    const place = await page.$eval('.scroll[aria-label="Readings in numbers"]', element => {
      element.scrollIntoView({ block: 'center', behavior: 'instant' })
      const { x, y, width, height } = element.getBoundingClientRect()
      return { x, y: y + scrollY, width, height }
    })
    /** What is seen of the edges, farthest from the paper: 0 where there is nothing but it. */
    const shades = async (scrolled: number) => {
      await page.$eval(
        '.scroll[aria-label="Readings in numbers"]',
        (element, left) => element.scrollTo(left, 0),
        scrolled,
      )
      // Under the head, where the cells have their rules and nothing else so near to the edge.
      const strip = { y: place.y + place.height - 6, width: 2, height: 3 }
      const left = await shadeOf(page, { ...strip, x: place.x })
      const right = await shadeOf(page, { ...strip, x: place.x + place.width - 2 })
      return { left: left > 20, right: right > 20 }
    }
    expect(await shades(0)).toEqual({ left: false, right: true })
    expect(await shades(60)).toEqual({ left: true, right: true })
    expect(await shades(9999)).toEqual({ left: true, right: false })
    await page.close()
  })

  test('has one heading of the first order, sections with names, and a heading for each table', async () => {
    const { page } = await openReport(browser, map)
    const found = await page.evaluate(() => ({
      first: document.querySelectorAll('h1').length,
      nameless: [...document.querySelectorAll('section')].filter(
        section => !document.getElementById(section.getAttribute('aria-labelledby') ?? '')?.textContent,
      ).length,
      headless: [...document.querySelectorAll('table')].filter(table => !table.querySelector('th[scope=col]')).length,
      unreachable: [...document.querySelectorAll<HTMLElement>('.canvas, .scroll')].filter(
        element => element.tabIndex < 0 || !element.getAttribute('aria-label'),
      ).length,
      // A link of the contents leads somewhere.
      lost: [...document.querySelectorAll('nav a')].filter(a => !document.querySelector(a.getAttribute('href') ?? ''))
        .length,
    }))
    expect(found).toEqual({ first: 1, nameless: 0, headless: 0, unreachable: 0, lost: 0 })
    await page.close()
  })

  test.each(['light', 'dark'] as const)(
    'has text that stands out from the %s page as WCAG asks (4.5 : 1)',
    async scheme => {
      const { page } = await openReport(browser, map, { scheme })
      const pale = await page.evaluate(() => {
        const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)
        const luminance = (color: string): number => {
          const [red = 0, green = 0, blue = 0] = channels(color).map(value => {
            const part = value / 255
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
          })
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue
        }
        const paper = luminance(getComputedStyle(document.documentElement).backgroundColor)
        const contrast = (element: Element): number => {
          const [high, low] = [luminance(getComputedStyle(element).color), paper].sort((a, b) => b - a) as [
            number,
            number,
          ]
          return (high + 0.05) / (low + 0.05)
        }
        const texts = [...document.querySelectorAll('body *:not(script):not(style)')].filter(element =>
          [...element.childNodes].some(node => node.nodeType === 3 && node.textContent?.trim()),
        )
        return texts.filter(element => contrast(element) < 4.5).map(({ outerHTML }) => outerHTML.slice(0, 80))
      })
      expect(pale).toEqual([])
      await page.close()
    },
  )
})

test('the ticks of a plot are told with the digits that they have, and with no more', async () => {
  const { page } = await openReport(browser, scan)
  const told = async (value: number, step: number): Promise<unknown> =>
    await page.evaluate(`(${makeTools})().fixed(${value}, ${step})`)
  expect(await told(0.75, 0.25)).toBe('0.75')
  expect(await told(-0.5, 0.5)).toBe('−0.5')
  expect(await told(20, 5)).toBe('20')
  expect(await told(2.5, 2.5)).toBe('2.5')
  expect(await told(0.003, 0.001)).toBe('0.003')
  expect(await told(12.3456, 0.0123)).toBe('12.35')
  await page.close()
})

test('names that are markup do nothing', async () => {
  const evil = '</script><img src=http://127.0.0.1:9/x onerror="document.body.dataset.broken=1"><svg onload=alert(1)>'
  const streams = [
    {
      name: 'primary',
      columns: [column('angle', { axis: true, unit: evil }), column(evil, { unit: evil, description: evil })],
    },
  ]
  const rows = [
    [0, 1, 5],
    [1, 2, 6],
  ]
  const path = await reportOf(
    recordFolder({
      'run.json': runJson({ name: evil, plan: { file: evil, text: evil }, bench: { [evil]: evil }, streams }),
      'data.csv': csv([`angle (${evil})`, evil], rows),
      'tasks.jsonl': jsonLines([task(`${evil}.read`, 0, 900, { state: 'failed', error: evil, code: evil })]),
      'log.jsonl': jsonLines([{ elapsed: 1, level: 'error', type: evil, message: evil }]),
      'trace.vcd': vcd(['<img>'], [[0, 1, 0]]),
    }),
  )
  const { page, complaints, requests } = await openReport(browser, path)
  for (const { figure } of await canvases(page)) {
    // What is under the pointer is told in words, too.
    await page.$eval(`#${figure}`, element => element.scrollIntoView())
    const box = await (await page.$(`#${figure} canvas`))?.boundingBox()
    if (box) await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  }
  const found = await page.evaluate(() => ({
    broken: document.body.dataset.broken,
    images: document.querySelectorAll('img, svg').length,
    heading: document.querySelector('h1')?.textContent,
  }))
  expect(found).toEqual({ broken: undefined, images: 0, heading: evil })
  expect(complaints).toEqual([])
  expect(requests).toEqual([])
  await page.close()
})

test('a script that is not the own one of the page does not run', async () => {
  const { page } = await openReport(browser, map)
  await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'document.body.dataset.broken = 1'
    document.body.append(script)
  })
  expect(await page.evaluate(() => document.body.dataset.broken)).toBeUndefined()
  await page.close()
})

test('a record of which little is left is a page without complaints', async () => {
  const files = ['run.json', 'data.csv', 'tasks.jsonl', 'log.jsonl', 'trace.vcd']
  const path = await reportOf(recordFolder(Object.fromEntries(files.map(name => [name, undefined]))))
  const { page, complaints } = await openReport(browser, path, { width: 400 })
  expect(complaints).toEqual([])
  expect(await page.$eval('header', header => header.textContent)).toContain('Missing from this record')
  await page.close()
})

test('a reading that stands out is to be seen on its plot', async () => {
  // The ends have the scale be the same with it and without it.
  const rows = Array.from({ length: 500 }, (_, index) => [index, index === 0 ? 15 : index === 499 ? 25 : 20])
  const flat = await reportOf(recordFolder({ 'data.csv': csv(['air.temperature (°C)'], rows) }))
  const { page } = await openReport(browser, flat)
  const before = await canvasOf(page, 'curve-0-0')
  await page.close()
  const spiked = await reportOf(
    recordFolder({
      'data.csv': csv(
        ['air.temperature (°C)'],
        rows.map(([at = 0, value = 0]) => [at, at === 250 ? 25 : value]),
      ),
    }),
  )
  const second = await openReport(browser, spiked)
  expect((await canvasOf(second.page, 'curve-0-0')).print).not.toBe(before.print)
  await second.page.close()
})
