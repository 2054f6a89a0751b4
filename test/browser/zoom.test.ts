import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { writeReport } from '../../src/records/report/write-report.js'
import { openBrowser, openReport } from './chromium.js'
import { canvasOf, nextFrame, readout } from './pixels.js'
import { mapRecord } from './show-records.js'

let browser: Browser
let report: string
let page: Page

beforeAll(async () => {
  browser = await openBrowser()
  report = await writeReport(mapRecord())
})

afterAll(async () => {
  await browser?.close()
  rmSync(dirname(report), { recursive: true })
})

beforeEach(async () => {
  page = (await openReport(browser, report)).page
})

afterEach(async () => await page.close())

/** The middle of a figure's canvas, scrolled to. */
async function middleOf(figure: string): Promise<{ x: number; y: number; width: number }> {
  await page.$eval(`#${figure}`, element => element.scrollIntoView({ block: 'center', behavior: 'instant' }))
  const box = await (await page.$(`#${figure} canvas`))?.boundingBox()
  if (!box) throw new Error(`${figure} is not to be seen`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width }
}

/** The readout of a figure while nothing is pointed at: what is shown. */
async function shown(figure: string): Promise<string> {
  await page.mouse.move(2, 2)
  await nextFrame(page)
  return await readout(page, figure)
}

describe.each(['pins-figure', 'queues-figure'])('the tracks of %s', figure => {
  const canvas = `#${figure} .canvas`

  test('zoom with the wheel once they have the focus, and the place under the pointer stays', async () => {
    const { x, y } = await middleOf(figure)
    const before = await canvasOf(page, figure)
    await page.mouse.click(x, y)
    const at = (await readout(page, figure)).split(' · ')[0]
    await page.mouse.wheel({ deltaY: -240 })
    await nextFrame(page)
    await page.mouse.move(x + 1, y)
    await page.mouse.move(x, y)
    const after = (await readout(page, figure)).split(' · ')[0]
    expect(Number.parseFloat(after ?? '')).toBeCloseTo(Number.parseFloat(at ?? ''), 1)
    expect(await shown(figure)).toMatch(/ to /)
    expect((await canvasOf(page, figure)).print).not.toBe(before.print)
  })

  test('leave the wheel to the page before', async () => {
    const { x, y } = await middleOf(figure)
    const before = await shown(figure)
    await page.mouse.move(x, y)
    await page.mouse.wheel({ deltaY: -240 })
    await nextFrame(page)
    expect(await shown(figure)).toBe(before)
  })

  test('zoom and move with keys, and 0 shows all again', async () => {
    const before = await shown(figure)
    await page.focus(canvas)
    await page.keyboard.press('+')
    await nextFrame(page)
    const zoomed = await shown(figure)
    await page.keyboard.press('ArrowRight')
    await nextFrame(page)
    const moved = await shown(figure)
    expect(new Set([before, zoomed, moved]).size).toBe(3)
    await page.keyboard.press('0')
    await nextFrame(page)
    expect(await shown(figure)).toBe(before)
  })

  test('zoom with buttons, and move when they are dragged', async () => {
    await page.$eval(`#${figure} button[data-zoom=in]`, button => button.click())
    const zoomed = await shown(figure)
    const { x, y, width } = await middleOf(figure)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x - width / 8, y, { steps: 4 })
    await page.mouse.up()
    expect(await shown(figure)).not.toBe(zoomed)
  })

  test('zoom with two fingers', async () => {
    const before = await shown(figure)
    const { x, y } = await middleOf(figure)
    const session = await page.createCDPSession()
    const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number): Promise<void> => {
      const touchPoints = type === 'touchEnd' ? [] : [x - apart, x + apart].map((x, id) => ({ x, y, id }))
      await session.send('Input.dispatchTouchEvent', { type, touchPoints })
    }
    await touch('touchStart', 40)
    for (const apart of [60, 90, 130, 180]) await touch('touchMove', apart)
    await touch('touchEnd', 0)
    await nextFrame(page)
    expect(await shown(figure)).not.toBe(before)
  })
})

test('what is under the pointer is told: the level of a pin and how long it lasts', async () => {
  await page.focus('#pins-figure .canvas')
  const { x, y } = await middleOf('pins-figure')
  // The second of four signals: the pump, which is on for seconds.
  await page.mouse.move(x, y - 20)
  expect(await readout(page, 'pins-figure')).toMatch(/ · pump (low|high) for [\d.]+ s$/)
})

test('what is under the pointer is told: a task, its state and how long it ran', async () => {
  const { x, y } = await middleOf('queues-figure')
  for (let at = 0; at < 40; at++) {
    await page.mouse.move(x + at, y)
    const text = await readout(page, 'queues-figure')
    if (!text.includes('succeeded')) continue
    expect(text).toMatch(/tilt angle: succeeded, ran 120 ms, waited 30 ms$/)
    return
  }
  expect.unreachable('no bar was found')
})

test('a part of a plot that is dragged over is shown in all plots over time, and in the queues', async () => {
  const { x, y, width } = await middleOf('curve-0-2')
  const before = [await canvasOf(page, 'curve-0-3'), await canvasOf(page, 'queues-figure')]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + width / 6, y, { steps: 4 })
  await page.mouse.up()
  await nextFrame(page)
  const after = [await canvasOf(page, 'curve-0-3'), await canvasOf(page, 'queues-figure')]
  expect(after.filter(({ print }, index) => print === before[index]?.print)).toEqual([])
  expect(await shown('queues-figure')).toMatch(/ to /)
})

test('a plot tells the value and the time under the pointer', async () => {
  const { x, y } = await middleOf('curve-0-3')
  await page.mouse.move(x, y)
  await nextFrame(page)
  expect(await readout(page, 'curve-0-3')).toMatch(/^\d\d\.?\d* °C at [\d.]+ s \(12:00:\d\d\.\d{3} UTC\)$/)
})

test('a map tells the value of a cell, by pointer and by keys', async () => {
  const figure = 'map-0-2'
  const { x, y } = await middleOf(figure)
  await page.mouse.move(x, y)
  expect(await readout(page, figure)).toMatch(/^([\d.]+ cm|no value) at −?\d+ °, −?\d+ °$/)
  await page.mouse.move(2, 2)
  await page.focus(`#${figure} .canvas`)
  await page.keyboard.press('ArrowRight')
  expect(await readout(page, figure)).toMatch(/ at −70 °, −30 °$/)
})
