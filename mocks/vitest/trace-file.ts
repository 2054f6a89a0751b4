/** Comparing the levels of all lines with a VCD file that is kept beside the test. */

import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { MatcherState } from 'vitest'
import { type Recording, readRecording } from '../../src/records/recording.js'
import { timeText } from '../../src/records/time-text.js'
import { VcdWriter } from '../../src/records/vcd.js'
import { signalName } from '../../src/signal-name.js'
import { allLines, type LineLevels, lineOf } from './lines.js'
import { picture } from './picture.js'

/** What vitest was told of snapshots: write all anew, those that are not there, or none. */
type Update = 'all' | 'new' | 'none'

/** @throws ERR_FILE, ERR_BAD_RECORDING of the file */
export function matchTraceFile(state: MatcherState, source: unknown, file: string) {
  const path = resolve(dirname(state.testPath ?? ''), file)
  const lines = allLines(source)
  const update = updateOf(state)
  if (update === 'all' || (update === 'new' && !existsSync(path))) {
    write(path, lines)
    return { pass: true, message: () => `expected the trace not to be the one just written to ${file}` }
  }
  if (!existsSync(path)) {
    return { pass: false, message: () => `${file} is not there, and in CI none is written: run vitest once with -u` }
  }
  const recording = readRecording(path)
  const faults = differences(lines, recording)
  const message = (): string => {
    if (faults.length === 0) return `expected the trace not to match ${file}`
    const saved = [...recording.signals.keys()].map(name => lineOf(recording, name))
    const list = faults.map(fault => `  ${fault}\n`).join('')
    return `the trace does not match ${file}\n${list}\nexpected:\n${picture(saved)}\nreceived:\n${picture(lines)}`
  }
  return { pass: faults.length === 0, message }
}

/** One sentence for each line that is different: where it is so first. */
function differences(lines: readonly LineLevels[], recording: Recording): string[] {
  const saved = new Set(recording.signals.keys())
  const faults = lines.flatMap(line => {
    const name = signalName(line.name)
    if (!saved.delete(name)) return [`${name} is not in the file`]
    const fault = difference(line, lineOf(recording, name))
    return fault === undefined ? [] : [`${name}: ${fault}`]
  })
  return [...faults, ...[...saved].map(name => `${name} is in the file, and not in the trace`)]
}

function difference(received: LineLevels, expected: LineLevels): string | undefined {
  if (received.initial !== expected.initial) return `it begins ${received.initial}, not ${expected.initial}`
  const most = Math.max(received.changes.length, expected.changes.length)
  for (let index = 0; index < most; index++) {
    const [got, wanted] = [received.changes[index], expected.changes[index]]
    if (got?.time === wanted?.time && got?.level === wanted?.level) continue
    const edge = `edge ${index + 1}`
    if (got === undefined) return `${edge} is missing: ${wanted?.level} at ${timeText(wanted?.time ?? 0, 12)}`
    if (wanted === undefined) return `${edge} is one too many: ${got.level} at ${timeText(got.time, 12)}`
    const [is, was] = [got, wanted].map(change => `${change.level} at ${timeText(change.time, 12)}`)
    return `${edge} is ${is}, not ${was}`
  }
  return undefined
}

/** In ns when a time would not be itself in us. */
function write(path: string, lines: readonly LineLevels[]): void {
  mkdirSync(dirname(path), { recursive: true })
  const signals = lines.map(({ name }, line) => ({ line, name }))
  const initial = new Map(
    lines.flatMap(({ initial }, line) => (initial === undefined ? [] : [[line, initial] as const])),
  )
  const changes = lines
    .flatMap((line, index) => line.changes.map(change => ({ index, ...change })))
    .sort((a, b) => a.time - b.time)
  const timescale = changes.every(({ time }) => time % 1000 === 0) ? '1us' : '1ns'
  const writer = new VcdWriter({ path, scope: 'test', signals, initial, timescale })
  for (const { index, level, time } of changes) if (level !== undefined) writer.level(index, level, time)
  writer.close(Math.max(0, ...lines.map(({ end }) => end)))
}

/** Vitest tells nobody but its own snapshots, whose state has it under this name. */
function updateOf(state: MatcherState): Update {
  const { snapshotState } = state as unknown as { readonly snapshotState?: { readonly _updateSnapshot?: Update } }
  return snapshotState?._updateSnapshot ?? 'none'
}
