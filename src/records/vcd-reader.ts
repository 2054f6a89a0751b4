/**
 * Reads VCD files (IEEE 1364, section 18) piece by piece with flat memory, however large they are. Pure: it knows a file
 * and nothing of boards, so the mocks may use it too.
 */

import { closeSync, openSync, readSync } from 'node:fs'
import type { Level } from '../../drivers/driver.js'
import { codeOf, messageOf, PiWorkerError } from '../errors.js'
import { VcdParser } from './vcd-parser.js'

/** A signal of one bit that a file declares. */
export interface RecordedName {
  /** As the file has it; with its scope (`bench.pump`) when another signal has the same name. */
  readonly name: string
}

/** What is told of a file while it is read, in its order. */
export interface VcdVisitor {
  /** Once, when the declarations are over: the signals of one bit. Later calls name them by their place in this list. */
  signals(signals: readonly RecordedName[]): void
  /** A value: `time` in whole ns since the start; `level` is undefined where it is not known (x, z). */
  change(signal: number, level: Level | undefined, time: number): void
  /** Once, at the end: the last time that the file names, in ns. */
  end(time: number): void
}

const CHUNK = 256 * 1024

/**
 * Reads a whole file.
 * @throws ERR_FILE when it cannot be read; ERR_BAD_RECORDING with `file:line` when it is no VCD file, is truncated, has
 *   a bad timescale, times that go back, or values of signals that it does not declare
 */
export function scanVcd(path: string, visitor: VcdVisitor): void {
  const parser = new VcdParser(path, visitor)
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const buffer = Buffer.allocUnsafe(CHUNK)
    for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer)) parser.push(buffer, size)
    parser.end()
  } catch (cause) {
    if (cause instanceof PiWorkerError) throw cause
    const [why, remedy] = WHY[codeOf(cause) ?? ''] ?? [messageOf(cause), undefined]
    const message = `the recording ${path} cannot be read: ${why}`
    throw new PiWorkerError('ERR_FILE', message, { place: path, remedy, cause })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** The same of a text. @param place What it is called in errors. @throws ERR_BAD_RECORDING */
export function scanVcdText(text: string, place: string, visitor: VcdVisitor): void {
  const parser = new VcdParser(place, visitor)
  const bytes = Buffer.from(text, 'latin1')
  parser.push(bytes, bytes.length)
  parser.end()
}

const WHY: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['it does not exist', 'Name a file that is there.'],
  EISDIR: ['it is a folder', 'Name a file.'],
  EACCES: ['this user may not read it', 'Let this user read it.'],
}
