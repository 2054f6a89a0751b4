import { describe, expect, it } from 'vitest'
import type { Probes } from '../../mocks/parts/sequence.js'
import { sequence } from '../../src/peripherals/sequence.js'
import { failureOf, openMockBench, refusalOf } from '../bench/setup.js'

const open = (config: Partial<Parameters<typeof sequence>[0]> = {}) =>
  openMockBench({ motor: sequence({ lines: { step: 17, dir: 27 }, ...config }) })

type Opened = Awaited<ReturnType<typeof open>>

/** What the lines did, as `name level@us`. */
const trace = ({ board }: Opened): string[] =>
  [...board.trace].map(({ line, level, time }) => `${line === 17 ? 'step' : 'dir'} ${level}@${time / 1e3}`)

describe('a sequence', () => {
  it('plays its steps, as often as asked, and leaves the lines as the last one did', async () => {
    const opened = await open()
    const steps = [
      { set: ['step', 'dir'], after: '10us' as const },
      { clear: ['step'], after: 0.02 },
    ]
    const evidence = await opened.bench.motor.play({ steps, repeat: 2 }).result()
    expect(trace(opened)).toEqual(['step high@0', 'dir high@0', 'step low@10', 'step high@30', 'step low@40'])
    expect(evidence).toMatchObject({
      requested: 0.06,
      achieved: 0.06,
      player: 'software',
      steps: 4,
      lateness: { worst: 0, p99: 0, mean: 0 },
      edges: [0, 0.01, 0.03, 0.04].map(time => ({ requested: time, achieved: time })),
    })
    expect(evidence).not.toHaveProperty('throttled')
  })

  it.each([
    ['pulses', { line: 'step', width: '1ms', gap: '1ms', count: 3 }, 3],
    ['pwm', { line: 'step', frequency: 1000, duty: 0.5, for: '4ms' }, 4],
    ['stepRamp', { step: 'step', dir: 'dir', steps: -50, maxSpeed: 1000, acceleration: 10_000 }, 50],
    ['uart', { line: 'step', baud: 9600, bytes: [0x55] }, 6],
    ['morse', { line: 'step', text: 'SOS', wpm: 20 }, 9],
    ['irNec', { line: 'step', address: 0, command: 0 }, 342 + 33 * 22],
  ] as const)('plays what the builder %s makes', async (name, options, rises) => {
    const { bench, board } = await open()
    await bench.motor.play({ [name]: options } as never).result()
    const probes = board.part('motor') as Probes
    expect(probes.lines.get('step')?.rises).toBe(rises)
  })

  it('is shown by its part, line by line', async () => {
    const { bench, board } = await open()
    await bench.motor.play({ pulses: { line: 'dir', width: '2ms', gap: '1ms', count: 3 } }).result()
    const { lines } = board.part('motor') as Probes
    const { level, rises, falls, highNs, lastNs } = lines.get('dir')!
    expect([level, rises, falls, highNs, lastNs]).toEqual(['low', 3, 3, 6e6, 8e6])
    expect(lines.get('step')?.lastNs).toBeUndefined()
  })

  it.each([
    [{}, 'low', 'low'],
    [{ safe: { dir: 'high' } }, 'low', 'high'],
    [{ activeLow: true }, 'low', 'low'],
    [{ activeLow: true, safe: { step: 'high' } }, 'high', 'low'],
  ] as const)('with %o begins and ends with the levels of its safe state', async (config, step, dir) => {
    const { bench, board } = await open(config)
    expect([board.level(17), board.level(27)]).toEqual([step, dir])
    await bench.motor.play({ steps: [{ set: ['step'], clear: ['dir'], after: 1 }] }).result()
    await bench.safe()
    expect([board.level(17), board.level(27)]).toEqual([step, dir])
  })

  it('is low where it is active when it is active low', async () => {
    const { bench, board } = await open({ activeLow: true, safe: { step: 'high' } })
    await bench.motor.play({ steps: [{ set: ['step'], after: 1 }] }).result()
    expect(board.level(17)).toBe('low')
  })

  it('is made safe when it is cancelled, within the step that it was at', async () => {
    const opened = await open()
    const task = opened.bench.motor.play({ pulses: { line: 'step', width: '10ms', gap: '10ms', count: 1000 } })
    opened.clock.after(25e6, () => task.cancel())
    expect(await failureOf(task.result())).toMatchObject({ code: 'ERR_CANCELLED' })
    expect(trace(opened)).toEqual(['step high@0', 'step low@10000', 'step high@20000', 'step low@25000'])
  })

  it.each([
    [
      'unknown lines',
      { steps: [{ after: 1 }, { set: ['dir', 'stepp'], after: 1 }] },
      'steps[1].set[1] must be one of step, dir, not "stepp"',
    ],
    [
      'an unknown line of a builder',
      { irNec: { line: 'led', address: 1, command: 2 } },
      'irNec.line must be one of step, dir, not "led"',
    ],
    [
      'an unknown line for the direction',
      { stepRamp: { step: 'step', dir: 'dri', steps: 5, maxSpeed: 10, acceleration: 10 } },
      'stepRamp.dir must be one of step, dir, not "dri"',
    ],
    [
      'lines both set and cleared',
      { steps: [{ set: ['step'], clear: ['step'], after: 1 }] },
      'steps[0] cannot be played: line "step" is both set and cleared',
    ],
    [
      'text without a code',
      { morse: { line: 'step', text: 'é', wpm: 5 } },
      'morse.text cannot be played: "É" has no Morse code',
    ],
    [
      'a way without a line for it',
      { stepRamp: { step: 'step', steps: -5, maxSpeed: 10, acceleration: 10 } },
      'stepRamp.steps cannot be played: steps below 0 need a line "dir"',
    ],
    [
      'pulses that are too short for a nanosecond',
      { pulses: { line: 'step', width: 1e-7, gap: 1, count: 1 } },
      'pulses cannot be played: steps[0].after: the time 1e-7 is not longer than 0',
    ],
    [
      'steps that are too short for a nanosecond',
      { steps: [{ set: ['step'], after: 1 }, { after: 1e-7 }] },
      'steps[1].after cannot be played: the time 1e-7 is not longer than 0',
    ],
    [
      'more than 104 days of them',
      { steps: [{ after: '2000h' }], repeat: 2 },
      'repeat cannot be played: the whole sequence is longer than 104 days',
    ],
  ] as const)('with %s is refused at the call', async (_, input, why) => {
    const opened = await open()
    const error = refusalOf(opened, () => opened.bench.motor.play(input as never))
    expect(error).toMatchObject({ code: 'ERR_BAD_PULSES', message: `motor.play: ${why}`, place: 'motor.play' })
    expect(error.remedy).not.toBe('')
  })

  it('with a misspelt line is refused with the one that was meant', async () => {
    const opened = await open()
    const steps = [{ set: ['stepp'], after: 1 }]
    expect(refusalOf(opened, () => opened.bench.motor.play({ steps })).remedy).toBe('Write step if that was meant.')
  })

  it.each([
    ['steps of no length', { steps: [{ set: ['step'], after: 1 }, { after: 0 }] }, 'ERR_BAD_DURATION'],
    ['steps of a negative length', { steps: [{ set: ['step'], after: -1 }] }, 'ERR_BAD_DURATION'],
    ['no step', { steps: [] }, 'ERR_BAD_INPUT'],
    ['nothing to play', {}, 'ERR_BAD_INPUT'],
    ['two things to play', { steps: [{ after: 1 }], morse: { line: 'step', text: 'E', wpm: 5 } }, 'ERR_BAD_INPUT'],
    [
      'a ramp without end',
      { stepRamp: { step: 'step', steps: 1e12, maxSpeed: 10, acceleration: 10 } },
      'ERR_BAD_INPUT',
    ],
  ] as const)('with %s does not fit its schema', async (_, input, code) => {
    const opened = await open()
    const error = refusalOf(opened, () => opened.bench.motor.play(input as never))
    expect(error).toMatchObject({ code, place: 'motor.play' })
  })

  it('with a safe level for a line that is not there is refused when the bench opens', async () => {
    expect(await failureOf(open({ safe: { stepp: 'high' } }))).toMatchObject({
      code: 'ERR_BAD_CONFIG',
      message: 'motor: safe.stepp is none of its lines',
      place: 'motor',
      remedy: 'Write step if that was meant.',
    })
  })

  it('says that it is not safe when a line does not follow', async () => {
    const { bench, board } = await open({ safe: { dir: 'high' } })
    board.drive(27, 'low')
    const error = await failureOf(bench.safe())
    expect(error).toMatchObject({ code: 'ERR_NOT_SAFE', place: 'motor', message: expect.stringContaining('read back') })
  })
})
