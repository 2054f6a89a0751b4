/**
 * A folder in memory that knows what a disk has and what is only on its way there: any call can be made to fail, and
 * after every call it can be asked what a crash at that moment may leave.
 */

import type { JournalFile, JournalFolder } from '../../../src/bench/journal/files.js'

export type CallName = 'list' | 'read' | 'create' | 'append' | 'rename' | 'remove' | 'sync folder' | 'write' | 'sync'

/** One call, from 1. */
export interface Call {
  readonly number: number
  readonly name: CallName
  readonly file: string
}

/** What a call comes to: an error, or for a write how many bytes are taken first. */
export interface Fault {
  readonly code?: string
  readonly taken?: number
}

/** What a file has, and how much of that is on the disk for sure. */
interface Content {
  readonly bytes: Buffer
  readonly synced: number
}

type Names = ReadonlyMap<string, Inode>
/** Files by their names, as a crash may leave them. */
export type Remains = ReadonlyMap<string, Buffer>

class Inode {
  bytes: Buffer = Buffer.alloc(0)
  synced = 0
}

/** The disk after a call. */
export interface Moment {
  /** The name tables that a crash may leave: the one that is on the disk for sure, and each later one. */
  readonly names: readonly Names[]
  readonly contents: ReadonlyMap<Inode, Content>
}

export class FakeFolder implements JournalFolder {
  readonly path = '/state'
  readonly calls: Call[] = []
  /** After each call; what comes first is how it all begins. */
  readonly moments: Moment[] = []
  /** Asked before every call. */
  onCall: (call: Call) => Fault | undefined = () => undefined
  #names: Map<string, Inode>
  /** Changes of names that are not yet on the disk for sure, oldest first; the first is there. */
  #tables: Names[]

  /** With `takesTurns` every call takes a turn of the event loop, as real ones do. */
  constructor(
    remains: Remains = new Map(),
    private readonly takesTurns = true,
  ) {
    this.#names = new Map()
    for (const [name, bytes] of remains) {
      const inode = new Inode()
      inode.bytes = bytes
      inode.synced = bytes.length
      this.#names.set(name, inode)
    }
    this.#tables = [new Map(this.#names)]
    this.#remember()
  }

  /** The text of a file now; what a killed process leaves. */
  text(name: string): string {
    return this.#names.get(name)?.bytes.toString() ?? ''
  }

  get names(): string[] {
    return [...this.#names.keys()].sort()
  }

  /** What is there when the process is killed and the machine goes on. */
  get remains(): Remains {
    return new Map([...this.#names].map(([name, { bytes }]) => [name, bytes]))
  }

  /** How often it was called so, or in all. */
  count(name?: CallName): number {
    return name === undefined ? this.calls.length : this.calls.filter(call => call.name === name).length
  }

  async make(): Promise<void> {}

  async list(): Promise<readonly string[]> {
    await this.#call('list', '')
    return this.names
  }

  async read(name: string): Promise<Buffer | undefined> {
    await this.#call('read', name)
    return this.#names.get(name)?.bytes
  }

  async create(name: string): Promise<JournalFile> {
    await this.#call('create', name)
    const inode = new Inode()
    this.#change(names => names.set(name, inode))
    return this.#open(name, inode)
  }

  async append(name: string): Promise<JournalFile> {
    await this.#call('append', name)
    const inode = this.#names.get(name)
    if (inode === undefined) throw failure('ENOENT')
    return this.#open(name, inode)
  }

  async rename(from: string, to: string): Promise<boolean> {
    await this.#call('rename', from)
    const inode = this.#names.get(from)
    if (inode === undefined) return false
    this.#change(names => {
      names.delete(from)
      names.set(to, inode)
    })
    return true
  }

  async remove(name: string): Promise<void> {
    await this.#call('remove', name)
    this.#change(names => names.delete(name))
  }

  async sync(): Promise<void> {
    await this.#call('sync folder', '')
    this.#tables = [new Map(this.#names)]
    this.#remember()
  }

  #open(name: string, inode: Inode): JournalFile {
    return {
      write: async bytes => {
        const taken = await this.#call('write', name, error => this.#take(inode, bytes, error.taken ?? 0))
        return this.#take(inode, bytes, taken ?? bytes.length)
      },
      sync: async () => {
        await this.#call('sync', name)
        inode.synced = inode.bytes.length
        this.#remember()
      },
      close: async () => {},
    }
  }

  #take(inode: Inode, bytes: Buffer, taken: number): number {
    inode.bytes = Buffer.concat([inode.bytes, bytes.subarray(0, taken)])
    this.#remember()
    return taken
  }

  #change(change: (names: Map<string, Inode>) => void): void {
    change(this.#names)
    this.#tables.push(new Map(this.#names))
    this.#remember()
  }

  /** `partly` is done before it fails. */
  async #call(name: CallName, file: string, partly?: (fault: Fault) => void): Promise<number | undefined> {
    const call = { number: this.calls.length + 1, name, file }
    this.calls.push(call)
    if (this.takesTurns) await new Promise(resolve => setImmediate(resolve))
    const fault = this.onCall(call)
    if (fault?.code === undefined) return fault?.taken
    partly?.(fault)
    throw failure(fault.code)
  }

  #remember(): void {
    const contents = new Map<Inode, Content>()
    for (const table of this.#tables) {
      for (const inode of table.values()) contents.set(inode, { bytes: inode.bytes, synced: inode.synced })
    }
    this.moments.push({ names: [...this.#tables], contents })
  }
}

/**
 * All that a crash at that moment may leave: any of the name tables, and of each file what was synced and any number of
 * the bytes after it. `cuts` says how many bytes of a file to try.
 */
export function* remainsOf(
  { names, contents }: Moment,
  cuts: (content: Content) => Iterable<number> = everyCut,
): Generator<Remains> {
  for (const table of names) {
    const whole = new Map([...table].map(([name, inode]) => [name, contents.get(inode)?.bytes as Buffer]))
    yield whole
    for (const [name, inode] of table) {
      const content = contents.get(inode) as Content
      for (const length of cuts(content)) yield new Map(whole).set(name, content.bytes.subarray(0, length))
    }
  }
}

/** Every length that may be left of a file, but for all of it. */
export function* everyCut({ bytes, synced }: Content): Generator<number> {
  for (let length = synced; length < bytes.length; length++) yield length
}

/** Between the lines, and in the middle of each: what is left at any other byte is read as one of these. */
export function* someCuts({ bytes, synced }: Content): Generator<number> {
  let start = synced
  while (start < bytes.length) {
    yield start
    const feed = bytes.indexOf(10, start)
    const end = feed < 0 ? bytes.length : feed + 1
    yield Math.floor((start + end) / 2)
    if (feed >= 0) yield feed
    start = end
  }
}

/** Time for all that has been asked of the folder. */
export async function settle(folder: FakeFolder): Promise<void> {
  for (let calls = -1; calls !== folder.calls.length; ) {
    calls = folder.calls.length
    for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
  }
}

function failure(code: string): Error {
  return Object.assign(new TypeError(`${code}: the call failed`), { code })
}
