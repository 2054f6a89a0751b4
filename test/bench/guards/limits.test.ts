import { describe, expect, test } from 'vitest'
import { motor } from '../../../src/peripherals/motor.js'
import { output } from '../../../src/peripherals/output.js'
import { sleep } from '../../../src/worker/sleep.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { failureOf, openMockBench } from '../setup.js'
import { changesOf, handleOf, thrownBy, VALVE, valve } from './setup.js'

/** From the opening on, a line with minOff has to rest for so long. */
const REST = 5000

describe('minOff', () => {
  test('refuses to switch on too soon, and says how long to wait', async () => {
    const { bench, clock } = await openMockBench({ pump: output({ line: 17, minOff: '5s' }) })
    await sleep(clock, REST)
    await bench.pump.pulse({ width: '1s' }).result()
    await sleep(clock, 1200)
    expect(await failureOf(bench.pump.on().result())).toMatchObject({
      code: 'ERR_LIMIT',
      message: 'pump cannot go on: minOff is at least 5000 ms, and it would be 1200 ms',
      place: 'pump',
      remedy: 'Wait 3800 ms more, or change minOff in its configuration if the hardware can take more.',
      details: { rule: 'minOff', peripheral: 'pump', line: 17 },
    })
  })

  test('allows it as soon as the time is over', async () => {
    const { bench, clock } = await openMockBench({ pump: output({ line: 17, minOff: '5s' }) })
    await sleep(clock, REST)
    await bench.pump.pulse({ width: '1s' }).result()
    await sleep(clock, 5000)
    await expect(bench.pump.on().result()).resolves.toEqual({ on: true })
  })

  test('counts from the opening, before which nobody knows what was: a crash may have been', async () => {
    const { bench, clock } = await openMockBench({ pump: output({ line: 17, minOff: '5s' }) })
    await sleep(clock, 4999)
    expect(await failureOf(bench.pump.on().result())).toMatchObject({
      code: 'ERR_LIMIT',
      message: 'pump cannot go on: minOff is at least 5000 ms, and it would be 4999 ms',
      remedy: expect.stringMatching(/^Wait 1 ms more/),
    })
    await sleep(clock, 1)
    await expect(bench.pump.on().result()).resolves.toEqual({ on: true })
  })

  test('counts from when the line is really off, where low is on', async () => {
    const { bench, board, clock } = await openMockBench({ pump: output({ line: 17, activeLow: true, minOff: '5s' }) })
    await sleep(clock, REST)
    await bench.pump.pulse({ width: '1s' }).result()
    await sleep(clock, 4999)
    await failureOf(bench.pump.on().result())
    expect(board.level(17)).toBe('high')
  })
})

describe('maxToggleRate', () => {
  test('counts from one time that it goes on to the next', async () => {
    const { bench, clock } = await openMockBench({ lamp: output({ line: 17, maxToggleRate: 2 }) })
    await bench.lamp.pulse({ width: '100ms' }).result()
    await sleep(clock, 399)
    expect(await failureOf(bench.lamp.on().result())).toMatchObject({
      code: 'ERR_LIMIT',
      details: { rule: 'maxToggleRate' },
    })
    await sleep(clock, 1)
    await expect(bench.lamp.on().result()).resolves.toEqual({ on: true })
  })

  test('does not count what is on already', async () => {
    const { bench } = await openMockBench({ lamp: output({ line: 17, maxToggleRate: 2 }) })
    await bench.lamp.on().result()
    await expect(bench.lamp.on().result()).resolves.toEqual({ on: true })
  })

  test('is the highest frequency of PWM', async () => {
    await openMockBench({ valve: valve({ lines: VALVE, maxToggleRate: 100 }) })
    const handle = handleOf('valve')
    expect(() => handle.pwm?.(17, { frequency: 100, duty: 0.5 })).not.toThrow()
    expect(thrownBy(() => handle.pwm?.(18, { frequency: 101, duty: 0.5 })).message).toBe(
      'valve.lines.out cannot go on: maxToggleRate is at most 100 Hz, and it would be 101 Hz',
    )
  })
})

describe('maxToggleRate and PWM whose phase nobody knows', () => {
  test('what was PWM may have gone on when it became a level', async () => {
    const { clock } = await openMockBench({ valve: valve({ lines: VALVE, maxToggleRate: 100 }) })
    const handle = handleOf('valve')
    handle.pwm?.(17, { frequency: 50, duty: 0.5 })
    await sleep(clock, 35)
    handle.set(0b01)
    await sleep(clock, 1)
    handle.set(0b00)
    expect(thrownBy(() => handle.set(0b01)).details).toMatchObject({ rule: 'maxToggleRate' })
  })

  test('what becomes PWM may go on again at once', async () => {
    const { clock } = await openMockBench({ valve: valve({ lines: VALVE, maxToggleRate: 100 }) })
    const handle = handleOf('valve')
    handle.set(0b01)
    await sleep(clock, 9)
    expect(thrownBy(() => handle.pwm?.(17, { frequency: 50, duty: 0.5 })).details).toMatchObject({
      rule: 'maxToggleRate',
    })
    await sleep(clock, 1)
    expect(() => handle.pwm?.(17, { frequency: 50, duty: 0.5 })).not.toThrow()
  })

  test('what was PWM may have gone on just before it went off', async () => {
    const { clock } = await openMockBench({ valve: valve({ lines: VALVE, maxToggleRate: 100 }) })
    const handle = handleOf('valve')
    handle.pwm?.(17, { frequency: 50, duty: 0.5 })
    await sleep(clock, 19)
    handle.set(0)
    await sleep(clock, 9)
    expect(thrownBy(() => handle.set(0b01)).details).toMatchObject({ rule: 'maxToggleRate' })
  })
})

describe('maxDuty', () => {
  test('with maxOn takes it to have been on for so long before the opening', async () => {
    const { bench, clock } = await openMockBench({ heater: output({ line: 17, maxDuty: 0.25, maxOn: '1s' }) })
    await sleep(clock, 2999)
    expect(await failureOf(bench.heater.on().result())).toMatchObject({
      code: 'ERR_LIMIT',
      remedy: expect.stringMatching(/^Wait 1 ms more/),
      details: { rule: 'maxDuty' },
    })
    await sleep(clock, 1)
    await expect(bench.heater.on().result()).resolves.toEqual({ on: true })
  })

  test('is kept by a program that is started again and again', async () => {
    const clock = new VirtualClock()
    let on = 0
    for (let run = 0; run < 100; run++) {
      const heater = output({ line: 17, maxDuty: 0.1, maxOn: '5s' })
      const { bench } = await openMockBench({ heater }, { clock })
      await sleep(clock, run < 50 ? 1000 : 60_000)
      const pulse = bench.heater.pulse({ width: '5s' }).result()
      on += await pulse.then(
        () => 5e9,
        () => 0,
      )
      await bench.close()
    }
    expect(on).toBeGreaterThan(0)
    expect(on / clock.now()).toBeLessThanOrEqual(0.1)
  })

  test('is counted from one time that it goes on to the next', async () => {
    const { bench, clock } = await openMockBench({ heater: output({ line: 17, maxDuty: 0.25 }) })
    await bench.heater.pulse({ width: '1s' }).result()
    await sleep(clock, 2999)
    expect(await failureOf(bench.heater.on().result())).toMatchObject({
      code: 'ERR_LIMIT',
      remedy: 'Wait 1 ms more, or change maxDuty in its configuration if the hardware can take more.',
      details: { rule: 'maxDuty' },
    })
    await sleep(clock, 1)
    await expect(bench.heater.on().result()).resolves.toEqual({ on: true })
  })

  test('is the highest duty of PWM', async () => {
    const { board, clock } = await openMockBench({ valve: valve({ lines: VALVE, maxDuty: 0.5 }) })
    const handle = handleOf('valve')
    expect(thrownBy(() => handle.pwm?.(17, { frequency: 100, duty: 0.6 })).details).toMatchObject({ rule: 'maxDuty' })
    expect(() => handle.pwm?.(17, { frequency: 100, duty: 0.5 })).not.toThrow()
    await sleep(clock, 11)
    expect(changesOf(board, 17)).toEqual(['high at 0', 'low at 5', 'high at 10'])
  })

  test('is of what is on, where the handle has it the other way round', async () => {
    await openMockBench({ valve: valve({ lines: VALVE, maxDuty: 0.25 }) })
    const handle = handleOf('valve')
    handle.reconfigure({ direction: 'output', activeLow: true })
    expect(() => handle.pwm?.(17, { frequency: 100, duty: 0.75 })).not.toThrow()
    expect(thrownBy(() => handle.pwm?.(18, { frequency: 100, duty: 0.5 })).code).toBe('ERR_LIMIT')
  })

  test('does not let PWM be changed more often than once in a period', async () => {
    const { clock } = await openMockBench({ valve: valve({ lines: VALVE, maxDuty: 0.5 }) })
    const handle = handleOf('valve')
    handle.pwm?.(17, { frequency: 100, duty: 0.5 })
    await sleep(clock, 9)
    expect(thrownBy(() => handle.pwm?.(17, { frequency: 100, duty: 0.4 })).message).toBe(
      'valve.lines.in cannot change its PWM before a period of it is over: maxDuty could not be kept',
    )
    await sleep(clock, 1)
    expect(() => handle.pwm?.(17, { frequency: 100, duty: 0.4 })).not.toThrow()
  })
})

describe('a call for several lines', () => {
  test('changes none of them when one may not be changed', async () => {
    const { board, clock } = await openMockBench({ valve: valve({ lines: VALVE, minOff: '5s' }) })
    await sleep(clock, REST)
    const handle = handleOf('valve')
    handle.set(0b01)
    handle.set(0b00)
    expect(thrownBy(() => handle.set(0b11)).code).toBe('ERR_LIMIT')
    expect(board.level(18)).toBe('low')
  })

  test('is not needed to switch something off: that is always allowed', async () => {
    const { bench, board, clock } = await openMockBench({
      valve: valve({ lines: VALVE, minOff: '5s', maxToggleRate: 0.01 }),
    })
    await sleep(clock, REST)
    handleOf('valve').set(0b11)
    handleOf('valve').set(0)
    await bench.safe()
    expect([board.level(17), board.level(18)]).toEqual(['low', 'low'])
  })
})

describe('a change of the settings', () => {
  test('is a write when it has initial values', async () => {
    const { board, clock } = await openMockBench({ valve: valve({ lines: VALVE, minOff: '5s' }) })
    await sleep(clock, REST)
    const handle = handleOf('valve')
    handle.set(0b01)
    handle.set(0b00)
    expect(thrownBy(() => handle.reconfigure({ direction: 'output', initial: 0b01 })).code).toBe('ERR_LIMIT')
    expect(board.level(17)).toBe('low')
  })

  test('is a write when the line becomes an output again, with what is on then', async () => {
    const { clock } = await openMockBench({ valve: valve({ lines: VALVE, minOff: '5s' }) })
    await sleep(clock, REST)
    const handle = handleOf('valve')
    handle.set(0b01)
    handle.reconfigure({ direction: 'input' })
    expect(thrownBy(() => handle.reconfigure({ direction: 'output', activeLow: true })).code).toBe('ERR_LIMIT')
    expect(() => handle.reconfigure({ direction: 'output' })).not.toThrow()
  })

  test('is none when it keeps the level, whatever that is called then', async () => {
    const { board, clock } = await openMockBench({ valve: valve({ lines: VALVE, minOff: '5s' }) })
    await sleep(clock, REST)
    const handle = handleOf('valve')
    handle.set(0b01)
    handle.reconfigure({ direction: 'output', activeLow: true })
    expect(board.level(17)).toBe('high')
    handle.set(0b11)
    expect(thrownBy(() => handle.set(0b10)).message).toMatch(/^valve\.lines\.in cannot go on: minOff/)
  })
})

describe('pulses are checked as a whole before they are played', () => {
  const steps = (on: number, off: number) => [
    { values: 0b01, ns: on * 1e6 },
    { values: 0b00, ns: off * 1e6 },
  ]

  test.each([
    ['maxOn', { maxOn: 10 }, { steps: steps(11, 100) }],
    [
      'maxOn, over the end of a round',
      { maxOn: 10 },
      { steps: [...steps(6, 1), { values: 0b01, ns: 6e6 }], repeat: 2 },
    ],
    ['minOff', { minOff: 10 }, { steps: steps(100, 9), repeat: 1_000_000 }],
    ['maxDuty', { maxDuty: 0.5 }, { steps: steps(11, 10), repeat: 1_000_000 }],
    ['maxToggleRate', { maxToggleRate: 10 }, { steps: steps(50, 49), repeat: 1_000_000 }],
  ])('%s', async (_what, limits, sequence) => {
    const { board } = await openMockBench({ valve: valve({ lines: VALVE, ...limits }) })
    expect((await failureOf(handleOf('valve').play(sequence))).code).toBe('ERR_LIMIT')
    expect(changesOf(board, 17)).toEqual([])
  })

  test('with the time that a line has been on already', async () => {
    const { clock } = await openMockBench({ valve: valve({ lines: VALVE, maxOn: 10 }) })
    const handle = handleOf('valve')
    handle.set(0b01)
    await sleep(clock, 5)
    expect((await failureOf(handle.play({ steps: steps(6, 1) }))).message).toBe(
      'valve.lines.in cannot be played so: maxOn is at most 10 ms, and it would be 11 ms',
    )
    await expect(handle.play({ steps: steps(5, 1) })).resolves.toMatchObject({ requestedNs: 6e6 })
  })

  test('and what they leave counts for what comes afterwards', async () => {
    const { clock } = await openMockBench({ valve: valve({ lines: VALVE, minOff: 10 }) })
    await sleep(clock, REST)
    const handle = handleOf('valve')
    await handle.play({ steps: steps(5, 9) })
    expect(thrownBy(() => handle.set(0b01)).message).toMatch(/minOff is at least 10 ms, and it would be 9 ms$/)
  })

  test('and nobody may switch on meanwhile what would not be as it was looked at', async () => {
    await openMockBench({ valve: valve({ lines: VALVE, maxOn: 10 }) })
    const handle = handleOf('valve')
    const played = handle.play({ steps: steps(5, 5), repeat: 3 })
    expect(thrownBy(() => handle.set(0b01, 0b01)).code).toBe('ERR_LIMIT')
    expect((await failureOf(handle.play({ steps: steps(1, 1) }))).code).toBe('ERR_LIMIT')
    await played
  })

  test('and what is changed in them afterwards is not played', async () => {
    const { board, clock } = await openMockBench({ valve: valve({ lines: VALVE, maxOn: 10 }) })
    const changed = steps(5, 5)
    const sequence = { steps: changed, repeat: 1 }
    const played = handleOf('valve').play(sequence)
    await sleep(clock, 1)
    changed[1]!.values = 0b01
    changed.push({ values: 0b01, ns: 20e6 })
    sequence.repeat = 2
    await expect(played).resolves.toMatchObject({ requestedNs: 10e6 })
    expect(changesOf(board, 17)).toEqual(['high at 0', 'low at 5'])
  })

  test('but switching off ends the play', async () => {
    const { board, clock } = await openMockBench({ valve: valve({ lines: VALVE, maxOn: 10 }) })
    const handle = handleOf('valve')
    const played = failureOf(handle.play({ steps: steps(5, 5), repeat: 3 }))
    await sleep(clock, 3)
    handle.set(0)
    expect((await played).message).toMatch(/^valve\.lines\.in was switched off while pulses are played/)
    expect(changesOf(board, 17)).toEqual(['high at 0', 'low at 3'])
  })
})

test('lines that switch no load have no limits, though their peripheral has', async () => {
  const specs = { drive: motor({ forward: 17, backward: 27, enable: 22, pwm: false, minOff: '5s' }) }
  const { bench, board, clock } = await openMockBench(specs)
  await sleep(clock, REST)
  await bench.drive.forward({ for: '1s' }).result()
  await bench.drive.brake({ for: '1s' }).result()
  expect(changesOf(board, 22)).toEqual(['high at 5000', 'low at 6000', 'high at 6000', 'low at 7000'])
  expect((await failureOf(bench.drive.forward().result())).code).toBe('ERR_LIMIT')
})
