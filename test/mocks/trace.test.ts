import { describe, expect, it } from 'vitest'
import { Trace } from '../../mocks/trace.js'
import { openBoard } from './setup.js'

describe('a trace', () => {
  it('has every change of every line with its time, whoever made it', async () => {
    const { board, clock } = openBoard()
    const handle = await board.request({ lines: [17], settings: { direction: 'output' } })
    await clock.reach(10)
    handle.set(1)
    await clock.reach(20)
    board.drive(4, 'low')
    handle.release()
    expect([...board.trace]).toEqual([
      { line: 17, level: 'high', time: 10 },
      { line: 4, level: 'low', time: 20 },
      { line: 17, level: 'low', time: 20 },
    ])
  })

  it('keeps changes across its chunks, to the nanosecond', () => {
    const trace = new Trace(new Uint8Array(58))
    const month = 30 * 86_400 * 1e9
    for (let index = 0; index < 10_000; index++) trace.push(index % 58, index & 1, month + index)
    expect(trace.length).toBe(10_000)
    expect(trace.at(9_999)).toEqual({ line: 9_999 % 58, level: 'high', time: month + 9_999 })
    expect([...trace].map(change => change.time - month)).toEqual([...Array(10_000).keys()])
  })

  it('has nothing before its first change and after its last', () => {
    const trace = new Trace(new Uint8Array(1))
    expect([trace.length, trace.at(0), trace.at(-1), trace.at(0.5)]).toEqual([0, undefined, undefined, undefined])
  })

  it('gives the changes of one line', () => {
    const { board } = openBoard()
    board.drive(17, 'high')
    board.drive(27, 'high')
    board.drive(17, 'low')
    expect([...board.trace.of(17)].map(change => change.level)).toEqual(['high', 'low'])
  })

  it('knows the levels before the first change', () => {
    const { board } = openBoard()
    board.drive(4, 'low')
    expect([board.trace.initial(4), board.trace.initial(17)]).toEqual(['high', 'low'])
  })

  it("is the same bytes for the same changes, and others for a nanosecond's difference", () => {
    const bytes = (time: number) => {
      const trace = new Trace(Uint8Array.of(0, 1))
      trace.push(1, 0, time)
      return trace.toBuffer()
    }
    expect(bytes(7).equals(bytes(7))).toBe(true)
    expect(bytes(7).equals(bytes(8))).toBe(false)
    expect([...bytes(0)]).toEqual([2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0])
  })

  it('is forgotten with clear and goes on', () => {
    const { board } = openBoard()
    board.drive(17, 'high')
    board.trace.clear()
    board.drive(17, 'low')
    expect([...board.trace].map(change => change.level)).toEqual(['low'])
  })

  it('is not kept with trace none, while listeners are told', () => {
    const { board } = openBoard({ trace: 'none' })
    const heard: string[] = []
    board.onLevel((line, level, time) => heard.push(`${line} ${level} ${time}`))
    board.drive(17, 'high')
    expect(board.trace.length).toBe(0)
    expect(heard).toEqual(['17 high 0'])
  })
})
