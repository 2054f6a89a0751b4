/**
 * The live view of a run: a picture of the bench that is drawn over at most ten times a second of real time. Events only
 * leave something to be drawn, so a million of them cost next to nothing; the rest is asked when it is time to draw.
 */

import pc from 'picocolors'
import type { Bench } from '../../bench/bench.js'
import { peripheralStatus } from '../../bench/stop/status.js'
import type { PlanTask } from '../../plan/plan-task.js'
import type { Clock, Timer } from '../../worker/clock.js'
import type { WorkerEvent } from '../../worker/events.js'
import { oneLine } from '../format.js'
import type { Output } from '../io.js'
import { eventText, finishedText, type RunView, sinceText } from '../progress.js'
import { frameOf, type PeripheralPicture, type RunPicture, type RunState } from './frame.js'
import { History } from './history.js'
import { type Measure, measureOf } from './measure.js'
import { Painter } from './painter.js'
import type { LoopProgress } from './progress-line.js'
import { type ScreenStream, sizeOf } from './terminal.js'

/** What is needed of a bench. */
export type WatchedBench = Pick<Bench, 'names' | 'peripheral' | 'stopped' | 'clock'>

/** What a plan that runs can be asked; all of it is optional. */
export interface WatchedPlan {
  /** The loops that it is in, from the outermost to the innermost. */
  readonly loops?: readonly LoopProgress[] | undefined
  readonly state?: 'running' | 'pausing' | 'paused' | 'over' | undefined
  /** It has been stopped, and steps under `finally` run. */
  readonly cleaningUp?: boolean | undefined
}

export interface LiveViewOptions {
  readonly out: Output
  readonly stream: ScreenStream
  readonly unicode: boolean
  readonly bench: WatchedBench
  readonly name: string
  /** Real time: what is drawn when is a matter of eyes, not of the plan. */
  readonly drawClock: Clock
  /** How long the plan is thought to take. */
  readonly estimate?: { readonly durationMs: number } | undefined
  /** There is somebody who can type keys. */
  readonly keys: boolean
}

/** Between two frames; the first comes so late, too: what is over by then needs no picture. */
const FRAME_NS = 100e6
const MESSAGES = 6

/** A task that is over is made into text only if it is still among the last when it is time to draw. */
type Message = { readonly at: number; readonly what: string | PlanTask }

export class LiveView implements RunView {
  readonly #options: LiveViewOptions
  readonly #colors: ReturnType<typeof pc.createColors>
  readonly #painter: Painter
  readonly #start: number
  readonly #realStart: number
  readonly #histories = new Map<string, History>()
  /** By the names of tasks: `pump.pulse`. */
  readonly #measures = new Map<string, { measure: Measure; history: History } | undefined>()
  readonly #messages: (Message | undefined)[] = Array.from({ length: MESSAGES })
  #said = 0
  #tasks = 0
  #failed = 0
  #cancelled = 0
  #plan: WatchedPlan | undefined
  #paused = false
  #pausedSince = 0
  #pausedNs = 0
  #stopping = false
  #help = false
  #timer: Timer | undefined
  #suspended = false
  #closed = false

  constructor(options: LiveViewOptions) {
    const { out, stream, bench, drawClock } = options
    this.#options = options
    this.#colors = pc.createColors(out.colored)
    this.#painter = new Painter(text => out.write(text))
    this.#start = bench.clock.now()
    this.#realStart = drawClock.now()
    for (const name of bench.names) this.#histories.set(name, new History())
    stream.on('resize', this.#resized)
    this.#schedule()
  }

  /** Whose loops are shown. */
  follow(plan: WatchedPlan): void {
    this.#plan = plan
  }

  finished(task: PlanTask): void {
    this.#tasks++
    this.#keep(task)
    if (task.state !== 'succeeded') {
      if (task.state === 'cancelled') this.#cancelled++
      else this.#failed++
      return
    }
    let known = this.#measures.get(task.name)
    if (known === undefined && !this.#measures.has(task.name)) {
      known = this.#measured(task.name)
      this.#measures.set(task.name, known)
    }
    const reading = known?.measure(task.result)
    if (reading !== undefined) known?.history.add(reading)
  }

  heard(event: WorkerEvent): void {
    if (event.type === 'queued' || event.type === 'running' || event.type === 'finished') return
    if (event.type === 'paused') this.#pause(true)
    else if (event.type === 'resumed') this.#pause(false)
    const told = eventText(event, this.#colors)
    if (told === undefined) return
    this.#keep(told.text)
    // What is grave stays on the terminal when the view is gone.
    if (told.grave) this.#stays(told.text)
  }

  noted(text: string): void {
    this.#stays(oneLine(text))
  }

  say(text: string): void {
    if (this.#closed || this.#suspended) this.#options.out.write(text)
    else this.#painter.above(text)
  }

  /** A short line for the moment, among the last messages. */
  note(text: string): void {
    this.#keep(oneLine(text))
  }

  /** The plan is being stopped. */
  stopping(): void {
    this.#stopping = true
  }

  /** More about the keys, or less of it. */
  toggleHelp(): void {
    this.#help = !this.#help
  }

  /** Somebody else has the terminal until `resume`. */
  suspend(): void {
    this.#suspended = true
    this.#painter.end()
  }

  resume(): void {
    this.#suspended = false
  }

  /** Everything is drawn anew: somebody else may have written over it. */
  refresh(): void {
    this.#painter.erase()
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    this.#options.stream.off('resize', this.#resized)
    this.#painter.end()
  }

  readonly #resized = (): void => {
    this.#painter.resized(sizeOf(this.#options.stream).columns)
  }

  #schedule(): void {
    this.#timer = this.#options.drawClock.after(FRAME_NS, () => this.#draw(), { background: true })
  }

  #draw(): void {
    if (this.#closed) return
    const { stream, out, unicode } = this.#options
    // A line that is too slow for all frames gets fewer of them.
    if (!this.#suspended && !stream.writableNeedDrain) {
      this.#painter.paint(frameOf(this.#picture(), { ...sizeOf(stream), colored: out.colored, unicode }))
    }
    this.#schedule()
  }

  #picture(): RunPicture {
    const { bench, name, estimate, keys, drawClock } = this.#options
    const now = bench.clock.now()
    const pausing = this.#paused ? now - this.#pausedSince : 0
    return {
      name,
      state: this.#state(),
      elapsed: (now - this.#start) / 1e6,
      virtual: bench.clock.kind === 'virtual',
      peripherals: bench.names.map(peripheral => this.#peripheral(peripheral)),
      advance: {
        loops: this.#plan?.loops ?? [],
        elapsed: (now - this.#start - this.#pausedNs - pausing) / 1e6,
        estimate: estimate?.durationMs,
        realElapsed: (drawClock.now() - this.#realStart) / 1e6,
        tasks: this.#tasks,
        failed: this.#failed,
        cancelled: this.#cancelled,
      },
      messages: this.#lastMessages(),
      keys: keys ? (this.#help ? 'long' : 'short') : undefined,
    }
  }

  #state(): RunState {
    if (this.#options.bench.stopped !== undefined) return 'STOPPED'
    if (this.#plan?.cleaningUp) return 'stopping: cleaning up'
    if (this.#stopping) return 'stopping'
    if (this.#paused) return 'paused'
    return this.#plan?.state === 'pausing' ? 'pausing' : 'running'
  }

  #peripheral(name: string): PeripheralPicture {
    const { bench } = this.#options
    const { type, queue } = bench.peripheral(name)
    const { state, task, waiting } = peripheralStatus(type, queue, bench.stopped !== undefined)
    const history = this.#histories.get(name)
    return {
      name,
      type,
      state,
      task: task === null ? undefined : { name: actionOf(task.name, name), ms: queue.current?.task.ran ?? 0 },
      waiting,
      last: history?.last,
      history: history?.values ?? [],
    }
  }

  /** What a task of that name measures. */
  #measured(task: string): { measure: Measure; history: History } | undefined {
    const dot = task.indexOf('.')
    const [peripheral, action] = [task.slice(0, dot), task.slice(dot + 1)]
    const history = this.#histories.get(peripheral)
    if (history === undefined) return undefined
    const { actions } = this.#options.bench.peripheral(peripheral).definition
    const measure = Object.hasOwn(actions, action) ? measureOf(actions[action]?.output) : undefined
    return measure === undefined ? undefined : { measure, history }
  }

  #pause(paused: boolean): void {
    if (this.#paused === paused) return
    const now = this.#options.bench.clock.now()
    this.#paused = paused
    if (paused) this.#pausedSince = now
    else this.#pausedNs += now - this.#pausedSince
  }

  #stays(text: string): void {
    this.say(`${this.#since(this.#options.bench.clock.now())}  ${text}\n`)
  }

  #keep(what: string | PlanTask): void {
    this.#messages[this.#said++ % MESSAGES] = { at: this.#options.bench.clock.now(), what }
  }

  #lastMessages(): string[] {
    const first = Math.max(0, this.#said - MESSAGES)
    return Array.from({ length: this.#said - first }, (_, index) => {
      const { at, what } = this.#messages[(first + index) % MESSAGES] as Message
      return `${this.#since(at)}  ${typeof what === 'string' ? what : finishedText(what, this.#colors)}`
    })
  }

  #since(at: number): string {
    return sinceText(at - this.#start, this.#colors)
  }
}

/** `pulse` of `pump.pulse`, in the line of the pump. */
function actionOf(task: string, peripheral: string): string {
  return task.startsWith(`${peripheral}.`) ? task.slice(peripheral.length + 1) : task
}
