/** `pi-worker runs report ID`: writes the page of a run, and says where it is. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { RUN_FILES } from '../records/run/format.js'
import { readRunJson } from '../records/run/read-run.js'
import { findRun } from '../records/run/runs.js'
import { exit } from './exit.js'
import type { Session } from './program.js'
import { shownFolder } from './run-record.js'
import { folderOf } from './runs.js'
import type { ReportFlags } from './runs-command.js'

/** @throws ERR_UNKNOWN_RUN, ERR_RUN_FOLDER, ERR_RUN_VERSION, ERR_FILE */
export async function reportCommand({ io, out, err }: Session, id: string, flags: ReportFlags): Promise<number> {
  const folder = await findRun(folderOf(io.env, flags), id)
  await readRunJson(folder)
  const { writeReport } = await import('../records/report/write-report.js')
  await writeReport(folder)
  const path = join(folder, RUN_FILES.report)
  out.write(`${shownFolder(path)}\n`)
  if (flags.open && !(await opened(path))) err.write('no browser could be started; open the file in one\n')
  return exit.succeeded
}

/** False when there is nothing that opens pages. */
async function opened(path: string): Promise<boolean> {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(opener, [path], { detached: true, stdio: 'ignore' })
  return await new Promise(resolve => {
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
