/**
 * A handle with lines that have rules: what would break one is refused before anything changes, and what breaks one later
 * switches the line off. Switching off is always allowed.
 */

import type { LineHandle, LineSettings, Played, PulseSequence, PwmSettings, PwmState } from '../../../drivers/driver.js'
import { WrappedHandle } from '../wrapped-handle.js'
import type { GuardedLine, HandleGuards } from './guarded-line.js'
import { GuardedPlay } from './guarded-play.js'
import { HandleLines } from './handle-lines.js'
import { makeWay } from './make-way.js'
import { limitError, noPwm, playingError } from './messages.js'
import { ownSequence } from './own-sequence.js'
import { leftToPulls, pullsAre, refusePulls } from './pulls.js'

const ALL_BITS = -1
/** So much may hardware round a duty up. */
const DUTY_ROUNDING = 0.005

export class GuardedHandle extends WrappedHandle implements LineHandle {
  readonly #guards: HandleGuards
  readonly #guarded: HandleLines
  /** Bits of the guarded lines. */
  readonly #loads: number
  /** The one guarded line, when there is but one. */
  readonly #only: GuardedLine | undefined
  readonly #areTimed: boolean
  readonly #needsMoment: boolean
  /** Bits of those that are on while their value is 0. */
  #flip: number
  /** Bits of those that are on, or in a play that switches them on. */
  #on: number
  /** Bits of those that PWM drives. */
  #swinging = 0
  #play: GuardedPlay | undefined

  /** @param guarded The lines of the handle that have rules; whether they are on, they know. */
  constructor(inner: LineHandle, guarded: readonly GuardedLine[], guards: HandleGuards) {
    super(inner)
    this.#guards = guards
    this.#guarded = new HandleLines(inner.lines, guarded)
    for (const line of guarded) line.handle = this
    this.#loads = this.#guarded.bits
    this.#only = guarded.length === 1 ? guarded[0] : undefined
    this.#areTimed = guarded.some(({ isTimed }) => isTimed)
    this.#needsMoment = guarded.some(({ isBounded, isTimed }) => isBounded || isTimed)
    this.#flip = this.#guarded.flip(inner.settings)
    this.#on = this.#guarded.on
  }

  /** @throws ERR_LIMIT, ERR_INTERLOCK */
  set(values: number, mask: number = ALL_BITS): void {
    const active = (values ^ this.#flip) & this.#loads & mask
    if (this.#play !== undefined) this.#endPlayFor(active, mask)
    const rises = active & ~this.#on
    if (rises !== 0 || (this.#swinging & active) !== 0) {
      if (this.#only === undefined || rises === 0) this.#setOn(values, mask, active, rises)
      else this.#setOnlyOn(this.#only, values, mask)
      return
    }
    this.inner.set(values, mask)
    const falls = this.#on & ~active & mask
    if (falls !== 0) this.#wentOff(falls, this.#areTimed ? this.#guards.clock.now() : 0)
  }

  /** @throws ERR_LIMIT, ERR_INTERLOCK */
  pwm(line: number, settings: PwmSettings): PwmState {
    if (this.inner.pwm === undefined) throw noPwm(line)
    const guarded = this.#guarded.all.find(one => one.line === line)
    if (guarded === undefined) return this.inner.pwm(line, settings)
    const { bit, limits } = guarded
    const dutyOf = (duty: number): number => ((this.#flip & bit) === 0 ? duty : 1 - duty)
    const duty = dutyOf(settings.duty)
    const now = this.#guards.clock.now()
    this.#endPlayFor(duty > 0 ? bit : 0, bit)
    if (!(duty > 0)) {
      const state = this.inner.pwm(line, settings)
      if ((this.#on & bit) !== 0) this.#wentOff(bit, now)
      return state
    }
    guarded.checkPwm(duty, settings.frequency, now)
    this.#guarded.checkPwmEnds(this.#swinging & bit, now)
    const isOn = (this.#on & bit) !== 0
    if (!isOn) this.#checkOn(bit, 0, now, bit)
    // Whatever comes of it, the line may be on.
    if (isOn) guarded.activity.shift(now, duty)
    else this.#wentOn(bit, now, duty)
    const state = this.inner.pwm(line, settings)
    guarded.periodNs = 1e9 / settings.frequency
    if (duty < 1) this.#swinging |= bit
    else this.#swinging &= ~bit
    const made = dutyOf(state.duty)
    if (made <= limits.maxDuty + DUTY_ROUNDING) return state
    this.cut(guarded)
    throw limitError(guarded, limits, { rule: 'maxDuty', found: made })
  }

  /** @throws ERR_LIMIT, ERR_INTERLOCK */
  reconfigure(settings: LineSettings): void {
    const { direction, initial } = settings
    refusePulls(this.#guarded.all, settings)
    const now = this.#guards.clock.now()
    if (this.#play !== undefined) this.#abort(this.#play, playingError(this.#guarded.all[0]!, 'was configured anew'))
    const flip = this.#guarded.flip(settings)
    const keeps = direction === 'output' && this.settings.direction === 'output' && initial === undefined
    const active = direction === 'input' ? 0 : keeps ? this.#on : ((initial ?? 0) ^ flip) & this.#loads
    const rises = active & ~this.#on
    if (!keeps) this.#guarded.checkPwmEnds(this.#swinging & active, now)
    const left = this.#guarded.leftOn(settings)
    if (left !== 0) this.#makeWay(left, left, left)
    this.#checkOn(rises, this.#on & ~active, now, active)
    this.#wentOn(rises, now)
    this.inner.reconfigure(settings)
    pullsAre(this.#guarded.all, settings)
    this.#flip = flip
    // PWM is over, and has left its line as it was at that moment.
    const goOn = keeps ? active & ~(this.#swinging & ~this.#isActive()) : active
    this.#wentOff(this.#on & ~goOn, now)
    this.#swinging = this.#guarded.endPwm(this.#swinging, goOn, now)
  }

  /** @throws ERR_LIMIT, ERR_INTERLOCK before anything is played */
  async play(asked: PulseSequence, signal?: AbortSignal, began?: (time: number) => void): Promise<Played> {
    signal?.throwIfAborted()
    const sequence = ownSequence(asked)
    if (this.#play !== undefined) throw playingError(this.#guarded.all[0]!, 'cannot be played on')
    const play = this.#begin(sequence)
    const stop = (): void => this.#abort(play, signal?.reason)
    signal?.addEventListener('abort', stop, { once: true })
    try {
      const played = await this.inner.play(sequence, play.signal, time => {
        play.began(time)
        began?.(time)
      })
      this.#over(play, true)
      return played
    } catch (error) {
      this.#over(play, false)
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
      if (play.signal.aborted) this.#silence(play)
    }
  }

  release(): void {
    if (this.#play !== undefined) this.#abort(this.#play, playingError(this.#guarded.all[0]!, 'was let go'))
    try {
      this.inner.release()
    } finally {
      this.#wentOff(this.#on, this.#guards.clock.now())
      leftToPulls(this.#guarded.all)
      for (const line of this.#guarded.all) line.letGo(this)
    }
  }

  /** Switches a line off at once, and ends the play that it is in. */
  cut(line: GuardedLine, reason?: unknown): void {
    const { bit } = line
    if (this.#play !== undefined && (this.#play.used & bit) !== 0) this.#abort(this.#play, reason)
    this.inner.set(this.#flip & bit, bit)
    if ((this.#on & bit) !== 0) this.#wentOff(bit, this.#guards.clock.now())
  }

  /** As below, for the usual handle of one line, which is as quick as it can be. */
  #setOnlyOn(line: GuardedLine, values: number, mask: number): void {
    const now = this.#needsMoment ? this.#moment(false) : 0
    line.checkOn(now)
    if (line.isKeptOff) this.#makeWay(line.bit, line.bit, line.bit)
    line.wentOn(now)
    this.#on = line.bit
    this.inner.set(values, mask)
  }

  /** Some lines go on, or stay on without the PWM that they had; others go off. */
  #setOn(values: number, mask: number, active: number, rises: number): void {
    const falls = this.#on & ~active & mask
    const swings = this.#swinging & active
    const now = this.#moment(swings !== 0)
    if (swings !== 0) this.#guarded.checkPwmEnds(swings, now)
    this.#checkOn(rises, falls, now, active)
    if (falls !== 0) {
      // First, so that no two are on together for however short.
      this.inner.set(values, falls)
      this.#wentOff(falls, now)
    }
    // Whatever comes of it, they may be on.
    this.#wentOn(rises, now)
    this.inner.set(values, mask)
    if (swings !== 0) this.#swinging = this.#guarded.endPwm(this.#swinging, swings, now)
  }

  /** When lines go on, as exactly as they need it. */
  #moment(isExact: boolean): number {
    if (isExact || this.#areTimed) return this.#guards.clock.now()
    return this.#needsMoment ? this.#guards.turn.now : 0
  }

  /** Checks a play, and takes the lines for it. */
  #begin(sequence: PulseSequence): GuardedPlay {
    const now = this.#guards.clock.now()
    const play = new GuardedPlay(sequence, this.#guarded.all, this.#flip, this.#swinging, now)
    // Those of its own lines that must be apart are, at every step.
    this.#makeWay(play.used & ~this.#on, this.#on & ~play.touched, 0)
    if (play.ended !== 0) {
      // Drivers differ in when it ends, and how.
      this.inner.set(this.#flip & play.ended, play.ended)
      this.#wentOff(play.ended, now)
    }
    this.#play = play
    this.#on |= play.used
    for (const line of play.usedLines) line.on = true
    return play
  }

  /** @param told Bits of the lines that the same call switches on, or lets be on. @throws ERR_LIMIT, ERR_INTERLOCK */
  #checkOn(rises: number, falls: number, now: number, told: number): void {
    const on = (this.#on & ~falls) | rises
    let isFree = true
    for (let rest = rises; rest !== 0; rest &= rest - 1) {
      const line = this.#guarded.at(rest)
      line.checkOn(now)
      for (const other of line.apart)
        if (other.handle === this ? (on & other.bit) !== 0 : other.countsAsOn) isFree = false
    }
    if (!isFree) this.#makeWay(rises, on, told)
  }

  /** @param on Bits of the lines that are on then. */
  #makeWay(rises: number, on: number, told: number): void {
    const isOurs = (line: GuardedLine): boolean => line.handle === this
    const outlook = {
      isOn: (line: GuardedLine) => (isOurs(line) ? (on & line.bit) !== 0 : line.countsAsOn),
      isTold: (line: GuardedLine) => isOurs(line) && (told & line.bit) !== 0,
    }
    makeWay(this.#guarded.of(rises), outlook, this.#guards)
  }

  /**
   * What is played is known only as long as nobody else meddles. So nothing may be switched on meanwhile, but for safe
   * states, which go before; and when something is switched off, it ends.
   * @throws ERR_LIMIT
   */
  #endPlayFor(active: number, mask: number): void {
    const play = this.#play
    if (play === undefined) return
    const meddling = active & (play.used | ~this.#on)
    const ending = mask & play.used & ~active
    if ((meddling | ending) === 0) return
    const error = playingError(
      this.#guarded.at(meddling | ending),
      meddling === 0 ? 'was switched off' : 'cannot go on',
    )
    if (!this.#guarded.of(meddling).every(({ safeOn }) => safeOn)) throw error
    this.#abort(play, error)
  }

  #wentOn(bits: number, now: number, share?: number): void {
    for (let rest = bits; rest !== 0; rest &= rest - 1) this.#guarded.at(rest).wentOn(now, share)
    this.#on |= bits
  }

  /** What a play goes on with stays as it is. */
  #wentOff(bits: number, now: number): void {
    if (this.#only !== undefined && this.#play === undefined && bits !== 0) {
      this.#only.wentOff(now)
      this.#on = 0
      this.#swinging = 0
      return
    }
    const off = this.#play === undefined ? bits : bits & ~this.#play.used
    for (let rest = off; rest !== 0; rest &= rest - 1) this.#guarded.at(rest).wentOff(now)
    this.#on &= ~off
    this.#swinging &= ~off
  }

  #abort(play: GuardedPlay, reason: unknown): void {
    play.abort(reason)
    this.#over(play, false)
  }

  #over(play: GuardedPlay, complete: boolean): void {
    if (this.#play !== play) return
    this.#play = undefined
    play.over(this.#guards.clock.now(), complete, this.#isActive())
    this.#on = this.#guarded.on
  }

  /** A step that was under way when the play was aborted is undone. */
  #silence(play: GuardedPlay): void {
    const stray = play.used & this.#isActive() & ~this.#on
    if (stray !== 0) this.inner.set(this.#flip & stray, stray)
  }

  #isActive(): number {
    return this.#guarded.active(this.inner, this.#flip, this.#on)
  }
}
