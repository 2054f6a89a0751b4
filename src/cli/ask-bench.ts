/** Asks something of a bench that runs in another process: what reset, pause and resume have in common, and stop. */

import { userInfo } from 'node:os'
import { runFolder } from '../bench/run-folder.js'
import type { BenchRequest } from '../bench/stop/bench-requests.js'
import { labelOf, oneBenchNamed, tell } from '../bench/stop/running-benches.js'
import { oneLine } from './format.js'
import type { Session } from './program.js'

/** Says `then` of the bench when it is done. @throws ERR_NOT_RUNNING, ERR_NO_ANSWER, and what the bench refuses it with */
export async function askBench({ io, out }: Session, name: string, request: BenchRequest, then: string): Promise<void> {
  const folder = runFolder(io.env)
  const bench = await oneBenchNamed(name, { folder })
  await tell(bench, request, { folder })
  out.write(`${oneLine(labelOf(bench))} ${then}\n`)
}

/** Who asks, for the record of the bench. */
export function whoAsks(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? '?'}` // one without a name, as in containers
  }
}
