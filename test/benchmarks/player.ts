/**
 * How late the thread that plays pulses is, against a player that waits with setTimeout; and how late the event loop is
 * meanwhile. Both write a byte to /dev/null for each edge, as the onoff driver does to a value file: what is measured is
 * the waiting and the call, not the chip.
 */

import { closeSync, openSync, writeSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { PulseSequence } from '../../drivers/line-handle.js'
import { ThreadPlayer } from '../../drivers/play-threads.js'
import { SystemClock } from '../../src/worker/clock.js'
import { median, type Row, type Size } from './measure.js'

/** 2 ms high, 3 ms low: a servo or a stepper at moderate speed. */
const SLOW: PulseSequence = {
  steps: [
    { values: 1, ns: 2e6 },
    { values: 0, ns: 3e6 },
  ],
}
/** 50 us high, 450 low: a stepper at 2000 steps a second. */
const FAST: PulseSequence = {
  steps: [
    { values: 1, ns: 50e3 },
    { values: 0, ns: 450e3 },
  ],
}
/** No time for a sleep: how late it is, it owes to the machine alone, which may be a guest that is stopped for a while. */
const DENSE: PulseSequence = {
  steps: [
    { values: 1, ns: 25e3 },
    { values: 0, ns: 25e3 },
  ],
}
const ROUNDS = { slow: 400, fast: 4000, dense: 8000 }
const ONE = Buffer.from('1')
const ZERO = Buffer.from('0')

interface Result {
  readonly p99Us: number
  readonly worstUs: number
  readonly loopMs: number
}

export async function run(size: Size): Promise<Row[]> {
  const fd = openSync('/dev/null', 'r+')
  const clock = new SystemClock()
  const player = new ThreadPlayer({
    clock,
    lineCount: 1,
    target: () => ({ kind: 'files', fds: [fd] }),
    failure: errno => new RangeError(errno),
  })
  try {
    // Starts the thread, and lets it be compiled.
    const { realtime } = await player.play({ ...SLOW, repeat: 20 }, 0)
    const rows: Row[] = [
      { what: 'scheduling of the thread', value: realtime?.scheduling ?? '' },
      ...(realtime?.whyNot ?? []).map(value => ({ what: '', value })),
    ]
    for (const [name, sequence, rounds] of [
      ['5 ms period', SLOW, ROUNDS.slow],
      ['0.5 ms period', FAST, ROUNDS.fast],
    ] as const) {
      const played = { ...sequence, repeat: Math.max(2, Math.round(rounds / size.divide)) }
      rows.push(...(await sideBySide(name, played, size, player, clock, fd)))
    }
    rows.push(await floor(size, player))
    return rows
  } finally {
    player.close(new RangeError('over'))
    closeSync(fd)
  }
}

/** What no player can be better than. */
async function floor(size: Size, player: ThreadPlayer): Promise<Row> {
  const played = { ...DENSE, repeat: Math.max(2, Math.round(ROUNDS.dense / size.divide)) }
  const p99s: number[] = []
  for (let round = 0; round < size.rounds; round++) {
    p99s.push(lateOf((await player.play(played, 0)).lateness?.firstNs).p99Us)
  }
  return { what: 'edges too close for any sleep, 25 us apart: p99 lateness', value: us(median(p99s)) }
}

async function sideBySide(
  name: string,
  sequence: PulseSequence,
  size: Size,
  player: ThreadPlayer,
  clock: SystemClock,
  fd: number,
): Promise<Row[]> {
  const thread: Result[] = []
  const timer: Result[] = []
  for (let round = 0; round < size.rounds; round++) {
    thread.push(await watched(async () => lateOf((await player.play(sequence, 0)).lateness?.firstNs)))
    timer.push(await watched(async () => lateOf(await playWithTimers(sequence, clock, fd))))
  }
  const of = (results: readonly Result[], what: keyof Result): number => median(results.map(result => result[what]))
  const ratio = median(thread.map((result, index) => result.p99Us / (timer[index] as Result).p99Us))
  return [
    { what: `${name}: p99 lateness of the play thread`, value: us(of(thread, 'p99Us')), limit: '≤ 50 us' },
    { what: `${name}: worst lateness of the play thread`, value: us(of(thread, 'worstUs')) },
    {
      what: `${name}: event loop meanwhile, worst delay`,
      value: `${of(thread, 'loopMs').toFixed(2)} ms`,
      limit: '< 5 ms',
    },
    { what: `${name}: p99 lateness of a setTimeout player`, value: us(of(timer, 'p99Us')) },
    { what: `${name}: worst lateness of a setTimeout player`, value: us(of(timer, 'worstUs')) },
    { what: `${name}: play thread / setTimeout player, p99`, value: `${ratio.toFixed(3)} ×`, limit: '≤ 0.1 ×' },
  ]
}

/** What an ordinary program does: waits with setTimeout until the next edge is due, on its only thread. */
async function playWithTimers(
  { steps, repeat = 1 }: PulseSequence,
  clock: SystemClock,
  fd: number,
): Promise<Float64Array> {
  const late = new Float64Array(steps.length * repeat)
  let due = clock.now()
  for (let index = 0; index < late.length; index++) {
    const step = steps[index % steps.length]!
    const left = due - clock.now()
    if (left > 0) await new Promise(resolve => setTimeout(resolve, left / 1e6))
    writeSync(fd, step.values === 1 ? ONE : ZERO, 0, 1, 0)
    late[index] = clock.now() - due
    due += step.ns
  }
  return late
}

async function watched(play: () => Promise<Omit<Result, 'loopMs'>>): Promise<Result> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const result = await play()
  delay.disable()
  // The histogram has the whole interval between two looks, of which 1 ms is wanted.
  return { ...result, loopMs: Math.max(0, delay.max / 1e6 - 1) }
}

function lateOf(ns: Float64Array = new Float64Array(1)): Omit<Result, 'loopMs'> {
  const sorted = ns.toSorted()
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]! / 1000
  return { p99Us: at(0.99), worstUs: at(1) }
}

function us(value: number): string {
  return `${value.toFixed(1)} us`
}
