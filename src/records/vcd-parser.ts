/** The grammar of VCD files, fed with bytes as they come. */

import type { Level } from '../../drivers/driver.js'
import { PiWorkerError } from '../errors.js'
import { type Declaration, namesOf } from './vcd-names.js'
import type { VcdVisitor } from './vcd-reader.js'

/** Longer words are no part of a VCD file: a vector has at most some thousand bits. */
const LONGEST_WORD = 1 << 16
/** Words of one `$var`, `$scope` or `$timescale`: more, and its `$end` is missing. */
const MOST_WORDS = 16
const SPACE = 32
const NEWLINE = 10
const LAST_PRINTABLE = 126
const NS_PER_UNIT: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1, ps: 1e-3, fs: 1e-6 }
const NO_VCD = 'Give a VCD file, as pi-worker run --trace, sigrok-cli -O vcd and logic analysers write it.'
const TRUNCATED = 'The file seems to be truncated: record or copy it again.'
/** Sections whose text says nothing of signals, and may be of any form. */
const TEXTS = new Set(['$comment', '$date', '$version'])
/** Marks around values, which stand for themselves. */
const DUMPS = new Set(['$dumpvars', '$dumpall', '$dumpon', '$dumpoff'])

/** Where the next word belongs. */
type Expecting = 'declaration' | 'value' | 'identifier'

export class VcdParser {
  readonly #place: string
  readonly #visitor: VcdVisitor
  #line = 1
  /** The beginning of a word whose end has not come yet. */
  #word = ''
  #expecting: Expecting = 'declaration'
  /** The section that is open, its words, and the line on which it began. */
  #section: string | undefined
  #words: string[] = []
  #sectionLine = 0
  /** Of a vector whose identifier has not come yet. */
  #vector = ''
  #nsPerTick: number | undefined
  #time = 0
  #started = false
  #scope: string[] = []
  readonly #declared: Declaration[] = []
  /** Places in the list of signals by identifier; none for signals of several bits. */
  readonly #signals = new Map<string, number[]>()

  constructor(place: string, visitor: VcdVisitor) {
    this.#place = place
    this.#visitor = visitor
  }

  /** The next `size` bytes of the file. @throws ERR_BAD_RECORDING */
  push(bytes: Buffer, size: number): void {
    let start = 0
    for (let at = 0; at < size; at++) {
      const byte = bytes[at]!
      if (byte > SPACE && byte <= LAST_PRINTABLE) continue
      // Comments may be in any language, other words are ASCII.
      if (byte > LAST_PRINTABLE && this.#inText()) continue
      if (byte > SPACE || (byte < SPACE && (byte < 9 || byte > 13))) throw this.#binary(byte)
      if (at > start || this.#word !== '') this.#take(this.#word + bytes.toString('latin1', start, at))
      this.#word = ''
      start = at + 1
      if (byte === NEWLINE) this.#line++
    }
    this.#word += bytes.toString('latin1', start, size)
    if (this.#word.length > LONGEST_WORD) throw this.#bad('a word has no end', NO_VCD)
  }

  /** The file is over. @throws ERR_BAD_RECORDING */
  end(): void {
    if (this.#word !== '') this.#take(this.#word)
    this.#word = ''
    if (this.#section !== undefined) {
      throw this.#bad(`${this.#section} of line ${this.#sectionLine} has no $end`, TRUNCATED)
    }
    if (this.#expecting === 'declaration') {
      const empty = this.#declared.length === 0 && this.#nsPerTick === undefined
      throw empty ? this.#bad('it is no VCD file', NO_VCD) : this.#bad('it ends before $enddefinitions', TRUNCATED)
    }
    if (this.#expecting === 'identifier') throw this.#bad(`the value ${this.#vector} has no signal`, TRUNCATED)
    if (!this.#started) throw this.#bad('it ends before its first value', TRUNCATED)
    this.#visitor.end(this.#time)
  }

  #inText(): boolean {
    return this.#section !== undefined && TEXTS.has(this.#section)
  }

  #take(word: string): void {
    if (this.#section !== undefined) this.#continue(this.#section, word)
    else if (this.#expecting === 'identifier') this.#vectorOf(word)
    else if (word.startsWith('$')) this.#command(word)
    else if (this.#expecting === 'value') this.#value(word)
    else throw this.#bad(`"${shown(word)}" is no part of a VCD file`, NO_VCD)
  }

  #command(word: string): void {
    // What closes $dumpvars stands alone, as its values do.
    if (this.#expecting === 'value' && (DUMPS.has(word) || word === '$end')) return
    this.#section = word
    this.#sectionLine = this.#line
    this.#words = []
  }

  #continue(section: string, word: string): void {
    if (word === '$end') {
      this.#section = undefined
      this.#close(section)
      return
    }
    if (TEXTS.has(section)) return
    if (this.#words.length >= MOST_WORDS)
      throw this.#bad(`${section} of line ${this.#sectionLine} has no $end`, TRUNCATED)
    this.#words.push(word)
  }

  #close(section: string): void {
    const words = this.#words
    if (section === '$timescale') this.#nsPerTick = this.#timescale(words.join(''))
    else if (section === '$scope') this.#scope.push(words[1] ?? '')
    else if (section === '$upscope') this.#scope.pop()
    else if (section === '$var') this.#declare(words)
    else if (section === '$enddefinitions') this.#begin()
  }

  #timescale(text: string): number {
    const [, number, unit = ''] = /^(1|10|100)(s|ms|us|ns|ps|fs)$/.exec(text) ?? []
    if (number !== undefined) return Number(number) * NS_PER_UNIT[unit]!
    throw this.#bad(`its timescale "${shown(text)}" is none`, 'Write 1, 10 or 100 and one of s, ms, us, ns, ps, fs.')
  }

  /** `wire 1 ! pump`, `wire 1 ! bus [3]`. */
  #declare([, width, identifier, name, ...select]: readonly string[]): void {
    if (width === undefined || identifier === undefined || name === undefined) {
      throw this.#bad('a $var lacks its width, identifier or name', NO_VCD)
    }
    const places = this.#signals.get(identifier) ?? []
    this.#signals.set(identifier, places)
    if (width !== '1') return
    places.push(this.#declared.length)
    this.#declared.push({ scope: this.#scope.filter(Boolean), name: name + select.join('') })
  }

  #begin(): void {
    if (this.#nsPerTick === undefined)
      throw this.#bad('it has no $timescale', 'Add a line such as $timescale 1 us $end.')
    if (this.#declared.length === 0) {
      throw this.#bad('it has no signal of one bit', 'Record the lines as single signals, not as a bus.')
    }
    this.#expecting = 'value'
    this.#visitor.signals(namesOf(this.#declared).map(name => ({ name })))
  }

  #value(word: string): void {
    switch (word.charCodeAt(0) | 0x20) {
      case 0x23: // # (and no other character becomes # by the bit)
        this.#at(word)
        return
      case 0x30: // 0
      case 0x31: // 1
      case 0x78: // x, X
      case 0x7a: // z, Z
        this.#change(word.slice(1), levelOf(word.charCodeAt(0)), word)
        return
      case 0x62: // b, B
      case 0x72: // r, R
      case 0x73: // s, S
        this.#vector = word
        this.#expecting = 'identifier'
        return
    }
    throw this.#bad(`"${shown(word)}" is no part of a VCD file`, NO_VCD)
  }

  #at(word: string): void {
    const digits = word.slice(1)
    const time = Math.round(Number(digits) * (this.#nsPerTick as number))
    if (!/^\d+$/.test(digits)) throw this.#bad(`the time ${shown(word)} is none`, NO_VCD)
    if (!Number.isSafeInteger(time)) throw this.#bad(`the time ${shown(word)} is later than 104 days`, 'Cut the file.')
    if (time < this.#time) {
      throw this.#bad(`the time ${shown(word)} comes after a later one`, 'Sort its times, or record or copy it again.')
    }
    this.#time = time
    this.#started = true
  }

  /** A signal of one bit may be written as a vector too: `b1 !`. */
  #vectorOf(identifier: string): void {
    const value = this.#vector
    this.#expecting = 'value'
    const isBit = /^[bB][01xXzZ]$/.test(value)
    this.#change(identifier, isBit ? levelOf(value.charCodeAt(1)) : undefined, value)
  }

  #change(identifier: string, level: Level | undefined, word: string): void {
    const places = this.#signals.get(identifier)
    if (places === undefined) {
      const what = identifier === '' ? 'names no signal' : 'is of a signal that the file does not declare'
      throw this.#bad(`the value ${shown(word)} ${what}`, TRUNCATED)
    }
    this.#started = true
    for (const place of places) this.#visitor.change(place, level, this.#time)
  }

  #binary(byte: number): PiWorkerError {
    return this.#bad(`it is no VCD file: it has the byte 0x${byte.toString(16).padStart(2, '0')}`, NO_VCD)
  }

  #bad(what: string, remedy: string): PiWorkerError {
    const place = `${this.#place}:${this.#line}`
    return new PiWorkerError('ERR_BAD_RECORDING', `${place}: ${what}`, { place, remedy })
  }
}

function levelOf(code: number): Level | undefined {
  return code === 0x31 ? 'high' : code === 0x30 ? 'low' : undefined
}

function shown(word: string): string {
  return word.length > 40 ? `${word.slice(0, 39)}…` : word
}
