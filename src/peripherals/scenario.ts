/** What `simulate` may say of a value that changes over time: how warm it is, how far away, how bright. */

import { type Static, Type } from 'typebox'
import { DurationSchema } from '../bench/schema.js'

/**
 * The schema of a value over time, counted from the opening of the board: a number that stays, a `ramp` from one value
 * to another that it then keeps, a `sine` around a mean, or the rows of a `csv` file, joined by straight lines.
 * @param description What the value is: `Temperature of the air.`
 * @param unit Its unit: `°C`
 */
export function Scenario(description: string, unit: string) {
  const value = (what: string) => Type.Number({ description: what, unit })
  const over = DurationSchema({ description: 'How long it takes.', exclusiveMinimum: 0 })
  return Type.Union(
    [
      value(description),
      Type.Object({
        ramp: Type.Object({
          from: value('Value at the start.'),
          to: value('Value at the end and from then on.'),
          over,
        }),
      }),
      Type.Object({
        sine: Type.Object({
          mean: value('Middle value, which it has at the start, rising.'),
          amplitude: value('Farthest distance from the mean.'),
          period: DurationSchema({ description: 'Time of one full swing.', exclusiveMinimum: 0 }),
        }),
      }),
      Type.Object({
        csv: Type.String({
          description:
            'A CSV file with a header row; its first column is the time since the board was opened, in seconds or in the unit that its name ends with: time (ms). In a plan file, its path counts from the folder of that file.',
          minLength: 1,
          file: true,
          examples: ['climate.csv'],
        }),
        column: Type.Optional(
          Type.String({ description: 'The column with the values; not needed when there is only one.', minLength: 1 }),
        ),
      }),
    ],
    { description },
  )
}

/** A value over time as it is written in `simulate`. */
export type ScenarioInput = Static<ReturnType<typeof Scenario>>
