import { describe, expect, it } from 'vitest'
import { brief, openBoard, watch } from './setup.js'

const input = { direction: 'input' } as const
const output = { direction: 'output' } as const
const code = (name: string) => expect.objectContaining({ code: name })

describe('a mock board', () => {
  it('looks like the chip of a Pi 4', () => {
    const { board } = openBoard()
    expect(board.lineCount).toBe(58)
    expect(board.description).toBe('simulated /dev/gpiochip0 (pinctrl-bcm2711, 58 lines)')
  })

  it('counts time from when it was opened', async () => {
    const { clock } = openBoard()
    await clock.reach(5_000)
    const { MockBoard } = await import('../../mocks/board.js')
    const board = new MockBoard({ clock })
    await clock.reach(5_300)
    expect(board.now()).toBe(300)
  })

  it('finds lines by their own names', () => {
    const { board } = openBoard({ names: { 17: 'PUMP' } })
    expect(board.findLine('PUMP')).toBe(17)
    expect(board.findLine('pump')).toBeUndefined()
    expect(board.lineInfo(17).name).toBe('PUMP')
  })

  it('says of a line who holds it and in which direction', async () => {
    const { board } = openBoard()
    const free = { line: 17, name: undefined, used: false, consumer: undefined, direction: 'input' }
    expect(board.lineInfo(17)).toEqual(free)
    const handle = await board.request({ lines: [17], settings: output, consumer: 'pump' })
    expect(board.lineInfo(17)).toEqual({ ...free, used: true, consumer: 'pump', direction: 'output' })
    handle.release()
    expect(board.lineInfo(17)).toEqual(free)
  })

  it.each([0, 32_769, 1.5])('refuses to have %s lines', lineCount => {
    expect(() => openBoard({ lineCount })).toThrow(code('ERR_BAD_OPTION'))
  })

  it('can have fewer lines than the resistors of a Pi are on', () => {
    expect(openBoard({ lineCount: 2 }).board.level(1)).toBe('high')
  })
})

describe('a request', () => {
  it('is refused while another handle has one of its lines, whose consumer it names', async () => {
    const { board } = openBoard()
    await board.request({ lines: [17], settings: output, consumer: 'pump' })
    const second = board.request({ lines: [4, 17], settings: input })
    await expect(second).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_LINE_BUSY',
        message: expect.stringContaining('GPIO17 is held by "pump"'),
        details: expect.objectContaining({ line: 17, consumer: 'pump' }),
      }),
    )
    expect(board.lineInfo(4).used).toBe(false)
  })

  it('is refused while another process has the line, and granted afterwards', async () => {
    const { board } = openBoard()
    const free = board.occupy(4, 'gpiomon')
    await expect(board.request({ lines: [4], settings: input })).rejects.toThrow(/GPIO4 is held by "gpiomon"/)
    free()
    await expect(board.request({ lines: [4], settings: input })).resolves.toBeDefined()
  })

  it('is not let through by somebody who has left the line already', async () => {
    const { board } = openBoard()
    const free = board.occupy(4, 'gpiomon')
    free()
    board.occupy(4, 'gpioset')
    free()
    expect(board.lineInfo(4).consumer).toBe('gpioset')
  })

  it('goes out as "pi-worker" unless it says who asks', async () => {
    const { board } = openBoard()
    await board.request({ lines: [4], settings: input })
    expect(board.lineInfo(4).consumer).toBe('pi-worker')
  })

  it.each([
    ['a line that is not there', { lines: [58], settings: input }, 'ERR_UNKNOWN_LINE'],
    ['a line below 0', { lines: [-1], settings: input }, 'ERR_UNKNOWN_LINE'],
    ['half a line', { lines: [1.5], settings: input }, 'ERR_UNKNOWN_LINE'],
    ['no line', { lines: [], settings: input }, 'ERR_BAD_OPTION'],
    ['one line twice', { lines: [4, 4], settings: input }, 'ERR_BAD_OPTION'],
    ['33 lines', { lines: Array.from({ length: 33 }, (_, line) => line), settings: input }, 'ERR_BAD_OPTION'],
    ['a consumer of 32 bytes', { lines: [4], settings: input, consumer: 'x'.repeat(32) }, 'ERR_BAD_OPTION'],
    ['an empty event buffer', { lines: [4], settings: input, eventBuffer: 0 }, 'ERR_BAD_OPTION'],
    [
      'a debounce that is not a number',
      { lines: [4], settings: { ...input, debounceNs: Number.NaN } },
      'ERR_BAD_OPTION',
    ],
    ['edges of an output', { lines: [4], settings: { ...output, edges: 'both' } }, 'ERR_UNSUPPORTED'],
    ['debounce of an output', { lines: [4], settings: { ...output, debounceNs: 1 } }, 'ERR_UNSUPPORTED'],
    ['an input that is open-drain', { lines: [4], settings: { ...input, drive: 'open-drain' } }, 'ERR_UNSUPPORTED'],
  ] as const)('is refused with %s', async (_what, request, expected) => {
    const { board } = openBoard()
    await expect(board.request(request)).rejects.toThrow(code(expected))
    expect([...Array(58).keys()].some(line => board.lineInfo(line).used)).toBe(false)
  })
})

describe('a chip that vanishes', () => {
  it('makes every later request and call throw ERR_CHIP_GONE', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: output })
    board.unplug()
    expect(() => handle.get()).toThrow(code('ERR_CHIP_GONE'))
    expect(() => handle.set(1)).toThrow(code('ERR_CHIP_GONE'))
    expect(() => handle.reconfigure(input)).toThrow(code('ERR_CHIP_GONE'))
    expect(() => handle.edges(() => {})).toThrow(code('ERR_CHIP_GONE'))
    expect(() => board.lineInfo(17)).toThrow(code('ERR_CHIP_GONE'))
    await expect(board.request({ lines: [4], settings: input })).rejects.toThrow(code('ERR_CHIP_GONE'))
  })

  it('tells the listeners, once and after the edges that came before', async () => {
    const { board, clock } = openBoard()
    const events = watch(await board.request({ lines: [4], settings: { ...input, edges: 'both' } }))
    board.drive(4, 'low')
    board.unplug()
    board.unplug()
    await clock.idle()
    expect(brief(events)).toEqual(['falling 4 @0 #1', 'failed ERR_CHIP_GONE'])
  })

  it('tells each listener once, also when edges were kept for them', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [4], settings: { ...input, edges: 'both' } })
    board.drive(4, 'low')
    const first = watch(handle)
    const second = watch(handle)
    board.unplug()
    await clock.idle()
    expect(brief(first)).toEqual(['falling 4 @0 #1', 'failed ERR_CHIP_GONE'])
    expect(second).toEqual(first)
  })

  it('lets its outputs go', async () => {
    const { board } = openBoard()
    await board.request({ lines: [17], settings: { ...output, initial: 1 } })
    board.unplug()
    expect(board.level(17)).toBe('low')
  })

  it('still lets handles be released and the board be closed', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: output })
    board.unplug()
    handle.release()
    await board.close()
    expect(() => handle.get()).toThrow(code('ERR_RELEASED'))
  })
})

describe('closing the board', () => {
  it('releases every handle, and a second time does nothing', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: { ...output, initial: 1 } })
    await board.close()
    await board.close()
    expect(board.level(17)).toBe('low')
    expect(() => handle.set(1)).toThrow(code('ERR_RELEASED'))
    await expect(board.request({ lines: [4], settings: input })).rejects.toThrow(code('ERR_CLOSED'))
  })

  it('leaves no timer of a debounced line', async () => {
    const { board, clock } = openBoard()
    await board.request({ lines: [4], settings: { ...input, edges: 'both', debounceNs: 1e9 } })
    board.drive(4, 'low')
    await board.close()
    await clock.idle()
    expect(clock.now()).toBe(0)
  })
})
