/** Lines of a file of any size, a few hundred at a time. */

import { type FileHandle, open } from 'node:fs/promises'
import { codeOf } from '../../errors.js'

const PIECE = 256 * 1024
const LINE_FEED = 0x0a

/**
 * The lines of a file in their order, without their ends; none when there is no such file. What stands after the last
 * line feed is left out: it was torn off by whatever ended its writer.
 */
export async function* lineBatches(path: string): AsyncGenerator<readonly string[]> {
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  try {
    const piece = Buffer.allocUnsafe(PIECE)
    /** The beginning of a line whose end has not been seen. */
    let begun: Buffer[] = []
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, PIECE, null)
      if (bytesRead === 0) return
      const bytes = piece.subarray(0, bytesRead)
      const end = bytes.lastIndexOf(LINE_FEED)
      if (end === -1) {
        begun.push(Buffer.from(bytes))
        continue
      }
      const whole = Buffer.concat([...begun, bytes.subarray(0, end)])
      begun = [Buffer.from(bytes.subarray(end + 1))]
      yield whole.toString('utf8').split('\n')
    }
  } finally {
    await handle.close()
  }
}
