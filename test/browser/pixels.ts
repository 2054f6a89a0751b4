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

/** How far a part of the page is from the colour of the paper, on average of its pixels, in 255ths. */
export async function shadeOf(
  page: Page,
  clip: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Promise<number> {
  const picture = await page.screenshot({ clip, encoding: 'base64' })
  return await page.evaluate(async data => {
    const image = new Image()
    image.src = `data:image/png;base64,${data}`
    await image.decode()
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width: image.width, height: image.height })
    const context = canvas.getContext('2d') as CanvasRenderingContext2D
    context.drawImage(image, 0, 0)
    const pixels = context.getImageData(0, 0, image.width, image.height).data
    const paper = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g)?.map(Number) ?? []
    const off = pixels.map((value, at) => (at % 4 === 3 ? 0 : Math.abs(value - (paper[at % 4] ?? 0))))
    return off.reduce((sum, value) => sum + value, 0) / (pixels.length * 0.75)
  }, picture)
}
