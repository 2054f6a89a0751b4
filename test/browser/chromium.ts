/** The real browser of the tier: Debian's Chromium, without a window. */

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export function chromiumPath(): string | undefined {
  return PATHS.find(path => existsSync(path))
}

/** `Chromium 156.0.8078.108 built on Debian`; undefined where there is none. */
export function chromiumVersion(): string | undefined {
  const path = chromiumPath()
  return path && execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) throw new Error('chromium is not installed')
  // As root, as CI runs, Chromium has no sandbox.
  return await puppeteer.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** A report in the browser, and what became of it. */
export interface Opened {
  readonly page: Page
  /** Whatever was written to the console or thrown. */
  readonly complaints: readonly string[]
  /** Every address that was asked for, but the report's own. */
  readonly requests: readonly string[]
  /** ms from the beginning of the navigation until all was drawn. */
  readonly drawn: number
}

export interface Look {
  readonly width?: number
  readonly height?: number
  readonly scheme?: 'light' | 'dark'
  /** Pixels of the screen in one of CSS. */
  readonly sharpness?: number
}

/** Opens a file, and waits until all of it is drawn. */
export async function openReport(browser: Browser, path: string, look: Look = {}): Promise<Opened> {
  const { width = 1600, height = 900, scheme = 'light', sharpness = 1 } = look
  const page = await browser.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', message => complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('request', request => {
    if (request.url() !== `file://${path}` && request.url() !== 'data:,') requests.push(request.url())
  })
  await page.setViewport({ width, height, deviceScaleFactor: sharpness })
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
  await page.goto(`file://${path}`)
  await page.waitForSelector('html[data-drawn]')
  // Once that frame is on the screen.
  const drawn = await page.evaluate(
    () =>
      new Promise<number>(resolve =>
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))),
      ),
  )
  return { page, complaints, requests, drawn }
}
