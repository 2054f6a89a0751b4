import { describe, expect, it } from 'vitest'
import { dht, input, output } from '../../src/peripherals/index.js'
import { runFunction, startFunction } from '../../src/plan/experiment.js'
import type { Row } from '../../src/plan/rows.js'
import type { PlanEvent } from '../../src/plan/run.js'
import { openMockBench } from '../bench/setup.js'
import { inPlan, run as runText, valuesOf } from './plan-text.js'

const SPECS = {
  pump: output({ line: 17 }),
  lamp: output({ line: 27 }),
  air: dht({ line: 22 }),
  level: input({ line: 4, bias: 'pull-up' }),
}

async function bench() {
  const opened = await openMockBench(SPECS, { retain: { count: 0 } })
  const rows: Row[] = []
  const events: string[] = []
  const onRow = (row: Row): void => void rows.push(row)
  const onEvent = (event: PlanEvent): void =>
    void events.push(event.type === 'note' ? event.text : `${event.type} ${event.task.name} ${event.task.state}`)
  return { ...opened, rows, events, heard: { onRow, onEvent } }
}

describe('a function that runs as a plan', () => {
  it('gives the rows, tasks and times of the same plan in a file', async () => {
    const { bench: b, rows, events, heard } = await bench()
    const result = await runFunction(b, { name: 'Test', ...heard }, async run => {
      for await (const round of run.every('10s', { times: 3 })) {
        await run.bench.pump.pulse({ width: '1s' }).result()
        await run.record({ round, air: await run.bench.air.read().result() })
      }
    })
    const text = await runText(
      inPlan('- every: 10s\n  times: 3\n  do:\n  - pump.pulse: { width: 1s }\n  - record: [ =round, air.read ]'),
    )
    expect(valuesOf(rows)).toEqual(valuesOf(text.rows))
    expect(rows.map(({ time }) => time)).toEqual(text.rows.map(({ time }) => time))
    expect(rows[0]?.stream.columns.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
      'round undefined',
      'air.temperature °C',
      'air.humidity %RH',
    ])
    expect(result).toMatchObject({
      name: 'Test',
      outcome: 'succeeded',
      taskCount: text.result.taskCount,
      rows: 3,
      passedOver: 0,
    })
    expect(events.filter(event => event.startsWith('finished')).slice(0, 2)).toEqual([
      'finished pump.pulse succeeded',
      'finished air.read succeeded',
    ])
  })

  it('has its parameters with the types of their defaults', async () => {
    const { bench: b } = await bench()
    const params = { dose: { default: 5, unit: 'ml', max: 20 }, fast: false }
    let seen: unknown
    const running = startFunction(b, { name: 'Test', params, given: { dose: '7' } }, run => {
      const dose: number = run.params.dose
      const fast: boolean = run.params.fast
      seen = [dose, fast]
    })
    await running.result
    expect([seen, running.params.map(({ name, value, from }) => [name, value, from])]).toEqual([
      [7, false],
      [
        ['dose', 7, 'option'],
        ['fast', false, 'plan'],
      ],
    ])
    expect(() => startFunction(b, { name: 'Test', params, given: { dose: '21' } }, () => {})).toThrow(
      'dose must be at most 20 ml, not 21',
    )
    expect(() => startFunction(b, { name: 'Test', params: { pump: 1 } }, () => {})).toThrow('a peripheral is called so')
  })

  it('that throws has failed, and all is made safe', async () => {
    const { bench: b, board } = await bench()
    const result = await runFunction(b, { name: 'Test' }, async run => {
      await run.bench.pump.on().result()
      throw new RangeError('too much')
    })
    expect(result).toMatchObject({ outcome: 'failed', error: { message: 'too much' } })
    expect(board.level(17)).toBe('low')
  })

  it('may catch the failure of a task, which is counted', async () => {
    const { bench: b } = await bench()
    const pulse = { timeout: '1s' } as const
    const caught = await runFunction(b, { name: 'Test' }, async run => {
      await run.bench.pump
        .pulse({ width: '5s' }, pulse)
        .result()
        .catch(() => undefined)
    })
    expect(caught).toMatchObject({ outcome: 'succeeded', passedOver: 1 })
    const thrown = await runFunction(b, { name: 'Test' }, async run => {
      await run.bench.pump.pulse({ width: '5s' }, pulse).result()
    })
    expect(thrown).toMatchObject({ outcome: 'failed', error: { code: 'ERR_TIMEOUT' }, passedOver: 0 })
  })

  it('is stopped: its tasks are cancelled, its waits reject, and nothing starts any more', async () => {
    const { bench: b, clock, board } = await bench()
    const stop = new AbortController()
    clock.after(3e9, () => stop.abort())
    const seen: unknown[] = []
    const result = await runFunction(b, { name: 'Test', signal: stop.signal }, async run => {
      run.bench.lamp.on()
      const pulse = run.bench.pump.pulse({ width: '1h' })
      await run.wait('1h').catch(error => seen.push(error.code))
      seen.push(run.signal.aborted, (await pulse.result().catch(error => error)).code)
      run.bench.pump.on()
    })
    expect(seen).toEqual(['ERR_CANCELLED', true, 'ERR_CANCELLED'])
    expect([result.outcome, board.level(17), board.level(27)]).toEqual(['cancelled', 'low', 'low'])
  })

  it('that does not heed it is given up', async () => {
    const { bench: b, clock } = await bench()
    const stop = new AbortController()
    clock.after(3e9, () => stop.abort())
    const result = await runFunction(b, { name: 'Test', signal: stop.signal }, async run => {
      await run.wait('1ms')
      await new Promise(() => undefined)
    })
    expect([result.outcome, Math.round(clock.now() / 1e9)]).toEqual(['cancelled', 8])
  })

  it('cleans up at its end, after a stop too, the last first', async () => {
    const { bench: b, clock, events, heard } = await bench()
    const stop = new AbortController()
    clock.after(3e9, () => stop.abort())
    const result = await runFunction(b, { name: 'Test', signal: stop.signal, ...heard }, async run => {
      run.atEnd(async () => void (await run.bench.pump.on().result()))
      run.atEnd(async () => void (await run.bench.lamp.on().result()))
      await run.wait('1h')
    })
    expect(events.filter(event => event.startsWith('finished'))).toEqual([
      'finished lamp.on succeeded',
      'finished pump.on succeeded',
    ])
    expect([result.outcome, result.cleanup]).toEqual(['cancelled', undefined])
  })

  it('does what is left of its cleanup when it is stopped in it, and when a part of it fails', async () => {
    for (const how of ['stop', 'fail']) {
      const { bench: b, clock, events, heard } = await bench()
      const stop = new AbortController()
      if (how === 'stop') clock.after(3e9, () => stop.abort())
      const result = await runFunction(b, { name: 'Test', signal: stop.signal, ...heard }, run => {
        run.atEnd(async () => void (await run.bench.pump.on().result()))
        run.atEnd(async () => {
          await run.wait('5s')
          run.note('never')
        })
        run.atEnd(() => {
          if (how === 'fail') throw new RangeError('broken')
        })
      })
      expect([result.outcome, events.includes('finished pump.on succeeded')]).toEqual([
        how === 'stop' ? 'cancelled' : 'failed',
        true,
      ])
      expect(events.includes('never')).toBe(how === 'fail')
    }
  })

  it('can be paused at its waits', async () => {
    const { bench: b, clock, rows, heard } = await bench()
    const running = startFunction(b, { name: 'Test', ...heard }, async run => {
      for await (const round of run.every('1s', { times: 4 })) await run.record({ round })
    })
    clock.after(1.5e9, () => void running.pause())
    clock.after(10e9, () => running.resume())
    const result = await running.result
    expect(rows.map(({ time }) => Math.round(time / 1e8) / 10)).toEqual([0, 1, 10.5, 11.5])
    expect(result.overruns).toBe(0)
  })

  it('asks, and notes', async () => {
    const { bench: b, events, heard } = await bench()
    let answer = ''
    await runFunction(b, { name: 'Test', ...heard, ask: async ({ choices }) => choices?.[1] ?? '' }, async run => {
      answer = await run.ask('Which?', { choices: ['a', 'b'] })
      run.note('it is b')
    })
    expect([answer, events]).toEqual(['b', ['Which? b', 'it is b']])
  })

  it('keeps the columns of the first row', async () => {
    const { bench: b, rows, heard } = await bench()
    const result = await runFunction(b, { name: 'Test', units: { t: 's' }, ...heard }, async run => {
      await run.record({ t: 1, inner: { ok: true } })
      await run.record({ t: Number.NaN })
      await run.record({ other: 1 }, { to: 'second' })
      await run.record({ t: 1, more: 2 })
    })
    expect(valuesOf(rows)).toEqual([[1, true], [null, null], [1]])
    expect(rows[0]?.stream.columns).toMatchObject([
      { name: 't', unit: 's' },
      { name: 'inner.ok', type: 'boolean' },
    ])
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_BAD_OPTION', message: expect.stringContaining('no column more') },
    })
  })

  it.each([
    ['called as every row has it', { time: 1 }, 'a column cannot be called time'],
    ['of no type that a cell has', { n: 5n }, 'n is a bigint'],
  ])('takes no column that is %s', async (_what, row, message) => {
    const { bench: b, heard } = await bench()
    const result = await runFunction(b, { name: 'Test', ...heard }, run => run.record(row as never))
    expect(result).toMatchObject({ error: { code: 'ERR_BAD_OPTION', message: expect.stringContaining(message) } })
  })

  it('knows from its first value on what a column holds', async () => {
    const { bench: b, rows, heard } = await bench()
    const result = await runFunction(b, { name: 'Test', ...heard }, async run => {
      for (const said of [null, 'hello', null, 5]) await run.record({ said: said as string, n: 1 })
    })
    expect(valuesOf(rows).map(([said]) => said)).toEqual([null, 'hello', null])
    expect(rows.map(({ stream }) => stream.columns[0]?.type)).toEqual(['number', 'string', 'string'])
    expect(result.error).toMatchObject({ message: 'said was text before, and is a number now' })
  })

  it('says of each cell when it was measured', async () => {
    const { bench: b, rows, heard } = await bench()
    await runFunction(b, { name: 'Test', ...heard }, async run => {
      const pulse = await run.bench.pump.pulse({ width: '1s' }).result()
      await run.wait('5s')
      await run.record({ pulse, n: 1 })
    })
    const [{ wall, measured, stream }] = rows as [Row]
    const before = Object.fromEntries(stream.columns.map(({ name }, index) => [name, wall - (measured[index] ?? 0)]))
    expect(before).toEqual({ 'pulse.requested': 5000, 'pulse.achieved': 5000, n: 0 })
  })

  it('waits for the tasks that it has started and not awaited', async () => {
    const { bench: b, events, heard } = await bench()
    await runFunction(b, { name: 'Test', ...heard }, run => {
      run.bench.call('pump', 'pulse', { width: '1s' })
      run.bench.peripheral('lamp').call('on')
    })
    expect(events).toContain('finished pump.pulse succeeded')
    expect(events).toContain('finished lamp.on succeeded')
  })
})
