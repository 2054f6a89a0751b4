/**
 * Calibration: what turns the value that a sensor measures into the true one, as a bench file says it. It is either a
 * straight line (`scale`, then `offset`) or a table of points from a comparison with a better instrument.
 */

import { type Static, Type } from 'typebox'
import type { Path } from '../bench/plain-data.js'
import type { Refusal } from '../bench/problems.js'

/** A calibration in a configuration. Values are in the unit of the output that it stands for. */
export const Calibration = Type.Union(
  [
    Type.Object({
      scale: Type.Optional(Type.Number({ description: 'The measured value is multiplied by this. Default 1.' })),
      offset: Type.Optional(Type.Number({ description: 'Then this is added, in the unit of the output. Default 0.' })),
    }),
    Type.Object({
      points: Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
        minItems: 2,
        description:
          'Pairs of [measured, true], the measured values rising. Straight lines between them; the first and the ' +
          'last go on outside.',
      }),
    }),
  ],
  { description: 'Turns the measured value into the true one.' },
)

/** See the schema of the same name. */
export type Calibration = Static<typeof Calibration>

/**
 * What the schema cannot say: measured values rise, and the scale is not 0.
 * @param path Where it stands in the configuration.
 */
export function refuseCalibration(calibration: Calibration | undefined, path: Path): Refusal | undefined {
  if (calibration === undefined) return undefined
  if (!('points' in calibration)) return refuseScaleOf0(calibration.scale, path)
  const { points } = calibration
  const index = points.findIndex(([measured], at) => at > 0 && measured <= (points[at - 1] as [number, number])[0])
  if (index === -1) return undefined
  return {
    path: [...path, 'points', index, 0],
    message: `must be more than ${points[index - 1]?.[0]}, the measured value of the point before, not ${points[index]?.[0]}`,
    remedy: 'Give the points as [measured, true], each measured value larger than the one before.',
  }
}

/** The same for a map of calibrations, by the outputs that they are for. */
export function refuseCalibrations(
  calibrations: Readonly<Record<string, Calibration | undefined>> | undefined,
): Refusal | undefined {
  for (const [output, calibration] of Object.entries(calibrations ?? {})) {
    const refusal = refuseCalibration(calibration, ['calibration', output])
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** A factor of 0 in what stands at `path`. */
export function refuseScaleOf0(scale: number | undefined, path: Path): Refusal | undefined {
  if (scale !== 0) return undefined
  return {
    path: [...path, 'scale'],
    message: 'must not be 0: every value would be the same',
    remedy: 'Give the factor from the measured to the true value; 1 changes nothing.',
  }
}

/**
 * The true value for a measured one; the measured one itself without a calibration. `scale` comes before `offset`;
 * between points it is linear, and outside them the first or the last segment goes on.
 */
export function calibrate(value: number, calibration: Calibration | undefined): number {
  if (calibration === undefined) return value
  if (!('points' in calibration)) return value * (calibration.scale ?? 1) + (calibration.offset ?? 0)
  const { points } = calibration
  // The segment that ends at the first point from the second on that is not below the value, or the last one.
  const found = points.findIndex(([measured], index) => index > 0 && value <= measured)
  const end = found === -1 ? points.length - 1 : found
  const [x0, y0] = points[end - 1] as [number, number]
  const [x1, y1] = points[end] as [number, number]
  return y0 + ((value - x0) * (y1 - y0)) / (x1 - x0)
}
