/** What is to be seen on the canvases of a report. */

import type { Page } from 'puppeteer-core'

export interface Canvas {
  /** Of the figure that it belongs to. */
  readonly figure: string
  readonly colors: number
  /** Part of its pixels that something was drawn on. */
  readonly painted: number
  /** Two canvases that look the same have the same one. */
  readonly print: number
}

/** Every canvas of the page, in its order. */
export async function canvases(page: Page): Promise<Canvas[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll('canvas')].map(canvas => {
      const { width, height } = canvas
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray()
      const colors = new Set<number>()
      let [painted, print] = [0, 0]
      for (let at = 0; at < pixels.length; at += 4) {
        const color = ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0)
        if ((pixels[at + 3] ?? 0) > 0) painted++
        colors.add(color)
        print = (Math.imul(print, 31) + color + (pixels[at + 3] ?? 0)) | 0
      }
      const figure = canvas.closest('figure')?.id ?? ''
      return { figure, colors: colors.size, painted: painted / Math.max(1, width * height), print }
    }),
  )
}

/** The canvas of one figure. */
export async function canvasOf(page: Page, figure: string): Promise<Canvas> {
  const found = (await canvases(page)).find(canvas => canvas.figure === figure)
  if (found === undefined) throw new Error(`the figure ${figure} has no canvas`)
  return found
}

/** What a figure says of what is shown, or of what lies under the pointer. */
export async function readout(page: Page, figure: string): Promise<string> {
  return await page.$eval(`#${figure} output`, output => output.textContent ?? '')
}

/** Waits until the views have drawn what they were told. */
export async function nextFrame(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise<void>(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  )
}
