/** One ping of an HC-SR04: the trigger, the edges of the echo, and what they say. */

import type { LineHandle } from '../../drivers/driver.js'
import type { BenchBoard } from '../bench/lease.js'
import { PiWorkerError } from '../errors.js'
import type { TaskContext } from '../worker/attempt-context.js'
import { toMs } from '../worker/duration.js'
import { watchEdges } from './edge-watch.js'
import { badReading } from './sensor-attempts.js'

/** The times of the HC-SR04's data sheet (Elecfreaks), in ns. */
const TRIGGER_NS = 10e3
/** Without an echo its line is high for 38 ms; it rises some 0.5 ms after the trigger. Until then nothing else comes. */
const LISTEN_NS = 40e6
/** How long a ping takes when there is an echo, in ms. */
export const PING_MS = toMs(TRIGGER_NS + LISTEN_NS)
/** Some makes hold the line for 200 ms when there is no echo; what is longer than this is no answer any more. */
const LONGEST_NS = 300e6

/** A pulse shorter than of a centimetre is noise: the sensor is deaf for longer than that after its burst. */
const SHORTEST_NS = 58e3

export interface EchoSensor {
  readonly name: string
  readonly board: BenchBoard
  readonly trigger: LineHandle
  readonly echo: LineHandle
}

/** The level changes of the echo since a ping. */
interface Heard {
  readonly edges: { readonly rising: boolean; readonly time: number }[]
  lost: number
  failure: Error | undefined
}

/**
 * Sends one ping and gives how long the echo line was high, in ns.
 * @throws ERR_NO_DEVICE when it stays low; ERR_BAD_READING (incomplete) when it stays high, when edges were lost, when
 *   there was more than one pulse, so that nobody can say which was the echo, or when it is too short for one
 */
export async function ping({ name, board, trigger, echo }: EchoSensor, task: TaskContext): Promise<number> {
  await waitUntilLow(name, board, echo, task)
  const heard: Heard = { edges: [], lost: 0, failure: undefined }
  const began = board.now()
  const stop = watchEdges({
    handle: echo,
    since: began,
    edge: ({ direction, time }) => heard.edges.push({ rising: direction === 'rising', time }),
    lost: ({ count }) => {
      heard.lost += count
    },
    failed: ({ error }) => {
      heard.failure = error
    },
  })
  try {
    await pulse(trigger, task)
    await task.sleep(toMs(LISTEN_NS + board.capabilities.edgeDelayNs))
    if (heard.edges.at(-1)?.rising === true) await waitUntilLow(name, board, echo, task)
  } finally {
    stop()
  }
  if (heard.failure !== undefined) throw heard.failure
  return widthOf(heard, name)
}

/** The trigger line is low afterwards, whatever happened. */
async function pulse(trigger: LineHandle, task: TaskContext): Promise<void> {
  try {
    const steps = [
      { values: 1, ns: TRIGGER_NS },
      { values: 0, ns: 0 },
    ]
    await trigger.play({ steps }, task.signal)
  } finally {
    trigger.set(0)
  }
}

/** @throws ERR_BAD_READING (incomplete) when the line is high for longer than any echo */
async function waitUntilLow(name: string, board: BenchBoard, echo: LineHandle, task: TaskContext): Promise<void> {
  const deadline = board.now() + LONGEST_NS
  while (echo.get() === 1) {
    if (board.now() >= deadline) {
      const remedy = 'Cut the power of the sensor and put it on again; check the wire and the divider of the echo line.'
      throw badReading(name, 'the echo line stays high', 'incomplete', remedy)
    }
    await task.sleep(1)
  }
  // The edge that we saw as a level may still be on its way to us.
  if (board.capabilities.edgeDelayNs > 0) await task.sleep(toMs(board.capabilities.edgeDelayNs))
}

function widthOf({ edges, lost }: Heard, name: string): number {
  if (lost > 0) throw badReading(name, `${lost} edges of the echo were lost`, 'incomplete')
  const [rise, fall] = edges
  if (rise === undefined) {
    throw new PiWorkerError('ERR_NO_DEVICE', `${name}: the echo line stays low after a ping`, {
      place: name,
      remedy: 'Check the supply of the sensor (5 V), both lines, and whether trigger and echo are mixed up.',
    })
  }
  if (fall === undefined || edges.length > 2 || !rise.rising || fall.rising) {
    throw badReading(name, `${edges.length} edges of the echo came after one ping, not 2`, 'incomplete')
  }
  const width = fall.time - rise.time
  if (width < SHORTEST_NS) throw badReading(name, `a pulse of ${width / 1000} us is no echo`, 'incomplete')
  return width
}
