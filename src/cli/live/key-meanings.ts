/** Which key does what while a run is shown. */

export type Key = 'pause' | 'resume' | 'stop' | 'interrupt' | 'emergency' | 'suspend' | 'help'

const MEANINGS: ReadonlyMap<string, Key> = new Map([
  ['p', 'pause'],
  ['r', 'resume'],
  ['s', 'stop'],
  ['q', 'stop'],
  ['\u0003', 'interrupt'],
  ['e', 'emergency'],
  ['\u001a', 'suspend'],
  ['?', 'help'],
  ['h', 'help'],
])

/** Undefined for a key that does nothing. */
export function keyOf(typed: string): Key | undefined {
  return MEANINGS.get(typed.toLowerCase())
}
