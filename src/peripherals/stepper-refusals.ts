/** What a stepper refuses before anything opens or moves. Pure. */

import type { Refusal } from '../bench/problems.js'

/** Bounds of the position, in steps. */
export interface PositionRange {
  readonly min?: number | undefined
  readonly max?: number | undefined
}

interface Speeds {
  readonly maxSpeed: number
  readonly startSpeed: number
  readonly acceleration: number
}

/** Motors stop within this time when a task is stopped: less than the grace of a task. */
const LONGEST_BRAKING_S = 2

export const NO_LIMIT: Refusal = {
  path: [],
  message: 'needs a limit switch, and there is none',
  remedy: 'Wire one and give its line as "limit" in the configuration, or move it by hand and use "zero".',
  code: 'ERR_NO_LIMIT_SWITCH',
}
export const CANNOT_RELEASE: Refusal = {
  path: [],
  message: 'needs an enable line, and there is none: the current stays on',
  remedy: 'Wire the enable input of its driver chip to a line, and give that as wiring.enable.',
  code: 'ERR_UNSUPPORTED',
}

/** What a position must be instead; undefined when it may be that. */
export function boundOf(range: PositionRange, position: number): string | undefined {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range
  if (position < min) return `at least ${min}`
  return position > max ? `at most ${max}` : undefined
}

export function refuseRange({ min, max }: PositionRange): Refusal | undefined {
  if (min === undefined || max === undefined || min <= max) return undefined
  return { path: ['min'], message: `must be at most max, which is ${max}, not ${min}`, remedy: 'Give min <= max.' }
}

export function refuseBraking({ maxSpeed, startSpeed, acceleration }: Speeds): Refusal | undefined {
  const most = startSpeed + LONGEST_BRAKING_S * acceleration
  if (maxSpeed <= most) return undefined
  return {
    path: ['maxSpeed'],
    message: `must be at most ${most} steps/s, not ${maxSpeed}: with its acceleration it must stop in ${LONGEST_BRAKING_S} s`,
    remedy: 'Raise acceleration or startSpeed, or lower maxSpeed.',
  }
}

export function refuseSpeed({ maxSpeed }: Speeds, key: string, speed: number | undefined): Refusal | undefined {
  if (speed === undefined || speed <= maxSpeed) return undefined
  return {
    path: [key],
    message: `must be at most maxSpeed, which is ${maxSpeed} steps/s, not ${speed}`,
    remedy: 'Ask for less, or raise maxSpeed in its configuration if the motor can.',
  }
}

export function refuseTarget(range: PositionRange, to: number): Refusal | undefined {
  const bound = boundOf(range, to)
  if (bound === undefined) return undefined
  const remedy = 'Stay within "min" and "max" of its configuration.'
  return { path: ['to'], message: `must be ${bound}, not ${to}`, remedy }
}
