/** Single keys, while a run has the terminal: raw mode on, and off again at every end. */

import type { EventEmitter } from 'node:events'

/** What is needed of standard input. */
export interface KeyStream extends EventEmitter {
  readonly isTTY?: boolean | undefined
  setRawMode?(raw: boolean): unknown
  resume(): unknown
  pause(): unknown
  ref?(): unknown
  unref?(): unknown
}

/** Longer than what fingers do at once: text that was pasted, in which no letter is a wish. */
const MOST_KEYS = 8

export class Keys {
  readonly #stream: KeyStream
  readonly #onKey: (key: string) => void
  #listening = false

  /** @param onKey is given one character; Ctrl-C is `\u0003` */
  constructor(stream: KeyStream, onKey: (key: string) => void) {
    this.#stream = stream
    this.#onKey = onKey
  }

  get listening(): boolean {
    return this.#listening
  }

  /** Does nothing where there is no terminal to type on. */
  start(): void {
    if (this.#listening || this.#stream.isTTY !== true || this.#stream.setRawMode === undefined) return
    this.#listening = true
    this.#stream.setRawMode(true)
    this.#stream.on('data', this.#heard)
    this.#stream.resume()
    // Nobody's keys keep a program alive that has nothing more to do.
    this.#stream.unref?.()
  }

  stop(): void {
    if (!this.#listening) return
    this.#listening = false
    this.#stream.off('data', this.#heard)
    this.#stream.pause()
    this.#stream.setRawMode?.(false)
    // Whoever asks something next does wait for the answer.
    this.#stream.ref?.()
  }

  /** The shell had the terminal meanwhile, and has set it as it likes it. */
  again(): void {
    this.stop()
    this.start()
  }

  readonly #heard = (data: unknown): void => {
    const text = String(data)
    const keys = text.includes('\u0003') ? [...text].filter(key => key === '\u0003') : [...text]
    // An arrow or a function key is a sequence that begins with Escape.
    if (text.startsWith('\u001b') || keys.length > MOST_KEYS) return
    for (const key of keys) if (this.#listening) this.#onKey(key)
  }
}
