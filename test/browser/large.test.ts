import { rmSync, statSync } from 'node:fs'
import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PageData } from '../../src/records/report/page-data.js'
import { writeReport } from '../../src/records/report/write-report.js'
import { openBrowser, openReport } from './chromium.js'
import { canvases } from './pixels.js'
import { largeRecord, SPIKES } from './show-records.js'

const ROWS = 1_000_000
/** What the page promises: 3 s from the click to the last drawing, and a file that can be sent to somebody. */
const LONGEST_MS = 3000
const LARGEST = 3_000_000

let browser: Browser
let folder: string
let report: string

beforeAll(async () => {
  browser = await openBrowser()
  folder = largeRecord({ rows: ROWS, tasks: 200_000, changes: 1_000_000 })
  report = await writeReport(folder)
})

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true })
})

test('a report of a million rows opens in less than 3 s, all drawn', async () => {
  const times: number[] = []
  // The best of three: what else the machine does at the moment is not what is asked.
  for (let round = 0; round < 3; round++) {
    const { page, drawn, complaints } = await openReport(browser, report)
    expect(complaints).toEqual([])
    expect((await canvases(page)).filter(({ colors, painted }) => colors < 3 || painted < 0.005)).toEqual([])
    times.push(drawn)
    await page.close()
  }
  expect(Math.min(...times)).toBeLessThan(LONGEST_MS)
})

test('a report of a million rows is small, and has every extreme', async () => {
  expect(statSync(report).size).toBeLessThan(LARGEST)
  const { page } = await openReport(browser, report)
  const data = JSON.parse(await page.$eval('#data', ({ textContent }) => textContent ?? '')) as PageData
  const values = data.curves[0]?.y ?? []
  expect(values).toContain(SPIKES.high)
  expect(values).toContain(SPIKES.low)
  expect(data.lanes.reduce((sum, { bars }) => sum + bars.reduce((count, bar) => count + bar[4], 0), 0)).toBe(200_000)
  await page.close()
})
