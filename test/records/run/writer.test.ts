import { describe, expect, it } from 'vitest'
import type { RunSync } from '../../../src/records/run/format.js'
import { RecordWriter } from '../../../src/records/run/writer.js'
import { VirtualClock } from '../../../src/worker/virtual-clock.js'
import { errnoError, FakeDisk } from './setup.js'

const S = 1e9

interface World {
  readonly disk: FakeDisk
  readonly clock: VirtualClock
  readonly writer: RecordWriter
  /** What the writer told, with the seconds at which it did. */
  readonly told: string[]
}

function world(sync: RunSync = 'second'): World {
  const [disk, clock] = [new FakeDisk(), new VirtualClock()]
  const told: string[] = []
  const tell = (what: string): void => void told.push(`${clock.now() / S} ${what}`)
  const writer = new RecordWriter({ disk, clock, sync, onFull: () => tell('full'), onRoom: () => tell('room') })
  return { disk, clock, writer, told }
}

const until = (clock: VirtualClock, seconds: number): Promise<void> => clock.reach(seconds * S)
const syncs = ({ log }: FakeDisk): string[] => log.filter(line => line.startsWith('sync'))

describe('what is added', () => {
  it('costs no promise, and is on the disk within a second', async () => {
    const { disk, clock, writer } = world()
    writer.append('data.csv', 'a\n')
    expect(writer.row()).toBeUndefined()
    expect(disk.log).toEqual([])
    await until(clock, 1)
    expect(disk.safeText('data.csv')).toBe('a\n')
  })

  it('is synced within a second of every moment, however much comes', async () => {
    const { disk, clock, writer } = world()
    for (let tick = 1; tick <= 40; tick++) {
      writer.append('data.csv', `${tick}\n`)
      await until(clock, tick / 10)
      const safe = disk.safeText('data.csv').trimEnd().split('\n').length
      expect(tick - safe).toBeLessThanOrEqual(10)
    }
    expect(syncs(disk).length).toBeLessThan(10)
  })

  it('is synced within a second, too, when it was so much that it was written at once', async () => {
    const { disk, clock, writer } = world()
    writer.append('data.csv', 'x'.repeat(100_000))
    await writer.written()
    expect(disk.safeText('data.csv')).toBe('')
    await until(clock, 1)
    expect(disk.safeText('data.csv')).toHaveLength(100_000)
  })

  it('is on the disk before whoever added a row goes on, when every row is to be synced', async () => {
    const { disk, writer } = world('row')
    for (const text of ['a\n', 'b\n']) {
      writer.append('data.csv', text)
      await writer.row()
      expect(disk.safeText('data.csv').endsWith(text)).toBe(true)
    }
  })

  it('is never synced when that is not asked for', async () => {
    const { disk, clock, writer } = world('off')
    writer.append('data.csv', 'a\n')
    await until(clock, 10)
    await writer.close()
    expect([disk.text('data.csv'), syncs(disk)]).toEqual(['a\n', []])
  })

  it('keeps its order in each file, and every character of it', async () => {
    const { disk, writer } = world()
    for (let n = 0; n < 1000; n++) writer.append(n % 3 === 0 ? 'a' : 'b', `${n}: 20 °C\n`)
    await writer.close()
    const numbers = (name: string): number[] => disk.text(name).trimEnd().split('\n').map(Number.parseFloat)
    const all = Array.from({ length: 1000 }, (_, n) => n)
    expect(numbers('a')).toEqual(all.filter(n => n % 3 === 0))
    expect(numbers('b')).toEqual(all.filter(n => n % 3 !== 0))
    expect(disk.text('a')).toContain('999: 20 °C\n')
  })

  it('makes whoever adds rows wait when the disk is slower', async () => {
    const { writer } = world()
    let rows = 0
    let waited: Promise<void> | undefined
    for (; waited === undefined; rows++) {
      writer.append('data.csv', `${'x'.repeat(999)}\n`)
      waited = writer.row()
    }
    expect(rows).toBeLessThan(2000)
    await waited
    writer.append('data.csv', 'x\n')
    expect(writer.row()).toBeUndefined()
  })

  it('is let go once it is synced: what is kept for a failing sync has a bound', async () => {
    const { disk, writer } = world()
    for (let n = 0; n < 50; n++) {
      writer.append('data.csv', 'x'.repeat(100_000))
      await writer.written()
    }
    expect(syncs(disk)).toEqual(['sync data.csv', 'sync folder'])
  })
})

describe('a disk that is full', () => {
  it('is told once, tried again every second, and loses and doubles nothing', async () => {
    const { disk, clock, writer, told } = world()
    disk.capacity = 10
    writer.append('data.csv', '0123456789abcdef\n')
    const written = writer.written()
    await until(clock, 5.5)
    expect(told).toEqual(['0 full'])
    writer.append('data.csv', 'more\n')
    disk.capacity = 100
    await written
    await writer.close()
    expect(told).toEqual(['0 full', '6 room'])
    expect(disk.text('data.csv')).toBe('0123456789abcdef\nmore\n')
    expect(disk.log.filter(line => line.startsWith('write'))).toHaveLength(1 + 6 + 1 + 1)
  })

  it('makes the next row wait, though there is room in memory', async () => {
    const { disk, clock, writer } = world()
    disk.capacity = 0
    writer.append('data.csv', 'a\n')
    expect(writer.row()).toBeUndefined()
    await until(clock, 1)
    writer.append('data.csv', 'b\n')
    let gone = false
    void writer.row()?.then(() => {
      gone = true
    })
    await until(clock, 10)
    expect(gone).toBe(false)
    disk.capacity = 100
    await until(clock, 12)
    expect([gone, disk.text('data.csv')]).toEqual([true, 'a\nb\n'])
  })

  it.each(['ENOSPC', 'EDQUOT'])(
    'may be found out by a sync only (%s): what was written since the last one is written again',
    async code => {
      const { disk, clock, writer, told } = world()
      writer.append('data.csv', 'safe\n')
      await until(clock, 1)
      let broken = true
      disk.fault = what => (broken && what === 'sync data.csv' ? errnoError(code) : undefined)
      writer.append('data.csv', 'lost?\n')
      await until(clock, 3)
      // The system has dropped what it could not write.
      const file = disk.files.get('data.csv')!
      file.bytes = Buffer.from('safe\n\0\0\0\0\0\0')
      broken = false
      await until(clock, 5)
      await writer.close()
      expect(disk.safeText('data.csv')).toBe('safe\nlost?\n')
      expect(told).toEqual(['1.7 full', '3.7 room'])
    },
  )

  it('may have room for the beginning of a file only', async () => {
    const { disk, clock, writer } = world()
    disk.largestWrite = 3
    writer.append('data.csv', 'twelve bytes')
    await until(clock, 1)
    expect(disk.text('data.csv')).toBe('twelve bytes')
  })

  it('keeps run.json back, and the file is written when there is room', async () => {
    const { disk, clock, writer } = world()
    disk.capacity = 0
    writer.replace('run.json', '{}')
    await until(clock, 3)
    disk.capacity = 100
    await writer.close()
    expect(disk.replaced.get('run.json')).toBe('{}')
  })

  it('is given up when somebody wants the end', async () => {
    const { disk, clock, writer } = world()
    disk.capacity = 0
    writer.append('data.csv', 'a\n')
    const giveUp = new AbortController()
    const closed = writer.close(giveUp.signal)
    clock.after(10 * S, () => giveUp.abort())
    await expect(closed).rejects.toMatchObject({ code: 'ERR_RUN_RECORD', message: expect.stringContaining('full') })
    expect(clock.now()).toBe(10 * S)
  })

  it('holds a virtual clock when it is waited for in the time of the world', async () => {
    const [disk, clock, waitClock] = [new FakeDisk(), new VirtualClock(), new VirtualClock()]
    const writer = new RecordWriter({ disk, clock, waitClock, sync: 'off' })
    disk.capacity = 0
    waitClock.after(100 * S, () => {
      disk.capacity = 100
    })
    writer.append('data.csv', 'a\n')
    let written = 0
    void writer.written().then(() => {
      written = clock.now()
    })
    await until(clock, 7)
    expect([written, disk.text('data.csv')]).toEqual([0, 'a\n'])
  })
})

describe('a disk that breaks', () => {
  it('fails whoever waits and every row from then on, with the place and what the system says', async () => {
    const { disk, writer } = world('row')
    disk.fault = what => (what.startsWith('write') ? errnoError('EIO') : undefined)
    writer.append('data.csv', 'a\n')
    const error = { code: 'ERR_RUN_RECORD', place: '/tmp/fake', message: expect.stringContaining('EIO') }
    await expect(writer.row()).rejects.toMatchObject(error)
    expect(() => writer.row()).toThrow(expect.objectContaining(error))
    await expect(writer.close()).rejects.toMatchObject(error)
  })

  it('lets its files go all the same', async () => {
    const { disk, writer } = world()
    disk.fault = what => (what.startsWith('sync') ? errnoError('EIO') : undefined)
    writer.append('data.csv', 'a\n')
    await writer.close().catch(() => 'expected')
    expect(disk.log.at(-1)).toBe('close data.csv')
  })
})
