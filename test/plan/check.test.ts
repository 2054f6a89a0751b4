import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isPiWorkerError, PiWorkerError } from '../../src/errors.js'
import { checkPlan } from '../../src/plan/check.js'
import { formatPlace, problemsOf } from '../../src/plan/place.js'
import { PlanSource } from '../../src/plan/source.js'

const checked = (text: string) => checkPlan(new PlanSource(text, 'a.yaml'))

function refusalOf(text: string): PiWorkerError {
  try {
    checked(text)
  } catch (error) {
    if (isPiWorkerError(error)) return error
    throw error
  }
  throw new PiWorkerError('ERR_BAD_OUTPUT', 'the plan was accepted')
}

/** Every problem of a text as `CODE line:column`. */
const problems = (text: string) =>
  problemsOf(refusalOf(text)).map(({ code, place }) => `${code} ${place.line}:${place.column}`)

/** A plan with these lines under `bench` and `plan`, whose pump and level are right. */
const BENCH = `name: Test
bench:
  pump: { type: output, line: GPIO17 }
  level: { type: input, line: GPIO4 }
`
const inBench = (line: string) => `bench:\n  ${line}\nplan:\n  - wait: 1s\n`
const inPlan = (lines: string) => `${BENCH}plan:\n${lines.replace(/^/gm, '  ')}\n`
/** A plan whose bench has this peripheral, on line 2, and whose only step does this, on line 4. */
const doing = (step: string, peripheral: string) => `bench:\n  ${peripheral}\nplan:\n  - ${step}\n`
const inSimulate = (line: string) => `${BENCH}plan:\n  - wait: 1s\nsimulate:\n  ${line}\n`

describe('faults that can never strike', () => {
  const warned = (simulate: string) =>
    checked(
      `bench: { air: { type: dht, line: 4 }, fan: { type: pca9685 } }\nplan: [ air.read ]\nsimulate: ${simulate}`,
    ).warnings.map(({ message, place }) => `${place.line}:${place.column} ${message}`)

  it.each([
    [
      'of a bus, on lines',
      '{ air: { faults: [ { kind: stuck, level: low }, { kind: flip } ] } }',
      '3:67 flip never strikes: air is on lines, and that is a fault of buses',
    ],
    [
      'of lines, on a bus',
      '{ fan: { faults: [ { kind: bounce } ] } }',
      '3:38 bounce never strikes: fan is on a bus, and that is a fault of lines',
    ],
  ])('are warned of: %s', (_what, simulate, warning) => {
    expect(warned(simulate)).toEqual([warning])
  })

  it('are none that may', () => {
    expect(warned('{ air: { faults: [ { kind: glitch } ] }, fan: { faults: [ { kind: nack } ] } }')).toEqual([])
  })
})

describe('a plan that is right', () => {
  it('is the one of the example, as data', () => {
    const plan = checkPlan(new PlanSource(readFileSync('examples/dose-until-full.yaml', 'utf8'), 'dose.yaml'))
    expect(plan.name).toBe('Dose until full')
    expect(plan.bench.pump?.definition.type).toBe('output')
    expect(plan.bench.pump?.config).toEqual({ line: 'GPIO17', safe: 'low' })
    expect(plan.simulate).toEqual({ level: { falls: ['7s'] } })
    expect(plan.steps).toMatchObject([
      {
        kind: 'repeat',
        count: 3,
        everyMs: 2000,
        steps: [{ kind: 'action', peripheral: 'pump', action: 'pulse', input: { width: '200ms' } }],
      },
      { kind: 'action', peripheral: 'level', action: 'waitFor', input: { edge: 'falling', timeout: '10s' } },
    ])
  })

  it('may be JSON', () => {
    const json = { bench: { pump: { type: 'output', line: 17 } }, plan: [{ 'pump.on': {} }, { wait: 5 }] }
    expect(checked(JSON.stringify(json)).steps).toMatchObject([{ action: 'on' }, { kind: 'wait', ms: 5 }])
  })

  it('has the name of its file when it says none', () => {
    expect(checkPlan(new PlanSource(inBench('pump: { type: output, line: 17 }'), 'jobs/night dose.yaml')).name).toBe(
      'night dose',
    )
  })

  it('writes an action without input alone, with nothing, or with an empty object', () => {
    const steps = checked(inPlan('- pump.on\n- pump.on:\n- pump.on: {}\n- pump.on: null')).steps
    expect(steps).toHaveLength(4)
    for (const step of steps) expect(step).toMatchObject({ kind: 'action', action: 'on', input: {} })
  })

  it('knows where each step is', () => {
    const { steps } = checked(inPlan('- pump.on\n- wait: 1s\n- parallel:\n    - level.read:\n    - pump.off: {}'))
    expect(steps.map(step => formatPlace(step.place))).toEqual(['a.yaml:6:5', 'a.yaml:7:5', 'a.yaml:8:5'])
    expect(steps[2]).toMatchObject({ kind: 'parallel', branches: [{ place: { line: 9 } }, { place: { line: 10 } }] })
  })

  it('nests steps in steps', () => {
    const text = inPlan('- repeat: 2\n  do:\n    - parallel:\n        - repeat: 3\n          do: [ pump.toggle ]')
    expect(checked(text).steps).toMatchObject([
      { count: 2, everyMs: undefined, steps: [{ branches: [{ count: 3, steps: [{ action: 'toggle' }] }] }] },
    ])
  })

  it('may put one step in with an anchor, and has it at the place of the anchor', () => {
    const { steps } = checked(inPlan('- &dose { pump.pulse: { width: 1s } }\n- *dose'))
    expect(steps.map(step => step.place.line)).toEqual([6, 6])
  })

  it('may simulate nothing', () => {
    expect(checked(`${BENCH}plan: [ pump.on ]\nsimulate:\n`).simulate).toEqual({})
  })
})

describe('what is wrong, with its code and place', () => {
  it.each([
    // the file
    ['a list as the file', '- pump.on\n', ['ERR_PLAN_VALUE 1:1']],
    ['an unknown key of the file', `${BENCH}plan: [ pump.on ]\nsimulat: {}\n`, ['ERR_PLAN_KEY 6:1']],
    ['no plan', BENCH, ['ERR_PLAN_VALUE 1:1']],
    ['no bench', 'plan: [ wait: 1s ]', ['ERR_PLAN_VALUE 1:1']],
    [
      'a name that is no text',
      'name: 17\nbench: { pump: { type: output, line: 17 } }\nplan: [ pump.on ]',
      ['ERR_PLAN_VALUE 1:7'],
    ],
    [
      'an empty name',
      'name: ""\nbench: { pump: { type: output, line: 17 } }\nplan: [ pump.on ]',
      ['ERR_PLAN_VALUE 1:7'],
    ],
    // the bench
    ['an empty bench', 'bench: {}\nplan: [ wait: 1s ]', ['ERR_PLAN_VALUE 1:8']],
    ['a bench left empty', 'bench:\nplan: [ wait: 1s ]', ['ERR_PLAN_VALUE 1:1']],
    ['a bench that is a list', 'bench: [ pump ]\nplan: [ wait: 1s ]', ['ERR_PLAN_VALUE 1:8']],
    ['an unknown type', inBench('pump: { type: otuput, line: 17 }'), ['ERR_UNKNOWN_TYPE 2:17']],
    ['a type that is no text', inBench('pump: { type: [output], line: 17 }'), ['ERR_UNKNOWN_TYPE 2:17']],
    ['a type that every object has', inBench('pump: { type: constructor, line: 17 }'), ['ERR_UNKNOWN_TYPE 2:17']],
    ['no type', inBench('pump: { line: 17 }'), ['ERR_PLAN_VALUE 2:3']],
    ['a peripheral that is only a type', inBench('pump: output'), ['ERR_PLAN_VALUE 2:9']],
    ['a peripheral left empty', inBench('pump:'), ['ERR_PLAN_VALUE 2:3']],
    ['an unknown key of a peripheral', inBench('pump: { type: output, lnie: 17, line: 4 }'), ['ERR_PLAN_KEY 2:25']],
    ['a missing line', inBench('pump: { type: output }'), ['ERR_PLAN_VALUE 2:3']],
    ['a line that does not exist', inBench('pump: { type: output, line: GPIO99 }'), ['ERR_UNKNOWN_LINE 2:31']],
    ['a supply pin', inBench('pump: { type: output, line: "J8:1" }'), ['ERR_UNKNOWN_LINE 2:31']],
    ['a misspelt line', inBench('pump: { type: output, line: GPOI17 }'), ['ERR_UNKNOWN_LINE 2:31']],
    [
      'a value that is none of the words',
      inBench('pump: { type: output, line: 17, safe: lwo }'),
      ['ERR_PLAN_VALUE 2:41'],
    ],
    [
      'a debounce without a unit that is known',
      inBench('b: { type: input, line: 4, debounce: 5 sec }'),
      ['ERR_BAD_DURATION 2:40'],
    ],
    ['a name that is none', inBench('2pump: { type: output, line: 17 }'), ['ERR_BAD_NAME 2:3']],
    ['a name that a bench has itself', inBench('worker: { type: output, line: 17 }'), ['ERR_BAD_NAME 2:3']],
    ['the name __proto__', inBench('__proto__: { type: output, line: 17 }'), ['ERR_BAD_NAME 2:3']],
    [
      'two peripherals on one line',
      'bench:\n  pump: { type: output, line: GPIO17 }\n  lamp: { type: output, line: "J8:11" }\nplan: [ pump.on ]',
      ['ERR_LINE_CLAIMED 3:31'],
    ],
    // steps
    ['a plan left empty', `${BENCH}plan:\n`, ['ERR_PLAN_VALUE 5:1']],
    ['a plan without steps', `${BENCH}plan: []\n`, ['ERR_PLAN_VALUE 5:7']],
    ['a plan that is no list', `${BENCH}plan:\n  pump.on: {}\n`, ['ERR_PLAN_VALUE 6:3']],
    ['an unknown peripheral', inPlan('- pmup.on'), ['ERR_UNKNOWN_PERIPHERAL 6:5']],
    ['an unknown peripheral with an input', inPlan('- { pmup.pulse: { width: 1s } }'), ['ERR_UNKNOWN_PERIPHERAL 6:7']],
    ['an unknown action', inPlan('- pump.puls: { width: 1s }'), ['ERR_UNKNOWN_ACTION 6:5']],
    ['an action that every object has', inPlan('- pump.toString'), ['ERR_UNKNOWN_ACTION 6:5']],
    ['an action of another type', inPlan('- level.on'), ['ERR_UNKNOWN_ACTION 6:5']],
    ['an action with too many dots', inPlan('- pump.on.off'), ['ERR_UNKNOWN_ACTION 6:5']],
    ['a peripheral without an action', inPlan('- pump: { width: 1s }'), ['ERR_UNKNOWN_ACTION 6:5']],
    ['an unknown key of an input', inPlan('- pump.pulse: { width: 1s, hight: 2 }'), ['ERR_PLAN_KEY 6:30']],
    ['a missing key of an input', inPlan('- pump.pulse: {}'), ['ERR_PLAN_VALUE 6:5']],
    ['a missing key of an action alone', inPlan('- pump.pulse'), ['ERR_PLAN_VALUE 6:5']],
    ['an input that is no object', inPlan('- pump.pulse: 200ms'), ['ERR_PLAN_VALUE 6:17']],
    ['an input that one action has and this one has not', inPlan('- pump.on: { width: 1s }'), ['ERR_PLAN_KEY 6:16']],
    ['an edge and a level at once', inPlan('- level.waitFor: { edge: falling, level: low }'), ['ERR_PLAN_VALUE 6:20']],
    ['a count that is no number', inPlan('- pump.blink: { on: 1s, off: 1s, count: many }'), ['ERR_PLAN_VALUE 6:43']],
    ['a negative duration', inPlan('- wait: -1s'), ['ERR_BAD_DURATION 6:11']],
    ['a negative number of ms', inPlan('- wait: -1'), ['ERR_BAD_DURATION 6:11']],
    ['a duration that is no number', inPlan('- wait: .nan'), ['ERR_BAD_DURATION 6:11']],
    ['a duration without end', inPlan('- wait: .inf'), ['ERR_BAD_DURATION 6:11']],
    ['a duration without a known unit', inPlan('- wait: 3 fortnights'), ['ERR_BAD_DURATION 6:11']],
    ['a duration of more than 104 days', inPlan('- wait: 9999h'), ['ERR_BAD_DURATION 6:11']],
    ['a duration left empty', inPlan('- wait:'), ['ERR_BAD_DURATION 6:5']],
    ['a pulse of no width', inPlan('- pump.pulse: { width: 0 }'), ['ERR_BAD_DURATION 6:26']],
    ['wait alone', inPlan('- wait'), ['ERR_PLAN_VALUE 6:5']],
    ['an unknown step', inPlan('- wiat: 1s'), ['ERR_PLAN_KEY 6:5']],
    ['an unknown step alone', inPlan('- sleep'), ['ERR_PLAN_KEY 6:5']],
    ['a number as a step', inPlan('- 7'), ['ERR_PLAN_VALUE 6:5']],
    ['nothing as a step', inPlan('-'), ['ERR_PLAN_VALUE 6:4']],
    ['an empty step', inPlan('- {}'), ['ERR_PLAN_VALUE 6:5']],
    ['a list as a step', inPlan('- [ pump.on ]'), ['ERR_PLAN_VALUE 6:5']],
    ['no rounds', inPlan('- repeat: 0\n  do: [ pump.on ]'), ['ERR_PLAN_VALUE 6:13']],
    ['half a round', inPlan('- repeat: 1.5\n  do: [ pump.on ]'), ['ERR_PLAN_VALUE 6:13']],
    ['rounds in words', inPlan('- repeat: three\n  do: [ pump.on ]'), ['ERR_PLAN_VALUE 6:13']],
    ['rounds without end', inPlan('- repeat: .inf\n  do: [ pump.on ]'), ['ERR_PLAN_VALUE 6:13']],
    ['a repeat that does nothing', inPlan('- repeat: 3'), ['ERR_PLAN_VALUE 6:5']],
    ['a repeat without steps', inPlan('- repeat: 3\n  do: []'), ['ERR_PLAN_VALUE 7:9']],
    ['a repeat whose steps are no list', inPlan('- repeat: 3\n  do: pump.on'), ['ERR_PLAN_VALUE 7:9']],
    ['a bad every', inPlan('- repeat: 3\n  every: 2 sec\n  do: [ pump.on ]'), ['ERR_BAD_DURATION 7:12']],
    ['an unknown key of a repeat', inPlan('- repeat: 3\n  evry: 2s\n  do: [ pump.on ]'), ['ERR_PLAN_KEY 7:5']],
    ['a do without a loop', inPlan('- do: [ pump.on ]'), ['ERR_PLAN_VALUE 6:5']],
    ['a parallel left empty', inPlan('- parallel:'), ['ERR_PLAN_VALUE 6:5']],
    ['two actions in one step', inPlan('- pump.on: {}\n  level.read: {}'), ['ERR_PLAN_KEY 7:5']],
    ['two kinds in one step', inPlan('- wait: 1s\n  repeat: 3'), ['ERR_PLAN_KEY 7:5']],
    ['an action beside a wait', inPlan('- wait: 1s\n  pump.on: {}'), ['ERR_PLAN_KEY 7:5']],
    ['an input that is not indented', inPlan('- pump.on:\n  width: 1s'), ['ERR_PLAN_KEY 7:5']],
    // simulate
    ['a simulation of nobody', inSimulate('levle: { falls: [7s] }'), ['ERR_UNKNOWN_PERIPHERAL 8:3']],
    ['an unknown key of a simulation', inSimulate('level: { fals: [7s] }'), ['ERR_PLAN_KEY 8:12']],
    ['a bad time in a simulation', inSimulate('level: { falls: [7s, 8x] }'), ['ERR_BAD_DURATION 8:24']],
    ['a fault that is none', inSimulate('level: { faults: [{ kind: rust }] }'), ['ERR_PLAN_VALUE 8:29']],
    ['a fault without what it needs', inSimulate('level: { faults: [{ kind: stuck }] }'), ['ERR_PLAN_VALUE 8:21']],
    ['a simulation that is a list', `${BENCH}plan: [ pump.on ]\nsimulate: []\n`, ['ERR_PLAN_VALUE 6:11']],
  ])('%s', (_what, text, expected) => {
    expect(problems(text)).toEqual(expected)
  })
})

const SERVO = 'arm: { type: servo, line: 17 }'
const STEPPER = 'axis: { type: stepper, wiring: { step: 20, direction: 21 }, min: -10, max: 100 }'
const MOTOR = 'wheel: { type: motor, forward: 23, backward: 24 }'
const SWITCHED_RGB = 'lamp: { type: rgb, red: 17, green: 22, blue: 27, pwm: false }'
const FAN = 'fan: { type: pwm, line: 17, min: 0.3, max: 0.8 }'
const SEQUENCE = 'wire: { type: sequence, lines: { step: 17, dir: 27 } }'

describe('what a peripheral refuses when it is configured like this', () => {
  it.each([
    ['an angle outside the limits of a servo', 'arm.move: { angle: 181 }', SERVO, 'ERR_PLAN_VALUE 4:24'],
    ['a pulse outside the limits of a servo', 'arm.move: { pulseWidth: 2100us }', SERVO, 'ERR_PLAN_VALUE 4:29'],
    [
      'a sweep outside the limits of the mechanism',
      'arm.sweep: { from: 60, to: 90, over: 1s }',
      'arm: { type: servo, line: 17, limits: { min: 0, max: 80 } }',
      'ERR_PLAN_VALUE 4:32',
    ],
    [
      'a sweep faster than the speed',
      'arm.sweep: { from: 0, to: 90, over: 1s }',
      'arm: { type: servo, line: 17, speed: 60 }',
      'ERR_PLAN_VALUE 4:41',
    ],
    ['a position below the least of a stepper', 'axis.move: { to: -11 }', STEPPER, 'ERR_PLAN_VALUE 4:22'],
    ['a position above the greatest of a stepper', 'axis.move: { to: 101 }', STEPPER, 'ERR_PLAN_VALUE 4:22'],
    ['a speed above maxSpeed', 'axis.move: { steps: 5, speed: 501 }', STEPPER, 'ERR_PLAN_VALUE 4:35'],
    ['home without a limit switch', 'axis.home', STEPPER, 'ERR_NO_LIMIT_SWITCH 4:5'],
    ['release without an enable line', 'axis.release', STEPPER, 'ERR_UNSUPPORTED 4:5'],
    ['brake without an enable input', 'wheel.brake', MOTOR, 'ERR_UNSUPPORTED 4:5'],
    ['a speed without an enable input', 'wheel.forward: { speed: 0.5 }', MOTOR, 'ERR_UNSUPPORTED 4:29'],
    [
      'a speed without PWM',
      'wheel.backward: { for: 1s, speed: 0.5 }',
      'wheel: { type: motor, forward: 23, backward: 24, enable: 18, pwm: false }',
      'ERR_UNSUPPORTED 4:39',
    ],
    ['a duty outside the limits', 'fan.set: { duty: 0.2 }', FAN, 'ERR_PLAN_VALUE 4:22'],
    ['a fade beyond the limits', 'fan.fade: { to: 0.9, over: 1s }', FAN, 'ERR_PLAN_VALUE 4:21'],
    ['a breath beyond the limits', 'fan.breathe: { period: 1s, count: 3, to: 0.9 }', FAN, 'ERR_PLAN_VALUE 4:46'],
    [
      'a channel that an ADS1115 has not',
      'adc.read: { channel: sail }',
      'adc: { type: ads1115, channels: { soil: { input: 0 } } }',
      'ERR_PLAN_VALUE 4:26',
    ],
    [
      'a channel that an MCP3004 has not',
      'adc.read: { channel: 4 }',
      'adc: { type: mcp3008, chip: mcp3004 }',
      'ERR_PLAN_VALUE 4:26',
    ],
    [
      'an unknown line in a step of pulses',
      'wire.play: { steps: [{ after: 1 }, { set: [dir, stepp], after: 1 }] }',
      SEQUENCE,
      'ERR_BAD_PULSES 4:53',
    ],
    [
      'an unknown line of a builder',
      'wire.play: { morse: { line: led, text: SOS, wpm: 5 } }',
      SEQUENCE,
      'ERR_BAD_PULSES 4:33',
    ],
    [
      'a step of pulses without length',
      'wire.play: { steps: [{ set: [step], after: 1 }, { after: 0 }] }',
      SEQUENCE,
      'ERR_BAD_DURATION 4:62',
    ],
    [
      'a line both set and cleared',
      'wire.play: { steps: [{ set: [dir], clear: [dir], after: 1 }] }',
      SEQUENCE,
      'ERR_BAD_PULSES 4:26',
    ],
    [
      'text without a Morse code',
      'wire.play: { morse: { line: step, text: é, wpm: 5 } }',
      SEQUENCE,
      'ERR_BAD_PULSES 4:45',
    ],
    [
      'a servo pulse of a PCA9685',
      'arm.servo: { channel: 0, pulseWidth: 900us }',
      'arm: { type: pca9685 }',
      'ERR_PLAN_VALUE 4:42',
    ],
    [
      'a servo pulse as long as the period of a PCA9685',
      'arm.servo: { channel: 0, pulseWidth: 1ms }',
      'arm: { type: pca9685, frequency: 1000 }',
      'ERR_PLAN_VALUE 4:42',
    ],
  ])('is found in a step: %s', (_what, step, peripheral, expected) => {
    expect(problems(doing(step, peripheral))).toEqual([expected])
  })

  it.each([
    ['axis.home: { speed: 5 }', STEPPER, 'ERR_NO_LIMIT_SWITCH 4:5'],
    ['axis.release: {}', STEPPER, 'ERR_UNSUPPORTED 4:5'],
    ['wheel.brake: { for: 1s }', MOTOR, 'ERR_UNSUPPORTED 4:5'],
    ['lamp.fade: { to: "#ffffff", over: 1s }', SWITCHED_RGB, 'ERR_UNSUPPORTED 4:5'],
  ])('is at the name of the action when it is not about a key of the input: %s', (step, peripheral, expected) => {
    expect(problems(doing(step, peripheral))).toEqual([expected])
  })

  it('is said with the name of the action and the key, and with what to do', () => {
    expect(refusalOf(doing('arm.move: { angle: 181 }', SERVO))).toMatchObject({
      message: 'arm.move.angle must be from 0° to 180°, not 181°',
      remedy: expect.stringContaining('Stay within its limits'),
    })
    expect(refusalOf(doing('axis.home', STEPPER)).message).toBe('axis.home needs a limit switch, and there is none')
  })

  it('is nothing that only the run can tell: how far a stepper may still go', () => {
    expect(checked(doing('axis.move: { steps: 101 }', STEPPER)).steps).toHaveLength(1)
  })
})

describe('a configuration that cannot be', () => {
  it.each([
    ['pulses the wrong way round', 'arm: { type: servo, line: 17, minPulse: 2ms, maxPulse: 1ms }', 43],
    ['limits beyond what the servo can', 'arm: { type: servo, line: 17, limits: { min: 0, max: 200 } }', 56],
    ['a safe angle outside the limits', 'arm: { type: servo, line: 17, safe: 190 }', 39],
    ['bounds that cross', 'axis: { type: stepper, wiring: { step: 20, direction: 21 }, min: 5, max: 4 }', 68],
    [
      'a speed to stop from too slowly',
      'axis: { type: stepper, wiring: { step: 2, direction: 3 }, maxSpeed: 5000 }',
      71,
    ],
    [
      'calibration points that fall',
      'far: { type: distance, lines: { trigger: 5, echo: 6 }, calibration: { points: [[0, 0], [2, 1], [1, 2]] } }',
      99,
    ],
    ['a scale of 0', 'air: { type: bme280, calibration: { temperature: { scale: 0 } } }', 61],
    ['a least duty above the greatest', 'fan: { type: pwm, line: 17, min: 0.5, max: 0.4 }', 36],
    ['a safe duty above the greatest', 'fan: { type: pwm, line: 17, max: 0.4, safe: 0.5 }', 47],
    ['servo pulses of a PCA9685 that cross', 'arm: { type: pca9685, servo: { min: 2ms, max: 1ms } }', 39],
    ['an input that the chip has not', 'adc: { type: mcp3008, chip: mcp3004, channels: { light: { input: 5 } } }', 68],
    ['a safe level of an unknown line', 'wire: { type: sequence, lines: { step: 17 }, safe: { stepp: high } }', 63],
  ])('is found: %s', (_what, peripheral, column) => {
    expect(problems(inBench(peripheral))).toEqual([`ERR_PLAN_VALUE 2:${column}`])
  })

  it.each([
    ['PWM with both a line and a channel', 'fan: { type: pwm, line: 17, channel: 0 }'],
    ['PWM with neither', 'fan: { type: pwm }'],
    ['a servo with neither', 'arm: { type: servo }'],
    ['a DHT with neither a line nor a device of the kernel', 'air: { type: dht }'],
  ])('is at the name of the peripheral when it is not about a key: %s', (_what, peripheral) => {
    expect(problems(inBench(peripheral))).toEqual(['ERR_PLAN_VALUE 2:3'])
  })

  it('is the only problem, whatever its steps would be refused for', () => {
    const text = doing('arm.move: { angle: 300 }', 'arm: { type: servo, line: 17, safe: 190 }')
    expect(problems(text)).toEqual(['ERR_PLAN_VALUE 2:39'])
  })

  it('does not hide what its steps are in themselves', () => {
    const text = doing('arm.move: { angel: 300 }', 'arm: { type: servo, line: 17, safe: 190 }')
    expect(problems(text)).toEqual(['ERR_PLAN_VALUE 2:39', 'ERR_PLAN_KEY 4:17'])
  })

  it('claims no line: there is no second problem for one that another has', () => {
    const text = `bench:\n  arm: { type: servo, line: 17, safe: 190 }\n  pump: { type: output, line: 17 }\nplan: [ pump.on ]`
    expect(problems(text)).toEqual(['ERR_PLAN_VALUE 2:39'])
  })
})

describe('everything that is wrong', () => {
  const text = `nmae: Test
bench:
  pump: { type: otuput, line: 17 }
  level: { type: input, line: GPIO4, bias: up }
plan:
  - pump.on
  - level.raed
  - repeat: 0
    do:
      - wait: -1s
      - repaet: 2
        do:
          - lamp.on
simulate:
  lamp: {}
`

  it('is said at once, in the order of the file', () => {
    expect(problems(text)).toEqual([
      'ERR_PLAN_KEY 1:1',
      'ERR_UNKNOWN_TYPE 3:17',
      'ERR_PLAN_VALUE 4:44',
      'ERR_UNKNOWN_ACTION 7:5',
      'ERR_PLAN_VALUE 8:13',
      'ERR_BAD_DURATION 10:15',
      'ERR_PLAN_KEY 11:9',
      'ERR_UNKNOWN_PERIPHERAL 13:13',
      'ERR_UNKNOWN_PERIPHERAL 15:3',
    ])
  })

  it('has the code, place and number in the error itself', () => {
    expect(refusalOf(text)).toMatchObject({
      code: 'ERR_PLAN_KEY',
      place: 'a.yaml:1:1',
      message: expect.stringContaining('8 more problems'),
    })
  })

  it('is counted and no more than 100 are listed', () => {
    const error = refusalOf(inPlan('- pmup.on\n'.repeat(500).trimEnd()))
    expect(problemsOf(error)).toHaveLength(100)
    expect(error.details.total).toBe(500)
    expect(problemsOf(error).at(-1)?.place.line).toBe(105)
  })
})

describe('what was meant', () => {
  it.each([
    ['a key of the file', `${BENCH}paln: [ pump.on ]`, 'did you mean "plan"'],
    ['a type', inBench('pump: { type: outpt, line: 17 }'), 'did you mean "output"'],
    ['a key of a peripheral', inBench('pump: { type: output, lin: 17 }'), 'did you mean "line"'],
    ['a line', inBench('pump: { type: output, line: GPOI17 }'), 'the nearest is GPIO17'],
    ['a word', inBench('pump: { type: output, line: 17, safe: lwo }'), 'did you mean "low"'],
    ['a peripheral', inPlan('- pmup.on'), 'did you mean "pump"'],
    ['an action', inPlan('- level.watFor: { edge: falling }'), 'did you mean "waitFor"'],
    ['a key of an input', inPlan('- level.waitFor: { ege: falling }'), 'did you mean "edge"'],
    ['a step', inPlan('- repaet: 3\n  do: [ pump.on ]'), 'did you mean "repeat"'],
    ['a step that lacks its dot', inPlan('- pump_on'), 'did you mean "pump.on"'],
    ['a key of a step', inPlan('- repeat: 3\n  evry: 2s\n  do: [ pump.on ]'), 'did you mean "every"'],
    ['a unit', inPlan('- wait: 2 sec'), 'did you mean "2s"'],
    ['a peripheral to simulate', inSimulate('levle: { falls: [7s] }'), 'did you mean "level"'],
  ])('is suggested for %s', (_what, text, hint) => {
    expect(problemsOf(refusalOf(text)).map(problem => problem.message)).toContainEqual(expect.stringContaining(hint))
  })

  it('is said with the place of the first, for two peripherals on one line', () => {
    const text = 'bench:\n  pump: { type: output, line: 17 }\n  lamp: { type: output, line: 17 }\nplan: [ pump.on ]'
    expect(refusalOf(text).message).toBe('pump.line and lamp.line both want GPIO17; the first is at a.yaml:2:31')
  })

  it('is said of an input that is not indented', () => {
    expect(refusalOf(inPlan('- pump.pulse:\n  width: 1s')).remedy).toContain('Indent width')
  })
})

describe('the size of a file', () => {
  it('is no trouble: every peripheral wrong, every step wrong, in one line', () => {
    const bench = Array.from({ length: 4000 }, (_, n) => `"a${n}":{"type":"input","line":1}`).join(',')
    const plan = Array.from({ length: 6000 }, (_, n) => `"b${n}.x"`).join(',')
    const error = refusalOf(`{"bench":{${bench}},"plan":[${plan}]}`)
    expect(error.details.total).toBe(9999)
    for (const problem of problemsOf(error)) expect(problem.message.length).toBeLessThan(500)
  })
})
