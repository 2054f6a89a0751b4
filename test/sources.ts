/** The source files, parsed: what the tests of the layers and of the errors look at. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')

export interface SourceFile {
  /** From the root of the package, with slashes: `src/worker/task.ts`. */
  readonly path: string
  readonly text: string
  readonly tree: ts.SourceFile
}

export interface Import {
  readonly from: string
  /** The path of a file of ours, or the name of a package or of a module of Node. */
  readonly to: string
  readonly own: boolean
  /** `dynamic` by import(), `type` leaves nothing behind at run time, `value` is all the rest. */
  readonly kind: 'value' | 'type' | 'dynamic'
}

/** Every file of src, drivers and mocks. */
export function sourceFiles(): SourceFile[] {
  return ['src', 'drivers', 'mocks'].flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts'))
      .sort()
      .map(name => {
        const path = join(folder, name).split(sep).join('/')
        return parse(path, readFileSync(join(ROOT, path), 'utf8'))
      }),
  )
}

export function parse(path: string, text: string): SourceFile {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true) }
}

/** What a file imports, in whatever way. Under verbatimModuleSyntax only `import type` leaves nothing behind. */
export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, kind: Import['kind']): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    const own = specifier.text.startsWith('.')
    found.push({ from: file.path, to: own ? target(file.path, specifier.text) : specifier.text, own, kind })
  }
  walk(file.tree, node => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'value')
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value')
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, 'type')
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], 'dynamic')
    }
  })
  return found
}

/** Calls `visit` with every node below `node`, from the outside in. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  ts.forEachChild(node, child => {
    visit(child)
    walk(child, visit)
  })
}

/** `path:line`, for messages. */
export function placeOf(file: SourceFile, node: ts.Node): string {
  return `${file.path}:${file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1}`
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
