/** How long the actions of a servo take: the same way as it goes, in frames, without a servo. */

import { type Takes, type TakesContext, takesAbout } from '../bench/takes.js'

interface ServoConfig {
  readonly frequency: number
  readonly minAngle: number
  readonly maxAngle: number
  /** In degrees a second. */
  readonly speed?: number | undefined
  readonly safe: 'release' | number
}

/** To an angle, no faster than it may. */
export function takesTurnTo(config: ServoConfig, angle: number, context: TakesContext): Takes {
  return takesAbout(turn(config, angle, context))
}

/** To an angle as before, and from there to another one. */
export function takesSweep(
  config: ServoConfig,
  { from, to, over }: { readonly from: number; readonly to: number; readonly over: number },
  context: TakesContext,
): Takes {
  const there = turn(config, from, context)
  return takesAbout(there + glide(config, to, over, { ...context, now: context.now + there }))
}

/** Without pulses nobody knows where it is. */
export function takesRelease({ notes }: TakesContext): Takes {
  notes.angle = Number.NaN
  return takesAbout(0)
}

function turn(config: ServoConfig, angle: number, context: TakesContext): number {
  const { speed, minAngle, maxAngle } = config
  const from = angleOf(config, context)
  if (speed === undefined) return show(config, angle, context)
  if (from !== undefined) return glide(config, angle, (Math.abs(angle - from) / speed) * 1000, context)
  return show(config, angle, context) + (Math.abs(maxAngle - minAngle) / speed) * 1000
}

function show(config: ServoConfig, angle: number, context: TakesContext): number {
  const wait = untilFrame(config, context)
  put(context, angle, wait)
  return wait
}

/** A whole number of frames, which begin with the next one. */
function glide(config: ServoConfig, to: number, ms: number, context: TakesContext): number {
  const frameMs = 1000 / config.frequency
  const took = untilFrame(config, context) + Math.max(1, Math.ceil(ms / frameMs)) * frameMs
  put(context, to, took)
  return took
}

function put({ now, notes, times }: TakesContext, angle: number, after: number): void {
  notes.angle = angle
  times.frame = now + after
}

function untilFrame(config: ServoConfig, context: TakesContext): number {
  const { now, times } = context
  const { frame = 0 } = times
  if (angleOf(config, context) === undefined || Number.isNaN(frame)) return 0
  const frameMs = 1000 / config.frequency
  const into = (now - frame) % frameMs
  return into > 0 ? frameMs - into : 0
}

/** The angle that its pulses say; undefined while there are none, or when nobody knows. */
function angleOf({ safe }: ServoConfig, { notes }: TakesContext): number | undefined {
  const { angle = safe } = notes
  return typeof angle === 'number' && !Number.isNaN(angle) ? angle : undefined
}
