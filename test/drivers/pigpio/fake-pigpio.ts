/** The npm package `pigpio` without its C library: it writes down the calls, and fails when it is told to. */

import type { AlertListener, Gpio, GpioBank, PigpioPackage, WavePulse } from '../../../drivers/pigpio/package.js'

export class FakePigpio implements PigpioPackage {
  /** Every call that changes something, in order: `17 mode 0`, `set 131072`, `waveChain 0`. */
  readonly calls: string[] = []
  /** Physical levels. */
  readonly levels: number[] = new Array(32).fill(0)
  /** What calls fail with, by their names: `initialize`, `digitalWrite`; or of one line: `6 digitalWrite`. */
  readonly failures = new Map<string, number>()
  readonly waves = new Map<number, readonly WavePulse[]>()
  readonly alerts = new Map<number, Set<AlertListener>>()
  /** Lines whose alerts are enabled. */
  readonly alerting = new Set<number>()
  readonly glitchFilters = new Map<number, number>()
  tick = 0
  busy = 0
  running = false
  /** Called by `digitalRead`, after it has read. */
  afterRead: () => void = () => undefined
  readonly Gpio: new (
    line: number,
  ) => Gpio
  readonly GpioBank: new () => GpioBank
  #pulses: readonly WavePulse[] = []

  constructor() {
    const fake = this
    this.Gpio = class extends FakeGpio {
      constructor(line: number) {
        super(fake, line)
      }
    }
    this.GpioBank = class extends FakeBank {
      constructor() {
        super(fake)
      }
    }
  }

  call(name: string, text = name, line?: number): void {
    const code = this.failures.get(name) ?? this.failures.get(`${line} ${name}`)
    if (code !== undefined) throw new Error(`pigpio error ${code} in ${name}`)
    this.calls.push(text)
  }

  /** The outside changes a line, and pigpio tells of it. */
  drive(line: number, level: number): void {
    this.levels[line] = level
    this.tell(line, level)
  }

  /** An alert, whatever the level is. */
  tell(line: number, level: number, tick = this.tick): void {
    if (!this.alerting.has(line)) return
    for (const listener of [...(this.alerts.get(line) ?? [])]) listener(level, tick)
  }

  initialize(): void {
    this.call('initialize')
    this.running = true
  }

  terminate(): void {
    this.call('terminate')
    this.running = false
  }

  configureInterfaces(flags: number): void {
    this.call('configureInterfaces', `configureInterfaces ${flags}`)
  }

  hardwareRevision(): number {
    return 0xa02082
  }

  getTick(): number {
    return this.tick
  }

  waveAddNew(): void {
    this.call('waveAddNew')
  }

  waveAddGeneric(pulses: readonly WavePulse[]): number {
    this.call('waveAddGeneric', `waveAddGeneric ${pulses.length}`)
    this.#pulses = pulses
    return pulses.length
  }

  waveCreate(): number {
    this.call('waveCreate')
    const id = this.waves.size
    this.waves.set(id, this.#pulses)
    return id
  }

  waveDelete(id: number): void {
    this.call('waveDelete', `waveDelete ${id}`)
    this.waves.delete(id)
  }

  waveChain(chain: readonly number[]): void {
    this.call('waveChain', `waveChain ${chain.join(' ')}`)
    this.busy = 1
  }

  waveTxBusy(): number {
    return this.busy
  }

  waveTxStop(): void {
    this.call('waveTxStop')
    this.busy = 0
  }
}

class FakeGpio implements Gpio {
  readonly #fake: FakePigpio
  readonly #line: number
  #range = 250
  #frequency = 800
  #servo = 0

  constructor(fake: FakePigpio, line: number) {
    this.#fake = fake
    this.#line = line
  }

  mode(mode: number): void {
    this.#call('mode', mode)
  }

  pullUpDown(pud: number): void {
    this.#call('pullUpDown', pud)
  }

  digitalRead(): number {
    const level = this.#fake.levels[this.#line]!
    this.#fake.afterRead()
    return level
  }

  digitalWrite(level: number): void {
    this.#call('digitalWrite', level)
    this.#fake.levels[this.#line] = level
  }

  pwmFrequency(hertz: number): void {
    this.#call('pwmFrequency', hertz)
    this.#frequency = hertz > 900 ? 1000 : 800
  }

  pwmRange(range: number): void {
    this.#call('pwmRange', range)
    this.#range = range
  }

  pwmWrite(duty: number): void {
    if (duty > this.#range) throw new Error('pigpio error -8 in gpioPWM')
    this.#call('pwmWrite', duty)
  }

  getPwmFrequency(): number {
    return this.#frequency
  }

  getPwmRealRange(): number {
    return 200_000 / this.#frequency
  }

  hardwarePwmWrite(hertz: number, millionths: number): void {
    this.#call('hardwarePwmWrite', `${hertz} ${millionths}`)
  }

  servoWrite(us: number): void {
    this.#call('servoWrite', us)
    this.#servo = us
  }

  getServoPulseWidth(): number {
    return this.#servo
  }

  glitchFilter(us: number): void {
    this.#call('glitchFilter', us)
    this.#fake.glitchFilters.set(this.#line, us)
  }

  enableAlert(): void {
    this.#call('enableAlert', '')
    this.#fake.alerting.add(this.#line)
  }

  disableAlert(): void {
    this.#call('disableAlert', '')
    this.#fake.alerting.delete(this.#line)
  }

  on(_event: 'alert', listener: AlertListener): void {
    const { alerts } = this.#fake
    alerts.set(this.#line, (alerts.get(this.#line) ?? new Set()).add(listener))
  }

  off(_event: 'alert', listener: AlertListener): void {
    this.#fake.alerts.get(this.#line)?.delete(listener)
  }

  #call(name: string, argument: number | string): void {
    this.#fake.call(name, `${this.#line} ${name} ${argument}`.trim(), this.#line)
  }
}

class FakeBank implements GpioBank {
  readonly #fake: FakePigpio

  constructor(fake: FakePigpio) {
    this.#fake = fake
  }

  read(): number {
    if (this.#fake.failures.has('read')) throw new Error(`pigpio error ${this.#fake.failures.get('read')} in read`)
    return this.#fake.levels.reduce((bits, level, line) => bits | (level << line), 0) >>> 0
  }

  set(bits: number): void {
    this.#fake.call('set', `set ${bits}`)
    this.#write(bits, 1)
  }

  clear(bits: number): void {
    this.#fake.call('clear', `clear ${bits}`)
    this.#write(bits, 0)
  }

  #write(bits: number, level: number): void {
    for (let line = 0; line < 32; line++) if ((bits >>> line) & 1) this.#fake.levels[line] = level
  }
}
