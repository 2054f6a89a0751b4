/** How values and names are put in messages: short, on one line, whatever somebody wrote. */

/** Longer texts are cut, longer lists too. */
const LONGEST_QUOTE = 40
const MOST_NAMES = 20

/** A value in place of which something else is wanted, as in "not <value>". */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object'
    case 'function':
      return 'a function'
    case 'bigint':
      return 'a BigInt'
    default:
      return String(value)
  }
}

/** A number as its schema writes numbers: with `base: 16` whole ones are `0x76`, as data sheets have addresses. */
export function inBase(number: number, base: unknown): string {
  if (base !== 16 || !Number.isSafeInteger(number) || number < 0) return String(number)
  return `0x${number.toString(16).padStart(2, '0')}`
}

/** A text in quotes as JSON has it, cut when it is long. */
export function quote(text: string): string {
  return JSON.stringify(cut(text))
}

export function cut(text: string, longest = LONGEST_QUOTE): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** `a, b, c`; of a long list the beginning. */
export function listNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMES
  return more > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more` : names.join(', ')
}

/** `1 item`, `2 items`; `many` where the plural has no s alone. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

/** A type of JSON Schema. */
export function nameOfType(type: string): string {
  const names: Readonly<Record<string, string>> = {
    object: 'an object',
    array: 'a list',
    string: 'text',
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
  }
  return names[type] ?? type
}
