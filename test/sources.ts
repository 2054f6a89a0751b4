/** The source files, parsed: what the tests of the layers and of the errors look at. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Node, parseSync, visitorKeys } from 'oxc-parser'

export type { Node }

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')

export interface SourceFile {
  /** From the root of the package, with slashes: `src/worker/task.ts`. */
  readonly path: string
  readonly text: string
  /** All that the program is made of, from the outside in; each knows its parent. */
  readonly nodes: readonly Node[]
}

export interface Import {
  readonly from: string
  /** The path of a file of ours, or the name of a package or of a module of Node. */
  readonly to: string
  readonly own: boolean
  /** `dynamic` by import(), `type` leaves nothing behind at run time, `value` is all the rest. */
  readonly kind: 'value' | 'type' | 'dynamic'
}

let parsed: readonly SourceFile[] | undefined

/** Every file of src, drivers and mocks: read and parsed once for all test files. */
export function sourceFiles(): readonly SourceFile[] {
  parsed ??= ['src', 'drivers', 'mocks'].flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts'))
      .sort()
      .map(name => {
        const path = join(folder, name).split(sep).join('/')
        return parse(path, readFileSync(join(ROOT, path), 'utf8'))
      }),
  )
  return parsed
}

export function parse(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text, { preserveParens: false })
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors.map(({ message }) => message).join('; ')}`)
  const nodes: Node[] = []
  collect(program, nodes)
  return { path, text, nodes }
}

function collect(node: Node, into: Node[]): void {
  for (const key of visitorKeys[node.type] ?? []) {
    const value = (node as unknown as Record<string, Node | (Node | null)[] | null>)[key]
    for (const child of Array.isArray(value) ? value : [value]) {
      if (!child) continue
      child.parent = node
      into.push(child)
      collect(child, into)
    }
  }
}

/** What a file imports, in whatever way. Under verbatimModuleSyntax only `import type` leaves nothing behind. */
export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = []
  const add = (source: Node | null, kind: Import['kind']): void => {
    const specifier = source === null ? undefined : stringOf(source)
    if (specifier === undefined) return
    const own = specifier.startsWith('.')
    found.push({ from: file.path, to: own ? target(file.path, specifier) : specifier, own, kind })
  }
  for (const node of file.nodes) {
    if (node.type === 'ImportDeclaration') add(node.source, node.importKind === 'type' ? 'type' : 'value')
    else if (node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration') {
      add(node.source, node.exportKind === 'type' ? 'type' : 'value')
    } else if (node.type === 'TSImportType') add(node.source, 'type')
    else if (node.type === 'ImportExpression') add(node.source, 'dynamic')
  }
  return found
}

/** The text of a string that stands in the source as it is, whatever its quotes. */
export function stringOf(node: Node): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined
  if (node.type !== 'TemplateLiteral' || node.expressions.length > 0) return undefined
  return node.quasis[0]?.value.cooked ?? undefined
}

export function isNamed(node: Node, name: string): boolean {
  return node.type === 'Identifier' && node.name === name
}

export function textOf(file: SourceFile, node: Node): string {
  return file.text.slice(node.start, node.end)
}

/** `path:line`, for messages. */
export function placeOf(file: SourceFile, node: Node): string {
  return `${file.path}:${file.text.slice(0, node.start).split('\n').length}`
}

export function exists(path: string): boolean {
  return existsSync(join(ROOT, path))
}

/** A file of the package, as JSON. */
export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}

function target(from: string, specifier: string): string {
  return relative('.', join(dirname(from), specifier))
    .split(sep)
    .join('/')
    .replace(/\.js$/, '.ts')
}
