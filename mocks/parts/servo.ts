/** What a servo line moves: an arm that turns, as fast as it can, to the angle that the pulses on the wire say. */

import type { MockPwm } from '../buses/pwm.js'
import type { Part, PartContext, PartFactory } from './part.js'

/** What `simulate` may say of a servo. */
export interface ServoSimulation {
  /** Where the arm is at the start, in degrees. Default: in the middle. */
  readonly angle?: number | undefined
  /** In degrees a second. Default 600: 0.1 s for 60°, as the SG90's data sheet has it at 4.8 V. */
  readonly speed?: number | undefined
}

/** A servo without a pulse for so long lets go: two and a half frames at 50 Hz. */
const HOLD_NS = 50e6
/** What no servo takes for a pulse, in ns. */
const SHORTEST_NS = 0.4e6
const LONGEST_NS = 2.6e6

/** The mapping of the configuration, as a servo that it was made for has it. */
interface Scale {
  readonly minPulse: number
  readonly maxPulse: number
  readonly minAngle: number
  readonly maxAngle: number
}

export class ServoArm implements Part {
  readonly #now: () => number
  readonly #scale: Scale
  readonly #speed: number
  readonly #catchUp: () => void
  readonly #stop: () => void
  #angle: number
  #at: number
  #target: number | undefined
  #pulsed = Number.NEGATIVE_INFINITY
  #pulseNs: number | undefined
  #strange = 0

  constructor(context: PartContext) {
    const { board, spec } = context
    const { angle, speed = 600 } = (spec.simulate ?? {}) as ServoSimulation
    this.#now = () => board.now()
    this.#scale = spec.config as unknown as Scale
    this.#speed = speed
    this.#angle = angle ?? (this.#scale.minAngle + this.#scale.maxAngle) / 2
    this.#at = board.now()
    const source = spec.config.line === undefined ? this.#followChannel(context) : this.#followLine(context)
    this.#catchUp = source.catchUp
    this.#stop = source.stop
  }

  /** Where the arm is now, in degrees. */
  get angle(): number {
    this.#catchUp()
    this.#turn(this.#now())
    return this.#angle
  }

  /** Whether it gets pulses, and so has force. */
  get holds(): boolean {
    this.#catchUp()
    return this.#now() - this.#pulsed < HOLD_NS
  }

  /** Width of the last pulse, in ms; undefined before the first. */
  get pulseWidth(): number | undefined {
    this.#catchUp()
    return this.#pulseNs === undefined ? undefined : this.#pulseNs / 1e6
  }

  /** Pulses that were no servo's: shorter than 0.4 ms or longer than 2.6 ms. */
  get strangePulses(): number {
    return this.#strange
  }

  close(): void {
    this.#stop()
  }

  #followLine({ spec, wire }: PartContext): { catchUp: () => void; stop: () => void } {
    const active = spec.config.activeLow === true ? 'low' : 'high'
    let rose: number | undefined
    const stop = wire('line').onLevel((level, time) => {
      if (level === active) rose = time
      else if (rose !== undefined) this.#pulse(time - rose, time)
    })
    return { catchUp: () => {}, stop }
  }

  /** The simulated chip has no wire: what it put out since the last look is gone through, frame by frame. */
  #followChannel({ board, clock, spec }: PartContext): { catchUp: () => void; stop: () => void } {
    const { channel, chip, activeLow } = spec.config
    const pwm: MockPwm = board.buses.pwm(chip as number)
    const origin = clock.now() - board.now()
    const polarity = activeLow === true ? 'inversed' : 'normal'
    let read = 0
    let frame: { readonly dutyNs: number; readonly periodNs: number; next: number } | undefined
    const playUntil = (end: number): void => {
      while (frame !== undefined && frame.next + frame.dutyNs <= end) {
        this.#pulse(frame.dutyNs, frame.next + frame.dutyNs)
        frame.next += frame.periodNs
      }
    }
    const catchUp = (): void => {
      for (; read < pwm.log.length; read++) {
        const { channel: of, time, output } = pwm.log[read]!
        if (of !== channel) continue
        playUntil(time - origin)
        const pulses = output?.enabled === true && output.dutyNs > 0 && output.polarity === polarity
        frame = pulses ? { ...output, next: time - origin } : undefined
      }
      playUntil(this.#now())
    }
    return { catchUp, stop: () => {} }
  }

  #pulse(ns: number, time: number): void {
    this.#turn(time)
    this.#pulseNs = ns
    if (ns < SHORTEST_NS || ns > LONGEST_NS) {
      this.#strange++
      return
    }
    const { minPulse, maxPulse, minAngle, maxAngle } = this.#scale
    this.#target = minAngle + ((ns / 1e6 - minPulse) * (maxAngle - minAngle)) / (maxPulse - minPulse)
    this.#pulsed = time
  }

  /** Turns until `time`, or until it had no more pulses. */
  #turn(time: number): void {
    const until = Math.min(time, this.#pulsed + HOLD_NS)
    if (this.#target !== undefined && until > this.#at) {
      const way = this.#target - this.#angle
      const most = (this.#speed * (until - this.#at)) / 1e9
      this.#angle += Math.sign(way) * Math.min(Math.abs(way), most)
    }
    this.#at = Math.max(this.#at, time)
  }
}

export const servoPart: PartFactory = context => new ServoArm(context)
