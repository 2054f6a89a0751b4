import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import { ServoArm, type ServoSimulation } from '../../mocks/parts/servo.js'
import { servo } from '../../src/peripherals/servo.js'
import { failureOf, openMockBench, refusalOf } from '../bench/setup.js'

type Config = Parameters<typeof servo>[0]

async function open(config: Config = { line: 17 }, simulate?: ServoSimulation) {
  const opened = await openMockBench({ arm: servo(config) }, simulate && { simulate: { arm: simulate } })
  const { clock } = opened
  return { ...opened, arm: armOf(opened.board), wait: (ms: number) => clock.reach(clock.now() + ms * 1e6) }
}

function armOf(board: MockBoard): ServoArm {
  const part = board.part('arm')
  if (part instanceof ServoArm) return part
  throw new TypeError('no arm')
}

/** Widths of all whole pulses on the line, in us. */
function pulses(board: MockBoard, line = 17): number[] {
  const widths: number[] = []
  let rose: number | undefined
  for (const { level, time } of board.trace.of(line)) {
    if (level === 'high') rose = time
    else if (rose !== undefined) widths.push((time - rose) / 1000)
  }
  return widths
}

const EVERYWHERE: [string, Config][] = [
  ['a line', { line: 17 }],
  ['a line behind an inverter', { line: 17, activeLow: true }],
  ['a channel of the hardware', { channel: 0 }],
  ['a channel behind an inverter', { channel: 0, activeLow: true }],
]

describe.each(EVERYWHERE)('a servo on %s', (_what, config) => {
  it('turns to the angle that it is told', async () => {
    const { bench, arm, wait } = await open(config)
    expect(await bench.arm.move({ angle: 135 }).result()).toMatchObject({ angle: 135, pulseWidth: 1.75 })
    await wait(500)
    expect([arm.angle, arm.pulseWidth, arm.holds]).toEqual([expect.closeTo(135), expect.closeTo(1.75), true])
    await bench.arm.move({ pulseWidth: '1ms' }).result()
    await wait(500)
    expect(arm.angle).toBeCloseTo(0)
  })

  it('loses its force when it is released, and stays where it is', async () => {
    const { bench, arm, wait } = await open(config)
    await bench.arm.move({ angle: 0 }).result()
    await wait(60)
    expect(await bench.arm.release().result()).toEqual({ angle: null, pulseWidth: null })
    await wait(1000)
    // In 60 ms after the first pulse, and as long as it holds without one, it cannot come all the way.
    expect(arm.holds).toBe(false)
    expect(arm.angle).toBeGreaterThan(20)
    expect(arm.strangePulses).toBe(0)
  })

  it('is released when a sweep is cancelled, and can be moved again', async () => {
    const { bench, arm, clock, wait } = await open(config)
    const sweep = bench.arm.sweep({ from: 0, to: 180, over: '10s' })
    clock.after(5.013e9, () => sweep.cancel())
    expect(await failureOf(sweep.result())).toMatchObject({ code: 'ERR_CANCELLED' })
    await wait(100)
    expect(arm.holds).toBe(false)
    expect(arm.angle).toBeGreaterThan(80)
    expect(arm.angle).toBeLessThan(100)
    await bench.arm.move({ angle: 30 }).result()
    await wait(500)
    expect([arm.angle, arm.strangePulses]).toEqual([expect.closeTo(30), 0])
  })
})

describe('a servo', () => {
  it('gets no pulse before it is moved, and 50 a second afterwards', async () => {
    const { bench, board, wait } = await open()
    await wait(1000)
    expect([...board.trace]).toEqual([])
    await bench.arm.move({ angle: 90 }).result()
    await wait(1000)
    expect(pulses(board)).toEqual(Array.from({ length: 50 }, () => 1500))
  })

  it('takes the pulse widths and angles of its configuration', async () => {
    const { bench, board, wait } = await open({
      line: 17,
      minPulse: '500us',
      maxPulse: '2500us',
      minAngle: -90,
      maxAngle: 90,
    })
    await bench.arm.move({ angle: -45 }).result()
    await wait(19)
    expect(pulses(board)).toEqual([1000])
  })

  it('turns the other way round when its angles are', async () => {
    const { bench, arm, wait } = await open({ line: 17, minAngle: 180, maxAngle: 0 })
    expect(await bench.arm.move({ angle: 45 }).result()).toMatchObject({ pulseWidth: 1.75 })
    await wait(500)
    expect(arm.angle).toBeCloseTo(45)
  })

  it('never makes a pulse of another width than some angle on its way has', async () => {
    const { bench, board, clock, wait } = await open({ line: 17, speed: 100 })
    await bench.arm.move({ angle: 0 }).result()
    await clock.reach(clock.now() + 7.3e6)
    await bench.arm.move({ angle: 180 }).result()
    await clock.reach(clock.now() + 0.7e6)
    await bench.arm.move({ angle: 90 }).result()
    await wait(100)
    const widths = pulses(board)
    expect(widths.every(width => width >= 1000 && width <= 2000)).toBe(true)
    const up = widths.slice(0, widths.indexOf(2000))
    expect(up).toEqual([...up].sort((a, b) => a - b))
  })

  it('with a speed is no faster than that, and a move ends when the arm is there', async () => {
    const { bench, arm, clock } = await open({ line: 17, speed: 60 }, { angle: 90 })
    // Where it is at first nobody knows: it gets the time for all of its way.
    expect(await bench.arm.move({ angle: 90 }).result()).toMatchObject({ took: 3000 })
    const began = clock.now()
    const move = bench.arm.move({ angle: 150 })
    let half = 0
    clock.after(500e6, () => {
      half = arm.angle
    })
    await move.result()
    expect((clock.now() - began) / 1e6).toBeGreaterThanOrEqual(1000)
    expect((clock.now() - began) / 1e6).toBeLessThan(1050)
    expect(half).toBeGreaterThan(115)
    expect(half).toBeLessThan(121)
    expect(arm.angle).toBeGreaterThan(148)
  })

  it('sweeps in the time that it is given', async () => {
    const { bench, arm, clock, wait } = await open()
    await bench.arm.move({ angle: 0 }).result()
    await wait(500)
    const began = clock.now()
    const sweep = bench.arm.sweep({ from: 0, to: 180, over: '2s' })
    const seen: number[] = []
    for (const ms of [500, 1000, 1500]) clock.after(ms * 1e6, () => seen.push(arm.angle))
    const { took } = await sweep.result()
    expect(seen).toEqual([45, 90, 135].map(angle => expect.closeTo(angle, -1)))
    expect(took).toBeGreaterThanOrEqual(2000)
    expect(clock.now() - began).toBeLessThan(2.05e9)
  })

  it('goes to its safe angle from the opening on, and when something fails', async () => {
    const { bench, arm, clock, wait } = await open({ line: 17, safe: 20 }, { angle: 20 })
    await wait(500)
    expect([arm.angle, arm.holds]).toEqual([expect.closeTo(20), true])
    const sweep = bench.arm.sweep({ from: 90, to: 180, over: '10s' })
    clock.after(3e9, () => sweep.cancel())
    await failureOf(sweep.result())
    await wait(500)
    expect([arm.angle, arm.holds]).toEqual([expect.closeTo(20), true])
    expect(await bench.arm.position().result()).toEqual({ angle: 20, pulseWidth: expect.closeTo(1.111, 3) })
  })

  it.each([
    ['move', { angle: 181 }, 'angle must be from 0° to 180°, not 181°'],
    ['move', { angle: -0.1 }, 'angle must be from 0° to 180°, not -0.1°'],
    ['move', { pulseWidth: '2100us' }, 'pulseWidth must be from 1 ms (0°) to 2 ms (180°), not 2.1 ms'],
    ['move', { pulseWidth: 0.9 }, 'pulseWidth must be from 1 ms (0°) to 2 ms (180°), not 0.9 ms'],
    ['sweep', { from: 0, to: 200, over: '1s' }, 'to must be from 0° to 180°, not 200°'],
    ['sweep', { from: -10, to: 90, over: '1s' }, 'from must be from 0° to 180°, not -10°'],
  ])('refuses %s %o, which is outside its limits, at the call', async (action, input, why) => {
    const opened = await open()
    expect(refusalOf(opened, () => opened.bench.call('arm', action, input))).toMatchObject({
      code: 'ERR_BAD_INPUT',
      message: `arm.${action}: ${why}`,
      place: `arm.${action}`,
      remedy: expect.stringContaining('limits'),
    })
  })

  it.each([
    [{ angle: 40 }, 'angle must be from 45° to 135°, not 40°'],
    [{ pulseWidth: 1.2 }, 'pulseWidth must be from 1.25 ms (45°) to 1.75 ms (135°), not 1.2 ms'],
  ])('refuses to move %o when its mechanism does not allow it, though the servo could', async (input, why) => {
    const opened = await open({ line: 17, limits: { min: 45, max: 135 } })
    expect(refusalOf(opened, () => opened.bench.arm.move(input)).message).toBe(`arm.move: ${why}`)
  })

  it.each([
    [{ angle: 30 }, 1.166667],
    [{ pulseWidth: 1.166667 }, 1.166667],
    [{ angle: 150 }, 1.833333],
    [{ pulseWidth: 1.833333 }, 1.833333],
  ])('moves %o, which is the very end of what its mechanism allows', async (input, pulseWidth) => {
    const { bench } = await open({ line: 17, limits: { min: 30, max: 150 } })
    expect(await bench.arm.move(input).result()).toMatchObject({ pulseWidth })
  })

  it('refuses a pulse beyond its limits when it turns the other way round', async () => {
    const opened = await open({ line: 17, minAngle: 180, maxAngle: 0, limits: { min: 0, max: 90 } })
    expect(refusalOf(opened, () => opened.bench.arm.move({ pulseWidth: '1400us' })).message).toBe(
      'arm.move: pulseWidth must be from 1.5 ms (90°) to 2 ms (0°), not 1.4 ms',
    )
  })

  it('refuses a sweep that is faster than its speed at the call', async () => {
    const opened = await open({ line: 17, speed: 60 })
    expect(refusalOf(opened, () => opened.bench.arm.sweep({ from: 0, to: 90, over: '1s' }))).toMatchObject({
      code: 'ERR_BAD_INPUT',
      message: 'arm.sweep: over must be at least 1500 ms for 90° at its speed of 60 °/s, not 1000 ms',
      place: 'arm.sweep',
      remedy: expect.stringContaining('"speed"'),
    })
  })

  it('sweeps as fast as its speed is', async () => {
    const { bench } = await open({ line: 17, speed: 60 })
    expect(await bench.arm.sweep({ from: 0, to: 90, over: 1500 }).result()).toMatchObject({ angle: 90 })
  })

  it.each([{ pulseWidth: '3ms' }, { pulseWidth: '400us' }, { angle: Number.NaN }, {}, { angle: 1, pulseWidth: 1 }])(
    'refuses %o at the call',
    async input => {
      const opened = await open()
      expect(refusalOf(opened, () => opened.bench.call('arm', 'move', input)).place).toBe('arm.move')
    },
  )

  it.each<[string, Config, string]>([
    [
      'pulses the wrong way round',
      { line: 17, minPulse: 2, maxPulse: 1 },
      'minPulse must be less than maxPulse, which is 1 ms, not 2 ms',
    ],
    [
      'no way to turn',
      { line: 17, minAngle: 90, maxAngle: 90 },
      'minAngle must be another angle than maxAngle, not 90° too',
    ],
    [
      'limits beyond its way',
      { line: 17, limits: { min: 0, max: 200 } },
      'limits.max must be from 0° to 180°, not 200°',
    ],
    [
      'limits before its way',
      { line: 17, limits: { min: -5, max: 90 } },
      'limits.min must be from 0° to 180°, not -5°',
    ],
    [
      'limits that cross',
      { line: 17, limits: { min: 100, max: 80 } },
      'limits.min must be at most max, which is 80°, not 100°',
    ],
    ['a safe angle outside its limits', { line: 17, safe: 190 }, 'safe must be from 0° to 180°, not 190°'],
    ['a frequency that no servo takes', { line: 17, frequency: 1000 }, 'frequency must be at most 333 Hz, not 1000'],
    ['neither line nor channel', {}, 'has neither a line nor a channel'],
    ['both line and channel', { line: 17, channel: 0 }, 'has both a line and a channel'],
  ])('does not open with %s', async (_what, config, why) => {
    const error = await failureOf(open(config))
    expect(error).toMatchObject({ code: 'ERR_BAD_CONFIG', place: 'arm', message: `arm: ${why}` })
  })
})
