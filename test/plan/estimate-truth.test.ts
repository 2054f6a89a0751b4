/** The estimate of plans against what became of them in virtual time. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MockDriver } from '../../mocks/driver.js'
import type { PeripheralSpec } from '../../src/bench/definition.js'
import { openBench } from '../../src/bench/open-bench.js'
import { checkPlan } from '../../src/plan/check.js'
import { type Amount, estimatePlan } from '../../src/plan/estimate/estimate.js'
import { type PlanResult, runPlan } from '../../src/plan/run.js'
import { PlanSource } from '../../src/plan/source.js'
import { VirtualClock } from '../../src/worker/virtual-clock.js'

interface Truth {
  readonly result: PlanResult
  readonly ms: number
  readonly rows: Readonly<Record<string, number>>
  /** How long each line was high, in ms. */
  readonly high: Readonly<Record<number, number>>
}

async function rehearse(text: string, file = 'a.yaml') {
  const plan = checkPlan(new PlanSource(text, file))
  const clock = new VirtualClock()
  const { simulate, interlocks } = plan
  const options = { driver: new MockDriver(), clock, simulate, interlocks, retain: { count: 0 } }
  const bench = await openBench(plan.bench, options)
  const began = clock.now()
  const rows: Record<string, number> = {}
  const high: Record<number, number> = {}
  const since = new Map<number, number>()
  bench.onLevel((line, level) => {
    if (level === 'high') since.set(line, clock.now())
    else if (since.has(line)) {
      high[line] = (high[line] ?? 0) + (clock.now() - (since.get(line) as number)) / 1e6
      since.delete(line)
    }
  })
  const result = await runPlan(bench, plan, {
    ask: async () => 'yes',
    onRow: ({ stream }) => {
      rows[stream.name] = (rows[stream.name] ?? 0) + 1
    },
  })
  const now = clock.now()
  for (const [line, from] of since) high[line] = (high[line] ?? 0) + (now - from) / 1e6
  since.clear()
  await bench.close()
  const truth: Truth = { result, ms: (now - began) / 1e6, rows, high }
  return { plan, truth, estimate: estimatePlan(plan) }
}

/** What of the estimate is not so, as text. */
function wrongIn({ plan, truth, estimate }: Awaited<ReturnType<typeof rehearse>>): string[] {
  const wrong: string[] = []
  const compare = (what: string, { value, atLeast, atMost, about }: Amount, actual: number, grain: number): void => {
    const slack = grain + (about === true ? grain + 0.02 * Math.max(value, actual) : 0)
    const most = atMost ?? (atLeast ? Number.POSITIVE_INFINITY : value)
    if (actual >= value - slack && actual <= most + slack) return
    wrong.push(`${what}: ${about === true ? 'about ' : ''}${value} to ${most}, but it was ${actual}`)
  }
  if (truth.result.outcome !== 'succeeded') wrong.push(`the run: ${truth.result.outcome} ${truth.result.error}`)
  compare('time', estimate.duration, truth.ms, estimate.duration.about === true ? 20 : 0.001)
  compare('tasks', estimate.tasks, truth.result.taskCount, estimate.tasks.about === true ? 1 : 0)
  for (const { stream, count } of estimate.rows) {
    compare(`rows of ${stream}`, count, truth.rows[stream] ?? 0, count.about === true ? 1 : 0)
  }
  for (const { peripheral, ms } of estimate.on) {
    const { line } = (plan.bench[peripheral] as PeripheralSpec).config as { readonly line: string }
    const high = truth.high[Number(line.replace('GPIO', ''))] ?? 0
    compare(peripheral, ms, high, ms.about === true ? 20 : 0.001)
  }
  return wrong
}

const BENCH = `
  pump: { type: output, line: GPIO17 }
  lamp: { type: output, line: GPIO27 }
  air: { type: dht, line: GPIO22 }
  level: { type: input, line: GPIO4, bias: pull-up }
  arm: { type: servo, line: GPIO18, speed: 90 }
  axis: { type: stepper, wiring: { step: GPIO5, direction: GPIO6, enable: GPIO7 }, min: 0, max: 4000 }
  coils: { type: stepper, wiring: { coils: [GPIO8, GPIO9, GPIO10, GPIO11] } }
  dimmer: { type: pwm, line: GPIO12 }
  light: { type: rgb, red: GPIO13, green: GPIO19, blue: GPIO26 }
  wheel: { type: motor, forward: GPIO20, backward: GPIO21 }
  eye: { type: distance, lines: { trigger: GPIO23, echo: GPIO24 } }
  volts: { type: ads1115 }
  fast: { type: ads1115, address: 0x49, rate: 860 }
  climate: { type: bme280, oversampling: { temperature: 16, pressure: 4 } }
  water: { type: ds18b20 }
  chip: { type: pca9685 }
  lines: { type: sequence, lines: { a: GPIO14, b: GPIO15 } }
  remote: { type: ir, line: GPIO16 }
  knob: { type: encoder, lines: { a: GPIO0, b: GPIO1 } }
  flow: { type: counter, line: GPIO25 }
`
const PARAMS = '{ dose: 3, n: 4, pause: 0.5, quick: true, far: 1500 }'

const PLANS: readonly (readonly [what: string, steps: string])[] = [
  ['a dose from the axis of a scan', '- scan: { d: [ 1, 2, 5 ] }\n  do: [ pump.pulse: { width: =d * 100 } ]'],
  ['a computed pause', '- repeat: 5\n  do: [ wait: =pause * 1000 * round, pump.on, wait: =pause * 1000, pump.off ]'],
  ['a parameter that grows', '- repeat: 6\n  do: [ pump.pulse: { width: =dose * 10 }, set: { dose: =dose * 2 } ]'],
  ['a parameter that was set', '- set: { n: =n + 1 }\n- repeat: =n\n  do: [ wait: 1s, record: { n: n } ]'],
  [
    'a branch by the round',
    '- repeat: 9\n  do: [ if: =round % 3 == 0, then: [ wait: 1s ] ]'.replace('[ if', '[ { if').replace('] ]', '] } ]'),
  ],
  ['a known while', '- while: =dose < 100\n  rounds: 20\n  do: [ wait: =dose, set: { dose: =dose * 2 } ]'],
  ['a known until', '- until: =round >= n\n  rounds: 20\n  every: 2s\n  do: [ wait: 300, record: { n: =round } ]'],
  [
    'a while that nobody knows',
    '- level.read\n- while: =elapsed < 7\n  rounds: 30\n  every: 1s\n  do: [ lamp.pulse: { width: 100ms }, record: { n: =round } ]',
  ],
  ['a while that counts its rounds', '- while: =round < 4\n  rounds: 9\n  do: [ pump.pulse: { width: 500ms } ]'],
  [
    'a step that a limit ends',
    '- wait: 60s\n  timeout: 1s\n  onError: continue\n- repeat: 2\n  do: [ pump.pulse: { width: 9s }, record: { n: =round } ]\n  timeout: 5s\n  onError: continue',
  ],
  ['a loop that a limit ends', '- every: 1s\n  do: [ pump.toggle ]\n  timeout: 4500ms\n  onError: continue'],
  ['an until within a time', '- until: =elapsed > 5\n  within: 20s\n  do: [ wait: 700, level.read ]'],
  [
    'an if that nobody knows',
    '- level.read\n- pump.on\n- if: =level.on\n  then: [ wait: 1s, pump.off ]\n  else: [ wait: 3s ]\n- wait: 1s',
  ],
  ['rounds that are too long', '- every: 1s\n  times: 5\n  do: [ wait: 1500 ]'],
  ['rounds of a time that are too long', '- every: 1s\n  for: 10s\n  do: [ wait: 1500, record: { n: =round } ]'],
  ['rounds of different lengths', '- every: 1s\n  times: 6\n  do: [ wait: =round * 400, record: { n: =round } ]'],
  [
    'rounds of different lengths for a time',
    '- every: 1s\n  for: 9s\n  do: [ wait: =round * 400, record: { n: =round } ]',
  ],
  [
    'loops in loops',
    '- scan: { a: [ 1, 2, 3 ], b: [ 1, 2 ] }\n  do:\n  - repeat: =a\n    every: 1s\n    do: [ lamp.pulse: { width: =b * 100 }, record: { n: =round } ]',
  ],
  ['cron so often', '- cron: "*/2 * * * * *"\n  times: 40\n  do: [ lamp.pulse: { width: 1s }, record: { n: =round } ]'],
  ['cron for a day', '- cron: "*/10 * * * *"\n  for: 24h\n  do: [ record: { n: =round } ]'],
  [
    'branches',
    '- lamp.on\n- parallel:\n  - pump.pulse: { width: 2s }\n  - repeat: 3\n    do: [ wait: =round * 500 ]\n- lamp.off',
  ],
  ['branches on one peripheral', '- parallel: [ pump.pulse: { width: 2s }, pump.pulse: { width: 3s }, wait: 1s ]'],
  [
    'branches that share a peripheral',
    '- parallel:\n  - repeat: 3\n    do: [ pump.pulse: { width: 1s }, wait: 500 ]\n  - repeat: 2\n    do: [ pump.pulse: { width: 2s } ]',
  ],
  ['readings side by side', '- repeat: 4\n  every: 5s\n  do: [ record: [ air.read, water.read, climate.read ] ]'],
  ['readings of one chip', '- record: [ { volts.read: { channel: 0 } }, { fast.read: { channel: 1 } } ]'],
  ['a sensor that needs pauses', '- repeat: 5\n  do: [ record: [ air.read ] ]\n- wait: 1s\n- air.read'],
  ['pings', '- eye.read: { samples: 5 }\n- eye.read: { samples: 2 }\n- repeat: 10\n  do: [ eye.read: {} ]'],
  [
    'conversions',
    '- repeat: 20\n  do: [ volts.read: { channel: 0 }, fast.read: { channel: 0 }, climate.read, water.read ]',
  ],
  ['channels', '- repeat: 5\n  do: [ chip.set: { channel: 1, duty: =round / 10 }, chip.state ]\n- chip.allOff'],
  [
    'moves of an axis',
    '- axis.move: { to: 400 }\n- axis.move: { to: =far }\n- axis.move: { steps: -700, speed: 200 }\n- axis.move: { to: 100 }\n- axis.release\n- axis.move: { turns: 1 }',
  ],
  [
    'moves of coils',
    '- repeat: 3\n  do: [ coils.move: { steps: 200 }, coils.move: { steps: -150 } ]\n- coils.release\n- coils.move: { steps: 10 }',
  ],
  [
    'moves to the points of a scan',
    '- scan: { x: { from: 0, to: 2000, step: 100 } }\n  do: [ axis.move: { to: =x }, wait: 100 ]',
  ],
  [
    'a servo',
    '- arm.move: { angle: 20 }\n- arm.move: { angle: 110 }\n- scan: { a: { from: 0, to: 180, points: 7 } }\n  do: [ arm.move: { angle: =a } ]\n- arm.sweep: { from: 0, to: 90, over: 3s }\n- arm.release',
  ],
  [
    'fades',
    '- dimmer.fade: { to: 0.5, over: 3s }\n- dimmer.breathe: { period: 2s, count: 3 }\n- dimmer.off\n- light.blink: { color: "#ff0000", on: 200ms, off: 300ms, count: 4 }\n- light.fade: { to: "#00ff00", over: 1s }',
  ],
  [
    'a motor',
    '- wheel.forward: { for: 2s }\n- wheel.backward: { for: 1s }\n- wheel.forward\n- wait: 1s\n- wheel.backward\n- wheel.stop',
  ],
  [
    'pulses',
    `- lines.play: { pulses: { line: a, width: 3ms, gap: 7ms, count: 20 }, repeat: 2 }
- lines.play: { pwm: { line: b, frequency: 300, duty: 0.3, for: 1s } }
- lines.play: { stepRamp: { step: a, dir: b, steps: 500, maxSpeed: 400, acceleration: 300 } }
- lines.play: { uart: { line: a, baud: 9600, text: "hello" } }
- lines.play: { irNec: { line: b, address: 4, command: 8, repeats: 3 } }
- lines.play: { morse: { line: a, text: SOS, wpm: 12 } }
- lines.play: { steps: [ { set: [ a ], after: 5ms }, { clear: [ a ], set: [ b ], after: 2ms } ] }
- remote.send: { address: 1, command: 2, repeats: 2 }`,
  ],
  [
    'what is measured for a while',
    '- flow.count: { for: 2s }\n- flow.frequency: { for: 1s }\n- level.capture: { for: 500ms }\n- knob.read',
  ],
  [
    'switching over',
    '- lamp.toggle\n- wait: 1s\n- lamp.toggle\n- wait: 1s\n- repeat: 3\n  do: [ lamp.toggle, wait: 1s ]',
  ],
  ['a try', '- try: [ wait: 1s ]\n  catch: [ pump.on ]\n  finally: [ wait: 2s ]'],
  [
    'a failure that is caught',
    '- try:\n  - level.waitFor: { level: low, timeout: 5s }\n  catch: [ pump.pulse: { width: 1s } ]',
  ],
]

describe('an estimate', () => {
  it.each(readdirSync('examples').filter(name => name.endsWith('.yaml')))('holds for %s', async name => {
    const file = join('examples', name)
    expect(wrongIn(await rehearse(readFileSync(file, 'utf8'), file))).toEqual([])
  })

  it.each(PLANS)('holds for %s', async (_what, steps) => {
    const text = `bench:${BENCH}params: ${PARAMS}\nplan:\n${steps.replace(/^/gm, '  ')}\n`
    expect(wrongIn(await rehearse(text))).toEqual([])
  })
})
