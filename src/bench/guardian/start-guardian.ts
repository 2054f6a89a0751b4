/** Starts the process of a guardian, which inherits the descriptors of the lines that it is to guard. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { encode, type FromGuardian, type GuardedItem, MessageReader, RUNNER_FD, type ToGuardian } from './protocol.js'

/** What comes from a guardian. */
export interface LinkListener {
  message(message: FromGuardian): void
  /** It is gone, and nothing will come any more. */
  closed(why: string): void
}

/** A guardian, as its runner sees it. */
export interface GuardianLink {
  readonly pid: number | undefined
  send(message: ToGuardian): void
  listen(listener: LinkListener): void
  /** Whether waiting for it keeps this process alive. */
  ref(wanted: boolean): void
  kill(): void
}

/** @param fds Of this process: the guardian has them too, numbered from `FIRST_LINE_FD` on. */
export type StartGuardian = (fds: readonly number[]) => GuardianLink

export const FIRST_LINE_FD = RUNNER_FD + 1

/** Which descriptors of ours go with the items, and the items as the guardian is to have them: with its own numbers. */
export function handOver(own: readonly GuardedItem[]): {
  readonly fds: readonly number[]
  readonly items: readonly GuardedItem[]
} {
  const fds: number[] = []
  const items = own.map(item => {
    const { handover } = item
    if (handover.kind !== 'line') return item
    return { ...item, handover: { ...handover, fd: FIRST_LINE_FD + fds.push(handover.fd) - 1 } }
  })
  return { fds, items }
}

/** Options of ours that would be wrong for it: a debugger's port, a loader, hooks of a test runner. */
const NOT_INHERITED = ['NODE_OPTIONS', 'NODE_V8_COVERAGE', 'NODE_CHANNEL_FD', 'VITEST', 'VITEST_WORKER_ID']

export const startGuardian: StartGuardian = fds => {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_INHERITED.includes(name)))
  const child = spawn(process.execPath, [...programOf(import.meta.url)], {
    // A session of its own: no terminal and no group that is signalled as a whole has to do with it.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe', ...fds],
    cwd: '/',
    env,
  })
  return new ProcessLink(child)
}

/** The program beside this file: compiled, or in a checkout as it was written, which a loader has to read. */
export function programOf(ownUrl: string): readonly string[] {
  const written = ownUrl.endsWith('.ts')
  const program = fileURLToPath(new URL(`./guardian-main.${written ? 'ts' : 'js'}`, ownUrl))
  return written ? ['--import', pathToFileURL(createRequire(ownUrl).resolve('tsx')).href, program] : [program]
}

class ProcessLink implements GuardianLink {
  readonly pid: number | undefined
  readonly #child: ChildProcess
  readonly #socket: Socket
  #listener: LinkListener | undefined
  #why = 'it closed its socket'
  #over = false

  constructor(child: ChildProcess) {
    this.pid = child.pid
    this.#child = child
    this.#socket = child.stdio[RUNNER_FD] as Socket
    child.on('error', error => this.#ended(error.message))
    child.on('exit', (code, signal) => {
      this.#why = `it ended with ${signal ?? `exit code ${code}`}`
    })
    // What it said last may still be on its way when it has ended.
    this.#socket.on('close', () => this.#ended(this.#why))
    this.#socket.on('error', () => undefined)
    const reader = new MessageReader<FromGuardian>(
      message => this.#listener?.message(message),
      text => this.#ended(`it said "${text.slice(0, 100)}"`),
    )
    this.#socket.setEncoding('utf8')
    this.#socket.on('data', (text: string) => reader.read(text))
  }

  send(message: ToGuardian): void {
    if (this.#socket.writable) this.#socket.write(encode(message))
  }

  listen(listener: LinkListener): void {
    this.#listener = listener
    if (this.#over) queueMicrotask(() => listener.closed(this.#why))
  }

  ref(wanted: boolean): void {
    if (wanted) {
      this.#socket.ref()
      this.#child.ref()
    } else {
      this.#socket.unref()
      this.#child.unref()
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #ended(why: string): void {
    if (this.#over) return
    this.#over = true
    this.#why = why
    this.#socket.destroy()
    this.#listener?.closed(why)
  }
}
