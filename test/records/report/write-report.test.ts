import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { afterEach, describe, expect, test } from 'vitest'
import { embeddedJson, html } from '../../../src/records/report/html.js'
import { pageScripts } from '../../../src/records/report/page-script.js'
import { writeReport } from '../../../src/records/report/write-report.js'
import { column, csv, type FileTexts, jsonLines, recordFolder, runJson, task, vcd } from './fixture.js'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

async function pageOf(files?: FileTexts): Promise<string> {
  const folder = recordFolder(files)
  folders.push(folder)
  return readFileSync(await writeReport(folder), 'utf8')
}

/** The page without its scripts and styles. */
function textOf(page: string): string {
  return page
    .replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
}

describe('a report', () => {
  test('stands beside the files of its run, and leaves nothing else there', async () => {
    const folder = recordFolder()
    folders.push(folder)
    const before = readdirSync(folder)
    expect(await writeReport(folder)).toBe(join(folder, 'report.html'))
    expect(readdirSync(folder).sort()).toEqual([...before, 'report.html'].sort())
  })

  test.each([
    'Servo scan',
    'Succeeded',
    '2026-03-20 12:00:00 UTC',
    '2 min',
    '3 rows',
    'dose 2.5 mL',
    'simulated Raspberry Pi 4',
    '6.6.31+rpt-rpi-v8',
    '51d1076a0b1c, with changes',
    'Seed 7',
    'pi-worker 0.1.0',
    'Node.js 20.20.2',
    'Latest step of all / ms 0.0415',
    'air.temperature °C 3 0 19.75 20.5 21.25',
    'Rows of primary time elapsed (s) air.temperature (°C) 2026-03-20T12:00:00.000Z 0 20.5',
    'air.read failed ERR_SENSOR no answer',
    'the plan began',
  ])('says in text: %s', async words => {
    expect(textOf(await pageOf())).toContain(words)
  })

  test('shows the first and the last rows of many, and how many are between', async () => {
    const rows = Array.from({ length: 1000 }, (_, index) => [index, index])
    const text = textOf(await pageOf({ 'data.csv': csv(['x'], rows) }))
    for (const words of ['2026-03-20T12:00:39.000Z 39 39 920 more', '2026-03-20T12:16:39.000Z 999 999']) {
      expect(text).toContain(words)
    }
  })

  test('says that a run was a rehearsal, how it ended and with which error', async () => {
    const error = { code: 'ERR_TIMEOUT', message: 'the pump took too long', place: 'dose.yaml:12:5' }
    const text = textOf(await pageOf({ 'run.json': runJson({ rehearsal: true, outcome: 'failed', error }) }))
    for (const words of ['Rehearsal', 'Failed', 'ERR_TIMEOUT', 'the pump took too long', 'dose.yaml:12:5']) {
      expect(text).toContain(words)
    }
  })

  test('says what is missing, and is a page all the same', async () => {
    const text = textOf(await pageOf({ 'run.json': undefined, 'data.csv': undefined, 'trace.vcd': undefined }))
    expect(text).toContain('Missing from this record')
    expect(text).toContain('run.json is missing.')
    expect(text).toContain('trace.vcd is missing.')
  })

  test('names nothing outside of itself', async () => {
    const page = (await pageOf()).replace(/<script>.*?<\/script>/gs, '')
    expect(page.match(/(?:src|href|action)="(?!#|data:)[^"]*"/g)).toBeNull()
    expect(page.match(/url\(|@import/g)).toBeNull()
  })

  test('that cannot be written is an error with its path, and the old one stays', async () => {
    const folder = recordFolder({ 'report.html': 'old' })
    folders.push(folder)
    rmSync(join(folder, 'report.html'))
    if (process.getuid?.() === 0) {
      // Root may write everywhere; a folder in the place of the page stops even root.
      const { mkdirSync } = await import('node:fs')
      mkdirSync(join(folder, 'report.html'))
    } else chmodSync(folder, 0o500)
    await expect(writeReport(folder)).rejects.toMatchObject({ code: 'ERR_FILE', place: join(folder, 'report.html') })
    chmodSync(folder, 0o700)
    expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([])
  })
})

describe('names out of a plan', () => {
  const EVIL = '</script><img src=x onerror="globalThis.broken=1"><!--'

  test('stay text wherever they stand', async () => {
    const page = await pageOf({
      'run.json': runJson({
        name: EVIL,
        plan: { file: EVIL, text: EVIL },
        bench: { [EVIL]: EVIL },
        kernel: EVIL,
        params: [{ name: EVIL, value: EVIL, unit: EVIL, from: EVIL }],
        error: { code: EVIL, message: EVIL, place: EVIL },
        timing: { [EVIL]: EVIL },
        outcome: EVIL,
        streams: [{ name: 'primary', columns: [column(EVIL, { unit: EVIL, description: EVIL })] }],
      }),
      'data.csv': csv([EVIL], [[0, 1]]),
      'tasks.jsonl': jsonLines([task(EVIL, 0, 1, { state: 'failed', error: EVIL, code: EVIL })]),
      'log.jsonl': jsonLines([{ elapsed: 1, level: 'error', type: EVIL, message: EVIL }]),
      'trace.vcd': vcd(['</script><img>'], [[0, 1, 0]]),
    })
    expect(page).toContain('&lt;/script&gt;&lt;img')
    expect(page).not.toContain('<img')
    expect(page).not.toMatch(/<!--/)
    // Data, uPlot and the page's own script: each begins and ends once.
    expect(page.match(/<script/g)).toHaveLength(3)
    expect(page.match(/<\/script/g)).toHaveLength(3)
  })

  test('cannot turn round the text behind them, nor hold what HTML cannot', () => {
    expect(html`${'a\u202eb\u0000c'}`.text).toBe('a\ufffdb\ufffdc')
  })

  test('are the same in embedded JSON', () => {
    expect(JSON.parse(embeddedJson({ name: EVIL }).text)).toEqual({ name: EVIL })
    expect(embeddedJson(EVIL).text).not.toContain('<')
  })
})

test('the scripts of the page are whole, and hang on no module', () => {
  for (const script of pageScripts()) {
    expect(() => new Script(script)).not.toThrow()
    expect(script).not.toMatch(/__vi_import|__vite_ssr|\bimport\b\s*[({'"]/)
    expect(script.toLowerCase()).not.toContain('</script')
  }
})

test('templates escape text, join HTML, and leave out what is not there', () => {
  expect(html`<p title="${`"&'`}">${[html`<b>1</b>`, html`<i>2</i>`]}${undefined}${false}${0}</p>`.text).toBe(
    '<p title="&quot;&amp;&#39;"><b>1</b><i>2</i>0</p>',
  )
})

test('a folder that is not there is not made', async () => {
  await expect(writeReport('/nonexistent/run')).rejects.toMatchObject({ code: 'ERR_FILE' })
  expect(existsSync('/nonexistent')).toBe(false)
})
