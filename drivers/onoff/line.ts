/**
 * One exported line: its direction, physical level and interrupts. The kernel's active-low setting is never used, so
 * everything here is physical.
 */

import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Bit, Direction, EdgeSelection } from '../driver.js'
import type { FileHandover, SafeLevel } from '../handover.js'
import { fileFailure, type LineId, noInterrupt } from './failures.js'
import type { SysfsFiles } from './files.js'
import type { Gpio, GpioClass } from './package.js'

/** What a line is to be; an output without a level keeps the one that it has. */
export type LineTarget =
  | { readonly direction: 'input'; readonly edges: EdgeSelection }
  | { readonly direction: 'output'; readonly level: Bit | undefined }

/**
 * Called for every interrupt with the level that the line had when it was read. With a failure, the level means nothing,
 * and calls come without end until the line is unwatched.
 */
export type InterruptListener = (level: Bit, failure: Error | undefined) => void

const ONE = '1'.charCodeAt(0)

export class SysfsLine {
  readonly id: LineId
  readonly #root: string
  readonly #folder: string
  readonly #files: SysfsFiles
  readonly #gpio: Gpio
  /** Our own descriptor for reading: a read through the package's would take an interrupt away from its poll. */
  readonly #fd: number
  readonly #buffer = Buffer.alloc(1)
  #direction: Direction | undefined
  #edges: EdgeSelection = 'none'
  /** What the package's last read threw. */
  #readFailure: unknown
  #released = false

  /** @param root `/sys/class/gpio`, where the line is exported and may be opened. */
  constructor(Gpio: GpioClass, root: string, id: LineId, files: SysfsFiles) {
    this.id = id
    this.#root = root
    this.#folder = join(root, `gpio${id.number}`)
    this.#files = files
    this.#fd = openSync(this.#file('value'), 'r')
    try {
      // With its own direction and told to leave it alone, the package writes nothing at all.
      const direction = readFileSync(this.#file('direction'), 'utf8').trim() === 'out' ? 'out' : 'in'
      this.#gpio = new Gpio(id.number, direction, undefined, { reconfigureDirection: false })
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
    this.#catchReadErrors()
  }

  /** The file with the line's level. */
  get valueFile(): string {
    return this.#file('value')
  }

  /**
   * What puts the line into a safe state, and what lets it go. Through `direction`, which sets the level of an output too:
   * so it does not matter what the line is then.
   */
  handover(safe: SafeLevel): Pick<FileHandover, 'writes' | 'release'> {
    const text = safe === 'input' ? 'in' : safe
    return {
      writes: text === 'keep' ? [] : [{ path: this.#file('direction'), text }],
      release: [{ path: join(this.#root, 'unexport'), text: String(this.id.number) }],
    }
  }

  /** @throws ERR_UNSUPPORTED (no interrupt), ERR_CHIP_GONE, ERR_IO */
  configure(target: LineTarget): void {
    try {
      if (target.direction === 'output') this.#becomeOutput(target.level)
      else this.#becomeInput(target.edges)
    } catch (error) {
      throw fileFailure(this.id, 'configured', this.#folder, error)
    }
  }

  read(): Bit {
    try {
      readSync(this.#fd, this.#buffer, 0, 1, 0)
    } catch (error) {
      throw this.#unreadable(error)
    }
    return this.#buffer[0] === ONE ? 1 : 0
  }

  set(level: Bit): void {
    try {
      this.#gpio.writeSync(level)
    } catch (error) {
      throw fileFailure(this.id, 'set', this.#file('value'), error)
    }
  }

  /**
   * Calls `listener` for every interrupt from now on, until `unwatch`; gives the level at the start.
   * Interrupts that the kernel joined come as one.
   */
  watch(listener: InterruptListener): Bit {
    // Reading takes away what happened before.
    const level = this.#gpio.readSync() === 1 ? 1 : 0
    if (this.#readFailure !== undefined) throw this.#unreadable(this.#readFailure)
    this.#gpio.watch((pollError, value) => {
      const failure = this.#readFailure ?? pollError ?? undefined
      listener(value === 1 ? 1 : 0, failure === undefined ? undefined : this.#unreadable(failure))
    })
    return level
  }

  unwatch(): void {
    this.#gpio.unwatchAll()
  }

  /** Unexports the line. A second call does nothing. */
  release(): void {
    if (this.#released) return
    this.#released = true
    closeSync(this.#fd)
    this.#gpio.unexport()
  }

  /** As `release`, but the line stays exported, as it is, for whoever has its handover. */
  leave(): void {
    if (this.#released) return
    this.#released = true
    closeSync(this.#fd)
    this.#gpio.unwatchAll()
    // The package closes its file only when it unexports; a version that calls it otherwise keeps it until the process ends.
    if (this.#gpio._valueFd !== undefined) closeSync(this.#gpio._valueFd)
  }

  #becomeOutput(level: Bit | undefined): void {
    if (this.#direction === 'output') {
      if (level !== undefined) this.#gpio.writeSync(level)
      return
    }
    // The kernel refuses to drive a line that is in use as an interrupt.
    this.#setEdges('none')
    // Direction and level in one write, so that the line shows no other level in between.
    this.#gpio.setDirection(level === 1 ? 'high' : 'low')
    this.#direction = 'output'
  }

  #becomeInput(edges: EdgeSelection): void {
    // On a fresh line too, whatever it says that it is: a line that serves another function says `in`.
    if (this.#direction !== 'input') this.#gpio.setDirection('in')
    this.#direction = 'input'
    this.#setEdges(edges)
  }

  #setEdges(edges: EdgeSelection): void {
    if (edges === this.#edges) return
    const file = this.#file('edge')
    if (!existsSync(file)) throw noInterrupt(this.id)
    // The package hides an interrupt whose level does not fit the selection when it reads it: it shall hide none.
    this.#gpio.setEdge(edges === 'none' ? 'none' : 'both')
    if (edges === 'rising' || edges === 'falling') this.#files.write(file, edges)
    this.#edges = edges
  }

  /** The package reads the level in a callback of its addon, where what is thrown ends the process. */
  #catchReadErrors(): void {
    const read = this.#gpio.readSync.bind(this.#gpio)
    this.#gpio.readSync = () => {
      try {
        return read()
      } catch (error) {
        this.#readFailure = error
        return 0
      }
    }
  }

  #unreadable(error: unknown): Error {
    return fileFailure(this.id, 'read', this.#file('value'), error)
  }

  #file(name: string): string {
    return join(this.#folder, name)
  }
}
