/** The files that a plan file names: a path counts from the folder of the plan, from wherever it is run. */

import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { TSchema } from 'typebox'
import { copyData, getOwn } from '../bench/plain-data.js'
import { isNode, type SchemaNode } from '../bench/schema.js'
import { codeOf, messageOf } from '../errors.js'
import type { Path } from './place.js'

/** A file that a value names, and where it does. */
export interface NamedFile {
  readonly path: Path
  /** Absolute. */
  readonly file: string
}

/**
 * A copy of what `simulate` says of one peripheral, with the paths of its files made absolute.
 * @param schema What it fits.
 * @param plan Path of the plan file.
 */
export function locateFiles(schema: TSchema, written: unknown, plan: string): { value: unknown; files: NamedFile[] } {
  const value = copyData(written)
  const files: NamedFile[] = []
  for (const { owner, key, path } of fieldsOf(schema as SchemaNode, value, [])) {
    const file = resolve(dirname(plan), String(owner[key]))
    owner[key] = file
    files.push({ path, file })
  }
  return { value, files }
}

/** Why a file cannot be read, as a predicate, or undefined when it can. */
export function unreadable(file: string): string | undefined {
  try {
    if (statSync(file).isDirectory()) return 'is a folder'
    accessSync(file, constants.R_OK)
    return undefined
  } catch (error) {
    switch (codeOf(error)) {
      case 'ENOENT':
      case 'ENOTDIR':
        return 'does not exist'
      case 'EACCES':
      case 'EPERM':
        return 'may not be read by this user'
      default:
        return `cannot be read: ${messageOf(error)}`
    }
  }
}

interface Field {
  readonly owner: SchemaNode
  readonly key: string
  readonly path: Path
}

/**
 * The fields of a value that its schema says are files. Of a union every branch is looked at: a key that says so in one
 * of them is a file wherever it is text, since the value fits.
 */
function fieldsOf(schema: SchemaNode, value: unknown, path: Path): Field[] {
  const parts = [schema.anyOf, schema.oneOf, schema.allOf].flatMap(list => (Array.isArray(list) ? list : []))
  const fields = parts.flatMap(part => fieldsOf(part as SchemaNode, value, path))
  if (Array.isArray(value) && isNode(schema.items)) {
    const items = schema.items
    fields.push(...value.flatMap((item, index) => fieldsOf(items, item, [...path, index])))
  }
  if (!isNode(value) || !isNode(schema.properties)) return fields
  for (const [key, property] of Object.entries(schema.properties)) {
    const item = getOwn(value, key)
    if (!isNode(property) || item === undefined) continue
    if (property.file === true && typeof item === 'string') fields.push({ owner: value, key, path: [...path, key] })
    else fields.push(...fieldsOf(property, item, [...path, key]))
  }
  return fields
}
