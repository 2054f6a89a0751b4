/** HTML made of text that nobody can break out of: what a template is given is escaped, unless it is HTML itself. */

/** Markup that is as it should be. Made by `html` and `raw` only. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | readonly Html[] | string | number | undefined | null | false

/** `html\`<td>${name}</td>\``: values are escaped, lists of HTML are joined, and undefined, null and false leave nothing. */
export function html(markup: TemplateStringsArray, ...values: readonly Part[]): Html {
  let text = markup[0] ?? ''
  for (const [index, value] of values.entries()) text += `${partText(value)}${markup[index + 1] ?? ''}`
  return new Html(text)
}

/** Text that is markup, script or style already. */
export function raw(text: string): Html {
  return new Html(text)
}

/** JSON to stand in a script element: nothing in it can end the element, or begin a comment in it. */
export function embeddedJson(value: unknown): Html {
  return raw(JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028'))
}

function partText(value: Part): string {
  if (value === undefined || value === null || value === false) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(({ text }) => text).join('')
  return escaped(String(value))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return plainText(text).replace(/[&<>"']/g, character => ENTITIES[character] ?? character)
}

/** Without what would turn round the text behind it, or what HTML cannot hold: a name must not disguise another. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}
