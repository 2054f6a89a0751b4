/** Makes folders of run records, whole ones and broken ones, of any size. */

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlanTaskJson } from '../../../src/plan/plan-task.js'
import type { Column } from '../../../src/plan/rows.js'

export const START = Date.parse('2026-03-20T12:00:00.000Z')

/** File contents by name; undefined leaves a file out. */
export type FileTexts = Readonly<Record<string, string | undefined>>

export function column(name: string, more: Partial<Column> = {}): Column {
  return { name, type: 'number', source: `${name}.read`, axis: false, ...more }
}

export function runJson(more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    format: 'pi-worker-run',
    version: 1,
    id: 'V1StGXR8_Z5jdHi6B',
    name: 'Servo scan',
    outcome: 'succeeded',
    startedAt: new Date(START).toISOString(),
    endedAt: new Date(START + 120_000).toISOString(),
    elapsed: 120,
    plan: { file: 'scan.yaml', text: 'name: Servo scan\nsteps:\n  - record: air\n' },
    bench: { driver: 'mock', peripherals: { servo: { type: 'servo', line: 18 } } },
    params: [{ name: 'dose', value: 2.5, unit: 'mL', from: 'option' }],
    versions: { piWorker: '0.1.0', node: '20.20.2' },
    board: { driver: 'mock', description: 'simulated Raspberry Pi 4' },
    kernel: '6.6.31+rpt-rpi-v8',
    git: { commit: '51d1076a0b1c2d3e4f', dirty: true },
    clock: { kind: 'virtual' },
    seed: 7,
    streams: [{ name: 'primary', columns: [column('air.temperature', { unit: '°C' })] }],
    rows: { primary: 3 },
    tasks: { count: 2, failed: 1 },
    error: null,
    timing: { plays: 12, worst: 0.0415, p99: 0.02, overruns: 0, missed: 0 },
    rehearsal: false,
    ...more,
  })
}

export function csv(titles: readonly string[], rows: readonly (readonly (number | string | null)[])[]): string {
  const cell = (value: number | string | null): string =>
    typeof value === 'string' && /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value ?? '')
  const lines = rows.map(([elapsed = 0, ...values]) =>
    [new Date(START + Number(elapsed) * 1000).toISOString(), elapsed, ...values].map(cell).join(','),
  )
  return `${[['time', 'elapsed (s)', ...titles].map(cell).join(','), ...lines].join('\n')}\n`
}

/** @param at ms since the run began. */
export function task(name: string, at: number, ran: number, more: Partial<PlanTaskJson> = {}): PlanTaskJson {
  const waited = more.waited ?? 0
  return {
    id: `${name}-${at}`,
    name,
    state: 'succeeded',
    startedAt: new Date(START + at).toISOString(),
    runningAt: new Date(START + at + waited).toISOString(),
    finishedAt: new Date(START + at + waited + ran).toISOString(),
    elapsed: waited + ran,
    waited,
    ran,
    result: null,
    error: null,
    code: null,
    ...more,
  }
}

export function jsonLines(values: readonly unknown[]): string {
  return values.map(value => `${JSON.stringify(value)}\n`).join('')
}

/** Changes of one signal each: its place, the level, the time in us. */
export function vcd(names: readonly string[], changes: readonly (readonly [number, 0 | 1 | 'x', number])[]): string {
  const id = (place: number): string => String.fromCharCode(33 + place)
  const declared = names.map((name, place) => `$var wire 1 ${id(place)} ${name} $end\n`).join('')
  const body = changes.map(([place, level, time]) => `#${time}\n${level}${id(place)}\n`).join('')
  return `$timescale 1 us $end\n$scope module bench $end\n${declared}$upscope $end\n$enddefinitions $end\n#0\n${body}`
}

/** A folder with what a run leaves; `files` replaces files, or leaves them out. */
export function recordFolder(files: FileTexts = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'pi-worker-record-'))
  const all: FileTexts = {
    'run.json': runJson(),
    'data.csv': csv(
      ['air.temperature (°C)'],
      [
        [0, 20.5],
        [60, 21.25],
        [120, 19.75],
      ],
    ),
    'tasks.jsonl': jsonLines([
      task('servo.angle', 0, 350),
      task('air.read', 100, 40, { waited: 20, state: 'failed', error: 'no answer', code: 'ERR_SENSOR' }),
    ]),
    'log.jsonl': jsonLines([
      { time: new Date(START).toISOString(), elapsed: 0, level: 'info', type: 'started', message: 'the plan began' },
    ]),
    'trace.vcd': vcd(
      ['servo'],
      [
        [0, 0, 0],
        [0, 1, 1000],
        [0, 0, 2500],
      ],
    ),
    ...files,
  }
  for (const [name, text] of Object.entries(all)) if (text !== undefined) writeFileSync(join(folder, name), text)
  return folder
}
