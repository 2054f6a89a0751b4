/** The report as one page that needs nothing else: no network, no files beside it. */

import { createHash } from 'node:crypto'
import { type Contents, pageData } from './contents.js'
import { errorsSection, heading, logSection, provenanceSection, summarySection } from './facts-sections.js'
import { embeddedJson, html, raw } from './html.js'
import { packagedStyle, pageScripts } from './page-script.js'
import { pinsSection, queuesSection, readingsSection, type Section, scansSection } from './sections.js'
import { style } from './style.js'

export function reportDocument(contents: Contents): string {
  const scripts = pageScripts()
  const sections = [
    summarySection(contents),
    readingsSection(contents),
    scansSection(contents),
    queuesSection(contents),
    pinsSection(contents),
    errorsSection(contents),
    logSection(contents),
    provenanceSection(contents),
  ].filter(section => section !== undefined)
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${contents.facts.name ?? 'Run'}: report</title>
<style>${raw(packagedStyle())}${raw(style)}</style>
</head>
<body>
<a class="skip" href="#summary">Skip to the summary</a>
${heading(contents)}
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>${sections.map(sectionHtml)}</main>
<noscript><p class="notice">The plots need JavaScript; the tables do not.</p></noscript>
<footer>Written by pi-worker from the files of this run, which have every value.</footer>
<script type="application/json" id="data">${embeddedJson(pageData(contents))}</script>
${scripts.map(script => html`<script>${raw(script)}</script>\n`)}</body>
</html>
`
  return page.text
}

function sectionHtml({ id, title, content }: Section): ReturnType<typeof html> {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${content}</section>`
}

/** Nothing is fetched, and no script runs but those that belong to the page: a second lock, behind the escaping. */
function policy(scripts: readonly string[]): string {
  const hashes = scripts.map(script => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${hashes.join(' ')}; base-uri 'none'; form-action 'none'`
}
