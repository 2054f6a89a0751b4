import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import { StepperMotor, type StepperSimulation } from '../../mocks/parts/stepper.js'
import { Random } from '../../mocks/random.js'
import { stepper } from '../../src/peripherals/stepper.js'
import { failureOf, openMockBench, refusalOf } from '../bench/setup.js'

type Config = Parameters<typeof stepper>[0]

const CHIP = { step: 20, direction: 21, enable: 16 }
const COILS = { coils: [12, 13, 19, 22] } as Config['wiring']
const LIMIT = { line: 26, activeLow: true, backOff: 10 }

async function open(config: Partial<Config> = {}, simulate?: StepperSimulation) {
  const specs = { axis: stepper({ wiring: CHIP, ...config }) }
  const opened = await openMockBench(specs, simulate && { simulate: { axis: simulate } })
  return { ...opened, motor: motorOf(opened.board) }
}

function motorOf(board: MockBoard): StepperMotor {
  const part = board.part('axis')
  if (part instanceof StepperMotor) return part
  throw new TypeError('no motor')
}

/** When the steps came, in ns. */
const stepTimes = (board: MockBoard): number[] =>
  [...board.trace.of(20)].filter(({ level }) => level === 'high').map(({ time }) => time)

const WIRINGS: [string, Config['wiring']][] = [
  ['step and direction', CHIP],
  ['four phases in half steps', COILS],
  ['four phases in full steps', { ...COILS, pattern: 'full' } as Config['wiring']],
  ['four phases in wave steps', { ...COILS, pattern: 'wave' } as Config['wiring']],
]

describe.each(WIRINGS)('a stepper on %s', (_what, wiring) => {
  it('makes the steps that it is told to, forward and backward', async () => {
    const { bench, motor } = await open({ wiring })
    expect(await bench.axis.move({ steps: 100 }).result()).toMatchObject({ position: 100, steps: 100, latest: 0 })
    expect(motor.position).toBe(100)
    expect(await bench.axis.move({ to: -33 }).result()).toMatchObject({ position: -33, steps: 133 })
    expect([motor.position, motor.missed, motor.violations]).toEqual([-33, 0, []])
  })

  it('turns the other way round when it is inverted', async () => {
    const { bench, motor } = await open({ wiring, invert: true })
    await bench.axis.move({ steps: 20 }).result()
    await bench.axis.move({ steps: -5 }).result()
    expect(motor.position).toBe(-15)
  })

  it('makes whole turns', async () => {
    const { bench, motor } = await open({ wiring, stepsPerTurn: 48 })
    expect(await bench.axis.move({ turns: -2.5 }).result()).toMatchObject({ position: -120, turns: -2.5 })
    expect(motor.position).toBe(-120)
  })

  it('knows its position after a move was cancelled, and moves on from there', async () => {
    const { bench, motor, clock } = await open({ wiring })
    const move = bench.axis.move({ steps: 1000 })
    clock.after(700e6, () => move.cancel())
    expect(await failureOf(move.result())).toMatchObject({ code: 'ERR_CANCELLED' })
    const { position } = await bench.axis.position().result()
    expect(position).toBe(motor.position)
    expect(position).toBeGreaterThan(200)
    expect(await bench.axis.move({ to: 0 }).result()).toMatchObject({ position: 0, steps: position })
    expect(motor.position).toBe(0)
  })

  it('finds its home against the limit switch', async () => {
    const { bench, motor } = await open({ wiring, limit: LIMIT }, { position: 0, limitAt: -300 })
    const found = await bench.axis.home().result()
    expect(found).toMatchObject({ known: true, steps: 300 })
    // Pressed at -300, and there the slow approach says 0.
    expect(found.position).toBe(motor.position + 300)
    expect(await bench.axis.position().result()).toMatchObject({ limit: false, known: true })
    await bench.axis.move({ to: 500 }).result()
    expect(motor.position).toBe(200)
  })
})

describe('over 1,000 random moves with random cancels', () => {
  it.each<[string, Partial<Config>]>([
    ['step and direction', {}],
    ['step and direction with a limit switch', { limit: LIMIT }],
    ['four phases', { wiring: COILS }],
  ])(
    'the position of a stepper on %s equals what the wires say',
    async (_what, config) => {
      const { bench, motor, clock } = await open(
        { maxSpeed: 2000, acceleration: 20_000, ...config },
        config.limit && { limitAt: -1e6 },
      )
      const random = new Random(4)
      const wrong: object[] = []
      let cancelled = 0
      for (let move = 0; move < 1000; move++) {
        const steps = random.integer(-50, 50)
        const task = bench.axis.move({ steps })
        if (random.float() < 0.5) {
          const cut = clock.after(random.integer(0, 100e6), () => task.cancel())
          await task.result().catch(() => cancelled++)
          cut.cancel()
        } else await task.result()
        const { position } = await bench.axis.position().result()
        if (position !== motor.position) wrong.push({ move, steps, position, motor: motor.position })
      }
      expect(wrong).toEqual([])
      expect(cancelled).toBeGreaterThan(100)
      expect([motor.missed, motor.violations]).toEqual([0, []])
    },
    120_000,
  )
})

describe('the ramp of a move', () => {
  it('begins and ends at the start speed, and reaches maxSpeed with the acceleration between', async () => {
    const { bench, board } = await open({ startSpeed: 100, maxSpeed: 500, acceleration: 1000 })
    const result = await bench.axis.move({ steps: 400 }).result()
    const times = stepTimes(board)
    const speeds = times.slice(1).map((time, index) => 1e9 / (time - times[index]!))
    expect(Math.max(...speeds)).toBeCloseTo(500, 1)
    // From 100 to 500 steps/s at 1000 steps/s² takes 0.4 s and (500² - 100²) / 2000 = 120 steps.
    expect((times[120]! - times[0]!) / 1e9).toBeCloseTo(0.4, 6)
    expect((times[279]! - times[120]!) / 1e9).toBeCloseTo(159 / 500, 6)
    expect((times[399]! - times[279]!) / 1e9).toBeCloseTo(0.4, 6)
    expect(speeds[0]).toBeLessThan(115)
    expect(speeds.at(-1)).toBeLessThan(115)
    expect(result.took).toBe(result.requested)
    expect(result.took).toBeCloseTo(1000 * (0.8 + 159 / 500 + 1 / 100), 3)
  })

  it('is a triangle when the way is too short for maxSpeed', async () => {
    const { bench, board } = await open({ startSpeed: 100, maxSpeed: 5000, acceleration: 5000 })
    await bench.axis.move({ steps: 101 }).result()
    const times = stepTimes(board)
    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    expect(gaps).toEqual(gaps.toReversed().map(gap => expect.closeTo(gap, -0.5)))
    expect(1e9 / Math.min(...gaps)).toBeLessThan(Math.sqrt(100 ** 2 + 2 * 5000 * 50) + 1)
  })

  it('brakes a cancelled move as it would have braked at its end', async () => {
    const { bench, board, clock } = await open({ startSpeed: 100, maxSpeed: 1000, acceleration: 2000 })
    const move = bench.axis.move({ steps: 5000 })
    clock.after(1e9, () => move.cancel())
    await failureOf(move.result())
    const times = stepTimes(board)
    const last = 1e9 / (times.at(-1)! - times.at(-2)!)
    expect(last).toBeLessThan(150)
    expect(times.filter(time => time > 1e9).length).toBeGreaterThan(200)
    expect(clock.now()).toBeLessThan(1.5e9)
  })

  it('never shortens a step below what a motor can follow', async () => {
    const { bench, motor } = await open({ maxSpeed: 800, startSpeed: 300 }, { maxSpeed: 800 })
    await bench.axis.move({ steps: 2000 }).result()
    expect([motor.position, motor.missed]).toEqual([2000, 0])
  })

  it('loses steps when the motor cannot follow, and only the motor knows', async () => {
    const { bench, motor } = await open({ maxSpeed: 1000 }, { maxSpeed: 600 })
    await bench.axis.move({ steps: 2000 }).result()
    expect(motor.missed).toBeGreaterThan(100)
    expect(motor.position).toBe(2000 - motor.missed)
  })
})

describe('the limit switch', () => {
  it('stops a move within one step, and the position is right', async () => {
    const { bench, motor } = await open({ limit: LIMIT }, { limitAt: -57 })
    const error = await failureOf(bench.axis.move({ steps: -500 }).result())
    expect(error).toMatchObject({ code: 'ERR_LIMIT_REACHED', place: 'axis', details: { position: -57 } })
    expect(motor.position).toBe(-57)
    expect(await bench.axis.position().result()).toMatchObject({ position: -57, limit: true })
  })

  it('lets a move go the other way, and no other', async () => {
    const { bench, motor } = await open({ limit: LIMIT }, { limitAt: -57 })
    await failureOf(bench.axis.move({ steps: -500 }).result())
    const again = await failureOf(bench.axis.move({ steps: -1 }).result())
    expect([again.code, motor.position]).toEqual(['ERR_LIMIT_REACHED', -57])
    expect(await bench.axis.move({ steps: 100 }).result()).toMatchObject({ position: 43 })
    expect(motor.position).toBe(43)
  })

  it('that is pressed still when it should be free stops the move away from it', async () => {
    const { bench, board, motor } = await open({ limit: LIMIT }, { limitAt: -57 })
    await failureOf(bench.axis.move({ steps: -500 }).result())
    board.drive(26, 'low')
    expect(await failureOf(bench.axis.move({ steps: 100 }).result())).toMatchObject({ code: 'ERR_LIMIT_REACHED' })
    expect(motor.position).toBe(-57 + LIMIT.backOff)
  })

  it('is still known to be on its side when a move away from it is cancelled before it is free', async () => {
    const { bench, board, motor, clock } = await open({ limit: LIMIT }, { limitAt: -57 })
    await failureOf(bench.axis.move({ steps: -500 }).result())
    board.drive(26, 'low')
    const away = bench.axis.move({ steps: 100 })
    clock.after(35e6, () => away.cancel())
    await failureOf(away.result())
    const { position } = motor
    expect(await failureOf(bench.axis.move({ steps: -5 }).result())).toMatchObject({ code: 'ERR_LIMIT_REACHED' })
    expect(motor.position).toBe(position)
    board.drive(26, 'floating')
    expect(await bench.axis.move({ to: 0 }).result()).toMatchObject({ position: 0 })
  })

  it('that a hand presses lets nothing move, for which way is free is not known', async () => {
    const { bench, board } = await open({ limit: LIMIT }, { limitAt: -57 })
    await bench.axis.move({ steps: 10 }).result()
    board.drive(26, 'low')
    for (const steps of [5, -5]) {
      expect(await failureOf(bench.axis.move({ steps }).result())).toMatchObject({ code: 'ERR_LIMIT_REACHED' })
    }
    expect(stepTimes(board)).toHaveLength(10)
  })

  it('that is pressed from the start lets nothing move but home, which finds its way off it', async () => {
    const { bench, motor } = await open({ limit: LIMIT }, { position: -320, limitAt: -300 })
    const error = await failureOf(bench.axis.move({ steps: 5 }).result())
    expect([error.code, motor.position]).toEqual(['ERR_LIMIT_REACHED', -320])
    const found = await bench.axis.home().result()
    expect(found.position).toBe(motor.position + 300)
  })

  it('can be at the other end, on a line that is high when it is pressed', async () => {
    const limit = { line: 26, backOff: 10 }
    const { bench, motor } = await open({ limit }, { limitAt: 250, limitSide: 'above' })
    const found = await bench.axis.home({ direction: 'forward' }).result()
    expect(found.position).toBe(motor.position - 250)
    expect(found.position).toBeLessThan(0)
  })

  it('is approached fast, then slowly', async () => {
    const { bench, board } = await open({ limit: LIMIT }, { limitAt: -300 })
    await bench.axis.home({ speed: 400, slow: 20 }).result()
    const times = stepTimes(board)
    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    // The slow steps are those of the way off and a little more: 50 ms each.
    expect(Math.min(...gaps)).toBeCloseTo(1e9 / 400, -1)
    expect(gaps.filter(gap => gap === 50e6).length).toBeGreaterThan(LIMIT.backOff - 2)
    expect(gaps.filter(gap => gap === 50e6).length).toBeLessThan(LIMIT.backOff + 5)
  })

  it('stops a homing that is cancelled where it is, and the position is not known', async () => {
    const { bench, motor, clock } = await open({ limit: LIMIT }, { limitAt: -3000 })
    const home = bench.axis.home()
    clock.after(1e9, () => home.cancel())
    await failureOf(home.result())
    const { position, known } = await bench.axis.position().result()
    expect([position, known]).toEqual([motor.position, false])
    await bench.axis.home({ most: 5000 }).result()
  })
})

describe('home', () => {
  it('is refused at the call without a limit switch', async () => {
    const opened = await open()
    expect(refusalOf(opened, () => opened.bench.axis.home())).toMatchObject({
      code: 'ERR_NO_LIMIT_SWITCH',
      message: 'axis.home: needs a limit switch, and there is none',
      place: 'axis.home',
      remedy: expect.stringContaining('"limit"'),
    })
  })

  it('fails when the switch does not come within the steps that it is given', async () => {
    const { bench, motor } = await open({ limit: LIMIT }, { limitAt: -300 })
    const error = await failureOf(bench.axis.home({ most: 200 }).result())
    expect([error.code, motor.position]).toEqual(['ERR_HOME_FAILED', -200])
    expect(await bench.axis.position().result()).toMatchObject({ position: -200, known: false })
  })

  it('fails when the switch does not come off', async () => {
    const { bench, board } = await open({ limit: LIMIT }, { limitAt: -300 })
    board.drive(26, 'low')
    expect(await failureOf(bench.axis.home({ most: 100 }).result())).toMatchObject({ code: 'ERR_HOME_FAILED' })
  })

  it.each(['speed', 'slow'])('may not have a %s above what the motor can', async key => {
    const opened = await open({ limit: LIMIT })
    expect(refusalOf(opened, () => opened.bench.axis.home({ [key]: 501 }))).toMatchObject({
      code: 'ERR_BAD_INPUT',
      message: `axis.home: ${key} must be at most maxSpeed, which is 500 steps/s, not 501`,
      place: 'axis.home',
      remedy: expect.stringContaining('maxSpeed'),
    })
  })
})

describe('a stepper', () => {
  it('counts from where zero was said', async () => {
    const { bench, motor } = await open()
    await bench.axis.move({ steps: 30 }).result()
    expect(await bench.axis.zero().result()).toEqual({ position: 0, turns: 0, known: true })
    await bench.axis.move({ to: -10 }).result()
    expect(motor.position).toBe(20)
  })

  it('holds after a move, and lets go when it is released', async () => {
    const { bench, motor } = await open()
    expect(motor.holds).toBe(false)
    await bench.axis.move({ steps: 3 }).result()
    expect([motor.holds, (await bench.axis.position().result()).holds]).toEqual([true, true])
    await bench.axis.release().result()
    expect([motor.holds, (await bench.axis.position().result()).holds]).toEqual([false, false])
    await bench.axis.move({ steps: 3 }).result()
    expect([motor.position, motor.missed]).toEqual([6, 0])
  })

  it('on four phases goes on from the phase in which it was released', async () => {
    const { bench, motor } = await open({ wiring: COILS })
    await bench.axis.move({ steps: 11 }).result()
    await bench.axis.release().result()
    expect(motor.holds).toBe(false)
    await bench.axis.move({ steps: -4 }).result()
    expect([motor.position, motor.violations]).toEqual([7, []])
  })

  it.each([
    ['hold', true],
    ['release', false],
  ] as const)('with safe %s has current after a failure: %s', async (safe, holds) => {
    const { bench, motor, clock } = await open({ safe })
    const move = bench.axis.move({ steps: 1000 })
    clock.after(50e6, () => move.cancel())
    await failureOf(move.result())
    expect(motor.holds).toBe(holds)
  })

  it('without an enable line refuses to be released at the call', async () => {
    const opened = await open({ wiring: { step: 20, direction: 21 } })
    expect(refusalOf(opened, () => opened.bench.axis.release())).toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: 'axis.release: needs an enable line, and there is none: the current stays on',
      place: 'axis.release',
      remedy: expect.stringContaining('wiring.enable'),
    })
  })

  it('without an enable line or a limit switch does not say whether it holds, or is at the limit', async () => {
    const { bench } = await open({ wiring: { step: 20, direction: 21 } })
    expect(await bench.axis.position().result()).toMatchObject({ holds: null, limit: null })
  })

  it.each([
    [
      'a speed above its own',
      { steps: 5, speed: 501 },
      'speed must be at most maxSpeed, which is 500 steps/s, not 501',
    ],
    ['a position below its least', { to: -11 }, 'to must be at least -10, not -11'],
    ['a position above its greatest', { to: 101 }, 'to must be at most 100, not 101'],
  ])('refuses %s at the call', async (_what, input, why) => {
    const opened = await open({ min: -10, max: 100 })
    expect(refusalOf(opened, () => opened.bench.call('axis', 'move', input))).toMatchObject({
      code: 'ERR_BAD_INPUT',
      message: `axis.move: ${why}`,
      place: 'axis.move',
      remedy: expect.stringContaining('configuration'),
    })
  })

  it('refuses a position that no number can count at the call, without bounds too', async () => {
    const opened = await open()
    const { message } = refusalOf(opened, () => opened.bench.axis.move({ to: 2 ** 60 }))
    expect(message).toBe(`axis.move: to must be at most ${Number.MAX_SAFE_INTEGER}, not ${2 ** 60}`)
  })

  it.each([
    ['steps beyond its greatest', { steps: 71 }, 101, 'at most 100'],
    ['steps beyond its least', { steps: -41 }, -11, 'at least -10'],
    ['turns beyond its greatest', { turns: 1 }, 230, 'at most 100'],
    ['turns beyond its least', { turns: -1 }, -170, 'at least -10'],
  ])('fails without a step for %s, which only its position tells', async (_what, input, target, bound) => {
    const { bench, board, motor } = await open({ min: -10, max: 100 })
    await bench.axis.move({ to: 30 }).result()
    const before = board.trace.length
    expect(await failureOf(bench.call('axis', 'move', input).result())).toMatchObject({
      code: 'ERR_BAD_INPUT',
      message: `axis: from 30 it would go to ${target}, and must be ${bound}`,
      place: 'axis',
      details: { position: 30, target },
    })
    expect([motor.position, board.trace.length]).toEqual([30, before])
  })

  it.each([{}, { steps: 1.5 }, { steps: 1, to: 2 }, { steps: 5, speed: 0 }, { turns: Number.NaN }])(
    'refuses to move %o at the call',
    async input => {
      const opened = await open()
      expect(refusalOf(opened, () => opened.bench.call('axis', 'move', input)).place).toBe('axis.move')
    },
  )

  it('does not move at all for no steps', async () => {
    const { bench, board } = await open()
    expect(await bench.axis.move({ steps: 0 }).result()).toMatchObject({ position: 0, steps: 0 })
    expect(stepTimes(board)).toEqual([])
  })

  it.each<[string, Partial<Config>]>([
    ['a speed that its step pulse does not allow', { maxSpeed: 200_000, startSpeed: 190_000, acceleration: 1e6 }],
    ['no acceleration', { acceleration: 0 }],
    ['three coils', { wiring: { coils: [12, 13, 19] } as unknown as Config['wiring'] }],
    ['both wirings', { wiring: { ...CHIP, ...COILS } }],
  ])('does not open with %s', async (_what, config) => {
    await expect(open(config)).rejects.toMatchObject({ code: 'ERR_BAD_CONFIG', place: 'axis' })
  })

  it.each<[string, Partial<Config>, string]>([
    ['bounds that cross', { min: 5, max: 4 }, 'min must be at most max, which is 4, not 5'],
    [
      'an acceleration that would take minutes to stop',
      { maxSpeed: 5000, acceleration: 10 },
      'maxSpeed must be at most 120 steps/s, not 5000: with its acceleration it must stop in 2 s',
    ],
  ])('does not open with %s, and says why', async (_what, config, why) => {
    const error = await failureOf(open(config))
    expect(error).toMatchObject({ code: 'ERR_BAD_CONFIG', place: 'axis', message: `axis: ${why}` })
  })

  it('opens with the least acceleration that stops in time', async () => {
    const { bench } = await open({ maxSpeed: 5000, acceleration: 2450 })
    expect(bench.names).toEqual(['axis'])
  })

  it('refuses a simulated limit switch for which it has no line', async () => {
    await expect(open({}, { limitAt: 5 })).rejects.toMatchObject({ code: 'ERR_BAD_CONFIG', place: 'simulate.axis' })
  })
})
