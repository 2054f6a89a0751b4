/**
 * A plan file as data, with the place of every key and value: YAML, and so JSON too. Aliases are put in with bounds,
 * duplicate keys, several documents and anything that is not text are refused.
 */

import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  type YAMLMap,
  type YAMLParseError,
  type YAMLWarning,
} from 'yaml'
import { makePlace, type Path, type Place, type PlanProblem, planError } from './place.js'
import type { Within } from './problem-list.js'
import { readPlanBytes, readPlanBytesNow } from './read-file.js'
import { MAX_DEPTH, MAX_VALUES, parseYaml, type Refusal } from './yaml-document.js'
import { explainSlips, sentence } from './yaml-remedies.js'

/** Cascades of a single slip: the first few are enough. */
const MAX_SYNTAX_PROBLEMS = 5

/**
 * Reads a plan file.
 * @throws ERR_FILE, ERR_PLAN_TOO_LARGE, ERR_PLAN_SYNTAX, ERR_PLAN_EMPTY, each with its place
 */
export async function readPlanSource(file: string): Promise<PlanSource> {
  const bytes = await readPlanBytes(file)
  return new PlanSource(decode(bytes, file), file)
}

/** The same at once, for a file that another one includes, and how much it has. @throws as `readPlanSource` */
export function readPlanSourceNow(file: string): { readonly source: PlanSource; readonly bytes: number } {
  const bytes = readPlanBytesNow(file)
  return { source: new PlanSource(decode(bytes, file), file), bytes: bytes.length }
}

/** The text of a plan and what it says. `file` is only for messages. */
export class PlanSource {
  readonly file: string
  readonly text: string
  /** What the file says: plain objects, arrays, strings, numbers, booleans, null. Nothing in it is shared. */
  readonly value: unknown
  readonly #lines: LineCounter
  readonly #root: ParsedNode
  readonly #anchors: ReadonlyMap<Alias, Node>
  /** The pairs of each map that was asked for a place, by key: a map may have many, and each be asked for. */
  readonly #pairs = new Map<Node, ReadonlyMap<string, YamlPair>>()

  /** @throws ERR_PLAN_TOO_LARGE, ERR_PLAN_SYNTAX, ERR_PLAN_EMPTY */
  constructor(text: string, file: string) {
    this.file = file
    this.text = text
    this.#lines = countLines(text)
    this.#refuseBinary()
    const { documents, refusal } = parseYaml(text)
    if (refusal !== undefined) throw this.#refused(refusal)
    this.#root = this.#onlyContents(documents)
    this.#anchors = this.#findAnchors()
    this.value = this.#toValue()
  }

  /** Where the value at `path` is, or the key that leads to it; the nearest thing around it when it is not there. */
  place(path: Path, at: 'key' | 'value' = 'value'): Place {
    return this.#placeAt(this.#find(path, at).offset)
  }

  /** Where `index` of a text is that the value at `path` has; where the value begins when the text is not written so. */
  placeWithin(path: Path, { text, index }: Within): Place {
    const { offset, node } = this.#find(path, 'value')
    const written = this.text.slice(offset, node?.range?.[1] ?? offset)
    const start = text === '' ? -1 : written.indexOf(text)
    return this.#placeAt(start === -1 ? offset : offset + start + index)
  }

  #find(path: Path, at: 'key' | 'value'): { readonly offset: number; readonly node: Node | null } {
    let node: Node | null = this.#root
    let offset = startOf(node)
    for (const [index, step] of path.entries()) {
      const target: Node | null | undefined = isAlias(node) ? this.#anchors.get(node) : node
      if (isMap(target)) {
        const pair = this.#pair(target, String(step))
        if (pair === undefined) break
        const wantKey = index === path.length - 1 && (at === 'key' || pair.value === null || isEmpty(pair.value))
        offset = startOf(wantKey ? pair.key : pair.value)
        node = pair.value
      } else if (isSeq(target)) {
        const item = target.items[Number(step)] as Node | undefined
        if (item === undefined) break
        offset = startOf(item)
        node = item
      } else {
        break
      }
    }
    return { offset, node }
  }

  #pair(map: YAMLMap, key: string): YamlPair | undefined {
    let pairs = this.#pairs.get(map)
    if (pairs === undefined) {
      pairs = new Map((map.items as readonly YamlPair[]).map(pair => [keyText(pair.key), pair]))
      this.#pairs.set(map, pairs)
    }
    return pairs.get(key)
  }

  #placeAt(offset: number): Place {
    return placeAt(this.text, this.file, this.#lines, offset)
  }

  #refuseBinary(): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    const offset = this.text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/)
    if (offset === -1) return
    const code = this.text.charCodeAt(offset).toString(16).padStart(2, '0')
    throw this.#error('ERR_PLAN_SYNTAX', offset, `the file is not text: it has the character 0x${code}`, NAME_A_TEXT)
  }

  #refused({ reason, offset }: Refusal) {
    if (reason === 'depth') return this.#tooDeep(offset)
    if (reason === 'tokens') return this.#tooLarge(offset)
    return this.#error('ERR_PLAN_SYNTAX', offset, 'the file has too many directives (%)', 'Leave the directives out.')
  }

  #onlyContents(documents: readonly Document.Parsed<ParsedNode>[]): ParsedNode {
    const [first, second] = documents
    const slips = [...(first?.errors ?? []), ...(first?.warnings ?? [])]
    if (slips.length > 0) {
      const tab = slips.find(slip => this.#isIndentedByTab(slip))
      // One says all: whoever indents by tabs does so on every line, and what follows from it is no slip of its own.
      if (tab !== undefined) throw this.#error('ERR_PLAN_SYNTAX', tab.pos[0], sentence(tab.message), USE_SPACES)
      const problems = explainSlips(this.text, slips).map<PlanProblem>(({ offset, message, remedy }) => ({
        code: 'ERR_PLAN_SYNTAX',
        message,
        place: this.#placeAt(offset),
        remedy,
      }))
      problems.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
      throw planError(onePerLine(problems).slice(0, MAX_SYNTAX_PROBLEMS))
    }
    if (second !== undefined) {
      const remedy = 'Put each plan into a file of its own.'
      throw this.#error('ERR_PLAN_SYNTAX', second.range[0], 'the file holds several documents (---)', remedy)
    }
    const contents = first?.contents ?? null
    if (contents === null || (isScalar(contents) && contents.value === null)) {
      throw this.#error('ERR_PLAN_EMPTY', 0, 'the file holds no plan')
    }
    return contents
  }

  #isIndentedByTab({ code, pos: [offset] }: YAMLParseError | YAMLWarning): boolean {
    if (code === 'TAB_AS_INDENT') return true
    const lineStart = this.text.lastIndexOf('\n', offset - 1) + 1
    return code === 'BAD_INDENT' && /^ *\t/.test(this.text.slice(lineStart, offset + 1))
  }

  /** The node that each alias stands for: the last one before it with that anchor. */
  #findAnchors(): ReadonlyMap<Alias, Node> {
    const named = new Map<string, Node>()
    const targets = new Map<Alias, Node>()
    const visit = (node: unknown, depth: number): void => {
      if (depth > MAX_DEPTH) throw this.#tooDeep(startOf(node as Node))
      if (isAlias(node)) {
        const target = named.get(node.source)
        if (target === undefined) {
          const message = `the alias *${node.source} stands for nothing: no &${node.source} comes before it`
          throw this.#error('ERR_PLAN_SYNTAX', startOf(node), message, 'Name an anchor that is there, or quote the *.')
        }
        targets.set(node, target)
        return
      }
      if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) named.set(node.anchor, node)
      if (isSeq(node)) for (const item of node.items) visit(item, depth + 1)
      if (isMap(node)) for (const pair of node.items) visit(pair.value, depth + 1)
    }
    visit(this.#root, 0)
    return targets
  }

  #toValue(): unknown {
    let count = 0
    const open = new Set<Node>()
    const convert = (node: Node | null, depth: number, offset: number): unknown => {
      count++
      if (count > MAX_VALUES) throw this.#tooLarge(offset)
      if (depth > MAX_DEPTH) throw this.#tooDeep(offset)
      if (isAlias(node)) {
        const target = this.#anchors.get(node) ?? null
        if (target !== null && open.has(target)) {
          const message = `the alias *${node.source} stands for something that it is a part of`
          throw this.#error('ERR_PLAN_SYNTAX', startOf(node), message, 'Write out what is meant.')
        }
        return convert(target, depth, startOf(node))
      }
      if (isScalar(node)) return node.value
      if (node === null) return null
      open.add(node)
      const value = isSeq(node)
        ? node.items.map(item => convert(item as Node, depth + 1, startOf(item as Node)))
        : isMap(node)
          ? this.#toObject(node.items as readonly YamlPair[], child =>
              convert(child, depth + 1, startOf(child ?? node)),
            )
          : null
      open.delete(node)
      return value
    }
    return convert(this.#root, 0, startOf(this.#root))
  }

  #toObject(pairs: readonly YamlPair[], convert: (node: Node | null) => unknown): object {
    const object: Record<string, unknown> = {}
    for (const { key, value } of pairs) {
      const name = keyText(key)
      if (Object.hasOwn(object, name)) {
        const first = pairs.find(pair => keyText(pair.key) === name)?.key ?? null
        const line = this.#placeAt(startOf(first)).line
        const message = `the key ${name} is there twice; it was first on line ${line}`
        throw this.#error('ERR_PLAN_SYNTAX', startOf(key), message, 'Keep one of them.')
      }
      // Not an assignment: a key may be called __proto__.
      Object.defineProperty(object, name, {
        value: convert(value),
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
    return object
  }

  #tooDeep(offset: number) {
    const message = `the file is nested deeper than ${MAX_DEPTH} levels`
    return this.#error('ERR_PLAN_TOO_LARGE', offset, message, 'Flatten the plan.')
  }

  #tooLarge(offset: number) {
    const message = `the file, with its aliases put in, holds more than ${MAX_VALUES} values`
    return this.#error('ERR_PLAN_TOO_LARGE', offset, message, 'Use repeat instead of copies and aliases.')
  }

  #error(code: PlanProblem['code'], offset: number, message: string, remedy?: string) {
    return planError([{ code, message, place: this.#placeAt(offset), remedy }])
  }
}

type YamlPair = { readonly key: Node; readonly value: Node | null }

const USE_SPACES = 'Use spaces to indent, here and below: YAML takes no tabs there.'
const NAME_A_TEXT = 'Name a plan file: YAML or JSON, in UTF-8.'

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const text = new TextDecoder().decode(bytes)
    const place = placeAt(text, file, countLines(text), Math.max(0, text.indexOf('\ufffd')))
    throw planError([{ code: 'ERR_PLAN_SYNTAX', message: 'the file is not UTF-8 text', place, remedy: NAME_A_TEXT }])
  }
}

function countLines(text: string): LineCounter {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1)
  return lines
}

function placeAt(text: string, file: string, lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(Math.min(offset, text.length))
  const start = lines.lineStarts[line - 1] ?? 0
  // No search for the end: a file of one long line is asked for a place as often as any other.
  const end = (lines.lineStarts[line] ?? text.length + 1) - 1
  return makePlace(file, line, col, text.slice(start, text[end - 1] === '\r' ? end - 1 : end))
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : ''
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1]
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0
}

function onePerLine(problems: readonly PlanProblem[]): PlanProblem[] {
  return problems.filter((problem, index) => problem.place.line !== problems[index - 1]?.place.line)
}
