/** /sys/class/pwm with a kernel behind it, in memory: it exports late, refuses, and checks what it is told. */

import { basename, dirname } from 'node:path'
import type { SysfsFiles } from '../../../drivers/buses/sysfs.js'
import { errno, type Gate } from './setup.js'

interface FakeChannel {
  period: number
  duty_cycle: number
  polarity: string
  enable: number
  /** How often udev's rule has still not run when somebody looks. */
  closed: number
}

const ROOT = '/sys/class/pwm/pwmchip0'

export class FakePwm implements SysfsFiles {
  readonly channels = new Map<number, FakeChannel>()
  /** Every write, in order: `export 0`, `pwm0/period 20000000`. */
  readonly writes: string[] = []
  /** Files (`export`, `pwm0/period`) whose next use fails, with the errno. */
  readonly broken = new Map<string, string>()
  /** Channels that another program has exported. */
  readonly held = new Set<number>()
  /** How often the files of a fresh channel refuse before udev has given them to us. */
  lateness = 0
  /** What a fresh channel has left over from whoever had it before. */
  before: Pick<FakeChannel, 'period' | 'duty_cycle' | 'polarity' | 'enable'> | undefined
  present = true
  /** Writing waits for it. */
  gate: Gate | undefined

  async read(path: string): Promise<string> {
    const name = this.#name(path)
    if (name === 'npwm') return '2\n'
    return `${this.#channel(name)[basename(name) as 'period']}\n`
  }

  async write(path: string, text: string): Promise<void> {
    const name = this.#name(path)
    await this.gate?.wait()
    if (name === 'export') this.#export(Number(text))
    else if (name === 'unexport') this.#unexport(Number(text))
    else this.#set(this.#channel(name), basename(name), text)
    this.writes.push(`${name} ${text}`)
  }

  async list(): Promise<string[]> {
    return []
  }

  async check(path: string): Promise<void> {
    const channel = this.#channel(path.slice(ROOT.length + 1))
    if (channel.closed === 0) return
    channel.closed--
    throw errno('EACCES')
  }

  #export(number: number): void {
    if (this.channels.has(number) || this.held.has(number)) throw errno('EBUSY')
    const fresh = { period: 0, duty_cycle: 0, polarity: 'normal', enable: 0, closed: this.lateness }
    this.channels.set(number, { ...fresh, ...this.before })
  }

  #unexport(number: number): void {
    if (!this.channels.delete(number)) throw errno('ENODEV')
  }

  /** The rules of the kernel's pwm core (drivers/pwm/sysfs.c, pwm_apply_state). */
  #set(channel: FakeChannel, file: string, text: string): void {
    const next = { ...channel, [file]: file === 'polarity' ? text : Number(text) }
    if (next.period === 0 || next.duty_cycle > next.period) throw errno('EINVAL')
    if (file === 'polarity' && channel.enable === 1) throw errno('EBUSY')
    Object.assign(channel, next)
  }

  #channel(name: string): FakeChannel {
    const channel = this.channels.get(Number(dirname(name).replace('pwm', '')))
    if (channel === undefined) throw errno('ENOENT')
    return channel
  }

  #name(path: string): string {
    const name = path.slice(ROOT.length + 1)
    const broken = this.broken.get(name)
    this.broken.delete(name)
    if (broken !== undefined) throw errno(broken)
    if (!this.present) throw errno('ENOENT')
    return name
  }
}
