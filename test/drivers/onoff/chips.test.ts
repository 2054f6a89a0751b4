/** Lines of other chips than the header's, through sysfs. */

import { describe, expect, it } from 'vitest'
import { resolveLine } from '../../../drivers/lines.js'
import { FakeSysfs, HEADER } from './fake-sysfs.js'
import { openOn } from './open.js'

const EXPANDER = { base: 442, label: 'mcp23017', lines: 16, device: 'gpiochip1' }
const openWithExpander = () => openOn(new FakeSysfs([EXPANDER, HEADER]))

describe('a line of another chip', () => {
  it('is exported by the base of its own chip', async () => {
    const { board, sysfs } = await openWithExpander()
    const handle = await board.request({
      lines: [resolveLine(board, 'gpiochip1:3')],
      settings: { direction: 'output', initial: 1 },
    })
    expect([sysfs.exported, sysfs.read('gpio445/value')]).toEqual([[445], '1'])
    handle.release()
    expect(sysfs.exported).toEqual([])
  })

  it('can be in one request with a line of the header', async () => {
    const { board, sysfs } = await openWithExpander()
    const lines = [17, resolveLine(board, 'gpiochip1:3')]
    const handle = await board.request({ lines, settings: { direction: 'output', initial: 0b10 } })
    expect([sysfs.read('gpio475/value'), sysfs.read('gpio445/value'), handle.get()]).toEqual(['0', '1', 0b10])
  })

  it('that somebody exported is named as it was asked for', async () => {
    const { board, sysfs } = await openWithExpander()
    sysfs.write('export', '445')
    const request = { lines: [resolveLine(board, 'gpiochip1:3')], settings: { direction: 'output' } as const }
    await expect(board.request(request)).rejects.toMatchObject({
      code: 'ERR_LINE_BUSY',
      message: 'gpiochip1:3 is held by "sysfs"',
      remedy: expect.stringContaining('echo 445 >'),
    })
  })

  it('beyond the last one of its chip, or of a chip that is not there, is refused', async () => {
    const { board } = await openWithExpander()
    expect(() => resolveLine(board, 'gpiochip1:16')).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_LINE', place: 'gpiochip1:16' }),
    )
    expect(() => resolveLine(board, 'gpiochip7:0')).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_CHIP', place: 'gpiochip7' }),
    )
  })

  it('is the header line when the chip is the header', async () => {
    const { board } = await openWithExpander()
    expect(resolveLine(board, 'gpiochip0:17')).toBe(17)
  })

  it('is said to be used when it is held', async () => {
    const { board } = await openWithExpander()
    const line = resolveLine(board, 'gpiochip1:3')
    await board.request({ lines: [line], settings: { direction: 'output' }, consumer: 'valve' })
    expect(board.lineInfo(line)).toMatchObject({ line, used: true, consumer: 'valve', direction: 'output' })
  })
})
