/** What a handle of onoff hands over; lines that it leaves to somebody, and lines that it takes over. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { SafeLevel } from '../../../drivers/handover.js'
import { accept } from '../../../drivers/make-safe.js'
import { openOn, request } from './open.js'

const OUTPUT = { direction: 'output' } as const

describe('what a handle hands over', () => {
  it('names the files of its lines: levels through their directions', async () => {
    const { handle, sysfs } = await request(OUTPUT, [17, 18, 22, 23])
    const file = (name: string) => `${sysfs.root}/${name}`
    expect(handle.handover?.(['low', 'high', 'input', 'keep'])).toEqual({
      kind: 'file',
      writes: [
        { path: file('gpio475/direction'), text: 'low' },
        { path: file('gpio476/direction'), text: 'high' },
        { path: file('gpio480/direction'), text: 'in' },
      ],
      release: [475, 476, 480, 481].map(number => ({ path: file('unexport'), text: String(number) })),
    })
  })

  it('tells levels, not values, whatever the lines are set up as', async () => {
    const { handle, sysfs } = await request({ ...OUTPUT, activeLow: true })
    const accepted = await accept(handle.handover?.(['high'] satisfies SafeLevel[]) as never)
    accepted.makeSafe(true)
    expect(readFileSync(`${sysfs.root}/gpio475/direction`, 'utf8')).toMatch(/^high/)
    accepted.forget()
  })

  it('is nothing when the lines have been let go', async () => {
    const { handle } = await request(OUTPUT)
    handle.release()
    expect(() => handle.handover?.(['low'])).toThrow(expect.objectContaining({ code: 'ERR_RELEASED' }))
  })
})

describe('lines that are left', () => {
  it('stay exported as they are, and the handle is of no use any more', async () => {
    const { handle, sysfs, board } = await request(OUTPUT)
    handle.set(1)
    handle.leave?.()
    expect([sysfs.exported, sysfs.read('gpio475/value')]).toEqual([[475], '1'])
    expect(() => handle.set(0)).toThrow(expect.objectContaining({ code: 'ERR_RELEASED' }))
    handle.release()
    await board.close()
    expect(sysfs.exported).toEqual([475])
  })

  it('are those that were handed over, when the process ends', async () => {
    const { handle, sysfs, board } = await request(OUTPUT)
    await board.request({ lines: [18], settings: OUTPUT })
    handle.handover?.(['low'])
    // What the end of the process calls.
    const [abandon] = process.listeners('exit').slice(-1)
    abandon?.call(process, 0)
    expect(sysfs.exported).toEqual([475])
  })
})

describe('lines that are taken over', () => {
  it('are exported already, and are not exported again', async () => {
    const { board, sysfs } = await openOn()
    sysfs.write('export', '475')
    const handle = await board.request({ lines: [17], settings: OUTPUT, inherited: { kind: 'file' } })
    handle.set(1)
    expect(sysfs.read('gpio475/value')).toBe('1')
    expect(sysfs.writes.filter(write => write.startsWith('export'))).toEqual(['export 475'])
    handle.release()
    expect(sysfs.exported).toEqual([])
  })

  it('stay exported when they cannot be opened: they are still held by whoever hands them over', async () => {
    const { board, sysfs } = await openOn()
    sysfs.write('export', '475')
    sysfs.write('export', '476')
    sysfs.broken.set('gpio476/direction', 'EIO')
    const taking = board.request({ lines: [17, 18], settings: OUTPUT, inherited: { kind: 'file' } })
    await expect(taking).rejects.toMatchObject({ code: 'ERR_IO' })
    expect(sysfs.exported).toEqual([475, 476])
  })
})
