/** A command line without a process: streams that keep what is written, signals that are emitted by hand. */

import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { onTestFinished } from 'vitest'
import type { CliIo, TerminalStream } from '../../src/cli/io.js'
import { main } from '../../src/cli/program.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

/** Keeps what is written to it. */
export class FakeStream extends Writable implements TerminalStream {
  readonly isTTY: boolean | undefined
  readonly columns = 120
  text = ''
  /** What becomes of every write: an error makes it fail. */
  onWrite: ((text: string) => Error | undefined) | undefined

  constructor(isTTY = false) {
    super({ decodeStrings: false })
    this.isTTY = isTTY
  }

  override _write(chunk: string | Buffer, _encoding: string, callback: (error?: Error | null) => void): void {
    const text = String(chunk)
    this.text += text
    callback(this.onWrite?.(text))
  }
}

export interface FakeIoOptions {
  readonly terminal?: boolean
  readonly env?: CliIo['env']
  readonly clock?: VirtualClock
  /** Called when the bench is open and nothing has run. */
  readonly onOpen?: (io: FakeIo) => void
}

export class FakeIo implements CliIo {
  readonly stdout: FakeStream
  readonly stderr: FakeStream
  readonly signals = new EventEmitter()
  readonly env: CliIo['env']
  /** Of a run without --virtual; it makes tests fast and exact all the same. */
  readonly clock: VirtualClock

  constructor({ terminal = false, env = {}, onOpen, clock = new VirtualClock() }: FakeIoOptions = {}) {
    this.clock = clock
    this.stdout = new FakeStream(terminal)
    this.stderr = new FakeStream(terminal)
    // Nothing is recorded unless a test says where: its runs are not to lie about in the repository.
    this.env = { PI_WORKER_RUNS: '', ...env }
    this.stderr.onWrite = text => {
      if (text.startsWith('driver:')) onOpen?.(this)
      return undefined
    }
  }

  /** Calls back when the clock has gone on by so many ms. */
  after(ms: number, callback: () => void): void {
    this.clock.after(ms * 1e6, callback)
  }

  /** Signals and errors that somebody listens for. */
  get listeners(): number {
    return this.signals.eventNames().reduce((sum, name) => sum + this.signals.listenerCount(name), 0)
  }
}

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly io: FakeIo
}

/** Runs one command line. */
export async function runMain(argv: readonly string[], options: FakeIoOptions = {}): Promise<Outcome> {
  const io = new FakeIo(options)
  const code = await main(argv, io)
  return { code, stdout: io.stdout.text, stderr: io.stderr.text, io }
}

/** A folder that is gone when the test is over. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pi-worker-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A file in a folder of its own. */
export function tempFile(content: string | Buffer, name = 'plan.yaml'): string {
  const path = join(tempFolder(), name)
  writeFileSync(path, content)
  return path
}

/** A plan file whose bench has a pump and a level. */
export function planFile(steps: string, simulate = ''): string {
  return tempFile(`name: Test
bench:
  pump: { type: output, line: GPIO17, safe: low }
  level: { type: input, line: GPIO4, bias: pull-up }
plan:
${steps.replace(/^/gm, '  ')}
${simulate}
`)
}
