/** What is known of each pin of the header, from the registers, the kernel's line info, and a bench. Requests nothing. */

import type { Board, Direction, Level } from '../../drivers/driver.js'
import { type HeaderPin, headerPins, type LinePin } from '../../drivers/header.js'
import type { LineFunctions } from '../../drivers/machine/functions.js'

export interface LineFacts {
  readonly pin: LinePin
  /** `input`, `output`, `off`, or the function that it serves: `TXD1`; undefined when it is not known. */
  readonly now: string | undefined
  /** What `now` says is what the kernel remembers, which hardware may have changed since. */
  readonly unsure: boolean
  readonly level: Level | undefined
  /** Who holds it: a name, or '' for the kernel; undefined when nobody does, or it is not known. */
  readonly consumer: string | undefined
  /** The peripheral of the bench that has it. */
  readonly peripheral: string | undefined
}

export interface Sources {
  /** Undefined when no driver opens here. */
  readonly board: Board | undefined
  readonly functions: LineFunctions
  readonly bench: ReadonlyMap<number, string>
}

export type PinFacts = LineFacts | { readonly pin: Exclude<HeaderPin, LinePin> }

export function isLine(facts: PinFacts): facts is LineFacts {
  return facts.pin.kind === 'line'
}

export function readPins(sources: Sources): PinFacts[] {
  return headerPins.map(pin => (pin.kind === 'line' ? readLine(pin, sources) : { pin }))
}

function readLine(pin: LinePin, { board, functions, bench }: Sources): LineFacts {
  const { line } = pin
  const info = board !== undefined && line < board.lineCount ? board.lineInfo(line) : undefined
  const found = functions.lines?.get(line)
  return {
    pin,
    now: found?.name ?? info?.direction,
    // A line that is held is what its holder asked for, and a simulated one has no other function.
    unsure: found === undefined && info?.used === false && board?.driver !== 'mock',
    level: found?.level ?? (info === undefined ? undefined : board?.level?.(line)),
    consumer: info?.used ? (info.consumer ?? '') : undefined,
    peripheral: bench.get(line),
  }
}

/** The pins for programs: one object each, null for what is not known. */
export function pinsJson(pins: readonly PinFacts[]): object[] {
  return pins.map(facts => {
    if (!isLine(facts)) return { pin: facts.pin.pin, kind: facts.pin.kind }
    const { pin, now, unsure, level, consumer, peripheral } = facts
    const known = unsure ? undefined : now
    return {
      pin: pin.pin,
      kind: 'line',
      line: pin.line,
      name: pin.name,
      functions: pin.functions,
      function: known ?? null,
      direction: directionOf(known) ?? null,
      level: level ?? null,
      consumer: consumer ?? null,
      peripheral: peripheral ?? null,
    }
  })
}

function directionOf(now: string | undefined): Direction | undefined {
  return now === 'input' || now === 'output' ? now : undefined
}
