/** One action of each type of peripheral, what is right for it, and who else knows. */

import type { MockBoard } from '../../../mocks/board.js'
import type { FaultKind } from '../../../src/bench/faults.js'
import type { PeripheralSpec } from '../../../src/index.js'
import {
  ads1115,
  bme280,
  button,
  counter,
  dht,
  distance,
  ds18b20,
  encoder,
  iio,
  input,
  ir,
  mcp3008,
  motor,
  output,
  pca9685,
  pwm,
  rgb,
  sequence,
  servo,
  stepper,
} from '../../../src/peripherals/index.js'

/** What a result is compared with. */
export interface Witness {
  readonly board: MockBoard
  /** The fault that is there now; undefined after it is over. */
  readonly fault: FaultKind | undefined
}

export interface Case {
  readonly spec: PeripheralSpec
  readonly simulate?: Readonly<Record<string, unknown>>
  readonly action: string
  readonly input?: Readonly<Record<string, unknown>>
  /** How long its faults last at most, in ms, so that some attempts meet them. Default 6000. */
  readonly patienceMs?: number
  /** What reaches it: lines, a bus of some kind. */
  readonly reachedBy: 'lines' | 'i2c' | 'spi' | 'one-wire' | 'iio'
  /** Whether a result is right; told by what the simulation really is, or by what was on the wires. */
  readonly right: (result: never, witness: Witness) => boolean
}

const near = (value: number | undefined, truth: number, tolerance: number): boolean =>
  value !== undefined && Math.abs(value - truth) <= tolerance

/** Edges of one direction that were on a line, by the trace. */
function edges(board: MockBoard, line: number, to: 'low' | 'high', from: number, end: number): number {
  return [...board.trace].filter(one => one.line === line && one.level === to && one.time >= from && one.time <= end)
    .length
}

export const CASES: Readonly<Record<string, Case>> = {
  input: {
    spec: input({ line: 4 }),
    simulate: { level: 'high' },
    action: 'read',
    reachedBy: 'lines',
    right: ({ level }: { level: string }, { board }) => level === board.level(4),
  },
  button: {
    spec: button({ line: 4 }),
    simulate: { presses: Array.from({ length: 120 }, (_, index) => ({ at: 500 * index + 50, for: 100 })) },
    action: 'count',
    input: { for: '5s' },
    patienceMs: 16_000,
    reachedBy: 'lines',
    // Ten presses in five seconds: what bounces or glitches for less than the debounce is none.
    right: ({ presses, lost }: { presses: number; lost: number }, { fault }) =>
      fault === 'stuck' || fault === 'unplugged' || fault === 'brown-out' ? presses === 0 : presses === 10 || lost > 0,
  },
  counter: {
    spec: counter({ line: 4 }),
    simulate: { frequency: 40 },
    action: 'count',
    input: { for: '2s' },
    reachedBy: 'lines',
    // Edges that are lost at the very end show only with the next one.
    right: ({ pulses, lost, from, to }: { pulses: number; lost: number; from: number; to: number }, { board }) => {
      const truth = edges(board, 4, 'high', from, to)
      return lost === 0 ? pulses === truth : pulses + lost <= truth
    },
  },
  encoder: {
    spec: encoder({ lines: { a: 5, b: 6 } }),
    simulate: { turns: Array.from({ length: 60 }, (_, index) => ({ at: 1000 * index + 100, steps: 8, speed: 50 })) },
    patienceMs: 12_000,
    action: 'waitForMove',
    input: { steps: 4, timeout: '5s' },
    reachedBy: 'lines',
    right: ({ moved, errors, lost }: { moved: number; errors: number; lost: number }, { fault }) =>
      moved === 4 || errors > 0 || lost > 0 || (fault === 'glitch' && Math.abs(moved) === 4),
  },
  distance: {
    spec: distance({ lines: { trigger: 23, echo: 24 } }),
    simulate: { distance: 120 },
    action: 'read',
    input: { samples: 3 },
    reachedBy: 'lines',
    right: ({ distance: cm, outOfRange }: { distance: number | null; outOfRange: boolean }, { fault }) =>
      cm === null ? outOfRange && fault !== undefined : near(cm, 120, 1),
  },
  dht: {
    spec: dht({ line: 4 }),
    simulate: { temperature: -7.3, humidity: 61.4 },
    patienceMs: 30_000,
    action: 'read',
    reachedBy: 'lines',
    right: ({ temperature, humidity }: { temperature: number; humidity: number }) =>
      near(temperature, -7.3, 0.06) && near(humidity, 61.4, 0.06),
  },
  ds18b20: {
    spec: ds18b20({ id: '28-00000000a1b2' }),
    simulate: { temperature: 21.5 },
    action: 'read',
    reachedBy: 'one-wire',
    right: ({ temperature }: { temperature: number }) => near(temperature, 21.5, 0.07),
  },
  iio: {
    spec: iio({ device: 'dht11', channels: { air: { channel: 'temp' } } }),
    simulate: { channels: { temp: 21.5 } },
    action: 'read',
    reachedBy: 'iio',
    right: ({ air }: { air: { value: number } }) => near(air.value, 21.5, 1e-9),
  },
  bme280: {
    spec: bme280({}),
    simulate: { temperature: 23.4, humidity: 45, pressure: 1001 },
    action: 'read',
    reachedBy: 'i2c',
    right: ({ temperature, humidity, pressure }: { temperature: number; humidity: number; pressure: number }) =>
      near(temperature, 23.4, 0.05) && near(humidity, 45, 0.1) && near(pressure, 1001, 0.1),
  },
  ads1115: {
    spec: ads1115({}),
    simulate: { inputs: { 0: 1.234 } },
    action: 'read',
    input: { channel: 0 },
    reachedBy: 'i2c',
    right: ({ volts }: { volts: number }) => near(volts, 1.234, 0.001),
  },
  mcp3008: {
    spec: mcp3008({}),
    simulate: { inputs: { 0: 1.234 } },
    action: 'read',
    input: { channel: 0 },
    reachedBy: 'spi',
    right: ({ volts }: { volts: number }) => near(volts, 1.234, 0.01),
  },
  pca9685: {
    spec: pca9685({}),
    action: 'set',
    input: { channel: 3, duty: 0.25 },
    reachedBy: 'i2c',
    right: ({ duty }: { duty: number }) => near(duty, 0.25, 0.001),
  },
  output: {
    spec: output({ line: 17 }),
    action: 'pulse',
    input: { width: 200 },
    reachedBy: 'lines',
    right: ({ achieved }: { achieved: number }) => achieved === 200,
  },
  pwm: {
    spec: pwm({ line: 17, frequency: 100 }),
    action: 'set',
    input: { duty: 0.25 },
    reachedBy: 'lines',
    right: ({ duty }: { duty: number }) => near(duty, 0.25, 1e-6),
  },
  rgb: {
    spec: rgb({ red: 17, green: 27, blue: 22, frequency: 100 }),
    action: 'color',
    input: { color: '#ff8000' },
    reachedBy: 'lines',
    right: ({ red, green, blue }: { red: number; green: number; blue: number }) =>
      near(red, 1, 0.01) && near(green, 0.5, 0.01) && blue === 0,
  },
  servo: {
    spec: servo({ line: 18 }),
    action: 'move',
    input: { angle: 45 },
    reachedBy: 'lines',
    right: ({ angle, pulseWidth }: { angle: number; pulseWidth: number }) =>
      angle === 45 && near(pulseWidth, 1.25, 1e-6),
  },
  motor: {
    spec: motor({ forward: 17, backward: 27, pwm: false }),
    action: 'forward',
    input: { for: 300 },
    reachedBy: 'lines',
    right: ({ state }: { state: string }) => state === 'stopped',
  },
  stepper: {
    spec: stepper({ wiring: { step: 20, direction: 21 } }),
    action: 'move',
    input: { steps: 100 },
    reachedBy: 'lines',
    right: ({ steps }: { steps: number }) => steps === 100,
  },
  sequence: {
    spec: sequence({ lines: { a: 17, b: 27 } }),
    action: 'play',
    input: {
      steps: [
        { set: ['a'], after: 5 },
        { set: ['b'], clear: ['a'], after: 5 },
      ],
    },
    reachedBy: 'lines',
    right: ({ requested, achieved }: { requested: number; achieved: number }) => requested === 10 && achieved === 10,
  },
  ir: {
    spec: ir({ line: 18 }),
    action: 'send',
    input: { address: 4, command: 8 },
    reachedBy: 'lines',
    right: ({ requested, achieved }: { requested: number; achieved: number }) => requested === achieved,
  },
}
