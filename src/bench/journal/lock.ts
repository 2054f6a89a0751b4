/**
 * Two runs never share a journal. Who wants it puts down a mark, an empty file whose name says who it is, and only then
 * looks for marks of others that live: of two that come at once the later look sees both marks, so never two go on
 * (though both may have to try again). A mark is only ever taken away by its owner, or when its owner is known to be
 * dead: there is no moment at which somebody's new lock could be taken for an old one.
 */

import { nanoid } from 'nanoid'
import type { JournalFolder } from './files.js'
import { inUse } from './journal-errors.js'
import type { Processes, ProcessId } from './processes.js'

/** `dose.lock.4711.8231.6f0c….V1StGXR8` */
const MARK = /^(.+)\.lock\.(\d+)\.(\d+)\.([0-9a-f]+)\.([\w-]+)$/

/**
 * Takes the lock of a bench's journal; gives what lets it go.
 * @throws ERR_JOURNAL when another process, or another bench of this one, has it; what the folder throws
 */
export async function takeLock(
  folder: JournalFolder,
  bench: string,
  processes: Processes,
): Promise<() => Promise<void>> {
  const { pid, began, boot } = processes.self
  const mine = `${bench}.lock.${pid}.${began}.${boot}.${nanoid(8)}`
  await (await folder.create(mine)).close()
  try {
    for (const { name, owner } of await marksOf(folder, bench)) {
      if (name === mine) continue
      if (processes.lives(owner)) throw inUse(bench, owner.pid, folder.path)
      await folder.remove(name)
    }
  } catch (error) {
    await folder.remove(mine)
    throw error
  }
  return () => folder.remove(mine)
}

/** The process that has a bench's journal open now. */
export async function lockedBy(
  folder: JournalFolder,
  bench: string,
  processes: Processes,
): Promise<ProcessId | undefined> {
  return (await marksOf(folder, bench)).map(({ owner }) => owner).find(owner => processes.lives(owner))
}

async function marksOf(
  folder: JournalFolder,
  bench: string,
): Promise<{ readonly name: string; readonly owner: ProcessId }[]> {
  const marks: { name: string; owner: ProcessId }[] = []
  for (const name of await folder.list()) {
    const [, of, pid, began = '', boot = ''] = MARK.exec(name) ?? []
    if (of === bench) marks.push({ name, owner: { pid: Number(pid), began, boot } })
  }
  return marks
}
