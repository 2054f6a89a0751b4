/** Timing evidence: how a play really went. One schema, so that actions can give it as their output. */

import { type Static, Type } from 'typebox'
import type { Played, PulseSequence } from '../../drivers/driver.js'
import type { Throttled } from '../../drivers/play-throttled.js'
import { OneOf } from '../bench/schema.js'
import { toMs } from '../worker/duration.js'

const Ms = (description: string) => Type.Number({ description, unit: 'ms' })
const Flags = {
  underVoltage: Type.Boolean(),
  frequencyCapped: Type.Boolean(),
  throttled: Type.Boolean(),
  softTemperatureLimit: Type.Boolean(),
}

/** Steps that are listed one by one; of longer plays there is a histogram instead. */
export const LISTED_EDGES = 1000

/** What is known of the timing of a play. */
export const Evidence = Type.Object({
  requested: Ms('How long it was to be.'),
  achieved: Ms('How long it was, as far as the driver can measure it.'),
  player: OneOf(['dma', 'software'], {
    description: 'Who timed it: hardware, or software, which the system may hold up.',
  }),
  steps: Type.Integer({ description: 'How many steps were played.' }),
  lateness: Type.Optional(
    Type.Object(
      {
        worst: Ms('The latest step.'),
        p99: Ms('99 of 100 steps were not later; rounded up by a sixteenth at most.'),
        mean: Ms('Mean of all steps.'),
      },
      { description: 'How late the steps came. Left out when only hardware knows.' },
    ),
  ),
  edges: Type.Optional(
    Type.Array(
      Type.Object({
        requested: Ms('When the step was due, after the beginning.'),
        achieved: Ms('When it had been made.'),
      }),
      { description: `Every step, of a play of at most ${LISTED_EDGES}.` },
    ),
  ),
  histogram: Type.Optional(
    Type.Array(
      Type.Object({
        upTo: Type.Optional(Ms('Upper bound, included; the last has none.')),
        count: Type.Integer({ description: 'How many steps came so late.' }),
      }),
      { description: `How late the steps came, of a play of more than ${LISTED_EDGES}.` },
    ),
  ),
  realtime: Type.Optional(
    Type.Object(
      {
        scheduling: OneOf(['fifo', 'normal'], { description: 'fifo (SCHED_FIFO) goes before everything else.' }),
        locked: Type.Boolean({ description: 'Its memory could not be paged out.' }),
        whyNot: Type.Array(Type.String(), { description: 'What the system did not grant, and why.' }),
      },
      { description: 'How the thread that played it ran. Left out when none of its own did.' },
    ),
  ),
  throttled: Type.Optional(
    Type.Object(
      { ...Flags, since: Type.Object(Flags, { description: 'At any time since the machine was started.' }) },
      { description: 'What a Raspberry Pi says of its supply and its clock, after the play.' },
    ),
  ),
})

export type Evidence = Static<typeof Evidence>

/** Puts together what the driver and the machine say of a play. */
export function evidenceOf(sequence: PulseSequence, played: Played, throttled: Throttled | undefined): Evidence {
  const { player, requestedNs, achievedNs, lateness, realtime } = played
  const steps = sequence.steps.length * (sequence.repeat ?? 1)
  return {
    requested: toMs(requestedNs),
    achieved: toMs(achievedNs),
    player,
    steps,
    ...(lateness !== undefined && {
      lateness: { worst: toMs(lateness.worstNs), p99: toMs(lateness.p99Ns), mean: toMs(lateness.meanNs) },
      ...(steps <= LISTED_EDGES
        ? { edges: edgesOf(sequence, lateness.firstNs) }
        : { histogram: histogramOf(lateness) }),
    }),
    ...(realtime !== undefined && { realtime: { ...realtime, whyNot: [...realtime.whyNot] } }),
    ...(throttled !== undefined && { throttled }),
  }
}

function edgesOf({ steps, repeat = 1 }: PulseSequence, late: Float64Array): NonNullable<Evidence['edges']> {
  const edges: { requested: number; achieved: number }[] = []
  let due = 0
  for (let round = 0; round < repeat; round++) {
    for (const { ns } of steps) {
      edges.push({ requested: toMs(due), achieved: toMs(due + (late[edges.length] ?? 0)) })
      due += ns
    }
  }
  return edges
}

function histogramOf({ histogram }: NonNullable<Played['lateness']>): NonNullable<Evidence['histogram']> {
  return histogram.map(({ upToNs, count }) => (upToNs === undefined ? { count } : { upTo: toMs(upToNs), count }))
}
