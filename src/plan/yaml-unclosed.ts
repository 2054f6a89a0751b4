/** Which quotes and brackets of a YAML text are open at a place of it, as the parser of `yaml` reads them. */

import { type CST, Parser } from 'yaml'

/** The depth of the text must have been looked at before: this recurses. */
export class Openings {
  readonly #text: string
  #tokens: readonly CST.Token[] | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** Where the quote that is never closed begins, the last before `at`. */
  quote(at: number): number | undefined {
    return this.#last(at, token =>
      token.type === 'double-quoted-scalar' || token.type === 'single-quoted-scalar' ? !isClosed(token.source) : false,
    )
  }

  /** Where the innermost bracket begins that is open at `at`. */
  bracket(at: number): number | undefined {
    return this.#last(at, token => {
      if (token.type !== 'flow-collection') return false
      const [close] = token.end
      return close === undefined || close.type === 'flow-error-end' || close.offset >= at
    })
  }

  #last(at: number, isOpen: (token: CST.Token) => boolean): number | undefined {
    this.#tokens ??= [...new Parser().parse(this.#text)]
    let found: number | undefined
    const visit = (token: CST.Token | null | undefined): void => {
      if (token === null || token === undefined || token.offset >= at) return
      if (isOpen(token) && (found === undefined || token.offset > found)) found = token.offset
      if (token.type === 'document') visit(token.value)
      if (token.type !== 'flow-collection' && token.type !== 'block-map' && token.type !== 'block-seq') return
      for (const { key, value } of token.items) {
        visit(key)
        visit(value)
      }
    }
    for (const token of this.#tokens) visit(token)
    return found
  }
}

/** Whether a scalar in quotes has its end: a backslash before it takes its meaning away. */
function isClosed(source: string): boolean {
  const mark = source.charAt(0)
  if (source.length < 2 || !source.endsWith(mark)) return false
  return mark === "'" || (/\\*"$/.exec(source)?.[0].length ?? 1) % 2 === 1
}
