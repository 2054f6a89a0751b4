/** What the journal costs: actions a second on the mock without it, with it in memory, and with it on a disk. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definePeripheral, Line, openBench, Type } from 'pi-worker'
import { MockDriver } from 'pi-worker/mocks'
import { median, type Row, type Size, time } from './measure.js'

/** Actions of a round; a disk takes milliseconds for each. */
const COUNT = 20_000
const COUNT_ON_DISK = 1000
const MANY = 20

/** The shortest action that there is: all that it costs is what is around it. */
const lamp = definePeripheral({
  type: 'lamp',
  title: 'Lamp',
  config: Type.Object({ line: Line() }),
  open: ({ config, board }) => board.request({ lines: [config.line], settings: { direction: 'output' } }),
  actions: {
    turn: {
      title: 'Turn it',
      effect: 'idempotent',
      input: Type.Object({ on: Type.Boolean() }),
      run: (handle, { on }) => handle.set(on ? 1 : 0),
    },
  },
  safe: handle => handle.set(0),
})

interface Place {
  readonly what: string
  /** Undefined: no journal. */
  readonly folder: string | undefined
  readonly count: number
}

export async function run(size: Size): Promise<Row[]> {
  const places: Place[] = [{ what: 'without a journal', folder: undefined, count: COUNT }]
  if (existsSync('/dev/shm')) places.push({ what: 'with it in memory (tmpfs)', folder: '/dev/shm', count: COUNT })
  places.push({ what: 'with it on the disk', folder: tmpdir(), count: COUNT_ON_DISK })
  const rows: Row[] = []
  for (const { what, folder, count } of places) {
    for (const lamps of [1, MANY]) {
      const each = lamps === 1 ? 'of 1 peripheral, one by one' : `of ${lamps} peripherals at once`
      const value = await perSecond(folder, lamps, Math.ceil(count / size.divide / lamps), size)
      rows.push({ what: `actions a second ${each}, ${what}`, value: Math.round(value).toLocaleString('en') })
    }
  }
  return rows
}

/** Actions a second: on each of `lamps` peripherals `count` of them, one after the other. */
async function perSecond(parent: string | undefined, lamps: number, count: number, size: Size): Promise<number> {
  const folder = parent === undefined ? undefined : mkdtempSync(join(parent, 'pi-worker-bench-'))
  const names = Array.from({ length: lamps }, (_, index) => `lamp${index}`)
  const specs = Object.fromEntries(names.map((name, line) => [name, lamp({ line })]))
  const driver = new MockDriver({ trace: 'none' })
  const bench = await openBench(specs, {
    driver,
    name: 'journal',
    journal: folder === undefined ? false : { folder },
    retain: { count: 0 },
  })
  const turns = async (name: string): Promise<void> => {
    for (let turn = 0; turn < count; turn++) await bench.call(name, 'turn', { on: turn % 2 === 0 }).result()
  }
  const all = async (): Promise<void> => void (await Promise.all(names.map(turns)))
  const costs: number[] = []
  for (let round = 0; round <= size.rounds; round++) {
    const cost = await time(count * lamps, all)
    if (round > 0) costs.push(cost) // the first warms up
  }
  await bench.close()
  if (folder !== undefined) rmSync(folder, { recursive: true })
  return 1e9 / median(costs)
}
