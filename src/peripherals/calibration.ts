/**
 * Calibration: what turns the value that a sensor measures into the true one, as a bench file says it. It is either a
 * straight line (`scale`, then `offset`) or a table of points from a comparison with a better instrument.
 */

import { type Static, Type } from 'typebox'
import { PiWorkerError } from '../errors.js'

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
 * What the schema cannot say: measured values rise, and the scale is not 0. To be called when a peripheral opens, so
 * that a bench with a bad table does not open.
 * @param place Whose calibration it is: `air.calibration.temperature`.
 * @throws ERR_BAD_CONFIG
 */
export function checkCalibration(calibration: Calibration | undefined, place: string): void {
  if (calibration === undefined) return
  if (!('points' in calibration)) {
    if (calibration.scale !== 0) return
    throw new PiWorkerError('ERR_BAD_CONFIG', `${place}: with a scale of 0 every value would be the same`, {
      place,
      remedy: 'Give the factor from the measured to the true value; 1 changes nothing.',
    })
  }
  const { points } = calibration
  if (points.length < 2) throw badPoints(place, `it has ${points.length} point, and a line needs two`)
  for (let index = 1; index < points.length; index++) {
    const [[before] = [0], [measured] = [0]] = [points[index - 1], points[index]]
    if (measured > before) continue
    throw badPoints(place, `after the point measured at ${before} comes one at ${measured}`)
  }
}

function badPoints(place: string, what: string): PiWorkerError {
  return new PiWorkerError('ERR_BAD_CONFIG', `${place}: ${what}`, {
    place,
    remedy: 'Give at least two points as [measured, true], each measured value larger than the one before.',
  })
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
