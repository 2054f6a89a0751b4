/**
 * The input of a stop button. It is normally closed: pressed, it opens, and so does a broken wire. Whatever makes it
 * unknown whether it is closed, stops the bench too.
 */

import { Type } from 'typebox'
import type { EdgeEvent, Level, LineHandle } from '../../../drivers/driver.js'
import { formatLine } from '../../../drivers/lines.js'
import { messageOf, PiWorkerError } from '../../errors.js'
import { toNs } from '../../worker/duration.js'
import { definePeripheral } from '../definition.js'
import { levelAt } from '../lease.js'
import { Default, DurationSchema, type Input, Line, OneOf } from '../schema.js'

/** What it is called where peripherals have their names: none of them can have this one. */
export const STOP_LINE_NAME = 'stop'

const Press = Type.Object({
  at: DurationSchema({ description: 'When it is pressed, or its wire breaks, after the bench was opened.' }),
  for: Type.Optional(DurationSchema({ description: 'How long; without it, it stays so.', exclusiveMinimum: 0 })),
})

/** Nobody calls it, so it is no peripheral of the bench; but its line is claimed, located and simulated like theirs. */
export const stopLine = definePeripheral({
  type: 'stop-line',
  part: 'stop-line',
  title: 'Stop line',
  description: 'A stop button that is normally closed: pressing it, or a broken wire, stops the bench.',
  config: Type.Object({
    line: Line(),
    bias: Default(
      OneOf(['as-is', 'disabled', 'pull-up', 'pull-down'], {
        description: "The chip's own resistor, which gives the line its level while the button is open.",
      }),
      'pull-up',
    ),
    open: Default(
      OneOf(['high', 'low'], {
        description: 'The level on the line while the button is open: high for a button to ground with a pull-up.',
      }),
      'high',
    ),
    debounce: Default(
      DurationSchema({
        description: 'An opening that is shorter does not stop the bench, and every stop comes that much later.',
      }),
      0,
    ),
  }),
  check: ({ bias, open }) => {
    if (!((bias === 'pull-up' && open === 'low') || (bias === 'pull-down' && open === 'high'))) return undefined
    return {
      path: ['open'],
      message: `cannot be ${open} with ${bias}: an open button, or a broken wire, would not be seen`,
      remedy: `Write open: ${open === 'low' ? 'high' : 'low'} and wire the button the other way; or bias: as-is.`,
    }
  },
  simulate: Type.Object({ presses: Type.Optional(Type.Array(Press, { description: 'When it is pressed.' })) }),
  needs: ({ bias, debounce }) => ({
    bias,
    debounce: debounce > 0,
    instead: 'Put a resistor of your own beside the stop button (bias: as-is), and leave out debounce.',
  }),
  open: ({ config, board }): Promise<LineHandle> => {
    const { line, bias, debounce } = config
    const settings = { direction: 'input', edges: 'both', bias, debounceNs: toNs(debounce) } as const
    return board.request({ lines: [line], settings })
  },
  actions: {},
})

/** As it is written in `stopLine` of `openBench` and in the `stop` of a plan file. */
export type StopLineConfig = Input<typeof stopLine.config>
export class StopLine {
  /** BCM number. */
  readonly line: number
  readonly #handle: LineHandle
  readonly #open: Level
  #heard: ((reason: string) => void) | undefined
  /** Why it can be watched no more. */
  #failure: string | undefined

  /** @param handle An input with both edges. */
  constructor(handle: LineHandle, { line, open }: { readonly line: number; readonly open: Level }) {
    this.line = line
    this.#handle = handle
    this.#open = open
    handle.edges(event => this.#event(event))
  }

  /** Why the bench must not run, as a sentence after its name; undefined while the button is closed. */
  get openNow(): string | undefined {
    if (this.#failure !== undefined) return this.#failure
    try {
      return this.level === this.#open ? `the stop line ${formatLine(this.line)} is open` : undefined
    } catch (error) {
      return `the stop line ${formatLine(this.line)} cannot be read: ${messageOf(error)}`
    }
  }

  /** The physical level now. */
  get level(): Level {
    return levelAt(this.#handle.get(), 0, this.#handle.settings)
  }

  /** @throws ERR_STOPPED when it is open: before anything has moved */
  refuseOpen(): void {
    const open = this.openNow
    if (open === undefined) return
    throw new PiWorkerError('ERR_STOPPED', `the bench is not opened: ${open}`, {
      place: formatLine(this.line),
      remedy: 'Release the stop button, and check its wires: it is normally closed.',
      details: { line: this.line },
    })
  }

  /** Calls `heard` with the reason, each time that it opens. */
  onOpen(heard: (reason: string) => void): void {
    this.#heard = heard
  }

  #event(event: EdgeEvent): void {
    if (event.kind === 'failed') {
      this.#failure = `the stop line ${formatLine(this.line)} can be watched no more: ${event.error.message}`
      this.#heard?.(this.#failure)
      return
    }
    // An edge that says open counts although the line is closed again; after lost ones, what it is now.
    const opened = event.kind === 'edge' && (event.direction === 'rising' ? 'high' : 'low') === this.#open
    const reason = opened ? `the stop line ${formatLine(this.line)} opened` : this.openNow
    if (reason !== undefined) this.#heard?.(reason)
  }
}
