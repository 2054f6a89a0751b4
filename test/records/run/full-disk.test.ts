/** A small disk of its own, which really is full; where this user may not mount one, it is skipped. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, it, onTestFinished } from 'vitest'
import { makeRecordFolder } from '../../../src/records/run/record-folder.js'
import { airRow, NOW, recording, tempFolder } from './setup.js'

const SIZE = '512k'

/** Undefined when it cannot be had. */
function smallDisk(): string | undefined {
  const path = join(tempFolder(), 'disk')
  mkdirSync(path)
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', path])
  if (status !== 0) return undefined
  onTestFinished(() => void spawnSync('umount', ['-l', path]))
  return path
}

it('a disk that is really full loses no row and doubles none', async context => {
  const disk = smallDisk()
  if (disk === undefined) return context.skip('this user may not mount a tmpfs')
  const folder = await makeRecordFolder(disk, 'Full', NOW)
  const ballast = join(disk, 'ballast')
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(ballast, Buffer.alloc((bavail - 10) * bsize))
  const told: string[] = []
  const { recorder, clock } = await recording({
    folder,
    sync: 'second',
    onDisk: message => {
      told.push(message)
      if (told.length === 1) clock.after(7.5e9, () => rmSync(ballast))
    },
  })
  const count = 800
  for (let n = 1; n <= count; n++) {
    await recorder.row(airRow(n))
    await clock.reach(clock.now() + 0.1e9)
  }
  await recorder.close({ outcome: 'succeeded', error: null, overruns: 0 })
  expect(told).toHaveLength(2)
  const numbers = (text: string): number[] => (parse(text) as string[][]).slice(1).map(cells => Number(cells[2]))
  const all = Array.from({ length: count }, (_, index) => index + 1)
  expect(numbers(readFileSync(join(folder, 'data.csv'), 'utf8'))).toEqual(all)
  const events = readFileSync(join(folder, 'documents.jsonl'), 'utf8').match(/"seq_num":\d+/g)
  expect(events).toEqual(all.map(n => `"seq_num":${n}`))
})
