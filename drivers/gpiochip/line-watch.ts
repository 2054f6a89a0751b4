/** Who takes, changes or frees lines of one chip: the kernel tells of it on a descriptor of the chip (uAPI v2). */

import { closeSync } from 'node:fs'
import { PiWorkerError } from '../../src/errors.js'
import { Listeners } from '../../src/listeners.js'
import type { EdgeFailure, LineChange } from '../driver.js'
import type { Chip } from './chip.js'
import type { EdgeReader, EdgeSource } from './edge-reader.js'
import { chipGone, errnoName, lineInfoFailure } from './failures.js'
import { decodeLineChange, encodeLineInfoQuery, IOCTL, SIZE } from './layout.js'
import type { Libc } from './libc.js'

type Listener = (change: LineChange | EdgeFailure) => void

/** The watch of one chip, through a descriptor of its own. */
export class LineWatch {
  readonly #libc: Libc
  readonly #chip: Chip
  readonly #fd: number
  readonly #source: EdgeSource
  readonly #toTime: (timestamp: bigint) => number
  readonly #lines = new Map<number, Listeners<LineChange | EdgeFailure>>()
  #failed = false

  /** @param fd A descriptor of the chip that nothing else reads; closed with the watch. */
  constructor(libc: Libc, chip: Chip, fd: number, reader: EdgeReader, toTime: (timestamp: bigint) => number) {
    this.#libc = libc
    this.#chip = chip
    this.#fd = fd
    this.#toTime = toTime
    this.#source = reader.open({
      fd,
      receive: bytes => this.#receive(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
      failed: errno => this.#fail(errno),
    })
  }

  /** Watches lines, numbered as the board numbers them, until the function that it returns is called. */
  listen(lines: readonly number[], listener: Listener): () => void {
    const stops: (() => void)[] = []
    try {
      for (const line of new Set(lines)) stops.push(this.#listen(line, listener))
    } catch (error) {
      for (const stop of stops) stop()
      throw error
    }
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Closes it because the chip is gone, which the listeners are told, if they have not been. */
  vanish(): void {
    this.#fail('ENODEV')
    this.close()
  }

  close(): void {
    this.#lines.clear()
    this.#source.close()
    closeSync(this.#fd)
  }

  #listen(line: number, listener: Listener): () => void {
    const offset = line - this.#chip.firstLine
    let listeners = this.#lines.get(line)
    if (listeners === undefined) {
      if (this.#libc.ioctl(this.#fd, IOCTL.WATCH, encodeLineInfoQuery(offset)) < 0) throw this.#failure(offset)
      listeners = new Listeners()
      this.#lines.set(line, listeners)
      if (this.#lines.size === 1) this.#source.start()
    }
    const remove = listeners.add(listener)
    return () => {
      if (remove() && listeners.size === 0) this.#unwatch(line, offset)
    }
  }

  #unwatch(line: number, offset: number): void {
    if (!this.#lines.delete(line)) return
    if (this.#lines.size === 0) this.#source.stop()
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(offset)
    // A chip that is gone watches nothing any more.
    this.#libc.ioctl(this.#fd, IOCTL.UNWATCH, bytes)
  }

  #receive(bytes: Buffer): void {
    for (let at = 0; at + SIZE.lineChange <= bytes.length; at += SIZE.lineChange) {
      const { kind, timestamp, info } = decodeLineChange(bytes, at)
      const change: LineChange = { kind, time: this.#toTime(timestamp), info: this.#chip.describe(info) }
      this.#lines.get(change.info.line)?.tell(change)
    }
  }

  #fail(errno: string): void {
    if (this.#failed) return
    this.#failed = true
    const details = { driver: 'gpiochip', path: this.#chip.path, errno }
    const error =
      errno === 'ENODEV'
        ? chipGone(this.#chip.path, { details })
        : new PiWorkerError('ERR_IO', `the lines of ${this.#chip.path} cannot be watched any more: ${errno}`, {
            place: this.#chip.path,
            details,
          })
    for (const listeners of this.#lines.values()) listeners.tell({ kind: 'failed', error })
  }

  #failure(offset: number): PiWorkerError {
    return lineInfoFailure(this.#chip.path, this.#chip.firstLine + offset, errnoName(this.#libc.errno()))
  }
}
