/** Rows without a plan, a disk in memory that can be full, break or be cut off, and a recorder on both. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Cell, Column, Row, Stream } from '../../../src/plan/rows.js'
import type { RunDisk, RunFile } from '../../../src/records/run/disk.js'
import type { RunFacts } from '../../../src/records/run/format.js'
import { type RecorderOptions, RunRecorder } from '../../../src/records/run/recorder.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'

export const BOARD = { driver: 'mock', description: 'a board of this test' }
/** The wall time at which a virtual clock begins. */
export const EPOCH = Date.parse('2000-01-01T00:00:00Z')
/** When records are made, in the world. */
export const NOW = Date.parse('2026-11-27T10:45:00Z')

export const FACTS: RunFacts = {
  name: 'Test',
  plan: { file: 'test.yaml', text: 'name: Test\n' },
  bench: { peripherals: { air: { type: 'dht', line: 'GPIO4' } } },
  params: [{ name: 'dose.volume', value: 20, unit: 'ml', from: 'option' }],
  versions: { piWorker: '0.1.0', node: 'v20.0.0' },
  kernel: 'Linux 6.12',
  git: { commit: 'c0ffee', dirty: false },
  seed: 7,
  rehearsal: false,
  resumes: null,
}

const NUMBER: Column = { name: 'x', type: 'number', source: 'air.read', axis: false }

export function column(name: string, more: Partial<Column> = {}): Column {
  return { ...NUMBER, name, ...more }
}

export const AIR: Stream = {
  name: 'primary',
  columns: [
    column('angle', { unit: '°', source: 'angle', axis: true }),
    column('air.temperature', { unit: '°C', description: 'Of the air.' }),
    column('air.dry', { type: 'boolean' }),
    column('air.note', { type: 'string', source: '=note' }),
  ],
}

/** A row `ms` after the start of the clock. */
export function row(stream: Stream, seq: number, ms: number, values: readonly Cell[], position: number[] = []): Row {
  const wall = EPOCH + Math.floor(ms)
  return { stream, seq, time: Math.round(ms * 1e6), wall, values, measured: values.map(() => wall - 1), position }
}

/** The n-th row of a stream with `angle`, temperature and so on; one a second. */
export function airRow(n: number): Row {
  return row(AIR, n, n * 1000, [n, 20 + n / 10, n % 2 === 0, `row ${n}`], [0, n - 1])
}

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pi-worker-record-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Recording {
  readonly recorder: RunRecorder
  readonly clock: VirtualClock
}

/** A recorder that has begun, in virtual time. */
export async function recording(
  options: Partial<RecorderOptions> = {},
  streams?: readonly Stream[],
): Promise<Recording> {
  const clock = (options.clock as VirtualClock | undefined) ?? new VirtualClock()
  const folder = options.folder ?? tempFolder()
  const recorder = await RunRecorder.create({ facts: FACTS, sync: 'off', recordedAt: NOW, ...options, folder, clock })
  recorder.begin(BOARD, streams)
  return { recorder, clock }
}

export function errnoError(code: string): Error {
  return Object.assign(new RangeError(`${code}: this test wants it`), { code })
}

/** What happened to a disk, in its order: `write data.csv 0+120`, `sync data.csv`, `replace run.json`. */
export class FakeDisk implements RunDisk {
  readonly path = '/tmp/fake'
  readonly log: string[] = []
  readonly files = new Map<string, FakeFile>()
  readonly replaced = new Map<string, string>()
  /** Bytes that the disk takes in all. */
  capacity = Number.POSITIVE_INFINITY
  /** The most that it takes in one write. */
  largestWrite = Number.POSITIVE_INFINITY
  /** What a call fails with, by what stands in the log; asked before each. */
  fault: ((what: string) => Error | undefined) | undefined

  async create(name: string): Promise<RunFile> {
    this.note(`create ${name}`)
    const file = new FakeFile(this, name)
    this.files.set(name, file)
    return file
  }

  async replace(name: string, text: string): Promise<void> {
    this.note(`replace ${name}`)
    if (this.used + text.length - (this.replaced.get(name)?.length ?? 0) > this.capacity) throw errnoError('ENOSPC')
    this.replaced.set(name, text)
  }

  async sync(): Promise<void> {
    this.note('sync folder')
  }

  note(what: string): void {
    this.log.push(what)
    const error = this.fault?.(what)
    if (error !== undefined) throw error
  }

  get used(): number {
    let used = 0
    for (const file of this.files.values()) used += file.bytes.length
    for (const text of this.replaced.values()) used += text.length
    return used
  }

  /** What is in a file now. */
  text(name: string): string {
    return this.files.get(name)?.bytes.toString('utf8') ?? ''
  }

  /** What a power cut would leave of it at the least. */
  safeText(name: string): string {
    return this.files.get(name)?.synced.toString('utf8') ?? ''
  }
}

export class FakeFile implements RunFile {
  bytes = Buffer.alloc(0)
  synced = Buffer.alloc(0)
  readonly #disk: FakeDisk
  readonly #name: string

  constructor(disk: FakeDisk, name: string) {
    this.#disk = disk
    this.#name = name
  }

  async write(bytes: Buffer, position: number): Promise<number> {
    this.#disk.note(`write ${this.#name} ${position}+${bytes.length}`)
    if (position > this.bytes.length) throw new RangeError(`a hole before ${position} in ${this.#name}`)
    const free = this.#disk.capacity - this.#disk.used + (this.bytes.length - position)
    const taken = Math.min(bytes.length, this.#disk.largestWrite, Math.max(0, free))
    if (taken === 0) throw errnoError('ENOSPC')
    const after = this.bytes.subarray(position + taken)
    this.bytes = Buffer.concat([this.bytes.subarray(0, position), bytes.subarray(0, taken), after])
    return taken
  }

  async sync(): Promise<void> {
    this.#disk.note(`sync ${this.#name}`)
    this.synced = Buffer.from(this.bytes)
  }

  async close(): Promise<void> {
    this.#disk.note(`close ${this.#name}`)
  }
}
