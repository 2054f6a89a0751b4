import { describe, expect, test } from 'vitest'
import { output } from '../../../src/peripherals/output.js'
import { pwm } from '../../../src/peripherals/pwm.js'
import { sequence } from '../../../src/peripherals/sequence.js'
import { sleep } from '../../../src/worker/sleep.js'
import { failureOf, openMockBench } from '../setup.js'
import { changesOf, handleOf, listenForTrips, thrownBy, VALVE, valve } from './setup.js'

describe('maxOn', () => {
  test('switches off when the time is over, whoever switched on, and tells of it', async () => {
    const { bench, board, clock } = await openMockBench({ heater: output({ line: 17, maxOn: '5s' }) })
    const trips = listenForTrips(bench.worker)
    await bench.heater.on().result()
    await sleep(clock, 10_000)
    expect(changesOf(board, 17)).toEqual(['high at 0', 'low at 5000'])
    expect(trips).toEqual(['heater heater maxOn'])
  })

  test('ends the task that runs as failed, and makes the peripheral safe', async () => {
    const { bench, board, clock } = await openMockBench({ valve: valve({ lines: VALVE, maxOn: '5s', safe: 0 }) })
    const waiting = bench.valve.wait()
    await sleep(clock, 1000)
    handleOf('valve').set(0b11)
    await expect(waiting.result()).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      message: 'valve.lines.in was on for 5000 ms, which is its maxOn: it was switched off',
      remedy: 'Switch it off earlier, or raise maxOn in its configuration if the hardware can take more.',
      details: { rule: 'maxOn' },
    })
    expect(waiting.state).toBe('failed')
    expect([changesOf(board, 17), changesOf(board, 18)]).toEqual([
      ['high at 1000', 'low at 6000'],
      ['high at 1000', 'low at 6000'],
    ])
  })

  test('leaves what waits on the queue waiting', async () => {
    const { bench, clock } = await openMockBench({ valve: valve({ lines: VALVE, maxOn: '5s' }) })
    const first = bench.valve.wait()
    const second = bench.valve.wait()
    await sleep(clock, 1)
    handleOf('valve').set(0b01)
    await failureOf(first.result())
    await sleep(clock, 1)
    expect(second.state).toBe('running')
  })

  test('leaves the peripheral knowing what it is when nothing runs on it', async () => {
    const { bench, clock } = await openMockBench({ heater: output({ line: 17, maxOn: '5s' }) })
    await bench.heater.on().result()
    await sleep(clock, 6000)
    await expect(bench.heater.toggle().result()).resolves.toEqual({ on: true })
  })

  test('is as long as a pulse may be', async () => {
    const { bench, board } = await openMockBench({ heater: output({ line: 17, maxOn: '5s' }) })
    const trips = listenForTrips(bench.worker)
    await bench.heater.pulse({ width: '5s' }).result()
    expect(changesOf(board, 17)).toEqual(['high at 0', 'low at 5000'])
    expect(trips).toEqual([])
  })

  test('begins anew each time', async () => {
    const { bench, board, clock } = await openMockBench({ heater: output({ line: 17, maxOn: '5s' }) })
    for (let time = 0; time < 3; time++) {
      await bench.heater.pulse({ width: '3s' }).result()
      await sleep(clock, 1000)
    }
    await bench.heater.on().result()
    await sleep(clock, 20_000)
    expect(changesOf(board, 17).slice(-2)).toEqual(['high at 12000', 'low at 17000'])
  })

  test('runs on while PWM does, whatever its duty', async () => {
    const { bench, board, clock } = await openMockBench({ fan: pwm({ line: 17, frequency: 1, maxOn: '5s' }) })
    await bench.fan.set({ duty: 0.5 }).result()
    await sleep(clock, 2250)
    await bench.fan.set({ duty: 0.25 }).result()
    await sleep(clock, 10_000)
    expect(changesOf(board, 17).at(-1)).toBe('low at 4500')
    await expect(bench.fan.state().result()).resolves.toMatchObject({ on: false, duty: 0 })
  })

  test('counts on after pulses that leave the line on', async () => {
    const { board, clock } = await openMockBench({ valve: valve({ lines: VALVE, maxOn: 10 }) })
    await handleOf('valve').play({ steps: [{ values: 0b01, ns: 4e6 }] })
    await sleep(clock, 100)
    expect(changesOf(board, 17)).toEqual(['high at 0', 'low at 10'])
  })

  test('counts on after pulses that were cut off', async () => {
    const { board, clock } = await openMockBench({ valve: valve({ lines: VALVE, maxOn: 10 }) })
    const stop = new AbortController()
    const steps = [0b01, 0].map(values => ({ values, ns: 6e6 }))
    const played = handleOf('valve').play({ steps, repeat: 1000 }, stop.signal)
    await sleep(clock, 25)
    stop.abort(new DOMException('enough'))
    await expect(played).rejects.toThrow('enough')
    await sleep(clock, 100)
    expect(changesOf(board, 17).slice(-2)).toEqual(['high at 24', 'low at 34'])
  })

  test('keeps no process alive and no virtual clock going', async () => {
    const { bench, clock } = await openMockBench({ heater: output({ line: 17, maxOn: '5s' }) })
    await bench.heater.on().result()
    expect(clock.pending).toBe(0)
  })
})

test('a line that cannot be switched off is tried again until it is, and its peripheral is quarantined', async () => {
  const { bench, board, clock } = await openMockBench(
    { heater: output({ line: 17, maxOn: '1s' }) },
    { simulate: { heater: { faults: [{ kind: 'error', from: '500ms', for: '1s' }] } } },
  )
  const trips = listenForTrips(bench.worker)
  await bench.heater.on().result()
  await sleep(clock, 5000)
  expect(bench.heater.queue.quarantineReason?.code).toBe('ERR_NOT_SAFE')
  const [, off] = changesOf(board, 17)
  expect(off).toBe('low at 1630')
  expect(trips).toEqual(['heater heater maxOn'])
})

test('a line that is let go is not switched off any more', async () => {
  const { bench, clock } = await openMockBench({ valve: valve({ lines: VALVE, maxOn: '1s' }) })
  const trips = listenForTrips(bench.worker)
  handleOf('valve').set(0b01)
  handleOf('valve').release()
  await sleep(clock, 5000)
  expect(trips).toEqual([])
})

test('a write that failed may have switched on: the line counts as on', async () => {
  const { bench, clock } = await openMockBench(
    { heater: output({ line: 17 }), drain: output({ line: 18 }) },
    {
      interlocks: [{ never: ['heater', 'drain'] }],
      simulate: { heater: { faults: [{ kind: 'error', from: '1s', for: '1s' }] } },
    },
  )
  await sleep(clock, 1500)
  await failureOf(bench.heater.on({}, { onFailure: 'keep' }).result())
  expect((await failureOf(bench.drain.on().result())).code).toBe('ERR_INTERLOCK')
})

test('a sequence that a built-in peripheral plays is aborted with its task', async () => {
  const specs = {
    heater: output({ line: 17 }),
    lamp: sequence({ lines: { led: 18 }, requires: { heater: 'off' } }),
  }
  const { bench, board, clock } = await openMockBench(specs)
  const playing = bench.lamp.play({ pulses: { line: 'led', width: '10ms', gap: '10ms', count: 1000 } })
  await sleep(clock, 25)
  await bench.heater.on().result()
  await expect(playing.result()).rejects.toMatchObject({ code: 'ERR_INTERLOCK' })
  await sleep(clock, 100)
  expect(changesOf(board, 18)).toEqual(['high at 0', 'low at 10', 'high at 20', 'low at 25'])
})

test('a rule is kept by handles of a peripheral that was given up, and opened anew', async () => {
  const { bench, clock } = await openMockBench({ valve: valve({ lines: VALVE, minOff: '5s' }) })
  await sleep(clock, '5s')
  handleOf('valve').set(0b01)
  const stubborn = bench.worker.submit(() => sleep(clock, '1m'), { on: 'valve', timeout: 1, grace: 1 })
  await failureOf(stubborn.result())
  await sleep(clock, '1m')
  await bench.valve.queue.reset()
  const handle = handleOf('valve')
  handle.set(0b01)
  handle.set(0)
  expect(thrownBy(() => handle.set(0b01)).code).toBe('ERR_LIMIT')
})
