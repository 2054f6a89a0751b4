/**
 * The header as it lies on the board, pin 1 at the top left: two columns of 20 pins in 80 characters. Plain ASCII, so
 * that every terminal can show it, and no meaning is in a colour alone.
 */

import pc from 'picocolors'
import type { SupplyPin } from '../../drivers/header.js'
import { formatLine } from '../../drivers/lines.js'
import { oneLine } from './format.js'
import { isLine, type LineFacts, type PinFacts } from './pinout-pins.js'

type Colors = ReturnType<typeof pc.createColors>

/** Widths of a side, from the pins outwards. */
const PIN = 2
const NAME = 6
const LEVEL = 4
const NOW = 10
const USE = 12

export function pinoutTable(pins: readonly PinFacts[], colored: boolean): string {
  const colors = pc.createColors(colored)
  const head = ['pin', 'line', 'lvl', 'function', 'used by'] as const
  const lines = [row(head.map(plain), head.map(plain), colors.dim)]
  for (let index = 0; index < pins.length; index += 2) {
    const [left, right] = [pins[index], pins[index + 1]]
    if (left !== undefined && right !== undefined) lines.push(row(cells(left, colors), cells(right, colors)))
  }
  return lines.map(line => `${line.trimEnd()}\n`).join('')
}

/** A text and how it is painted once it has been padded. */
interface Cell {
  readonly text: string
  readonly paint: (text: string) => string
}

const WIDTHS = [PIN, NAME, LEVEL, NOW, USE] as const

function plain(text: string): Cell {
  return { text, paint: same => same }
}

/** Both sides, the left one mirrored. */
function row(left: readonly Cell[], right: readonly Cell[], paint?: (text: string) => string): string {
  // Only the text is painted, so that the spaces are the same with and without colour.
  const painted = (cell: Cell): string => (cell.text === '' ? '' : (paint ?? cell.paint)(cell.text))
  const space = ({ text }: Cell, index: number): string => ' '.repeat(Math.max(0, (WIDTHS[index] ?? 0) - text.length))
  const outwards = left.map((cell, index) => space(cell, index) + painted(cell))
  const inwards = right.map((cell, index) => painted(cell) + space(cell, index))
  return `${outwards.reverse().join(' ')} | ${inwards.join(' ')}`
}

function cells(facts: PinFacts, colors: Colors): Cell[] {
  const number = plain(String(facts.pin.pin))
  if (!isLine(facts)) return [number, supplyCell(facts.pin, colors), plain(''), plain(''), plain('')]
  const { pin, now, unsure, level } = facts
  return [
    number,
    { text: pin.name, paint: colors.bold },
    { text: level ?? '?', paint: level === 'high' ? colors.red : level === 'low' ? colors.blue : colors.dim },
    { text: now === undefined ? '?' : `${cut(now, NOW - 1)}${unsure ? '?' : ''}`, paint: functionPaint(now, colors) },
    useCell(facts, colors),
  ]
}

function supplyCell({ kind, name }: SupplyPin, colors: Colors): Cell {
  const text = kind === 'GND' ? 'ground' : name
  return { text, paint: kind === 'GND' ? colors.dim : kind === '5V' ? colors.red : colors.yellow }
}

function functionPaint(now: string | undefined, colors: Colors): Cell['paint'] {
  if (now === undefined) return colors.dim
  if (now === 'output') return colors.yellow
  return now === 'input' ? colors.green : colors.magenta
}

/** The peripheral of the bench, else the holder, else in brackets what the line usually serves. */
function useCell({ pin, now, consumer, peripheral }: LineFacts, colors: Colors): Cell {
  // The mark tells a peripheral from a holder without colour.
  if (peripheral !== undefined) return { text: `*${cut(peripheral, USE - 1)}`, paint: colors.cyan }
  if (consumer !== undefined) return { text: cut(consumer === '' ? 'kernel' : consumer, USE), paint: colors.bold }
  const usual = serves(now) ? undefined : pin.functions[0]
  return { text: usual === undefined ? '' : `(${cut(usual, USE - 2)})`, paint: colors.dim }
}

/** It is in an alternate function. */
function serves(now: string | undefined): boolean {
  return now !== undefined && !['input', 'output', 'off'].includes(now)
}

/** `~` at the end says that there is more. */
function cut(text: string, width: number): string {
  const line = oneLine(text)
  return line.length <= width ? line : `${line.slice(0, width - 1)}~`
}

/** What is said below the table: the marks that are in it, and lines of the bench that somebody holds. */
export function legend(pins: readonly PinFacts[], why: string | undefined): string[] {
  const lines = pins.filter(isLine)
  const notes: string[] = []
  const has = (test: (facts: LineFacts) => boolean): boolean => lines.some(test)
  if (has(({ level, now, unsure }) => level === undefined || now === undefined || unsure)) {
    notes.push(`? is not known${why === undefined ? '' : `: ${why}`}`)
  }
  if (has(({ peripheral }) => peripheral !== undefined)) notes.push('* is a peripheral of the bench')
  if (
    has(
      ({ consumer, peripheral, now, pin }) =>
        consumer === undefined && !peripheral && !serves(now) && pin.functions.length > 0,
    )
  ) {
    notes.push('( ) is what a free line can serve, not what it does now')
  }
  for (const { pin, consumer, peripheral, now } of lines) {
    if (peripheral === undefined) continue
    const of = `${formatLine(pin.line)} of ${oneLine(peripheral)}`
    if (consumer !== undefined)
      notes.push(`${of} is held by ${consumer === '' ? 'the kernel' : `"${oneLine(consumer)}"`}`)
    else if (serves(now)) notes.push(`${of} serves ${now}`)
  }
  return notes
}
