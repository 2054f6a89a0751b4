import { describe, expect, it } from 'vitest'
import type { JournalRecord } from '../../../src/bench/journal/format.js'
import { recover } from '../../../src/bench/journal/recover.js'

const FILE = '/state/dose.journal'
const at = (n: number) => ({ time: Date.parse('2026-10-05T12:00:00Z') + n * 1000, at: n * 1e9 })
const start = (n = 0, boot = 'b0'): JournalRecord => {
  const lines = { pump: 17, 'motor.forward': 5, 'motor.backward': 6 }
  return { type: 'start', pid: 4711, boot, driver: 'gpiochip', lines, ...at(n) }
}
const intent = (task: string, n: number, peripheral = 'pump'): JournalRecord => {
  return { type: 'intent', task, peripheral, action: 'pulse', input: { width: 200 }, effect: 'pulse', ...at(n) }
}
const outcome = (task: string, n: number): JournalRecord => {
  return { type: 'outcome', task, state: 'succeeded', error: null, ...at(n) }
}
const end: JournalRecord = { type: 'end', ...at(9) }

const recovery = (records: readonly JournalRecord[], boot = 'b0') =>
  recover({ bench: 'dose', records, tornBytes: 0, complete: true }, FILE, boot)

describe('what a journal tells of the run before', () => {
  it('is nothing when that came to its end, or when there was none', () => {
    expect([recovery([]), recovery([start(), intent('a', 1), outcome('a', 2), end])]).toEqual([undefined, undefined])
  })

  it('is that it did not come to its end, although nothing was in flight', () => {
    expect(recovery([start(), intent('a', 1), outcome('a', 2)])).toEqual({
      file: FILE,
      pid: 4711,
      startedAt: '2026-10-05T12:00:00.000Z',
      rebooted: false,
      inFlight: [],
      levels: [],
    })
  })

  it('is every task with an intent and no outcome, indeterminate, with the last commanded levels', () => {
    const levels: JournalRecord[] = [
      { type: 'levels', levels: { pump: 'low', 'motor.forward': 'low' }, ...at(1) },
      { type: 'levels', levels: { 'motor.forward': 'pwm' }, ...at(3) },
    ]
    const recovered = recovery([
      start(),
      ...levels,
      intent('a', 3),
      outcome('a', 4),
      intent('b', 5, 'motor'),
      intent('c', 6),
    ])
    const [pump, forward] = [
      { name: 'pump', line: 17, level: 'low' },
      { name: 'motor.forward', line: 5, level: 'pwm' },
    ]
    expect(recovered?.levels).toEqual([pump, forward])
    expect(recovered?.inFlight).toEqual([
      {
        task: 'b',
        name: 'motor.pulse',
        peripheral: 'motor',
        action: 'pulse',
        input: { width: 200 },
        effect: 'pulse',
        intendedAt: '2026-10-05T12:00:05.000Z',
        state: 'indeterminate',
        levels: [forward],
      },
      expect.objectContaining({ task: 'c', name: 'pump.pulse', levels: [pump] }),
    ])
  })

  it('is of the last run only, as far as levels go', () => {
    const before: JournalRecord = { type: 'levels', levels: { pump: 'high' }, ...at(1) }
    expect(recovery([start(), before, end, start(10)])).toMatchObject({
      levels: [],
      startedAt: '2026-10-05T12:00:10.000Z',
    })
  })

  it('says whether the machine has been started anew', () => {
    expect([recovery([start()], 'b1')?.rebooted, recovery([start()], 'b0')?.rebooted]).toEqual([true, false])
  })

  it('keeps an intent that has no outcome, whatever else the journal says', () => {
    expect(recovery([start(), intent('a', 1), end, start(10), end])?.inFlight.map(({ task }) => task)).toEqual(['a'])
  })

  it('reports again what a start has reported, unless the bench was used since', () => {
    const recovered: JournalRecord = { type: 'recovered', pid: 1, tasks: ['a'], levels: {}, ...at(11) }
    const levels: JournalRecord = { type: 'levels', levels: { pump: 'low' }, ...at(12) }
    const told = [start(10), intent('a', 1), recovered, levels]
    const inFlight = (records: readonly JournalRecord[]) => recovery(records)?.inFlight.map(({ task }) => task)
    expect([inFlight(told), inFlight([...told, intent('b', 13)]), inFlight([...told, end])]).toEqual([
      ['a'],
      ['b'],
      undefined,
    ])
  })

  it('takes no notice of an outcome whose intent it has not', () => {
    expect(recovery([start(), outcome('a', 1), end])).toBeUndefined()
  })
})
