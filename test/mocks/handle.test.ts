import { describe, expect, it } from 'vitest'
import { openBoard } from './setup.js'

const code = (name: string) => expect.objectContaining({ code: name })
const input = { direction: 'input' } as const
const output = { direction: 'output' } as const

describe('a handle', () => {
  it('sets all its lines at one time, bit n being its nth line', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [22, 17, 27], settings: output })
    await clock.reach(50)
    handle.set(0b101)
    expect([...board.trace]).toEqual([
      { line: 22, level: 'high', time: 50 },
      { line: 27, level: 'high', time: 50 },
    ])
    expect(handle.get()).toBe(0b101)
  })

  it('leaves the lines alone that the mask leaves out', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17, 27], settings: { ...output, initial: 0b01 } })
    handle.set(0b10, 0b10)
    expect(handle.get()).toBe(0b11)
  })

  it('shows the other lines of one set when a listener hears of the first', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17, 27], settings: output })
    const seen: string[] = []
    board.onLevel(() => seen.push(`${board.level(17)} ${board.level(27)}`))
    handle.set(0b11)
    expect(seen).toEqual(['high high', 'high high'])
  })

  it('has 32 lines and gives values without a sign', async () => {
    const { board } = openBoard()
    const lines = Array.from({ length: 32 }, (_, line) => line)
    const handle = await board.request({ lines, settings: output })
    handle.set(0x8000_0001)
    expect(handle.get()).toBe(0x8000_0001)
    expect(board.level(31)).toBe('high')
  })

  it('turns values round when it is active low, and starts inactive, which is high', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: { ...output, activeLow: true } })
    expect(board.level(17)).toBe('high')
    handle.set(1)
    expect(board.level(17)).toBe('low')
    expect(handle.get()).toBe(1)
  })

  it('reads the level on the line, not the one it was set to', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: { ...output, initial: 1 } })
    board.drive(17, 'low')
    expect(handle.get()).toBe(0)
  })

  it('makes no change on the line when it is set to what it is', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: { ...output, initial: 1 } })
    handle.set(1)
    expect(board.trace.length).toBe(1)
  })

  it('pulls an open-drain line low and lets a resistor pull it high', async () => {
    const { board } = openBoard()
    const settings = { ...output, drive: 'open-drain', bias: 'pull-up' } as const
    const handle = await board.request({ lines: [17], settings })
    expect(board.level(17)).toBe('low')
    handle.set(1)
    expect(board.level(17)).toBe('high')
  })

  it('cannot be set while it is an input', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [4], settings: input })
    expect(() => handle.set(1)).toThrow(code('ERR_UNSUPPORTED'))
  })

  it('lets the lines fall to their pulls when it is released', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: { ...output, initial: 1 } })
    handle.release()
    handle.release()
    expect([...board.trace].map(change => change.level)).toEqual(['high', 'low'])
    await expect(board.request({ lines: [17], settings: input })).resolves.toBeDefined()
  })

  it('throws ERR_RELEASED from every method but release once it is released', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: output })
    handle.release()
    expect(() => handle.get()).toThrow(code('ERR_RELEASED'))
    expect(() => handle.set(1)).toThrow(code('ERR_RELEASED'))
    expect(() => handle.reconfigure(output)).toThrow(code('ERR_RELEASED'))
    expect(() => handle.edges(() => {})).toThrow(code('ERR_RELEASED'))
  })

  it('does not take the line from the next holder when it is released twice', async () => {
    const { board } = openBoard()
    const first = await board.request({ lines: [17], settings: output })
    first.release()
    const second = await board.request({ lines: [17], settings: { ...output, initial: 1 } })
    first.release()
    expect(second.get()).toBe(1)
    expect(board.lineInfo(17).used).toBe(true)
  })

  it('leaves the pull as it was when the bias is as-is', async () => {
    const { board } = openBoard()
    const first = await board.request({ lines: [17], settings: { ...input, bias: 'pull-up' } })
    first.release()
    const second = await board.request({ lines: [17], settings: input })
    expect(second.get()).toBe(1)
  })
})

describe('reconfiguring', () => {
  it('turns an output into an input and back without letting the line go to anybody else', async () => {
    const { board, clock } = openBoard()
    const sensor = board.outside(4, 'sensor')
    const host = { ...output, initial: 0 } as const
    const handle = await board.request({ lines: [4], settings: host })
    await clock.reach(1e6)
    handle.reconfigure({ ...input, bias: 'pull-up', edges: 'both' })
    expect(board.level(4)).toBe('high')
    sensor.drive('low')
    expect(handle.get()).toBe(0)
    sensor.drive('floating')
    handle.reconfigure(host)
    expect(handle.get()).toBe(0)
    expect(board.contentions).toEqual([])
    expect(board.lineInfo(4)).toMatchObject({ used: true, direction: 'output' })
  })

  it('keeps the level of an output that stays one', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: { ...output, initial: 1 } })
    handle.reconfigure({ ...output, bias: 'pull-up' })
    expect([...board.trace].map(change => change.level)).toEqual(['high'])
  })

  it('keeps the level of an output that stays one, even when values are turned round', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: { ...output, initial: 1 } })
    handle.reconfigure({ ...output, activeLow: true })
    expect(board.level(17)).toBe('high')
    expect(handle.get()).toBe(0)
    expect(board.trace.length).toBe(1)
  })

  it('sets an output anew when initial is given', async () => {
    const { board } = openBoard()
    const handle = await board.request({ lines: [17], settings: output })
    handle.reconfigure({ ...output, initial: 1 })
    expect(board.level(17)).toBe('high')
  })

  it('changes nothing when it is refused', async () => {
    const { board } = openBoard()
    const settings = { ...output, initial: 1 } as const
    const handle = await board.request({ lines: [17], settings })
    expect(() => handle.reconfigure({ ...input, drive: 'open-drain' })).toThrow(code('ERR_UNSUPPORTED'))
    expect(handle.settings).toEqual(settings)
    expect(board.level(17)).toBe('high')
  })
})

describe('a wave of PWM', () => {
  it('is over when somebody who heard of its first level sets the line', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: output })
    let edges = 0
    board.onLevel(() => {
      if (edges++ === 0) handle.set(0)
    })
    handle.pwm?.(17, { frequency: 1000, duty: 0.5 })
    await clock.reach(1e9)
    expect([edges, handle.get()]).toEqual([2, 0])
  })
})
