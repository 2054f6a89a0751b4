import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { main } from '../../src/cli/program.js'
import { readRecording } from '../../src/records/recording.js'
import { readRun } from '../../src/records/run/read-run.js'
import { SystemClock } from '../../src/worker/clock.js'
import { FakeIo, tempFile, tempFolder } from './setup.js'

/** Everything in it hangs on what is done, and nothing on when: a system clock is never the same twice. */
const PLAN = `name: Both
params:
  gain: { default: 3 }
bench:
  lamp: { type: output, line: GPIO17, safe: low }
  door: { type: input, line: GPIO4, bias: pull-up }
plan:
  - scan: { angle: { from: 0, to: 40, points: 5 }, side: [left, right] }
    order: snake
    do:
      - lamp.pulse: { width: 1ms }
      - door.read
      - record: { gained: =angle * gain, door: =door.read.level }
  - lamp.on
  - record: { lamp: =lamp.on.on }
    to: end
`

interface Recorded {
  readonly folder: string
  /** Rows without their times, by stream. */
  readonly rows: readonly unknown[]
  /** The levels of each line in their order, without their times. */
  readonly levels: Readonly<Record<string, readonly unknown[]>>
}

async function recorded(clock: SystemClock | undefined, ...argv: string[]): Promise<Recorded> {
  const folder = join(tempFolder(), 'record')
  const io = new FakeIo()
  const words = [...argv, tempFile(PLAN), '--seed', '5', '--out', folder]
  const code = await main(words, clock === undefined ? io : Object.assign(Object.create(io), { clock }))
  expect(code, io.stderr.text).toBe(0)
  const rows: unknown[] = []
  for await (const { stream, seq, values, position } of (await readRun(folder)).rows())
    rows.push({ stream, seq, values, position })
  const { signals } = readRecording(join(folder, 'trace.vcd'))
  const levels = Object.fromEntries([...signals].map(([name, all]) => [name, [...all].map(({ level }) => level)]))
  return { folder, rows, levels }
}

it('a rehearsal and a run in real time of one plan record the same rows, and the same levels', async () => {
  const rehearsal = await recorded(undefined, 'rehearse')
  const real = await recorded(new SystemClock(), 'run', '--driver', 'mock')
  expect(rehearsal.rows).toHaveLength(11)
  expect(real.rows).toEqual(rehearsal.rows)
  expect(real.levels).toEqual(rehearsal.levels)
  expect(rehearsal.levels.lamp).toHaveLength(1 + 2 * 10 + 2)
})

it('a rehearsal and a run in virtual time of one plan record the same to the last byte', async () => {
  const rehearsal = await recorded(undefined, 'rehearse')
  const virtual = await recorded(undefined, 'run', '--driver', 'mock', '--virtual')
  for (const file of ['data.csv', 'data-end.csv', 'trace.vcd'])
    expect(readFileSync(join(virtual.folder, file), 'utf8')).toBe(readFileSync(join(rehearsal.folder, file), 'utf8'))
})
