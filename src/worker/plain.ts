/** Any value as plain data that JSON can hold, so that `JSON.stringify(task)` never throws. */

/** Deeper than this, a value is cut off; it is far below the depth at which JSON.stringify overflows the stack. */
const MAX_DEPTH = 200
/** An object that has it writes itself with the copier that is under way, so that circles through it are seen. */
export const writePlain = Symbol('writePlain')

interface PlainWriter {
  [writePlain](copy: (value: unknown) => unknown): unknown
}

/** Values in all; shared objects are written out at each place, and could otherwise grow without end. */
const MAX_VALUES = 1_000_000

const UNREADABLE = '[Unreadable]'

/**
 * A copy of `value` as plain data: bigint as decimal text, Buffer as `{ type: 'Buffer', base64 }`, typed arrays, sets
 * and maps (entries) as arrays, errors as `{ name, message, code }`, dates as ISO text, NaN and infinities as null.
 * What cannot be read or has no end is replaced by a text in brackets that says so: `[Circular]`, `[Unreadable]`,
 * `[Too deep]`, `[Too large]`. Functions and symbols go as in JSON: left out of objects, null elsewhere.
 */
export function toPlain(value: unknown): unknown {
  return new Copier().copy(value) ?? null
}

class Copier {
  readonly #path = new Set<object>()
  #left = MAX_VALUES

  copy(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        return Number.isFinite(value) ? value : null
      case 'bigint':
        return value.toString()
      case 'object':
        return value === null ? null : this.#object(value)
      default:
        return undefined
    }
  }

  #object(value: object): unknown {
    if (this.#path.has(value)) return '[Circular]'
    if (this.#path.size >= MAX_DEPTH) return '[Too deep]'
    if (this.#left-- <= 0) return '[Too large]'
    this.#path.add(value)
    try {
      return this.#contents(value)
    } catch {
      return UNREADABLE // a toJSON, iterator or proxy of the user's threw
    } finally {
      this.#path.delete(value)
    }
  }

  #contents(value: object): unknown {
    if (Buffer.isBuffer(value)) return { type: 'Buffer', base64: value.toString('base64') }
    if (ArrayBuffer.isView(value) && !(value instanceof DataView))
      return this.#list(value as unknown as Iterable<unknown>)
    if (value instanceof Error) return this.#error(value)
    if (Array.isArray(value) || value instanceof Set || value instanceof Map) return this.#list(value)
    if (writePlain in value) return (value as PlainWriter)[writePlain](item => this.copy(item))
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      const json: unknown = value.toJSON()
      if (json !== value) return this.copy(json)
    }
    return this.#fields(value as Record<string, unknown>)
  }

  #fields(value: Record<string, unknown>): unknown {
    const copy: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      if (this.#left-- <= 0) return '[Too large]'
      const item = this.#field(value, key)
      if (item === undefined) continue
      // A plain assignment to __proto__ would change the prototype instead.
      Object.defineProperty(copy, key, { value: item, enumerable: true, writable: true, configurable: true })
    }
    return copy
  }

  #field(value: Record<string, unknown>, key: string): unknown {
    try {
      return this.copy(value[key])
    } catch {
      return UNREADABLE // a getter of the user's threw: the rest of the result is still wanted
    }
  }

  #list(values: Iterable<unknown>): unknown[] {
    const copy: unknown[] = []
    for (const item of values) {
      if (this.#left-- <= 0) {
        copy.push('[Too large]')
        break
      }
      copy.push(this.copy(item) ?? null)
    }
    return copy
  }

  #error(error: Error): unknown {
    const code = 'code' in error ? this.copy(error.code) : undefined
    const plain = { name: String(error.name), message: String(error.message) }
    return code === undefined ? plain : { ...plain, code }
  }
}
