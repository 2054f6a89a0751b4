/**
 * The traffic of a simulated bus as a trace of its lines. The mocks do not know how files of traces are written: that is
 * for `VcdWriter` of `pi-worker`, or whatever else takes levels.
 */

import { checkWhole } from '../../drivers/buses/check.js'
import type { Level } from '../../drivers/driver.js'
import type { MockI2cBus } from './i2c.js'
import { i2cWave, type WaveChange } from './i2c-wave.js'
import type { MockSpiBus } from './spi.js'
import { type SpiSignal, spiWave } from './spi-wave.js'

/** What a trace begins with; `VcdOptions` has the same names. */
export interface BusTraceHead {
  /** Name of the bus: `i2c-1`. */
  readonly scope: string
  /** `SDA` and `SCL`; or `SCLK`, `MOSI`, `MISO` and a `CS0` for each chip select in use. Numbers tell them apart. */
  readonly signals: readonly { readonly line: number; readonly name: string }[]
  /** Levels before the first message, by number. */
  readonly initial: ReadonlyMap<number, Level>
}

/** Takes the levels of a trace; `VcdWriter` is one. */
export interface BusTraceSink {
  level(line: number, level: Level, time: number): void
  close(time?: number): void
}

export interface BusTraceOptions {
  /**
   * Clock of an I²C bus in Hz, 1 to 5 MHz, so that a stretched clock can be told from a slow one. Default 100,000. SPI has
   * its own with every transfer.
   */
  readonly frequency?: number | undefined
  /** Leaves out what began before it, in ns on the clock of the bus; times of the trace count from it. Default 0. */
  readonly from?: number | undefined
}

const DEFAULT_FREQUENCY = 100_000
const MAX_FREQUENCY = 5e6

/**
 * Writes what went over a bus so far: every message of its log as level changes with the timing of the protocol.
 * `writeBusTrace(bus, head => new VcdWriter({ ...head, path }))`. An SPI bus at 1 MHz needs `timescale: '1ns'`.
 * @param open Opens the sink; it is closed here.
 * @throws ERR_BAD_OPTION, ERR_UNSUPPORTED for SPI words that have not 8 bits, and what the sink throws
 */
export function writeBusTrace(
  bus: MockI2cBus | MockSpiBus,
  open: (head: BusTraceHead) => BusTraceSink,
  options: BusTraceOptions = {},
): void {
  const frequency = checkWhole('frequency', options.frequency ?? DEFAULT_FREQUENCY, 1, MAX_FREQUENCY)
  const from = checkWhole('from', options.from ?? 0, 0, Number.MAX_SAFE_INTEGER)
  const { rest, changes } = bus.kind === 'i2c' ? i2cTrace(bus, frequency, from) : spiTrace(bus, from)
  const lines = new Map([...rest.keys()].map((name, line) => [name, line]))
  const sink = open({
    scope: bus.name,
    signals: [...lines].map(([name, line]) => ({ line, name })),
    initial: new Map([...rest.values()].entries()),
  })
  try {
    for (const { signal, level, time } of changes) sink.level(lines.get(signal) as number, level, time - from)
  } finally {
    sink.close()
  }
}

/** Every line with its level at rest, and what happens on them. */
interface Drawing {
  readonly rest: ReadonlyMap<string, Level>
  readonly changes: Iterable<WaveChange>
}

function i2cTrace(bus: MockI2cBus, frequency: number, from: number): Drawing {
  const log = bus.log.filter(({ time }) => time >= from)
  const rest = new Map<string, Level>([
    ['SDA', 'high'],
    ['SCL', 'high'],
  ])
  return { rest, changes: i2cWave(log, frequency) }
}

function spiTrace(bus: MockSpiBus, from: number): Drawing {
  const log = bus.log.filter(({ time }) => time >= from)
  const selects = [...new Set(log.map(({ settings }) => settings.cs))].sort((a, b) => a - b)
  const rest = new Map<SpiSignal, Level>([
    ['SCLK', 'low'],
    ['MOSI', 'low'],
    ['MISO', 'low'],
    ...selects.map((cs): [SpiSignal, Level] => [`CS${cs}`, 'high']),
  ])
  return { rest, changes: spiWave(log) }
}
