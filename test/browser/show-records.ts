/** Records that show all that a report draws: they are looked at by people, and by the tests. */

import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { column, csv, jsonLines, recordFolder, runJson, START, task, vcd } from '../records/report/fixture.js'

/** Numbers that look like chance and are the same each time (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A scan over two axes, with queues, pins, a log, and tasks that went wrong. */
export function mapRecord(more: Readonly<Record<string, unknown>> = {}): string {
  const random = chance(7)
  const rows: (number | string | null)[][] = []
  const tasks: ReturnType<typeof task>[] = []
  const changes: [number, 0 | 1, number][] = []
  const log: unknown[] = [{ elapsed: 0, level: 'info', type: 'started', message: 'the plan began' }]
  let at = 0
  for (let tilt = -30; tilt <= 30; tilt += 10) {
    for (let step = 0; step <= 16; step++) {
      const pan = -80 + (tilt % 20 === 0 ? 16 - step : step) * 10
      tasks.push(task('pan.angle', at, 180), task('tilt.angle', at + 5, 120, { waited: 30 }))
      tasks.push(task('sonar.measure', at + 190, 38, { waited: 10 }))
      const distance = 42 + 30 * Math.cos(pan / 40) + tilt * 0.4 + random() * 3
      const failed = random() < 0.03
      if (failed) {
        const error = 'no echo came back within 38 ms'
        tasks.push(task('sonar.measure', at + 240, 60, { state: 'timedOut', error, code: 'ERR_TIMEOUT' }))
        log.push({ elapsed: at / 1000, level: 'error', type: 'task', message: `sonar.measure: ${error}` })
      }
      rows.push([
        at / 1000,
        tilt,
        pan,
        failed ? null : Number(distance.toFixed(2)),
        Number((21 + Math.sin(at / 9000) + random() * 0.2).toFixed(2)),
        distance < 60 ? 1 : 0,
      ])
      for (let pulse = 0; pulse < 9; pulse++) {
        const us = (at + pulse * 20) * 1000
        changes.push([0, 1, us], [0, 0, us + 1500 + pan * 8])
      }
      const echo = at * 1000 + 195_000
      changes.push([2, 1, echo], [2, 0, echo + 10], [3, 1, echo + 450], [3, 0, echo + 450 + distance * 58])
      at += 340
    }
    changes.push([1, tilt % 20 === 0 ? 1 : 0, at * 1000])
  }
  log.push({ elapsed: at / 1000, level: 'info', type: 'finished', message: 'the plan is over, all is safe' })
  const columns = [
    column('tilt', { axis: true, unit: '°' }),
    column('pan', { axis: true, unit: '°' }),
    column('sonar.distance', { unit: 'cm', description: 'Distance to the nearest thing' }),
    column('air.temperature', { unit: '°C' }),
    column('near', { type: 'boolean' }),
  ]
  return recordFolder({
    'run.json': runJson({
      name: 'Distance map',
      elapsed: at / 1000,
      endedAt: new Date(START + at).toISOString(),
      streams: [{ name: 'primary', columns }],
      rows: { primary: rows.length },
      tasks: { count: tasks.length, failed: tasks.filter(({ state }) => state !== 'succeeded').length },
      ...more,
    }),
    'data.csv': csv(['tilt (°)', 'pan (°)', 'sonar.distance (cm)', 'air.temperature (°C)', 'near'], rows),
    'tasks.jsonl': jsonLines(tasks),
    'log.jsonl': jsonLines(log),
    'trace.vcd': vcd(
      ['pan', 'pump', 'sonar_trigger', 'sonar_echo'],
      changes.sort(([, , a], [, , b]) => a - b).map(([p, l, t]) => [p, l, Math.round(t)] as const),
    ),
  })
}

/** Sizes of a large record. */
export interface LargeSizes {
  readonly rows: number
  readonly tasks: number
  /** Changes of the pins. */
  readonly changes: number
}

/** Values that stand out of all others once each: where they are gone, they were dropped. */
export const SPIKES = { high: 99.5, low: -40.25 }

/** A record that is too large for a text: written piece by piece. */
export function largeRecord({ rows, tasks, changes }: LargeSizes): string {
  const columns = [
    column('air.temperature', { unit: '°C' }),
    column('air.humidity', { unit: '%' }),
    column('flow.rate', { unit: 'mL/min' }),
  ]
  const elapsed = rows / 10
  const run = runJson({
    name: 'A million rows',
    elapsed,
    streams: [{ name: 'primary', columns }],
    rows: { primary: rows },
    tasks: { count: tasks, failed: 0 },
  })
  const folder = recordFolder({
    'run.json': run,
    'data.csv': undefined,
    'tasks.jsonl': undefined,
    'trace.vcd': undefined,
  })
  const random = chance(11)
  const iso = (seconds: number): string => new Date(START + seconds * 1000).toISOString()
  writePieces(join(folder, 'data.csv'), rows + 1, index => {
    if (index === 0) return 'time,elapsed (s),air.temperature (°C),air.humidity (%),flow.rate (mL/min)\n'
    const at = (index - 1) / 10
    const spike = index === 314_159 % rows ? SPIKES.high : index === 271_828 % rows ? SPIKES.low : undefined
    const temperature = spike ?? (21 + Math.sin(index / 9000) * 3 + random()).toFixed(3)
    const flow = (Math.abs(Math.sin(index / 40_000)) * 12).toFixed(4)
    return `${iso(at)},${at},${temperature},${(45 + random() * 10).toFixed(2)},${flow}\n`
  })
  const names = ['air.read', 'flow.read', 'pump.pulse', 'valve.on']
  writePieces(join(folder, 'tasks.jsonl'), tasks, index => {
    const at = (index / tasks) * elapsed * 1000
    return `${JSON.stringify(task(names[index % names.length] ?? '', at, 20 + random() * 30, { waited: random() * 5 }))}\n`
  })
  const ids = ['!', '"', '#', '$']
  const tick = Math.max(1, Math.floor((elapsed * 1e6) / changes))
  const declared = ids.map((id, place) => `$var wire 1 ${id} pin_${place} $end\n`).join('')
  const header = `$timescale 1 us $end\n${declared}$enddefinitions $end\n`
  writePieces(join(folder, 'trace.vcd'), changes + 1, index => {
    if (index === 0) return `${header}#0\n0!\n0"\n0#\n0$\n`
    return `#${index * tick}\n${Math.floor(index / 4) % 2 === 0 ? 1 : 0}${ids[index % 4]}\n`
  })
  return folder
}

function writePieces(path: string, count: number, piece: (index: number) => string): void {
  const file = openSync(path, 'w')
  let text = ''
  for (let index = 0; index < count; index++) {
    text += piece(index)
    if (text.length < 1 << 20) continue
    writeSync(file, text)
    text = ''
  }
  writeSync(file, text)
  closeSync(file)
}

/** A scan over one axis, forth and back, on a plan that failed at the end; two streams. */
export function scanRecord(): string {
  const random = chance(3)
  const rows: number[][] = []
  for (let pass = 0; pass < 3; pass++) {
    for (let step = 0; step < 40; step++) {
      const place = pass % 2 === 0 ? step : 39 - step
      const frequency = Number((10 * 10 ** (place / 13)).toPrecision(4))
      const gain = -10 * Math.log10(1 + (frequency / 600) ** 2) + random() * 4
      rows.push([(pass * 40 + step) * 1.5, frequency, Number(gain.toFixed(3)), -Math.atan(frequency / 600) * 57.3])
    }
  }
  const colour = column('colour', { type: 'string', axis: true })
  const streams = [
    {
      name: 'primary',
      columns: [
        column('frequency', { axis: true, unit: 'Hz' }),
        column('gain', { unit: 'dB' }),
        column('phase', { unit: '°' }),
      ],
    },
    { name: 'supply', columns: [column('supply.voltage', { unit: 'V' })] },
    { name: 'light', columns: [colour, column('level', { axis: true, unit: '%' }), column('sensor', { unit: 'lx' })] },
    { name: 'dark', columns: [colour, column('leak', { unit: 'lx' })] },
  ]
  const colours = ['red', 'green', 'blue', 'warm white']
  const error = { code: 'ERR_TIMEOUT', message: 'the generator took longer than 2 s', place: 'bode.yaml:14:7' }
  return recordFolder({
    'run.json': runJson({ name: 'Bode plot', outcome: 'failed', elapsed: 180, streams, error, rehearsal: true }),
    'data.csv': csv(['frequency (Hz)', 'gain (dB)', 'phase (°)'], rows),
    'data-supply.csv': csv(
      ['supply.voltage (V)'],
      Array.from({ length: 19 }, (_, index) => [index * 10, 5.02 + random() * 0.03]),
    ),
    'data-light.csv': csv(
      ['colour', 'level (%)', 'sensor (lx)'],
      colours.flatMap((name, place) =>
        Array.from({ length: 11 }, (_, step) => [place * 11 + step, name, step * 10, (place + 2) * step ** 1.5]),
      ),
    ),
    'data-dark.csv': csv(
      ['colour', 'leak (lx)'],
      [...colours, ...colours].map((name, place) => [50 + place, name, (place % 4) * 2 + random()]),
    ),
    'trace.vcd': undefined,
  })
}
