/**
 * Keeps the signal handlers of this process from the C library.
 *
 * When it starts, it puts a handler of its own in the place of every one, and that handler ends the process for most
 * signals: no listener of Node would hear of SIGTERM, and no safe state would run. It can be told not to, but not through
 * the package: koffi calls the same library. Where koffi cannot, what was taken is given back afterwards. Node sets its
 * handler for a signal when the first listener comes, and the system's own behaviour when the last one goes; so each
 * signal has its listeners taken off and put on again. That has one gap: Node does not hear of the end of a child process
 * that was running already.
 *
 * What that handler would have done is done here instead: DMA goes on without its process, so that a signal that nobody
 * listens for ends what the driver has running before it ends the process.
 */

import { constants, machine } from 'node:os'
import { isError } from '../../src/thrown.js'

/** How the driver keeps signals; tests have ways of their own. */
export interface SignalKeeper {
  /** Before the library starts: true when it takes none. */
  keep(): Promise<boolean>
  /** After it has started and taken them. */
  giveBack(): void
}

/** The part of `process` that knows signals. */
export interface SignalTarget {
  rawListeners(signal: string): readonly Listener[]
  on(signal: string, listener: Listener): unknown
  off(signal: string, listener: Listener): unknown
}

// biome-ignore lint/complexity/noBannedTypes: the type that Node itself gives listeners
type Listener = Function

/** The name under which the addon has loaded the library. */
const LIBRARY = 'libpigpio.so.1'
/** PI_CFG_NOSIGHANDLER */
const NO_SIGNAL_HANDLER = 1 << 10

/**
 * Left as they are. Nobody can catch the first two. Node ignores SIGPIPE, which cannot be restored from here, and so does
 * the C library. SIGUSR1 opens Node's debugger. The others are faults of the program, which ends either way.
 */
const LEFT_ALONE: readonly string[] = [
  ...['SIGKILL', 'SIGSTOP', 'SIGPIPE', 'SIGUSR1'],
  ...['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGIOT', 'SIGSYS', 'SIGUNUSED'],
]

export const signalKeeper: SignalKeeper = { keep: keepSignals, giveBack: giveBackSignals }

/** Tells the library to take none; false where koffi cannot: its 32-bit ARM binary ends an ARMv6 process. */
async function keepSignals(): Promise<boolean> {
  if (machine().startsWith('armv6')) return false
  try {
    const { default: koffi } = await import('koffi')
    const library = koffi.load(LIBRARY)
    const internals: () => number = library.func('uint32_t gpioCfgGetInternals()')
    const setInternals: (value: number) => number = library.func('int gpioCfgSetInternals(uint32_t value)')
    return setInternals((internals() | NO_SIGNAL_HANDLER) >>> 0) === 0
  } catch (error) {
    if (isError(error)) return false // no koffi, or a library of another name
    throw error
  }
}

/** Every signal is handled again as it was before the library started. */
export function giveBackSignals(target: SignalTarget = process as unknown as SignalTarget): void {
  for (const signal of Object.keys(constants.signals)) {
    if (!LEFT_ALONE.includes(signal)) giveBack(target, signal)
  }
}

function giveBack(target: SignalTarget, signal: string): void {
  const listeners = target.rawListeners(signal)
  if (listeners.length === 0) {
    const nothing = (): void => undefined
    target.on(signal, nothing)
    target.off(signal, nothing)
    return
  }
  // Raw, so that one that is to be called once stays one.
  for (const listener of listeners) target.off(signal, listener)
  for (const listener of listeners) target.on(signal, listener)
}

/** The part of `process` that ends by a signal. */
export interface EndingTarget {
  listenerCount(signal: string): number
  prependListener(signal: string, listener: (signal: string) => void): unknown
  off(signal: string, listener: (signal: string) => void): unknown
  /** Sends the signal to this process. */
  raise(signal: string): void
}

/** What people and systems end a program with. */
const ENDING: readonly string[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

const thisProcess: EndingTarget = {
  listenerCount: signal => process.listenerCount(signal),
  prependListener: (signal, listener) => process.prependListener(signal as NodeJS.Signals, listener),
  off: (signal, listener) => process.off(signal, listener),
  raise: signal => void process.kill(process.pid, signal),
}

/**
 * Calls things before a signal ends the process that the program does not listen for. One for all sessions of a process,
 * so that none of them takes another for a listener of the program's.
 */
export class SignalEndings {
  readonly #target: EndingTarget
  readonly #endings = new Set<() => void>()

  constructor(target: EndingTarget = thisProcess) {
    this.#target = target
  }

  /** Returns what takes it back. */
  add(end: () => void): () => void {
    // First of all: a listener that is called once is no longer counted when those after it are called.
    if (this.#endings.size === 0) for (const signal of ENDING) this.#target.prependListener(signal, this.#ended)
    this.#endings.add(end)
    return () => {
      if (!this.#endings.delete(end) || this.#endings.size > 0) return
      for (const signal of ENDING) this.#target.off(signal, this.#ended)
    }
  }

  readonly #ended = (signal: string): void => {
    // The program listens itself, and decides what becomes of it.
    if (this.#target.listenerCount(signal) > 1) return
    try {
      for (const end of [...this.#endings]) end()
    } finally {
      // With no listener left, the system's own behaviour is back.
      for (const listened of ENDING) this.#target.off(listened, this.#ended)
      this.#endings.clear()
      this.#target.raise(signal)
    }
  }
}
