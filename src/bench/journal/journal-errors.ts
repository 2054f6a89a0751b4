/** ERR_JOURNAL in all its forms: what is wrong with a journal, where, and what to do about it. */

import { codeOf, isPiWorkerError, messageOf, PiWorkerError } from '../../errors.js'

const LOOK = 'Look at the hardware: nobody can say what was in flight. Then move the file away:'

export function notOurs(file: string): PiWorkerError {
  return journalError(`${file} is no journal of pi-worker`, file, [
    'Move it away, or give the bench another name or its journal another folder.',
  ])
}

export function anotherVersion(file: string, version: unknown): PiWorkerError {
  return journalError(`${file} is a journal of version ${String(version)}, and this pi-worker reads version 1`, file, [
    `Run the pi-worker that wrote it once more, so that it comes to a clean end. Or: ${LOOK} ${moveAway(file)}`,
  ])
}

export function tornHeader(file: string): PiWorkerError {
  return journalError(`${file} is empty or breaks off in its first line`, file, [`${LOOK} ${moveAway(file)}`])
}

/** @param line From 1. */
export function damaged(file: string, line: number): PiWorkerError {
  return journalError(
    `${file} is damaged in line ${line}`,
    `${file}:${line}`,
    [`${LOOK} ${moveAway(file)}`, 'A disk that does this will do it again: replace it.'],
    { line },
  )
}

export function ofAnotherBench(file: string, theirs: string, ours: string): PiWorkerError {
  return journalError(`${file} is the journal of the bench ${theirs}, not of ${ours}`, file, [
    'Rename it back, or move it away.',
  ])
}

export function tooLarge(file: string, bytes: number): PiWorkerError {
  return journalError(`${file} has ${Math.round(bytes / 1e6)} MB, which no journal of pi-worker has`, file, [
    'Move it away, or give the bench another name or its journal another folder.',
  ])
}

/** @param since When that process took it, ms since the Unix epoch; undefined when it is not known. */
export function inUse(bench: string, pid: number, folder: string): PiWorkerError {
  const who = pid === process.pid ? `this process (${pid}), which has it open already` : `process ${pid}`
  return journalError(
    `the journal of the bench ${bench} is in use by ${who}`,
    folder,
    ['End that process or close its bench, or give one of the two benches another name.'],
    { pid, bench },
  )
}

/** Whether that is why it cannot be opened: its lines are somebody else's then. */
export function isInUse(error: unknown): boolean {
  return isPiWorkerError(error, 'ERR_JOURNAL') && error.details?.pid !== undefined
}

const DO_WITHOUT =
  'Or choose another folder (journal: { folder }, --journal <folder>), or do without (journal: false, --no-journal).'

/** What the system said to a call on a journal, in words: what is wrong, and what mends it. */
const TROUBLES: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ['the disk is full', 'Make room on it (df -h shows which one).'],
  EDQUOT: ['the quota of this user on the disk is used up', 'Make room on it.'],
  EROFS: [
    'the file system is read-only',
    'Make it writable (mount -o remount,rw); if it became so by itself, see dmesg.',
  ],
  EACCES: ['this user may not do that', 'Give this user the right to write there (chown, chmod).'],
  EPERM: ['this user may not do that', 'Give this user the right to write there (chown, chmod).'],
  EIO: ['the disk fails', 'See dmesg, and replace the disk.'],
}

/** The journal cannot be opened. @param what `be read`, `be written` */
export function cannot(what: string, file: string, cause: unknown): PiWorkerError {
  const [why, remedy] = troubleOf(cause)
  return journalError(`the journal ${file} cannot ${what}: ${why}`, file, [remedy, DO_WITHOUT], {}, cause)
}

/** An action is not begun, because the journal could not be told of it. */
export function refused(action: string, file: string, cause: unknown): PiWorkerError {
  const [why, remedy] = troubleOf(isPiWorkerError(cause, 'ERR_JOURNAL') ? (cause.cause ?? cause) : cause)
  const message = `${action} was not begun: the journal ${file} cannot be written: ${why}`
  const retry = 'Then start the action again: the journal is tried anew with each. Reading goes on meanwhile.'
  return journalError(message, file, [remedy, retry], { action }, cause)
}

function troubleOf(cause: unknown): readonly [string, string] {
  const code = codeOf(cause) ?? ''
  const known = Object.hasOwn(TROUBLES, code) ? TROUBLES[code] : undefined
  if (known === undefined) return [messageOf(cause), 'Correct what the message names.']
  return [`${known[0]} (${code})`, known[1]]
}

function moveAway(file: string): string {
  return `mv '${file}' '${file}.bad'.`
}

function journalError(
  message: string,
  place: string,
  remedies: readonly string[],
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): PiWorkerError {
  return new PiWorkerError('ERR_JOURNAL', message, { place, remedy: remedies.join(' '), details, cause })
}
