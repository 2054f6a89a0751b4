/** Circles in what requires what. Pure. */

/**
 * Each circle once, from the first of `next` that is in it; those that share names with one before are left out.
 * @param next What each requires.
 */
export function findCircles(next: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = []
  const over = new Set<string>()
  const visit = (name: string, way: readonly string[]): void => {
    const at = way.indexOf(name)
    if (at >= 0) circles.push(way.slice(at))
    if (at >= 0 || over.has(name)) return
    for (const target of next.get(name) ?? []) visit(target, [...way, name])
    over.add(name)
  }
  for (const name of next.keys()) visit(name, [])
  return circles
}
