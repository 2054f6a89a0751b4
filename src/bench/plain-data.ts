/** What JSON can hold, and a copy of it: everything that comes in or goes out of an action passes here first. */

export type Path = readonly (string | number)[]

/** A place in a value that JSON cannot hold, and what is there. */
export interface Unholdable {
  readonly path: Path
  /** A predicate: `is NaN, which JSON cannot hold`. */
  readonly message: string
  /** Whether a schema can say nothing of the value: it has no end, or an instance whose data is not in its properties. */
  readonly opaque: boolean
}

/** Nested deeper, data is refused: far below the depth at which recursion or JSON.stringify overflows the stack. */
const MAX_DEPTH = 200
/** Larger, data is refused: a few lists in each other, each many times, would be more than any memory holds as JSON. */
const MAX_VALUES = 10_000_000

/**
 * The first place in `value` that JSON would lose, change or refuse, or undefined. What JSON leaves out is let pass
 * (properties that are undefined, hidden or named by symbols), and so is -0; undefined items of a list are not.
 */
export function findUnholdable(value: unknown): Unholdable | undefined {
  const found = new Search().find(value)
  return found && { path: found.path.reverse(), message: found.message, opaque: found.opaque === true }
}

/** A copy of what `findUnholdable` lets pass, without what JSON leaves out; no object of it is shared. */
export function copyData(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyData)
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) if (item !== undefined) putOwn(copy, key, copyData(item))
  return copy
}

/** Sets an own property, whatever its name: a plain assignment to `__proto__` would change the prototype. */
export function putOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  } else {
    target[key] = value
  }
}

/** The own property of that name; what an object inherits (`constructor`) is never meant. */
export function getOwn(source: object, key: string): unknown {
  return Object.hasOwn(source, key) ? (source as Record<string, unknown>)[key] : undefined
}

interface Found {
  /** From the inside out. */
  readonly path: (string | number)[]
  readonly message: string
  readonly opaque?: boolean
}

class Search {
  /** The objects that the value at hand is in, from the outside in. */
  readonly #above: object[] = []
  #values = 0

  find(value: unknown): Found | undefined {
    const found = this.#at(value)
    if (this.#values <= MAX_VALUES) return found
    return endless(`has more than ${MAX_VALUES.toLocaleString('en')} values`)
  }

  #at(value: unknown): Found | undefined {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return undefined
      case 'number':
        return Number.isFinite(value) ? undefined : unholdable(String(value))
      case 'object':
        return value === null ? undefined : this.#object(value)
      case 'undefined':
        return unholdable('undefined')
      case 'bigint':
        return unholdable('a BigInt')
      default:
        return unholdable(`a ${typeof value}`)
    }
  }

  #object(value: object): Found | undefined {
    const above = this.#above
    if (above.includes(value)) return { ...unholdable('circular'), opaque: true }
    if (above.length >= MAX_DEPTH) return endless(`is nested deeper than ${MAX_DEPTH} levels`)
    const isList = Array.isArray(value)
    if (!isList && !isPlain(value)) return { ...unholdable(describeInstance(value)), opaque: true }
    if (hasToJson(value)) return { ...unholdable('an object with toJSON()'), opaque: true }
    above.push(value)
    const found = isList ? this.#items(value) : this.#properties(value)
    above.pop()
    return found
  }

  #items(items: readonly unknown[]): Found | undefined {
    for (let index = 0; index < items.length; index++) {
      const found = this.#within(items[index], index)
      if (found) return found
    }
    return undefined
  }

  #properties(value: object): Found | undefined {
    for (const [key, item] of Object.entries(value)) {
      const found = item === undefined ? undefined : this.#within(item, key)
      if (found) return found
    }
    return undefined
  }

  #within(value: unknown, key: string | number): Found | undefined {
    const found = ++this.#values > MAX_VALUES ? endless('has no end') : this.#at(value)
    found?.path.push(key)
    return found
  }
}

function unholdable(what: string): Found {
  return { path: [], message: `is ${what}, which JSON cannot hold` }
}

function endless(message: string): Found {
  return { path: [], message, opaque: true }
}

/** No prototype, or one that ends the chain: Object.prototype of this realm or of another. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** JSON would ask it for something else. */
function hasToJson(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

function describeInstance(value: object): string {
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' && name !== 'Object' ? `an instance of ${name}` : 'not a plain object'
}
