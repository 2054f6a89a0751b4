/** The version of this package. In a file of its own: the help of the command needs nothing else of records. */

import { createRequire } from 'node:module'

export function packageVersion(): string {
  const facts: unknown = createRequire(import.meta.url)('pi-worker/package.json')
  return typeof facts === 'object' && facts !== null && 'version' in facts ? String(facts.version) : 'unknown'
}
