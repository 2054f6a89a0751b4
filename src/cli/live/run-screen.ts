/**
 * How a run shows itself and what its keys do: a live view where there is a terminal to draw on, lines where there is
 * none, and next to nothing where that is asked for. What it took of the terminal it gives back, whatever happens.
 */

import { messageOf } from '../../errors.js'
import { SystemClock } from '../../worker/clock.js'
import type { CliIo, Output } from '../io.js'
import { Progress, Quiet, type RunView } from '../progress.js'
import type { StopRequest } from '../stop.js'
import { keyOf } from './key-meanings.js'
import { type KeyStream, Keys } from './keys.js'
import { LiveView, type WatchedBench, type WatchedPlan } from './live-view.js'
import { canDraw, hasUnicode, inForeground } from './terminal.js'

/** What is needed of the command line's surroundings. */
export type ScreenIo = Omit<CliIo, 'stdin'> & { readonly stdin?: KeyStream | undefined }

/** A bench that can be shown and held up. */
export interface ShownBench extends WatchedBench {
  pause(): Promise<void>
  resume(): void
}

export interface ShowOptions {
  readonly bench: ShownBench
  /** Of the plan. */
  readonly name: string
  /** How long it is thought to take. */
  readonly estimate?: { readonly durationMs: number } | undefined
  /** What the keys that stop do. */
  readonly stop: Pick<StopRequest, 'interrupt' | 'emergency' | 'signal'>
}

export interface ScreenFlags {
  readonly quiet?: boolean | undefined
  readonly json?: boolean | undefined
}

export class RunScreen {
  readonly #io: ScreenIo
  readonly #err: Output
  readonly #flags: ScreenFlags
  /** Whether the terminal is ours now. */
  readonly #mayType: () => boolean
  #view: RunView | undefined
  #live: LiveView | undefined
  #keys: Keys | undefined

  constructor(
    { io, err }: { readonly io: ScreenIo; readonly err: Output },
    flags: ScreenFlags,
    // Only the terminal of the process can stop the process.
    mayType: () => boolean = () => io.stderr !== process.stderr || inForeground(),
  ) {
    this.#io = io
    this.#err = err
    this.#flags = flags
    this.#mayType = mayType
  }

  /** Whether there is nothing to be told but errors and how it ended. */
  get quiet(): boolean {
    return this.#flags.quiet === true
  }

  /** Text that stays; it ends in a line feed. At any time: before there is a view, beside it, and after it. */
  say(text: string): void {
    if (this.#view === undefined) this.#err.write(text)
    else this.#view.say(text)
  }

  /** Shows the run from now on, until `close`. Its events and tasks are given to what this returns. */
  show(options: ShowOptions): RunView {
    const view = this.quiet ? new Quiet(this.#err) : this.#drawn(options)
    this.#view = view
    return view
  }

  /** The plan that is shown has begun. */
  follow(plan: WatchedPlan): void {
    this.#live?.follow(plan)
  }

  /** Gives the terminal back. May be called again. */
  close(): void {
    const { signals } = this.#io
    signals.off('SIGCONT', this.#continued)
    signals.off('exit', this.#exit)
    this.#keys?.stop()
    this.#view?.close()
  }

  /** Lends the terminal to `ask`, which talks to whoever sits there. */
  async lend<T>(ask: () => Promise<T>): Promise<T> {
    const typed = this.#keys?.listening === true
    this.#keys?.stop()
    this.#live?.suspend()
    try {
      return await ask()
    } finally {
      this.#live?.resume()
      if (typed) this.#keys?.start()
    }
  }

  #drawn(options: ShowOptions): RunView {
    const io = this.#io
    // A program reads what --json prints: it may show standard error to somebody, line by line.
    const ours = this.#flags.json !== true && canDraw(io.stderr, io.env) && this.#mayType()
    if (!ours) return new Progress(this.#err, options.bench.clock)
    const keys = io.stdin === undefined ? undefined : new Keys(io.stdin, typed => this.#pressed(typed, options))
    keys?.start()
    const live = new LiveView({
      ...options,
      out: this.#err,
      stream: io.stderr,
      unicode: hasUnicode(io.env),
      drawClock: io.clock ?? new SystemClock(),
      keys: keys?.listening === true,
    })
    this.#keys = keys
    this.#live = live
    if (options.stop.signal.aborted) live.stopping()
    else options.stop.signal.addEventListener('abort', () => live.stopping(), { once: true })
    io.signals.on('SIGCONT', this.#continued)
    io.signals.on('exit', this.#exit)
    return live
  }

  #pressed(typed: string, { bench, stop }: ShowOptions): void {
    const live = this.#live
    const by = `key ${typed.toLowerCase()}`
    switch (keyOf(typed)) {
      case 'pause':
        live?.note('pausing: what is under way ends first')
        bench.pause().catch((error: unknown) => live?.note(messageOf(error)))
        return
      case 'resume':
        try {
          bench.resume()
        } catch (error) {
          live?.note(messageOf(error))
        }
        return
      case 'stop':
        // Twice on this key is no emergency: for that, there is another one.
        if (!stop.signal.aborted) stop.interrupt(by)
        return
      case 'interrupt':
        stop.interrupt('Ctrl-C')
        return
      case 'emergency':
        stop.emergency(by)
        return
      case 'suspend':
        live?.note('Ctrl-Z does nothing here: the hardware would go on; p pauses the plan')
        return
      case 'help':
        live?.toggleHelp()
        return
      default:
    }
  }

  /** The shell had the terminal, and has given it back or not. */
  readonly #continued = (): void => {
    this.#live?.refresh()
    if (this.#keys?.listening !== true) return
    if (this.#mayType()) this.#keys.again()
    else this.#keys.stop()
  }

  readonly #exit = (): void => this.close()
}
