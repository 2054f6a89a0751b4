/**
 * Reading whatever was thrown: JavaScript can throw anything, and nothing here throws again, not even for a proxy that
 * refuses to be looked at. Below every layer, like errors.ts.
 */

const UNSHOWABLE = 'a value that cannot be shown'

/** True for errors, those of other realms too. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
  } catch {
    return false // a proxy that refuses
  }
}

/** The code of any thrown value: ours, Node's (`ENOENT`), or undefined. */
export function codeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    return 'code' in value && typeof value.code === 'string' ? value.code : undefined
  } catch {
    return undefined // one that cannot be read is none
  }
}

/** The message of any thrown value. */
export function messageOf(value: unknown): string {
  if (!isError(value)) return textOf(value)
  try {
    return String(value.message)
  } catch {
    return UNSHOWABLE
  }
}

/**
 * Throws `error` in a microtask of its own, where it is an uncaught exception like that of any event listener: so it is
 * seen, and what called the listener is not disturbed.
 */
export function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}

/**
 * Calls each after the one before it is over, although that one failed: for endings, of which every one must be tried.
 * @throws the first error of them
 */
export async function callAll(calls: Iterable<() => void | Promise<void>>): Promise<void> {
  const errors: unknown[] = []
  for (const call of calls) {
    try {
      await call()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

/** Any value as text, for messages. */
export function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return UNSHOWABLE
  }
}
