/**
 * /sys/class/gpio in a folder, with a kernel behind it that exports, refuses, and interrupts; and a stand-in for the
 * class of the package `onoff` that works on it as the real one does.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { SysfsFiles } from '../../../drivers/onoff/files.js'
import type { Gpio } from '../../../drivers/onoff/package.js'
import { tempFolder } from '../temp-folder.js'

export interface FakeChip {
  readonly base: number
  readonly label: string
  readonly lines: number
  /** Its name in /dev. */
  readonly device?: string
}

export const HEADER: FakeChip = { base: 458, label: 'pinctrl-bcm2711', lines: 54, device: 'gpiochip0' }

export class FakeSysfs {
  readonly root = tempFolder()
  /** Numbers of lines that another program holds, not through sysfs. */
  readonly held = new Set<number>()
  /** Every write, in order: `export 475`, `gpio475/direction high`, `gpio475/value 1`. */
  readonly writes: string[] = []
  /** Files (`gpio475/value`) that the user may not use, and how often that will be said. */
  readonly closed = new Map<string, number>()
  /** Files whose writing fails, with the errno. */
  readonly broken = new Map<string, string>()
  /** Lines without an interrupt. */
  readonly deaf = new Set<number>()
  readonly watchers = new Map<number, FakeGpio>()
  readonly Gpio: new (
    number: number,
  ) => FakeGpio
  readonly #chips: readonly FakeChip[]
  readonly #exported = new Set<number>()

  constructor(chips: readonly FakeChip[] = [HEADER]) {
    this.#chips = chips
    for (const { base, label, lines, device } of chips) {
      const folder = join(this.root, `gpiochip${base}`)
      mkdirSync(join(folder, 'device', device ?? 'none'), { recursive: true })
      writeFileSync(join(folder, 'label'), `${label}\n`)
      writeFileSync(join(folder, 'base'), `${base}\n`)
      writeFileSync(join(folder, 'ngpio'), `${lines}\n`)
    }
    const sysfs = this
    this.Gpio = class extends FakeGpio {
      constructor(number: number) {
        super(sysfs, number)
      }
    }
  }

  readonly files: SysfsFiles = {
    write: (path, text) => this.write(path.slice(this.root.length + 1), text),
    check: path => {
      const name = path.slice(this.root.length + 1)
      const left = this.closed.get(name) ?? 0
      if (left === 0) return
      this.closed.set(name, left - 1)
      throw refusal('EACCES')
    },
  }

  /** The numbers that are exported now. */
  get exported(): number[] {
    return [...this.#exported]
  }

  /** What the user writes, by the name below the root. */
  write(name: string, text: string): void {
    const errno = this.broken.get(name)
    if (errno !== undefined) throw refusal(errno)
    if (name === 'export') this.#export(Number(text))
    if (name === 'unexport') this.#unexport(Number(text))
    if (basename(name) === 'direction') this.#setDirection(dirname(name), text)
    else if (name.includes('/')) writeFileSync(join(this.root, name), text)
    this.writes.push(`${name} ${text}`)
  }

  read(name: string): string {
    return readFileSync(join(this.root, name), 'utf8')
  }

  /** The outside world sets an input; the kernel interrupts as its `edge` file says. */
  drive(number: number, level: 0 | 1): void {
    const folder = `gpio${number}`
    if (this.read(`${folder}/value`) === String(level)) return
    this.change(number, level)
    const edge = this.read(`${folder}/edge`)
    if (edge === 'both' || edge === (level === 1 ? 'rising' : 'falling')) this.interrupt(number)
  }

  /** The level changes and nobody is told. */
  change(number: number, level: 0 | 1): void {
    writeFileSync(join(this.root, `gpio${number}`, 'value'), String(level))
  }

  removeChip(base: number): void {
    rmSync(join(this.root, `gpiochip${base}`), { recursive: true })
  }

  /** The package is told of an interrupt, and reads the level that there is now. */
  interrupt(number: number): void {
    this.watchers.get(number)?.interrupted()
  }

  #export(number: number): void {
    const chip = this.#chips.find(({ base, lines }) => number >= base && number < base + lines)
    if (chip === undefined) throw refusal('EINVAL')
    if (this.held.has(number) || this.#exported.has(number)) throw refusal('EBUSY')
    this.#exported.add(number)
    const folder = join(this.root, `gpio${number}`)
    mkdirSync(folder)
    for (const [name, text] of Object.entries({ direction: 'in', value: '0', edge: 'none' })) {
      if (name !== 'edge' || !this.deaf.has(number)) writeFileSync(join(folder, name), text)
    }
  }

  #unexport(number: number): void {
    if (!this.#exported.delete(number)) throw refusal('EINVAL')
    rmSync(join(this.root, `gpio${number}`), { recursive: true })
  }

  #setDirection(folder: string, text: string): void {
    writeFileSync(join(this.root, folder, 'direction'), text === 'in' ? 'in' : 'out')
    if (text !== 'in') writeFileSync(join(this.root, folder, 'value'), text === 'high' ? '1' : '0')
  }
}

type Listener = (error: Error | null | undefined, value: number) => void

/** What the package does with a line that is exported already. */
export class FakeGpio implements Gpio {
  readonly #sysfs: FakeSysfs
  readonly #number: number
  readonly #folder: string
  #listeners: Listener[] = []
  #both = false

  constructor(sysfs: FakeSysfs, number: number) {
    this.#sysfs = sysfs
    this.#number = number
    this.#folder = `gpio${number}`
    sysfs.watchers.set(number, this)
  }

  readSync(): number {
    return Number(this.#sysfs.read(`${this.#folder}/value`))
  }

  writeSync(value: 0 | 1): void {
    this.#sysfs.write(`${this.#folder}/value`, String(value))
  }

  setDirection(direction: 'in' | 'high' | 'low'): void {
    this.#sysfs.write(`${this.#folder}/direction`, direction)
  }

  setEdge(edge: 'none' | 'both'): void {
    this.#sysfs.write(`${this.#folder}/edge`, edge)
    this.#both = edge === 'both'
  }

  watch(callback: Listener): void {
    this.#listeners.push(callback)
  }

  unwatchAll(): void {
    this.#listeners = []
  }

  unexport(): void {
    this.#listeners = []
    if (this.#sysfs.exported.includes(this.#number)) this.#sysfs.write('unexport', String(this.#number))
  }

  /** The package reads through its own method, and calls nobody for an edge that it does not know to be selected. */
  interrupted(): void {
    const value = this.readSync()
    if (this.#both) for (const listener of [...this.#listeners]) listener(null, value)
  }
}

function refusal(errno: string): Error {
  return Object.assign(new Error(`${errno}: refused`), { code: errno })
}
