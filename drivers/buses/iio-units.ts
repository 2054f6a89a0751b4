/** The units in which the kernel gives what IIO devices measure (Documentation/ABI/testing/sysfs-bus-iio). */

import type { Reading } from './bus.js'

/** By the type of channel: ours, and how many of the kernel's make one. */
const UNITS: Readonly<Record<string, readonly [unit: string, perUnit: number]>> = {
  temp: ['°C', 1000],
  humidityrelative: ['%', 1000],
  pressure: ['kPa', 1],
  voltage: ['V', 1000],
  current: ['A', 1000],
  power: ['W', 1000],
  illuminance: ['lx', 1],
  resistance: ['Ω', 1],
  distance: ['m', 1],
  accel: ['m/s²', 1],
  anglvel: ['rad/s', 1],
  magn: ['G', 1],
  concentration: ['%', 1],
}

/** `voltage` of `voltage0`, `accel` of `accel_x`. */
export function channelType(channel: string): string {
  return (/^[a-z]+/.exec(channel) as RegExpExecArray)[0]
}

/** Our unit of a type of channel; empty where the kernel names none. */
export function unitOf(type: string): string {
  return UNITS[type]?.[0] ?? ''
}

/** What the kernel gave, in our unit. */
export function toReading(channel: string, value: number): Reading {
  const [unit, perUnit] = UNITS[channelType(channel)] ?? ['', 1]
  return { value: value / perUnit, unit }
}
