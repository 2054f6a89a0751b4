/**
 * The one writer of a record: everything that is told waits in memory for a moment, and goes to its file in large
 * pieces. A row costs no promise, unless the disk is slower than the plan or every row is to be synced.
 *
 * A full disk is waited for: what could not be written is kept, tried again every second, and completed where it broke
 * off. Bytes are written at their place in the file, so nothing is ever in it twice.
 */

import { messageOf, PiWorkerError } from '../../errors.js'
import type { Timer } from '../../worker/clock.js'
import type { RunDisk, RunFile } from './disk.js'
import { DiskRoom, isFull, type RoomParts } from './disk-room.js'
import type { RunSync } from './format.js'

export interface WriterParts extends RoomParts {
  readonly disk: RunDisk
  readonly sync: RunSync
}

/** So many characters are worth a write. */
const WORTH_A_WRITE = 64 * 1024
/** Who adds to more than this has to wait. */
const MOST_WAITING = 1024 * 1024
/** What is not on the disk for certain is kept, in case that the sync fails; more than this is synced at once. */
const MOST_KEPT = 4 * 1024 * 1024
/** From the first byte to its sync; the rest of the second is for the disk. */
const SYNC_NS = 0.7e9

/** A file of the record, and what of it waits. */
interface Lane {
  readonly name: string
  file: RunFile | undefined
  text: string
  /** How many bytes have been written, and how many of them are on the disk for certain. */
  position: number
  synced: number
  /** What has been written since the last sync. */
  kept: Buffer[]
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class RecordWriter {
  readonly #parts: WriterParts
  readonly #lanes = new Map<string, Lane>()
  /** Files that are written anew as a whole, and their text. */
  readonly #replacing = new Map<string, string>()
  /** Characters. */
  #waiting = 0
  /** Bytes. */
  #kept = 0
  #waiters: Waiter[] = []
  #busy = false
  #syncWanted = false
  #closed = false
  #timer: Timer | undefined
  #failure: PiWorkerError | undefined
  readonly #room: DiskRoom

  constructor(parts: WriterParts) {
    this.#parts = parts
    this.#room = new DiskRoom(parts)
  }

  /** Why nothing more can be written. */
  get failure(): PiWorkerError | undefined {
    return this.#failure
  }

  /** Adds to the end of a file, which is made if it is not there. */
  append(name: string, text: string): void {
    if (this.#failure !== undefined || this.#closed) return
    let lane = this.#lanes.get(name)
    if (lane === undefined) {
      lane = { name, file: undefined, text: '', position: 0, synced: 0, kept: [] }
      this.#lanes.set(name, lane)
    }
    lane.text += text
    this.#waiting += text.length
    if (this.#timer === undefined) this.#arm()
    if (this.#waiting >= WORTH_A_WRITE) this.#work()
  }

  /** Writes a whole file, before all that is added from now on. */
  replace(name: string, text: string): void {
    this.#replacing.set(name, text)
    this.#work()
  }

  /**
   * What whoever has added a row waits for; undefined when nothing. Rejects when the record cannot be written.
   * @throws ERR_RUN_RECORD when it could not be written before
   */
  row(): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#parts.sync !== 'row') return this.room()
    this.#syncWanted = true
    return this.written()
  }

  /** Resolves when there is room for more; undefined when there is. */
  room(): Promise<void> | undefined {
    return !this.#room.full && this.#waiting < MOST_WAITING ? undefined : this.written()
  }

  /** Resolves when all that was added has been written. */
  written(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      this.#work()
    })
  }

  /**
   * Writes all that is left, and lets the files go.
   * @param giveUp A full disk is not waited for any longer.
   * @throws ERR_RUN_RECORD
   */
  async close(giveUp?: AbortSignal): Promise<void> {
    this.#timer?.cancel()
    this.#room.giveUpAt(giveUp)
    try {
      // Twice: a round that is under way may not sync what it has written.
      for (let round = 0; round < 2; round++) {
        this.#syncWanted = this.#parts.sync !== 'off'
        await this.written()
      }
    } finally {
      // What is told from now on comes too late: it must not be taken for the beginning of a file.
      this.#closed = true
      this.#timer?.cancel()
      for (const { file } of this.#lanes.values())
        if (file !== undefined) await this.#parts.clock.hold(file.close()).catch(ignored)
      this.#lanes.clear()
    }
  }

  /** Writes a whole file, after all others have been closed. @throws ERR_RUN_RECORD */
  async last(name: string, text: string): Promise<void> {
    const { disk, sync } = this.#parts
    try {
      await this.#room.until(() => disk.replace(name, text, sync !== 'off'))
    } catch (cause) {
      this.#fail(cause)
      throw this.#failure
    }
  }

  /** On a virtual clock nothing is written for time's sake alone, unless it is to be synced. */
  #arm(): void {
    const { clock, sync } = this.#parts
    if (sync === 'off' && clock.kind === 'virtual') return
    const due = (): void => {
      this.#timer = undefined
      this.#syncWanted = sync !== 'off'
      this.#work()
    }
    this.#timer = clock.after(SYNC_NS, due, { background: true })
  }

  #work(): void {
    if (this.#busy) return
    this.#busy = true
    void this.#rounds()
  }

  async #rounds(): Promise<void> {
    try {
      do await this.#round()
      while (this.#more)
    } catch (cause) {
      this.#fail(cause)
    }
    this.#busy = false
    // Somebody may have come between the last look and now.
    if (this.#failure === undefined && this.#more) this.#work()
  }

  get #more(): boolean {
    const urgent = this.#waiters.length > 0 || this.#replacing.size > 0 || this.#syncWanted
    return urgent || this.#waiting >= WORTH_A_WRITE
  }

  async #round(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    const sync = this.#syncWanted
    this.#syncWanted = false
    const waiters = this.#waiters
    this.#waiters = []
    try {
      // Those that come meanwhile as well: a file that they tell of is made after them.
      for (const [name, text] of this.#replacing) {
        this.#replacing.delete(name)
        await this.#room.until(() => this.#parts.disk.replace(name, text, this.#parts.sync !== 'off'))
      }
      for (const lane of [...this.#lanes.values()]) await this.#flush(lane)
      if (sync) for (const lane of this.#lanes.values()) await this.#sync(lane)
      else if (this.#kept > MOST_KEPT) this.#syncWanted = true
    } catch (error) {
      this.#waiters.push(...waiters)
      throw error
    }
    for (const { resolve } of waiters) resolve()
  }

  async #flush(lane: Lane): Promise<void> {
    if (lane.text === '' && lane.file !== undefined) return
    const bytes = Buffer.from(lane.text)
    this.#waiting -= lane.text.length
    lane.text = ''
    if (lane.file === undefined) lane.file = await this.#room.until(() => this.#parts.disk.create(lane.name))
    await this.#put(lane.file, bytes, lane.position)
    lane.position += bytes.length
    if (this.#parts.sync === 'off') return
    lane.kept.push(bytes)
    this.#kept += bytes.length
  }

  /** @param again It was written before: only the sync that follows will tell whether there is room. */
  async #put(file: RunFile, bytes: Buffer, position: number, again = false): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const taken = await this.#room.until(() => file.write(bytes.subarray(done), position + done), !again)
      if (taken === 0) throw new PiWorkerError('ERR_RUN_RECORD', 'the file takes no more bytes')
      done += taken
    }
  }

  /** Some file systems find out only now that there is no room; what they had taken may be gone then. */
  async #sync(lane: Lane): Promise<void> {
    const { file } = lane
    if (file === undefined || lane.synced === lane.position) return
    for (let again = false; ; again = true) {
      if (again) {
        let position = lane.synced
        for (const bytes of lane.kept) {
          await this.#put(file, bytes, position, true)
          position += bytes.length
        }
      }
      if (await this.#room.tried(() => file.sync())) break
    }
    // A new file is there for certain only when its folder says so.
    if (lane.synced === 0) await this.#room.until(() => this.#parts.disk.sync(), false)
    lane.synced = lane.position
    for (const bytes of lane.kept) this.#kept -= bytes.length
    lane.kept = []
  }

  #fail(cause: unknown): void {
    const { path } = this.#parts.disk
    const full = isFull(cause)
    const why = full ? 'the disk is full' : messageOf(cause)
    this.#failure ??= new PiWorkerError('ERR_RUN_RECORD', `the record ${path} cannot be written on: ${why}`, {
      place: path,
      remedy: full ? 'Make room on the disk, or record to another one with --runs.' : undefined,
      cause,
    })
    const waiters = this.#waiters
    this.#waiters = []
    for (const { reject } of waiters) reject(this.#failure)
  }
}

/** All that was written has been synced, or was not to be: a close that fails loses nothing. */
function ignored(): void {}
