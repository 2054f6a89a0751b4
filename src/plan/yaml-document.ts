/**
 * Parses YAML with bounds. The parser of `yaml` recurses when it composes: 1 MiB of `[` overflows the stack and can end
 * the whole process, so depth and tokens are counted while they are read, before anything recurses.
 */

import { Composer, type Document, Lexer, type ParsedNode, Parser } from 'yaml'

/** Collections inside each other: far above any plan, far below the stack. */
export const MAX_DEPTH = 64
/** Values of a plan, counted after aliases are put in. */
export const MAX_VALUES = 200_000
/** About 20 tokens a step and 1 MiB of steps. */
const MAX_TOKENS = 400_000
const MAX_DIRECTIVES = 16

export interface Refusal {
  readonly reason: 'depth' | 'tokens' | 'directives'
  readonly offset: number
}

export interface ParsedYaml {
  readonly documents: readonly Document.Parsed<ParsedNode>[]
  /** Why reading was given up, if it was. */
  readonly refusal: Refusal | undefined
}

/** The documents of `text`, at most two: more than one is an error anyway. */
export function parseYaml(text: string): ParsedYaml {
  const parser = new Parser()
  const composer = new Composer<ParsedNode>({
    prettyErrors: false,
    logLevel: 'silent',
    // One reading for every file: no yes/no booleans, no merge keys, no typed tags, whatever %YAML says.
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Looked for by the reader of the document, which is not quadratic.
    uniqueKeys: false,
  })
  let refusal: Refusal | undefined
  const documents: Document.Parsed<ParsedNode>[] = []
  const tokens = function* () {
    let tokenCount = 0
    let directives = 0
    for (const lexeme of new Lexer().lex(text)) {
      tokenCount++
      for (const token of parser.next(lexeme)) {
        if (token.type === 'directive') directives++
        yield token
      }
      if (parser.stack.length > 2 * MAX_DEPTH) refusal = { reason: 'depth', offset: parser.offset }
      else if (tokenCount > MAX_TOKENS) refusal = { reason: 'tokens', offset: parser.offset }
      else if (directives > MAX_DIRECTIVES) refusal = { reason: 'directives', offset: parser.offset }
      if (refusal !== undefined) return
    }
    yield* parser.end()
  }
  for (const document of composer.compose(tokens(), true, text.length)) {
    documents.push(document)
    if (documents.length > 1) break
  }
  return { documents, refusal }
}
