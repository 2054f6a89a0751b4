/** `report.html`: a run record as a page for people. */

import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, PiWorkerError } from '../../errors.js'
import { readContents } from './contents.js'
import { reportDocument } from './document.js'

/**
 * Reads a run record and writes `report.html` into its folder. Files that are missing or cut off are no error: the page
 * says so. Who opens the page meanwhile sees the old one or the new one, never half of one.
 * @returns the path of the page
 * @throws ERR_FILE when the folder cannot be read or written to
 */
export async function writeReport(folder: string): Promise<string> {
  const page = reportDocument(await readContents(folder))
  const path = join(folder, 'report.html')
  const draft = `${path}.${process.pid}.tmp`
  try {
    await writeFile(draft, page)
    await rename(draft, path)
  } catch (cause) {
    // Why the page could not be written is what matters, and not that its draft could not be removed.
    await Promise.allSettled([rm(draft, { force: true })])
    throw new PiWorkerError('ERR_FILE', `the report ${path} cannot be written: ${messageOf(cause)}`, {
      place: path,
      remedy: 'Make room on the disk, and let this user write to the folder of the run.',
      cause,
    })
  }
  return path
}
