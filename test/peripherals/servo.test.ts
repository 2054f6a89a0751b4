import { describe, expect, it } from 'vitest'
import type { MockBoard } from '../../mocks/board.js'
import { ServoArm, type ServoSimulation } from '../../mocks/parts/servo.js'
import { servo } from '../../src/peripherals/servo.js'
import { failureOf, openMockBench } from '../bench/setup.js'

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
    ['move', { angle: 181 }],
    ['move', { angle: -0.1 }],
    ['move', { pulseWidth: '2100us' }],
    ['sweep', { from: 0, to: 200, over: '1s' }],
    ['sweep', { from: -10, to: 90, over: '1s' }],
  ])('refuses %s %o, which is outside its limits, before anything moves', async (action, input) => {
    const { bench, board } = await open()
    const error = await failureOf(bench.call('arm', action, input).result())
    expect(error).toMatchObject({ code: 'ERR_BAD_INPUT', place: 'arm', remedy: expect.stringContaining('limits') })
    expect([...board.trace]).toEqual([])
  })

  it('refuses what its mechanism does not allow, though the servo could', async () => {
    const { bench, board } = await open({ line: 17, limits: { min: 45, max: 135 } })
    expect(await failureOf(bench.arm.move({ angle: 40 }).result())).toMatchObject({
      message: 'arm: angle is 40°, which is not from 45° to 135°',
    })
    expect([...board.trace]).toEqual([])
    await bench.arm.move({ angle: 45 }).result()
  })

  it('refuses a sweep that is faster than its speed', async () => {
    const { bench, board } = await open({ line: 17, speed: 60 })
    const sweep = bench.arm.sweep({ from: 0, to: 90, over: '1s' })
    expect(await failureOf(sweep.result())).toMatchObject({ code: 'ERR_BAD_INPUT', place: 'arm' })
    expect([...board.trace]).toEqual([])
  })

  it.each([{ pulseWidth: '3ms' }, { pulseWidth: '400us' }, { angle: Number.NaN }, {}, { angle: 1, pulseWidth: 1 }])(
    'refuses %o at the call',
    async input => {
      const { bench } = await open()
      expect(() => bench.call('arm', 'move', input)).toThrow(expect.objectContaining({ place: 'arm.move' }))
    },
  )

  it.each<[string, Config]>([
    ['pulses the wrong way round', { line: 17, minPulse: 2, maxPulse: 1 }],
    ['no way to turn', { line: 17, minAngle: 90, maxAngle: 90 }],
    ['limits beyond its way', { line: 17, limits: { min: 0, max: 200 } }],
    ['limits that cross', { line: 17, limits: { min: 100, max: 80 } }],
    ['a safe angle outside its limits', { line: 17, safe: 190 }],
    ['a frequency that no servo takes', { line: 17, frequency: 1000 }],
    ['neither line nor channel', {}],
  ])('does not open with %s', async (_what, config) => {
    await expect(open(config)).rejects.toMatchObject({ code: 'ERR_BAD_CONFIG', place: 'arm' })
  })
})
