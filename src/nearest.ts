/** The one place that guesses what a mistyped name stands for. */

import { distance } from 'fastest-levenshtein'

/** Nobody mistypes a longer word, and comparing takes as long as both words are long, multiplied. */
const LONGEST_WORD = 100

/**
 * The name with the fewest edits from `word`, whatever the case, or undefined when none is near: more than a third of
 * the letters (at least 2) would have to change.
 */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  if (word.length > LONGEST_WORD) return undefined
  const wanted = word.toLowerCase()
  let best: string | undefined
  let fewest = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const name of names) {
    // Each letter too many or too few is an edit.
    if (Math.abs(name.length - word.length) >= fewest) continue
    const edits = distance(wanted, name.toLowerCase())
    if (edits < fewest && edits < name.length) {
      best = name
      fewest = edits
    }
  }
  return best
}
