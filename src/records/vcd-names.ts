/** What the signals of a VCD file are called. */

import { PiWorkerError } from '../errors.js'
import { nearest } from '../nearest.js'
import { signalName } from '../signal-name.js'

/** A signal as its file declares it. */
export interface Declaration {
  readonly scope: readonly string[]
  readonly name: string
}

/** Names that tell the signals apart: with their scopes (`left.sda`) where two have one name, numbered at worst. */
export function namesOf(declared: readonly Declaration[]): string[] {
  const count = new Map<string, number>()
  for (const { name } of declared) count.set(name, (count.get(name) ?? 0) + 1)
  const taken = new Set<string>()
  return declared.map(({ scope, name }) => {
    const full = count.get(name) === 1 ? name : [...scope, name].join('.')
    let unique = full
    for (let number = 2; taken.has(unique); number++) unique = `${full}_${number}`
    taken.add(unique)
    return unique
  })
}

/**
 * The signal of a file that is meant by a name: as it stands, as the writer makes names legal, or in other case when
 * only one is like it.
 * @param names What the file has.
 * @throws ERR_BAD_RECORDING with the nearest name
 */
export function findSignal(wanted: string, names: readonly string[], place: string): string {
  const like = names.filter(name => name.toLowerCase() === wanted.toLowerCase())
  const found = [wanted, signalName(wanted), ...(like.length === 1 ? like : [])].find(name => names.includes(name))
  if (found !== undefined) return found
  const guess = nearest(wanted, names)
  throw new PiWorkerError('ERR_BAD_RECORDING', `${place} has no signal ${wanted}; it has ${names.join(', ')}`, {
    place,
    remedy: guess === undefined ? `Name one of ${names.join(', ')}.` : `Write ${guess} if that was meant.`,
    details: { signal: wanted, signals: names },
  })
}
